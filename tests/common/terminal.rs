//! The program at a terminal, driven key by key.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);
pub const CTRL_C: &str = "\u{3}";
pub const ESCAPE: &str = "\u{1b}";
pub const ENTER: &str = "\r";

/// What the screen says at each step, in English and in Chinese.
pub const WHERE: [&str; 2] = ["Where should rootfix look?", "在哪里查找？"];
pub const WHAT: [&str; 2] = ["What should be done?", "要做什么？"];
pub const REALLY: [&str; 2] = ["Make this change?", "确认改动？"];
pub const NEXT_TIME: [&str; 2] = ["The same next time", "下次可用一条命令完成"];
pub const PASSWORD: [&str; 2] = ["Password of ", "的密码"];
pub const UNCHANGED: [&str; 2] = ["Nothing was changed.", "未改动任何内容。"];

type Output = Arc<(Mutex<(Vec<u8>, bool)>, Condvar)>;

/// The program at a terminal of 80 columns and 24 lines.
pub struct Terminal {
    child: Child,
    master: File,
    pub control: OwnedFd,
    output: Output,
    seen: usize,
    language: usize,
}

impl Terminal {
    pub fn start(dir: &Path, language: usize, arguments: &[&str]) -> Self {
        Terminal::start_with(dir, language, arguments, "xterm")
    }

    pub fn start_with(dir: &Path, language: usize, arguments: &[&str], kind: &str) -> Self {
        let control = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal is made");
        grantpt(&control).expect("the terminal is ours");
        unlockpt(&control).expect("the terminal opens");
        let name = ptsname(&control, Vec::new()).expect("the terminal has a name");
        resize(&control, 24, 80);
        let open = || {
            let path = name.to_str().expect("a plain name");
            Stdio::from(File::options().read(true).write(true).open(path).expect("the terminal's other end opens"))
        };
        let child = super::cli::rootfix(dir)
            .args(arguments)
            .env("LANG", ["en_US.UTF-8", "zh_CN.UTF-8"][language])
            .env("TERM", kind)
            .stdin(open())
            .stdout(open())
            .stderr(open())
            .spawn()
            .expect("the program starts");
        let master = File::from(control.try_clone().expect("a second handle"));
        let mut reader = master.try_clone().expect("a third handle");
        let output = Output::default();
        let shared = Arc::clone(&output);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The other end is closed with an error, as terminals are.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let mut text = shared.0.lock().unwrap();
                text.0.extend(&bytes[..count]);
                shared.1.notify_all();
            }
            shared.0.lock().unwrap().1 = true;
            shared.1.notify_all();
        });
        Terminal { child, master, control, output, seen: 0, language }
    }

    /// Waits until the screen says this, behind what was waited for before.
    #[track_caller]
    pub fn see(&mut self, text: &str) {
        let mut output = self.output.0.lock().unwrap();
        loop {
            let new = String::from_utf8_lossy(&output.0[self.seen..]).into_owned();
            if let Some(at) = new.find(text) {
                self.seen += at + text.len();
                return;
            }
            assert!(!output.1, "it ended, and did not say {text:?}:\n{new}");
            let (next, timeout) = self.output.1.wait_timeout(output, PATIENCE).unwrap();
            output = next;
            assert!(!timeout.timed_out(), "it does not say {text:?}:\n{new}");
        }
    }

    #[track_caller]
    pub fn asks(&mut self, question: [&str; 2]) {
        self.see(question[self.language]);
        // The keys are read from here on.
        if question != PASSWORD {
            self.see(["q: quit", "q：退出"][self.language]);
        }
    }

    pub fn key(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// The exit code, once it has ended; the terminal is then as it was.
    #[track_caller]
    pub fn ends(mut self) -> i32 {
        let mut output = self.output.0.lock().unwrap();
        // The terminal is looked at while the child's end of it is still open somewhere, or just was.
        while !output.1 {
            let (next, timeout) = self.output.1.wait_timeout(output, PATIENCE).unwrap();
            output = next;
            assert!(!timeout.timed_out(), "it does not end: {}", String::from_utf8_lossy(&output.0));
        }
        let modes = tcgetattr(&self.control).expect("a terminal has modes").local_modes;
        assert!(modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG), "{modes:?}");
        let text = String::from_utf8_lossy(&output.0);
        assert!(!text.contains("\u{1b}[?25l") || text.contains("\u{1b}[?25h"), "the cursor is gone");
        drop(output);
        self.child.wait().expect("it ended").code().expect("it was not killed")
    }

    pub fn all(&self) -> String {
        String::from_utf8_lossy(&self.output.0.lock().unwrap().0).into_owned()
    }
}

pub fn resize(terminal: &OwnedFd, rows: u16, columns: u16) {
    tcsetwinsize(terminal, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).expect("it resizes");
}
