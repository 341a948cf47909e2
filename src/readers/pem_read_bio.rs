//! `PEM_read_bio`, with which OpenSSL, PHP and Node read the blocks of a bundle one after another.
//!
//! Taken from `crypto/pem/pem_lib.c`, `crypto/bio/bss_file.c`, `crypto/bio/bss_mem.c` and `crypto/evp/encode.c` of
//! OpenSSL 3.0.22. Its constraints, and what follows from them:
//!
//! - It reads lines of at most 254 bytes; a longer line is taken as several.
//! - From a file it reads with `fgets` and measures with `strlen`: a line ends at a NUL, and one that begins with NUL
//!   looks like the end of the file. From memory it does not.
//! - The end of a line loses every byte up to and including the blank; `char` being signed on x86, also every byte
//!   from 0x80 on. (Where `char` is unsigned, as on ARM, such bytes stay. Modelled is x86.)
//! - A BEGIN line is looked for at the start of a line only; an END line must follow, and it must name what BEGIN
//!   named. If it does not, or an odd line is in between, that is an error of the whole file and not only of the
//!   block, whatever the block is.
//! - A blank line ends a header; what comes before it is then not part of the body.

use super::base64;

/// `LINESIZE` - 1: what `BIO_gets` leaves room for.
const LINE: usize = 254;
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const TAIL: &[u8] = b"-----";
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Where the lines come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// `BIO_s_file`.
    File,
    /// `BIO_s_mem` and its kin.
    Memory,
}

/// One block as `PEM_read_bio` hands it out.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub name: &'a [u8],
    /// Every line of the header with `\n` behind it.
    pub header: Vec<u8>,
    pub data: Vec<u8>,
}

/// Why there is no block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// `PEM_R_NO_START_LINE`: callers take it for the end of the file.
    NoStartLine,
    /// Something is wrong, and OpenSSL's error queue says so.
    Malformed,
    /// Something is wrong, but nothing says so: no error was raised.
    Silent,
}

/// The blocks of a bundle, as OpenSSL reads them one by one.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    rest: &'a [u8],
    source: Source,
}

impl<'a> Blocks<'a> {
    pub fn new(bytes: &'a [u8], source: Source) -> Self {
        Blocks { rest: bytes, source }
    }

    /// `PEM_read_bio`.
    pub fn read(&mut self) -> Result<Block<'a>, Stop> {
        let name = self.name()?;
        let (header, body) = self.header_and_body(name)?;
        // An empty body fails where its memory is asked for, and that raises nothing.
        if body.is_empty() {
            return Err(Stop::Silent);
        }
        match decode(&body) {
            None => Err(Stop::Malformed),
            Some(data) if data.is_empty() => Err(Stop::Silent),
            Some(data) => Ok(Block { name, header, data }),
        }
    }

    /// `BIO_gets`: the next line or piece of one, its LF included.
    fn gets(&mut self) -> Option<&'a [u8]> {
        let window = &self.rest[..self.rest.len().min(LINE)];
        let length = window.iter().position(|byte| *byte == b'\n').map_or(window.len(), |lf| lf + 1);
        let (line, rest) = self.rest.split_at(length);
        self.rest = rest;
        let line = match self.source {
            Source::File => until_nul(line),
            Source::Memory => line,
        };
        (!line.is_empty()).then_some(line)
    }

    /// `get_name`: what the next BEGIN line names.
    fn name(&mut self) -> Result<&'a [u8], Stop> {
        let mut first = true;
        loop {
            let line = self.gets().ok_or(Stop::NoStartLine)?;
            let line = match line.strip_prefix(BOM) {
                Some(line) if first && !line.is_empty() => line,
                _ => line,
            };
            first = false;
            if let Some(rest) = trimmed(line).strip_prefix(BEGIN)
                && let Some(name) = rest.strip_suffix(TAIL)
            {
                return Ok(until_nul(name));
            }
        }
    }

    /// `get_header_and_data`: the lines of the header and of the body, each with `\n` behind it.
    fn header_and_body(&mut self, name: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Stop> {
        /// Until a blank line it is not known whether the lines are a header.
        #[derive(PartialEq)]
        enum Header {
            Maybe,
            /// A colon was seen.
            In,
            Past,
        }
        let mut status = Header::Maybe;
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut cut = false;
        let mut ended = false;
        loop {
            let piece = self.gets().ok_or(Stop::Malformed)?;
            let was_cut = cut;
            cut = piece.len() == LINE && !piece.ends_with(b"\n");
            if status == Header::Maybe && piece.contains(&b':') {
                status = Header::In;
            }
            let line = trimmed(piece);
            if line.is_empty() {
                if !was_cut {
                    if status == Header::Past {
                        return Err(Stop::Malformed);
                    }
                    status = Header::Past;
                }
                continue;
            }
            if let Some(rest) = line.strip_prefix(END) {
                // The name, the dashes and then the end of the line, which trimming has put there.
                let named = rest.strip_prefix(name) == Some(TAIL);
                return match (named, status) {
                    (false, _) => Err(Stop::Malformed),
                    (true, Header::Maybe) => Ok((Vec::new(), before)),
                    (true, _) => Ok((before, after)),
                };
            }
            if ended {
                return Err(Stop::Malformed);
            }
            let past = status == Header::Past;
            let target = if past { &mut after } else { &mut before };
            // Copied as a C string: what is behind a NUL is lost, with the end of the line.
            match line.contains(&0) {
                true => target.extend_from_slice(until_nul(line)),
                false => {
                    target.extend_from_slice(line);
                    target.push(b'\n');
                }
            }
            // Behind a header the lines must be of 64 characters, but for the last.
            if past {
                if line.len() > 64 {
                    return Err(Stop::Silent);
                }
                ended = line.len() < 64;
            }
        }
    }
}

pub(super) fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.iter().position(|byte| *byte == 0).map_or(bytes, |nul| &bytes[..nul])
}

/// `sanitize_line` in its traditional form: without what `(signed char) c <= ' '` finds at the end.
fn trimmed(line: &[u8]) -> &[u8] {
    let length = line.iter().rposition(|byte| (0x21..0x80).contains(byte)).map_or(0, |last| last + 1);
    &line[..length]
}

/// `EVP_DecodeUpdate` and `EVP_DecodeFinal` over a whole body: blanks and line ends anywhere, a `-` ends it, at most
/// two `=` end the characters, which must come in fours.
fn decode(body: &[u8]) -> Option<Vec<u8>> {
    let mut characters = Vec::with_capacity(body.len());
    let mut padding = 0;
    for byte in body {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'-' => break,
            b'=' if padding < 2 => {
                padding += 1;
                characters.push(b'=');
            }
            _ if padding == 0 && base64::is_base64(*byte) => characters.push(*byte),
            _ => return None,
        }
    }
    base64::decode_padded(&characters)
}

/// Whether `PEM_get_EVP_CIPHER_INFO` accepts the header, and then whether it says that the data is encrypted.
pub(super) fn encryption(header: &[u8]) -> Result<bool, Stop> {
    if matches!(header, [] | [b'\n', ..]) {
        return Ok(false);
    }
    encrypted(header).map(|()| true).ok_or(Stop::Malformed)
}

/// `Proc-Type: 4,ENCRYPTED`, then `DEK-Info: CIPHER,IV`.
fn encrypted(header: &[u8]) -> Option<()> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let skip = |bytes: &'_ [u8]| bytes.iter().position(|byte| !blank(byte)).unwrap_or(bytes.len());
    let rest = header.strip_prefix(b"Proc-Type:")?;
    let rest = rest[skip(rest)..].strip_prefix(b"4,")?;
    let rest = rest[skip(rest)..].strip_prefix(b"ENCRYPTED")?;
    let line_end = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))?;
    let rest = rest[line_end..].strip_prefix(b"\nDEK-Info:")?;
    let rest = &rest[skip(rest)..];
    let name = rest.iter().position(|byte| matches!(byte, b' ' | b'\t' | b',' | b'\n')).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(name);
    let (_, iv) = CIPHERS.iter().find(|(cipher, _)| cipher.as_bytes().eq_ignore_ascii_case(name))?;
    let digits = rest[skip(rest)..].strip_prefix(b",")?.get(..2 * iv)?;
    digits.iter().all(u8::is_ascii_hexdigit).then_some(())
}

/// The ciphers that traditional keys are encrypted with, and the bytes of their initialisation vectors; OpenSSL knows
/// more names, which nobody encrypts keys with.
const CIPHERS: &[(&str, usize)] = &[
    ("DES-CBC", 8),
    ("DES-EDE-CBC", 8),
    ("DES-EDE3-CBC", 8),
    ("DES3", 8),
    ("AES-128-CBC", 16),
    ("AES-192-CBC", 16),
    ("AES-256-CBC", 16),
    ("AES-256-CFB", 16),
    ("CAMELLIA-128-CBC", 16),
    ("CAMELLIA-192-CBC", 16),
    ("CAMELLIA-256-CBC", 16),
    ("ARIA-128-CBC", 16),
    ("ARIA-256-CBC", 16),
    ("SEED-CBC", 16),
    ("IDEA-CBC", 8),
    ("BF-CBC", 8),
    ("CAST5-CBC", 8),
    ("RC2-CBC", 8),
    ("SM4-CBC", 16),
];
