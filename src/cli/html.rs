//! `--html`: the report on a page.

use std::path::Path;

use super::exit::Exit;
use super::session::Session;
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, html as say};
use crate::proof::Proof;
use crate::report::html::{Page, Served};
use crate::report::{Bundle, text};

/// How every page begins; a file that begins otherwise is somebody's, and is not written over.
const BEGINNING: &[u8] = b"<!DOCTYPE html>";

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
    let taken = std::fs::read(file).is_ok_and(|bytes| !bytes.is_empty() && !bytes.starts_with(BEGINNING));
    let written = if taken {
        Err(std::io::Error::from(std::io::ErrorKind::AlreadyExists))
    } else {
        std::fs::write(file, page.html())
    };
    match written {
        Ok(()) => {
            session.note(say::saved(shown).to(session.lang));
            exit
        }
        Err(error) => {
            session.trouble(&Trouble::new(Code::Usage, say::not_saved(shown, error), say::choose_a_file()));
            Exit::Trouble
        }
    }
}
