//! A target: a corpus, a property, and how long to look.

use std::env;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::corpus::Corpus;
use crate::judge::judge;
use crate::mutate::{Tongue, input};
use crate::shrink::shrink;

/// Set to look for so many seconds, at other inputs each time.
const SECONDS: &str = "FUZZ_SECONDS";
/// Set to run one input only: a file.
const INPUT: &str = "FUZZ_INPUT";
/// Mutations in a usual test run.
const INPUTS: u64 = 2_000;

/// A parser under test.
#[derive(Debug)]
pub struct Target {
    name: &'static str,
    corpus: PathBuf,
    tongue: Tongue,
    inputs: u64,
}

impl Target {
    /// A target by its name and the folder of its samples. Its tongue is JSON unless it is told otherwise.
    pub fn new(name: &'static str, corpus: &str) -> Self {
        Self { name, corpus: PathBuf::from(corpus), tongue: Tongue::Json, inputs: INPUTS }
    }

    /// Sets what the samples are made of.
    #[must_use]
    pub fn tongue(self, tongue: Tongue) -> Self {
        Self { tongue, ..self }
    }

    /// Sets how many mutations a usual test run looks at, where 2,000 would take more than a few seconds.
    #[must_use]
    pub fn inputs(self, inputs: u64) -> Self {
        Self { inputs, ..self }
    }

    /// Runs the property on every sample and on mutations of them. Panics at the first input that fails, with what happened
    /// and the file that holds it.
    pub fn run(self, property: impl Fn(&[u8])) {
        if let Some(file) = env::var_os(INPUT) {
            let input = fs::read(&file).expect("FUZZ_INPUT names a file");
            return property(&input);
        }
        let corpus = Corpus::read(&self.corpus, self.tongue).unwrap_or_else(|error| panic!("{error}"));
        let mut running = Running::begin(self.name);
        let mut look = |input: &[u8], which: &str| {
            running.note(input);
            if let Err(what) = judge(&property, input) {
                let least = shrink(input, &|input| judge(&property, input).is_err());
                let what = judge(&property, &least).err().unwrap_or(what);
                let kept = running.keep(&least);
                panic!("{which} of {} fails: {what}\nthe smallest such input is in {kept}", self.name);
            }
        };
        for (name, sample) in &corpus.samples {
            look(sample, &format!("the sample {name}"));
        }
        let mut seed_and_look =
            |seed| look(&input(seed, &corpus, self.tongue), &format!("the mutation {seed}"));
        match seconds() {
            None => (0..self.inputs).for_each(seed_and_look),
            Some(seconds) => {
                let (first, stopwatch) = (RandomState::new().hash_one(self.name), Stopwatch::start());
                let mut count = 0;
                while stopwatch.elapsed() < seconds {
                    seed_and_look(first.wrapping_add(count));
                    count += 1;
                }
                tell(&format!("{}: {count} inputs in {} s", self.name, seconds.as_secs()));
            }
        }
        running.end();
    }
}

#[expect(clippy::print_stdout, reason = "a long run says how far it came, in the output of its test")]
fn tell(line: &str) {
    println!("{line}");
}

fn seconds() -> Option<Duration> {
    let text = env::var(SECONDS).ok()?;
    Some(Duration::from_secs(text.parse().expect("FUZZ_SECONDS is a number of seconds")))
}

/// Real time: how long to look, never what is seen.
struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "how long to look is no part of what is seen")]
    fn start() -> Self {
        Self(Instant::now())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The input under way, on disk: what ends the process leaves it there.
struct Running {
    folder: PathBuf,
    file: Option<File>,
}

impl Running {
    fn begin(name: &str) -> Self {
        let folder = target_folder().join("fuzz").join(name);
        let file = fs::create_dir_all(&folder).and_then(|()| File::create(folder.join("running"))).ok();
        Self { folder, file }
    }

    /// A disk that takes nothing does not stop the run: the file only helps people.
    fn note(&mut self, input: &[u8]) {
        if let Some(file) = &self.file {
            let length = u64::try_from(input.len()).unwrap_or(u64::MAX);
            let _ = file.set_len(length).and_then(|()| file.write_all_at(input, 0));
        }
    }

    /// Keeps an input under a name of its own, and returns its path.
    fn keep(&self, input: &[u8]) -> String {
        let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let path = self.folder.join(format!("{hash:016x}"));
        match fs::write(&path, input) {
            Ok(()) => path.display().to_string(),
            Err(error) => format!("no file ({error}): {}", String::from_utf8_lossy(input)),
        }
    }

    fn end(self) {
        let _ = fs::remove_file(self.folder.join("running"));
    }
}

/// The folder for everything that is made, read off the running program: `target/debug/deps/…`.
fn target_folder() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    program.ancestors().nth(3).map_or_else(env::temp_dir, Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn target() -> Target {
        Target::new("own", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"))
    }

    #[test]
    fn an_input_that_fails_is_told_and_kept_small() {
        let found = catch_unwind(|| {
            target().run(|input| assert!(!input.windows(4).any(|four| four == b"null"), "null is in it"));
        });
        let text = *found.expect_err("some input has a null").downcast::<String>().expect("a text");
        assert!(text.contains("null is in it"), "{text}");
        let path = text.rsplit(' ').next().expect("it ends with the path");
        assert_eq!(fs::read(path).expect("it is kept"), b"null");
    }

    #[test]
    fn a_parser_that_holds_passes() {
        target().inputs(500).run(|input| drop(serde_json::from_slice::<serde_json::Value>(input)));
    }

    #[test]
    #[should_panic(expected = "/nowhere: ")]
    fn a_target_without_samples_fails() {
        Target::new("nothing", concat!(env!("CARGO_MANIFEST_DIR"), "/nowhere")).run(|_| ());
    }
}
