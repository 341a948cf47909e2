//! A sign of life for what takes longer than half a second.

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use indicatif::ProgressBar;

use super::session::Session;
use crate::lang::Sentence;

/// What is done sooner needs no sign.
const PATIENCE: Duration = Duration::from_millis(500);

/// Does the work; where it takes long, a line on standard error says so and goes away with it. Nothing is shown
/// where nobody looks: without a terminal, on `--quiet` and on `--json`.
pub fn during<T>(session: &Session, what: &Sentence, work: impl FnOnce() -> T) -> T {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if session.quiet || session.json || dumb || !std::io::stderr().is_terminal() {
        return work();
    }
    let (done, waiting) = mpsc::channel::<()>();
    let text = what.to(session.lang).to_owned();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let line = ProgressBar::new_spinner().with_message(text);
                line.enable_steady_tick(Duration::from_millis(100));
                // It ends when the sender is dropped.
                let _ = waiting.recv();
                line.finish_and_clear();
            }
        });
        let result = work();
        drop(done);
        result
    })
}
