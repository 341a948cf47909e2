//! The password of a key store that does not open, asked for where somebody is there to answer.

use std::io::IsTerminal;

use super::exit::Exit;
use super::session::Session;
use super::targets::{self, Place, Target};
use super::wizard::ask::{Answer, Ask};
use crate::finding::Code;
use crate::lang::{cli as say_cli, wizard as say};
use crate::report::text;

/// So often a password is asked for.
pub const TRIES: usize = 3;

/// What the password is wanted for: some stores can be read without theirs, but not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    ToRead,
    ToWrite,
}

/// Asks for the password of each file that the user named and that does not open; what is typed is tried on the
/// others as well. Without a terminal, with `--json`, or where a password was given, nothing is asked.
///
/// # Errors
/// The user wants to leave.
pub fn unlock(session: &mut Session, targets: &[Target], wanted: Wanted) -> Result<(), Exit> {
    let answered = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if session.json || session.given_password.is_some() || !answered {
        return Ok(());
    }
    let ask = Ask::new(session.lang);
    for target in targets.iter().filter(|target| target.named && matches!(target.place, Place::File(_))) {
        for left in (0..TRIES).rev() {
            if !is_locked(session, target, wanted) {
                break;
            }
            let Answer::Is(password) = ask.password(&say::password_of(text::printable(&target.shown()))) else {
                session.note(say_cli::nothing_changed().to(session.lang));
                return Err(Exit::Trouble);
            };
            let before = session.passwords.clone();
            session.passwords.also(&password);
            if is_locked(session, target, wanted) {
                session.passwords = before;
                session.note(say::wrong_password(left).to(session.lang));
            }
        }
    }
    Ok(())
}

fn is_locked(session: &Session, target: &Target, wanted: Wanted) -> bool {
    match targets::store(session, target) {
        Ok(store) => {
            wanted == Wanted::ToWrite && store.findings.iter().any(|finding| finding.code == Code::IntegrityNotChecked)
        }
        Err(trouble) => trouble.code == Code::WrongPassword,
    }
}
