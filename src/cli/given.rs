//! The password that the user gives: from a file, a variable, or standard input.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::args::Common;
use crate::finding::{Code, Trouble};
use crate::lang::cli as say;
use crate::password::{self, Password};

/// A password file holds a line, not a disk image.
const MOST_BYTES: usize = 4096;

/// The password, where one was given.
///
/// # Errors
/// It cannot be read from where it was said to be.
pub fn password(common: &Common) -> Result<Option<Password>, Trouble> {
    let given = read(common)?;
    #[cfg(unix)]
    if given.is_some() {
        // A memory image of a crash would hold it.
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), ..getrlimit(Resource::Core) });
    }
    Ok(given)
}

fn read(common: &Common) -> Result<Option<Password>, Trouble> {
    let line = |place: &str, from: &mut dyn Read| {
        let line = first_line(from).map_err(|error| unreadable(place, &error))?;
        let text = std::str::from_utf8(&line).map_err(|error| because(place, &error))?;
        Ok(Some(Password::text(text)))
    };
    if let Some(path) = &common.password_file {
        let place = path.display().to_string();
        line(&place, &mut open(path).map_err(|error| unreadable(&place, &error))?)
    } else if let Some(name) = &common.password_env {
        let value = std::env::var(name).map_err(|error| because(name, &error))?;
        password::came_from(name);
        Ok(Some(Password::text(&Zeroizing::new(value))))
    } else if common.password_stdin {
        line("-", &mut standard_input().map_err(|error| unreadable("-", &error))?)
    } else {
        Ok(None)
    }
}

fn because(place: &str, why: &dyn std::fmt::Display) -> Trouble {
    Trouble::new(Code::Unreadable, say::password_unreadable(place, why), say::give_a_password())
}

fn unreadable(place: &str, error: &io::Error) -> Trouble {
    let message = match error.kind() {
        ErrorKind::FileTooLarge => say::password_too_long(place, MOST_BYTES),
        ErrorKind::TimedOut => say::password_not_written(place),
        _ => return because(place, error),
    };
    Trouble::new(Code::Unreadable, message, say::give_a_password())
}

/// The first line, and not a byte more: what follows on standard input is a bundle, or another program's.
fn first_line(from: &mut dyn Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // With all its room from the start, since what grows leaves copies behind.
    let mut line = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
    let mut byte = Zeroizing::new([0]);
    loop {
        match from.read(&mut byte[..]) {
            Ok(0) => return Ok(line),
            Ok(_) if byte[0] == b'\n' => {
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(line);
            }
            Ok(_) if line.len() == MOST_BYTES => return Err(ErrorKind::FileTooLarge.into()),
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Standard input without a buffer, which would take more than the line.
#[cfg(unix)]
fn standard_input() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

/// Its buffer is the one that the bundle is read from afterwards, and only it knows what a console's keys mean.
#[cfg(windows)]
fn standard_input() -> io::Result<io::StdinLock<'static>> {
    Ok(io::stdin().lock())
}

#[cfg(windows)]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// A file, or a pipe as the shell's `<(…)` makes it.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<patient::Patient> {
    patient::Patient::open(path)
}

#[cfg(unix)]
mod patient {
    use std::fs::OpenOptions;
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::fs::OFlags;

    use super::*;

    /// So long a pipe may have nobody at its other end.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Waits for a program that takes its time to write into a pipe, and not for one that is not there.
    pub struct Patient {
        file: File,
        /// Somebody is, or was, at the other end.
        heard: bool,
        until: Instant,
    }

    impl Patient {
        pub fn open(path: &Path) -> io::Result<Self> {
            // Without O_NONBLOCK the mere opening of a pipe waits for a writer.
            let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
            let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
            let heard = !file.metadata()?.file_type().is_fifo();
            Ok(Patient { file, heard, until: Instant::now() + PATIENCE })
        }
    }

    impl Read for Patient {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            loop {
                match self.file.read(buffer) {
                    Ok(0) if self.heard => return Ok(0),
                    Ok(0) if Instant::now() >= self.until => return Err(ErrorKind::TimedOut.into()),
                    Ok(0) => std::thread::sleep(Duration::from_millis(10)),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        self.heard = true;
                        poll(&mut [PollFd::new(&self.file, PollFlags::IN)], None)?;
                    }
                    result => {
                        self.heard = true;
                        return result;
                    }
                }
            }
        }
    }
}
