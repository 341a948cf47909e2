//! `--html`: the report on a page.

use std::path::Path;

use super::exit::Exit;
use super::session::Session;
use crate::apply::{self, ApplyError, Edit, Options};
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, html as say};
use crate::proof::Proof;
use crate::report::html::{Page, Served, is_a_page};
use crate::report::{Bundle, text};

/// Writes the report, and says where. What could not be written makes the command end with trouble.
pub fn save(
    session: &Session,
    file: &Path,
    answer: &Sentence,
    exit: Exit,
    bundles: &[Bundle],
    proofs: &[Proof],
    served: &[Served],
) -> Exit {
    let good = match exit {
        Exit::Good => Some(true),
        Exit::No => Some(false),
        Exit::Trouble => None,
    };
    let page = Page {
        lang: session.lang,
        answer,
        good,
        bundles,
        proofs,
        served,
        rollover: &session.rollover,
        now: session.now,
    };
    let shown = text::printable(&file.display().to_string());
    match write(session, file, page.html().into_bytes()) {
        Ok(()) => {
            session.note(say::saved(shown).to(session.lang));
            exit
        }
        Err(Trouble { code, message, next }) => {
            let (en, zh) = (say::not_saved(&shown, &message.en).en, say::not_saved(&shown, &message.zh).zh);
            session.trouble(&Trouble::new(code, Sentence { en, zh }, next));
            Exit::Trouble
        }
    }
}

/// A page may be written anew; whatever else stands there is somebody's.
fn write(session: &Session, file: &Path, bytes: Vec<u8>) -> Result<(), Trouble> {
    let taken = || Trouble::new(Code::Usage, say::taken(), say::choose_a_file());
    let written = match apply::read(file) {
        Ok(there) if there.bytes.is_empty() || is_a_page(&there.bytes) => {
            apply::renew(file, there.sha256, &bytes, session.now)
        }
        Ok(_) => return Err(taken()),
        Err(trouble) if trouble.code != Code::FileNotFound => return Err(trouble),
        Err(_) if file.is_symlink() => return Err(taken()),
        Err(_) => {
            let edit = Edit { path: file.to_owned(), before: None, bytes, added: Vec::new(), mode: None };
            apply::apply(&edit, &Options { backup_dir: None, force: false, now: session.now }).map(drop)
        }
    };
    written.map_err(|error| match error {
        ApplyError::Trouble(trouble) | ApplyError::Unsettled { trouble, .. } => trouble,
        ApplyError::Changed => super::append::keeps_changing(),
    })
}
