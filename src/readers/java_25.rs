//! Java from release 25 on: the same call as in `java`, which finds its blocks in another way.
//!
//! `sun.security.util.Pem` of JDK 25. Five dashes anywhere begin a block, so that a byte-order mark or blanks before
//! BEGIN no longer matter but dashes in a comment do; only a line end or one blank may stand behind BEGIN, and
//! only blanks and what ends a line behind END; a last block that is cut off is left out in silence.

use super::Outcome;
use super::certificates::Judge;
use super::der;
use super::java::{Stream, Thrown, certificates, decode};

pub(super) fn read(bytes: &[u8], judge: &mut Judge) -> Outcome {
    certificates(bytes, judge, block).unwrap_or(Outcome::FAILURE)
}

/// Why there is no block.
enum Stop {
    /// The file ended, which nobody minds behind the first block.
    End,
    Thrown,
}

fn block(stream: &mut Stream<'_>) -> Result<Option<Vec<u8>>, Thrown> {
    match stream.rest.first() {
        None => Ok(None),
        Some(&der::SEQUENCE) => stream.raw().map(Some),
        Some(_) => match pem(stream) {
            Ok(body) => decode(&body).map(Some),
            Err(Stop::End) => Ok(None),
            Err(Stop::Thrown) => Err(Thrown),
        },
    }
}

/// `readPEM`: the body of the next block, without its white space.
fn pem(stream: &mut Stream<'_>) -> Result<Vec<u8>, Stop> {
    let mut dashes = 0;
    while dashes != 5 {
        dashes = if stream.byte().ok_or(Stop::End)? == b'-' { dashes + 1 } else { 0 };
    }
    let begins = header(stream)?;
    let mut body = Vec::new();
    let end_of_line = match stream.byte() {
        Some(b' ') => None,
        Some(b'\n') => Some(b'\n'),
        Some(b'\r') => match stream.byte() {
            Some(b'\n') => Some(b'\n'),
            byte => {
                body.extend(byte);
                Some(b'\r')
            }
        },
        _ => return Err(Stop::Thrown),
    };
    loop {
        match stream.byte().ok_or(Stop::End)? {
            b'-' => break,
            b' ' | b'\t' | b'\r' | b'\n' => {}
            byte => body.push(byte),
        }
    }
    let ends = footer(stream)?;
    loop {
        match stream.byte() {
            None | Some(b' ') => break,
            byte if byte == end_of_line => break,
            Some(b'\r') => {}
            Some(_) => return Err(Stop::Thrown),
        }
    }
    let label = |line: &'_ [u8], keyword: &[u8]| line.strip_prefix(keyword).map(<[u8]>::to_vec).ok_or(Stop::Thrown);
    if label(&begins, b"BEGIN ")? != label(&ends, b"END ")? {
        return Err(Stop::Thrown);
    }
    Ok(body)
}

/// What stands between the dashes of a line that begins a block.
fn header(stream: &mut Stream<'_>) -> Result<Vec<u8>, Stop> {
    let mut text = Vec::new();
    loop {
        match stream.byte().ok_or(Stop::End)? {
            b'-' => break,
            b'\n' | b'\r' => return Err(Stop::Thrown),
            byte => text.push(byte),
        }
    }
    // A file that ends here is not taken for one that is over.
    four_dashes(stream).map_err(|_| Stop::Thrown)?;
    if text.starts_with(b"BEGIN ") { Ok(text) } else { Err(Stop::Thrown) }
}

/// The same of one that ends it, whose first dash is read already.
fn footer(stream: &mut Stream<'_>) -> Result<Vec<u8>, Stop> {
    four_dashes(stream)?;
    let mut text = Vec::new();
    loop {
        match stream.byte().ok_or(Stop::End)? {
            b'-' => break,
            byte => text.push(byte),
        }
    }
    four_dashes(stream).map(|()| text)
}

fn four_dashes(stream: &mut Stream<'_>) -> Result<(), Stop> {
    (0..4).try_for_each(|_| match stream.byte().ok_or(Stop::End)? {
        b'-' => Ok(()),
        _ => Err(Stop::Thrown),
    })
}
