//! A small disk that can be full, and files that can't be written.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const FILLER: &str = "filler";
/// Falling, so that the last byte is taken.
const BLOCKS: [usize; 3] = [64 * 1024, 4 * 1024, 1];

/// A file system of its own in memory. `cargo xtask faults` gives the run a mount namespace, so that nothing of it is left
/// even by `kill -9`.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// So many megabytes. Only root may mount.
    pub(crate) fn mount(megabytes: u32) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("small-disk-").tempdir().expect("a folder");
        let size = format!("size={megabytes}m,mode=0755");
        call(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(folder.path()))?;
        Ok(Self { folder })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all that is left of it. What is in use is not touched.
    pub(crate) fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.path().join(FILLER));
        let Ok(file) = &mut file else { return };
        for size in BLOCKS {
            let block = vec![7; size];
            while file.write_all(&block).is_ok() {}
        }
    }

    /// Gives back what [`fill`](Self::fill) took.
    pub(crate) fn make_room(&self) {
        std::fs::remove_file(self.path().join(FILLER)).expect("the filler is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server may still be about to end.
        let _ = call(Command::new("umount").arg("--lazy").arg(self.folder.path()));
    }
}

/// Makes files immutable, or writable again: whoever has them open is refused each write from now on, as on a file system
/// that the kernel has turned read-only. Needs root, and ext4 or alike.
pub(crate) fn set_immutable(files: &[PathBuf], is_immutable: bool) -> Result<(), String> {
    call(Command::new("chattr").arg(if is_immutable { "+i" } else { "-i" }).args(files))
}

fn call(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
