//! The key file: the one thing that must be kept apart from the database and its backups.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use super::keyring::{Key, Keyring};

/// The file with the keys that seal secrets: a line `<id>:<32 bytes in base64>` each, the one that seals first.
#[derive(Debug)]
pub struct KeyFile;

/// Why the key file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Others may read it.
    #[error("others may read the key file {path} (mode {mode:04o}): run `chmod 600 {path}`")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A line has another form.
    #[error(
        "line {line} of the key file {path} is not <id>:<32 bytes in base64>: restore the file from its copy"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// It has no key.
    #[error("the key file {0} has no key: restore it from its copy; without the key no stored secret opens")]
    Empty(PathBuf),
    /// It can't be read or made.
    #[error("the key file {path} can't be used: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
}

const HEADER: &str = "\
# Keys that seal secrets in the database. Keep a copy of this file, apart from copies of the database:
# without it no stored secret opens. The first key seals; further ones only open what they once sealed.
";

impl KeyFile {
    /// Reads the file; makes it with a fresh key, readable by its owner only, if it is not there.
    pub fn load_or_create(path: &Path) -> Result<Keyring, KeyFileError> {
        match Self::load(path) {
            Err(KeyFileError::Io { error, .. }) if error.kind() == ErrorKind::NotFound => {
                create(path).map_err(|error| io(path, error))?;
                tracing::info!(path = %path.display(), "made a key file: keep a copy of it apart from the database");
                Self::load(path)
            }
            loaded => loaded,
        }
    }

    /// Reads the file, which must be there.
    pub fn load(path: &Path) -> Result<Keyring, KeyFileError> {
        let mut file = OpenOptions::new().read(true).open(path).map_err(|error| io(path, error))?;
        let mode = file.metadata().map_err(|error| io(path, error))?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Exposed { path: path.to_owned(), mode });
        }
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text).map_err(|error| io(path, error))?;
        parse(path, &text)
    }
}

fn parse(path: &Path, text: &str) -> Result<Keyring, KeyFileError> {
    let mut ring: Option<Keyring> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (id, key) =
            key_of(line).ok_or_else(|| KeyFileError::Malformed { path: path.to_owned(), line: number })?;
        ring = Some(match ring {
            None => Keyring::new(id, key),
            Some(ring) => ring.with_opening_key(id, key),
        });
    }
    ring.ok_or_else(|| KeyFileError::Empty(path.to_owned()))
}

fn key_of(line: &str) -> Option<(String, Key)> {
    let (id, key) = line.split_once(':')?;
    let is_name = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let bytes = Zeroizing::new(BASE64.decode(key.trim()).ok()?);
    let key: [u8; 32] = bytes.as_slice().try_into().ok()?;
    is_name.then(|| (id.to_owned(), Zeroizing::new(key)))
}

/// Written whole under another name and linked into place: a crash leaves no half file, and of two processes that start
/// at once one makes the key and the other one reads it.
fn create(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut id = [0_u8; 4];
    let mut key = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut id)?;
    getrandom::fill(&mut *key)?;
    let line = Zeroizing::new(format!("{}:{}\n", hex::encode(id), *Zeroizing::new(BASE64.encode(*key))));
    let draft = path.with_extension(format!("new-{}", hex::encode(id)));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(HEADER.as_bytes())?;
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

fn io(path: &Path, error: std::io::Error) -> KeyFileError {
    KeyFileError::Io { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use secrecy::{ExposeSecret, SecretString};

    use super::*;
    use crate::seal::Place;

    fn place() -> Place {
        Place { table: "t", column: "c", row: "r".to_owned() }
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_first_start_makes_a_key_that_the_second_one_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/secret.key");
        let first = KeyFile::load_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let sealed = first.seal(&place(), &SecretString::from("x")).unwrap();
        let second = KeyFile::load_or_create(&path).unwrap();
        assert_eq!(second.open(&place(), &sealed).unwrap().expose_secret(), "x");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        KeyFile::load_or_create(&path).unwrap();
        for mode in [0o644, 0o640, 0o604, 0o620] {
            set_mode(&path, mode);
            let error = KeyFile::load_or_create(&path).unwrap_err().to_string();
            assert!(error.contains("chmod 600") && error.contains(&format!("{mode:04o}")), "{error}");
        }
        set_mode(&path, 0o400);
        KeyFile::load_or_create(&path).unwrap();
    }

    #[test]
    fn a_file_without_a_key_or_with_a_broken_line_is_told_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let good = format!("a:{}", BASE64.encode([1; 32]));
        for (text, says) in [
            (String::new(), "no key"),
            ("# nothing\n\n".to_owned(), "no key"),
            (format!("{good}\nb:AAAA"), "line 2"),
            (format!("# keys\n{}", BASE64.encode([1; 32])), "line 2"),
            (format!("a b:{}", BASE64.encode([1; 32])), "line 1"),
        ] {
            std::fs::write(&path, &text).unwrap();
            set_mode(&path, 0o600);
            let error = KeyFile::load(&path).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
            assert!(!error.contains("AAAA"), "no key in errors: {error}");
        }
    }

    #[test]
    fn the_first_key_seals() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, format!("new:{}\nold:{}\n", BASE64.encode([2; 32]), BASE64.encode([1; 32])))
            .unwrap();
        set_mode(&path, 0o600);
        assert_eq!(KeyFile::load(&path).unwrap().sealing_key(), "new");
    }
}
