//! A pin often names what was read into memory: a pool, a key store, a list. The file is named where it is read.

use std::sync::LazyLock;

use regex::Regex;

use super::expression;
use super::lex::CODE;
use super::source::Source;

/// Calls that read a file or open a stream, up to their bracket.
static READS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?-u:\b)(?:(?:os|ioutil|fs|embed)\.ReadFile|fs::read(?:_to_string)?|File::open|new\s+FileInputStream|newInputStream|getResourceAsStream|getResource|openRawResource|assets\.open|getAssets\(\)\.open|new\s+FileReader|new\s+ClassPathResource|ReadAll(?:Text|Bytes)(?:Async)?|new\s+X509Certificate2|CreateFromPemFile|ImportFromPemFile|LoadCertificateFromFile)\s*\(",
    )
    .expect("a valid pattern")
});

/// What is read for the program's own identity, not for its trust.
static OWN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\bkey|[_-]key|key\.|private|client|\bown\b|server\.").expect("a valid pattern"));

/// An ending that trust stores have.
static STORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\.(?:pem|crt|cer|der|jks|p12|pfx|bks|ts|truststore)\b|R\.raw\.|cacerts").expect("a valid pattern")
});

/// Lines above a pin, and below it, that may hold the reading of its file; and so many bytes of them.
const ABOVE: usize = 60;
const BELOW: usize = 40;
const FAR: usize = 16 << 10;

/// The expression that names the file read nearest to `at`: the last above it, else the first below.
pub fn near(source: &Source, at: usize) -> Option<&str> {
    let here = source.line(at);
    let from = source.line_offset(here.saturating_sub(ABOVE).max(1)).max(at.saturating_sub(FAR));
    let to = source.line_offset(here + BELOW).min(at + FAR);
    let mut best = None;
    for call in READS.find_iter(source.slice(from, to)) {
        let (start, end) = (from + call.start(), from + call.end());
        if source.mark(start) != CODE {
            continue;
        }
        let value = expression::expression(source, end);
        let named = expression::constant(source, value, start).unwrap_or(value);
        if !STORE.is_match(named) || OWN.is_match(named) {
            continue;
        }
        if start < at {
            best = Some(named);
        } else {
            return best.or(Some(named));
        }
    }
    best
}
