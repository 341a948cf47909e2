//! PHP's stream wrapper with `cafile`: `file_get_contents`, SoapClient, mysqlnd, everything but curl.
//!
//! `php_openssl_enable_peer_verification` in `ext/openssl/xp_ssl.c` of PHP 8.2: it loads the file as OpenSSL does; where
//! that fails it reads the file itself, line by line, and takes what it can: only lines that are exactly BEGIN or END
//! CERTIFICATE count, everything between goes to OpenSSL, and a block that OpenSSL does not take is passed over in
//! silence. Such lines are C strings: they end at a NUL.

use super::Outcome;
use super::certificates::{Decoder, Judge};
use super::openssl;
use super::pem_read_bio::{Blocks, Source, encryption, until_nul};

pub(super) fn read(bytes: &[u8], judge: &mut Judge) -> Outcome {
    let loaded = openssl::read(bytes, judge);
    if !loaded.fails {
        return loaded;
    }
    let mut trusted = Vec::new();
    let mut block: Option<Vec<u8>> = None;
    for line in bytes.split_inclusive(|byte| *byte == b'\n').map(until_nul) {
        match &mut block {
            None if matches!(line, b"-----BEGIN CERTIFICATE-----\n" | b"-----BEGIN CERTIFICATE-----\r\n") => {
                block = Some(line.to_vec());
            }
            None => {}
            Some(text) => {
                text.extend_from_slice(line);
                let ends = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
                if ends == b"-----END CERTIFICATE-----" {
                    trusted.extend(certificate(text, judge));
                    block = None;
                }
            }
        }
    }
    Outcome { fails: trusted.is_empty(), trusted }
}

/// `PEM_read_bio_X509` from memory.
fn certificate(text: &[u8], judge: &mut Judge) -> Option<crate::certificate::Fingerprint> {
    let mut blocks = Blocks::new(text, Source::Memory);
    let block = loop {
        let block = blocks.read().ok()?;
        if openssl::is_certificate(block.name) {
            break block;
        }
    };
    if encryption(&block.header).ok()? {
        return None;
    }
    judge.prefix(Decoder::Openssl, &block.data).map(|(fingerprint, _)| fingerprint)
}
