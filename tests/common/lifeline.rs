//! Whether anything lives that a command has started, without a process number, which another one may have by then.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::process::Command;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};

/// The reading end of a named pipe. Whoever has the other one open lives.
pub struct Lifeline {
    directory: tempfile::TempDir,
    reader: File,
}

impl Lifeline {
    pub fn new() -> Lifeline {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("line");
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo runs").success());
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let reader = rustix::fs::open(&path, flags, Mode::empty()).expect("the pipe opens").into();
        Lifeline { directory, reader }
    }

    /// Shell commands that start something for ten minutes, which holds the line; the shell does too.
    pub fn sleeper(&self) -> String {
        format!("exec 9>'{}'; (echo began >&9; exec sleep 600) &", self.directory.path().join("line").display())
    }

    /// Waits until nobody holds the line. Whether the sleeper ever did: a command may be ended before it starts one.
    #[track_caller]
    pub fn was_held(&mut self) -> bool {
        let mut said = Vec::new();
        for _ in 0..600 {
            match self.reader.read_to_end(&mut said) {
                Ok(_) => return !said.is_empty(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(100)),
                Err(error) => panic!("{error}"),
            }
        }
        panic!("somebody lives on");
    }

    /// Runs something that ends the sleeper when its time is over: for a short time, and where a busy machine does not
    /// come as far as the sleeper, for longer ones.
    #[track_caller]
    pub fn is_let_go_by(mut run: impl FnMut(&Lifeline, Duration)) {
        for milliseconds in [300, 3000, 30_000, 120_000] {
            let mut line = Lifeline::new();
            run(&line, Duration::from_millis(milliseconds));
            if line.was_held() {
                return;
            }
        }
        panic!("nobody took hold of the line");
    }
}
