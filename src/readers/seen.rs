//! The bodies of certificates that were read before in this process, as they were written.
//!
//! A tree of bundles holds the same few hundred roots over and over, mostly in the very same letters. Whoever meets a
//! body again knows its certificate by comparing bytes, at memory speed. Nothing rests on a digest: the whole body is
//! compared. Only what [`super::canonical`] accepted is kept, so that the answer is the one it would give again.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock, RwLockReadGuard};

use super::canonical::END;
use crate::certificate::Certificate;

/// The beginning of a body, by which it is looked up: serial number, issuer, dates and most of the subject.
const KEY: usize = 192;
/// A root takes some 2 KB; longer bodies are decoded each time.
const LONGEST: usize = 4 << 10;
/// More are not kept.
const MOST: usize = 4_000;
// Whatever is read: the key, the body, the DER in it, and what holds them together.
const _: () = assert!(MOST * (KEY + LONGEST + LONGEST / 4 * 3 + 512) < 32 << 20);

/// A body, without its END line, and what it means.
#[derive(Debug)]
pub(super) struct Seen {
    pub body: Box<[u8]>,
    /// The lines that end in it, and the BEGIN line.
    pub lines: usize,
    pub certificate: Certificate,
}

type Bodies = HashMap<[u8; KEY], Seen>;

static BODIES: LazyLock<RwLock<Bodies>> = LazyLock::new(RwLock::default);

/// What was seen so far, open for as long as a text is read: processors that opened it anew for every body would wait
/// for each other. Nothing can be kept meanwhile.
pub(super) struct Open(RwLockReadGuard<'static, Bodies>);

pub(super) fn open() -> Open {
    // A panic elsewhere cannot leave a body half kept.
    Open(BODIES.read().unwrap_or_else(PoisonError::into_inner))
}

impl Open {
    /// The body at the front of this text, if it was seen before and its END line follows.
    pub fn at(&self, text: &[u8]) -> Option<&Seen> {
        let seen = self.0.get(text.first_chunk::<KEY>()?)?;
        text.strip_prefix(&*seen.body).is_some_and(|rest| rest.starts_with(END)).then_some(seen)
    }

    /// Opens it anew, with the body of this block kept; `text` goes from behind its BEGIN line to behind its END line.
    /// Of bodies that begin alike, the first stays.
    pub fn with(self, text: &[u8], certificate: &Certificate) -> Self {
        if self.0.len() == MOST {
            return self;
        }
        drop(self);
        keep(text, certificate);
        open()
    }
}

fn keep(text: &[u8], certificate: &Certificate) {
    let Some(end) = memchr::memmem::rfind(text, END) else { return };
    let body = &text[..end];
    let Some(key) = body.first_chunk::<KEY>().filter(|_| body.len() <= LONGEST) else { return };
    let mut bodies = BODIES.write().unwrap_or_else(PoisonError::into_inner);
    if bodies.len() < MOST {
        let lines = memchr::memchr_iter(b'\n', body).count() + 1;
        let seen = || Seen { body: body.into(), lines, certificate: certificate.clone() };
        bodies.entry(*key).or_insert_with(seen);
    }
}

#[cfg(test)]
mod tests {
    use super::super::canonical;

    const ROOT: &str = include_str!("../../embedded-roots/digicert-global-root-g2.pem");

    #[test]
    fn what_was_seen_is_read_as_it_was_the_first_time_and_nothing_else_is_taken_for_it() {
        let root = ROOT.trim_end();
        let blocks = |text: &str| {
            let blocks = canonical::blocks(text.as_bytes())?;
            Some(blocks.into_iter().map(|b| (b.begin, b.end, b.line, b.certificate)).collect::<Vec<_>>())
        };
        let first = blocks(root);
        assert!(first.is_some());
        assert_eq!(blocks(root), first);
        let twice = blocks(&format!("{root}\r\n# again\n{root}\n")).unwrap();
        assert_eq!(twice.iter().map(|(_, _, line, _)| *line).collect::<Vec<_>>(), [1, root.lines().count() + 2]);
        assert!(twice.iter().all(|block| block.3 == twice[0].3));
        // The same beginning with another end.
        let cut = root.rfind("-----END").unwrap();
        let last = root[..cut].trim_end().len() - 4;
        let changed = format!("{}AAAA{}", &root[..last], &root[last + 4..]);
        assert_ne!(changed, root);
        assert_ne!(blocks(&changed), first);
        for odd in [format!("{}x{}", &root[..cut], &root[cut..]), root[..cut].to_owned(), format!("{root}x")] {
            assert_eq!(blocks(&odd), None, "{odd}");
        }
    }
}
