//! Node's two ways of reading a bundle: the `ca:` option, and NODE_EXTRA_CA_CERTS.
//!
//! `SecureContext::SetCACert` and `AddCertsFromFile` in `src/crypto/crypto_context.cc` of Node 20. Both add
//! certificates as they come and stop at the first block that is wrong, keeping what came before. They differ: `ca:`
//! reads from memory, takes TRUSTED CERTIFICATE, wants trust settings or nothing behind a certificate, and says nothing
//! when it stops; NODE_EXTRA_CA_CERTS reads the file itself and prints a warning.

use super::Outcome;
use super::certificates::{Decoder, Judge};
use super::openssl::{TRUSTED, is_certificate};
use super::pem_read_bio::{Block, Blocks, Source, Stop, encryption};

/// `tls.connect({ ca: fs.readFileSync(file) })`. Never fails: with nothing read, it trusts nobody.
pub(super) fn read_ca(bytes: &[u8], judge: &mut Judge) -> Outcome {
    let mut blocks = Blocks::new(bytes, Source::Memory);
    let mut trusted = Vec::new();
    while let Ok(block) = next(&mut blocks, |name| is_certificate(name) || name == TRUSTED) {
        match judge.trusted_certificate(&block.data) {
            Some(fingerprint) => trusted.extend(fingerprint),
            None => break,
        }
    }
    Outcome { trusted, fails: false }
}

/// `NODE_EXTRA_CA_CERTS=file node`. Only what it adds to the built-in roots.
pub(super) fn read_extra(bytes: &[u8], judge: &mut Judge) -> Outcome {
    let mut blocks = Blocks::new(bytes, Source::File);
    let mut trusted = Vec::new();
    loop {
        match next(&mut blocks, is_certificate) {
            Ok(block) => match judge.prefix(Decoder::Openssl, &block.data) {
                Some((fingerprint, _)) => trusted.push(fingerprint),
                None => return Outcome { trusted, fails: true },
            },
            Err(stop) => return Outcome { trusted, fails: stop == Stop::Malformed },
        }
    }
}

/// `PEM_bytes_read_bio`: the next block with a fitting name, unless something before it is wrong or it is encrypted.
fn next<'a>(blocks: &mut Blocks<'a>, fits: impl Fn(&[u8]) -> bool) -> Result<Block<'a>, Stop> {
    loop {
        let block = blocks.read()?;
        if fits(block.name) {
            return match encryption(&block.header)? {
                false => Ok(block),
                true => Err(Stop::Malformed),
            };
        }
    }
}
