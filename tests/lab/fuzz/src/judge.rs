//! Runs one input and says what is wrong with how it went.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::MEMORY;

/// The most processor time of one input, also in a build without optimisation.
const TIME: Duration = Duration::from_secs(2);
/// The most bytes that one input may hold at once.
const MEMORY_AT_MOST_BYTES: usize = 64 * 1024 * 1024;

thread_local! {
    static WATCH: RefCell<Watch> = const { RefCell::new(Watch::Off) };
}

/// What is known of this thread.
enum Watch {
    /// No input runs.
    Off,
    /// One runs, and nothing has panicked.
    Calm,
    /// Something has panicked, first with this.
    Panicked(String),
}

/// Runs the property on an input. An error says what happened.
///
/// A panic counts wherever it is caught: a task of a runtime that panics is silent otherwise.
pub(crate) fn judge(property: &dyn Fn(&[u8]), input: &[u8]) -> Result<(), String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !note(info) {
                usual(info);
            }
        }));
    });
    WATCH.set(Watch::Calm);
    MEMORY.reset_peak_usage();
    let (held, began) = (MEMORY.current_usage(), processor_time());
    let ended = panic::catch_unwind(AssertUnwindSafe(|| property(input)));
    let (took, grew) = (processor_time().saturating_sub(began), MEMORY.peak_usage().saturating_sub(held));
    if let Watch::Panicked(what) = WATCH.replace(Watch::Off) {
        return Err(what);
    }
    if ended.is_err() {
        return Err("it was unwound".to_owned());
    }
    if took > TIME {
        return Err(format!("it took {took:?} of processor time, and may take {TIME:?}"));
    }
    if grew > MEMORY_AT_MOST_BYTES {
        return Err(format!("it held {grew} bytes at once, and may hold {MEMORY_AT_MOST_BYTES}"));
    }
    Ok(())
}

/// Keeps the first panic of an input; false: none runs here.
fn note(info: &PanicHookInfo<'_>) -> bool {
    WATCH.with_borrow_mut(|watch| match watch {
        Watch::Off => false,
        Watch::Panicked(_) => true,
        Watch::Calm => {
            *watch = Watch::Panicked(info.to_string());
            true
        }
    })
}

fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_counts_and_is_told_with_its_place() {
        let error = judge(&|input| assert_eq!(input, b"x", "not x"), b"y").unwrap_err();
        assert!(error.contains("not x") && error.contains("judge.rs"), "{error}");
        assert_eq!(judge(&|input| assert_eq!(input, b"y"), b"y"), Ok(()));
    }

    #[test]
    fn a_panic_that_somebody_catches_counts_all_the_same() {
        let caught = |_: &[u8]| drop(panic::catch_unwind(|| panic!("deep below")));
        assert!(judge(&caught, b"").unwrap_err().contains("deep below"));
    }

    #[test]
    fn memory_without_bounds_is_noticed() {
        let greedy = |_: &[u8]| drop(std::hint::black_box(vec![1_u8; MEMORY_AT_MOST_BYTES + 1]));
        assert!(judge(&greedy, b"").unwrap_err().contains("bytes at once"));
    }

    #[test]
    fn time_without_bounds_is_noticed() {
        let busy = |_: &[u8]| {
            let began = processor_time();
            while processor_time().saturating_sub(began) <= TIME + Duration::from_millis(10) {
                std::hint::spin_loop();
            }
        };
        assert!(judge(&busy, b"").unwrap_err().contains("processor time"));
    }
}
