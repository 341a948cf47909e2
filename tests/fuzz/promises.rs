//! What holds of any bytes, one function for each fuzz target; a broken promise is a panic.
#![allow(dead_code, reason = "each target uses its own part")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use rootfix::apply::Receipt;
use rootfix::certificate::Certificate;
use rootfix::locate::{self, literals};
use rootfix::password::Passwords;
use rootfix::prove::saved_chain::{self, SavedChain};
use rootfix::readers::{self, Reader};
use rootfix::rollover::{Catalogue, Root};
use rootfix::store::pem::Pem;
use rootfix::store::pkcs12::Pkcs12;
use rootfix::store::{AppendOptions, Appended, Entry, Nature, Store, StoreFormat, Trust, bks, jks};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load().expect("the catalogue is whole"));

fn new_root() -> &'static Root {
    CATALOGUE.root("digicert-global-root-g2").expect("an embedded root")
}

fn trusted(store: &Store) -> impl Iterator<Item = &Entry> {
    store.entries.iter().filter(|entry| entry.trust == Trust::Trusted)
}

/// Adds the new root, where that can be done: what was written is read, holds it, and nothing else has changed.
fn add(format: &dyn StoreFormat, bytes: &[u8], options: &AppendOptions) -> Option<(Store, Appended, Store)> {
    let passwords = Passwords::default();
    let before = format.decode(bytes, &passwords).ok()?;
    let root = new_root();
    // A plan refuses what is no trust store.
    if before.nature != Nature::TrustStore {
        return None;
    }
    if trusted(&before).any(|entry| entry.certificate == root.certificate) {
        return None;
    }
    let appended = format.append(bytes, &before, &[root], options).ok()?;
    let after = format.decode(&appended.bytes, &passwords).expect("what was written is read");
    // Not all can be mended. What was not fails its proof, and is not written.
    if options.repair && after.broken {
        return None;
    }
    assert!(trusted(&after).any(|entry| entry.certificate == root.certificate), "the root is trusted");
    assert!(!after.broken, "what was written is whole");
    Some((before, appended, after))
}

/// Every old entry is there as it was, and one more.
fn one_more(before: &Store, after: &Store) {
    assert_eq!(before.others, after.others);
    let mut left: Vec<_> = after.entries.iter().map(|entry| (&entry.certificate, &entry.alias, entry.trust)).collect();
    for entry in &before.entries {
        let same = (&entry.certificate, &entry.alias, entry.trust);
        left.remove(left.iter().position(|other| *other == same).expect("every old entry is there as it was"));
    }
    assert_eq!(left.len(), 1);
}

fn is_subsequence(old: &[u8], new: &[u8]) -> bool {
    let mut new = new.iter();
    old.iter().all(|byte| new.any(|other| other == byte))
}

pub fn pem(bytes: &[u8]) {
    // What is read once for all readers is what each of them reads.
    if let Some(blocks) = readers::canonical::blocks(bytes) {
        assert_eq!(readers::views_of_canonical(&blocks), readers::views_of_odd(bytes));
    }
    for repair in [false, true] {
        let options = AppendOptions { repair, ..AppendOptions::default() };
        let Some((before, appended, after)) = add(&Pem, bytes, &options) else { continue };
        assert!(repair || is_subsequence(bytes, &appended.bytes), "every byte is kept");
        for entry in trusted(&before) {
            assert!(trusted(&after).any(|other| other.certificate == entry.certificate), "an old root is gone");
        }
    }
}

/// A digest that fits, so that a key store is not refused for that alone.
fn signed(bytes: &[u8]) -> Vec<u8> {
    use sha1::{Digest, Sha1};
    let data = &bytes[..bytes.len().saturating_sub(20)];
    let password: Vec<u8> = "changeit".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let digest = Sha1::new().chain_update(password).chain_update("Mighty Aphrodite").chain_update(data).finalize();
    [data, &digest[..]].concat()
}

pub fn java(bytes: &[u8]) {
    if jks::Jks.sniff(bytes) {
        for bytes in [bytes, &signed(bytes)] {
            if jks::Jks.sniff(bytes)
                && let Some((before, _, after)) = add(&jks::Jks, bytes, &AppendOptions::default())
            {
                one_more(&before, &after);
            }
        }
    } else if bks::Bks.sniff(bytes)
        && let Some((before, _, after)) = add(&bks::Bks, bytes, &AppendOptions::default())
    {
        one_more(&before, &after);
    }
}

pub fn pkcs12(bytes: &[u8]) {
    if Pkcs12.sniff(bytes)
        && let Some((before, _, after)) = add(&Pkcs12, bytes, &AppendOptions::default())
    {
        one_more(&before, &after);
    }
}

/// The first line is the file's name, which says the language; the rest is its text.
pub fn rules(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (name, rest) = (String::from_utf8_lossy(&bytes[..end]), &bytes[(end + 1).min(bytes.len())..]);
    let lines = rest.split(|byte| *byte == b'\n').count();
    for pin in locate::text(Path::new(name.as_ref()), rest) {
        assert!((1..=lines).contains(&pin.line) && pin.column >= 1, "a pin lies in its file: {pin:?}");
    }
    for name in ["pay.go", "pay.py", "pay.c", "pay.yaml", "pay.json", "pay.php"] {
        let Some(literals) = literals(Path::new(name), rest) else { continue };
        let Some((before, appended, after)) = add(literals, rest, &AppendOptions::default()) else { continue };
        assert!(is_subsequence(rest, &appended.bytes), "every byte is kept");
        assert_eq!(before.entries.len() + 1, after.entries.len());
    }
}

pub fn saved_chain(bytes: &[u8]) {
    let Ok(saved) = SavedChain::parse(bytes) else { return };
    assert!(!saved.certificates().is_empty());
    let rollover = CATALOGUE.default_rollover();
    let at = time::OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000);
    let anchors: Vec<Certificate> = rollover.roots().map(|root| root.certificate.clone()).collect();
    let _ = saved.host();
    let _ = saved_chain::prove(Path::new("rootca.pem"), &saved, None, at, &anchors, rollover);
    let _ = saved_chain::prove(Path::new("rootca.pem"), &saved, Some("pay.example"), at, &anchors, rollover);
}

pub fn receipt(bytes: &[u8]) {
    if let Ok(receipt) = Receipt::parse(bytes) {
        assert_eq!(Receipt::parse(receipt.to_json().as_bytes()), Ok(receipt), "what is written is read");
    }
}

/// Python's ssl, which is OpenSSL's `X509_STORE_load_file`, as long as this lives: one path in, an answer out.
struct Python {
    _child: Child,
    paths: ChildStdin,
    answers: BufReader<ChildStdout>,
}

const ASK: &str = "
import ssl, sys
for path in sys.stdin:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(path.rstrip('\\n'))
        print(context.cert_store_stats()['x509'], flush=True)
    except Exception:
        print('fails', flush=True)
";

impl Python {
    fn start() -> Python {
        let mut child = (Command::new("python3").args(["-c", ASK]))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is here");
        let paths = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Python { _child: child, paths, answers }
    }

    /// How many certificates are loaded; `None` where loading fails.
    fn loads(&mut self, path: &Path) -> Option<usize> {
        writeln!(self.paths, "{}", path.display()).expect("Python reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("Python answers");
        if answer == "fails\n" { None } else { Some(answer.trim().parse().expect("a number")) }
    }
}

/// How many certificates `openssl storeutl` counts.
fn storeutl(path: &Path) -> usize {
    let output = Command::new("openssl").args(["storeutl", "-noout", "-certs"]).arg(path).output();
    let text = String::from_utf8(output.expect("openssl is here").stdout).expect("it writes ASCII");
    text.lines().find_map(|line| line.strip_prefix("Total found: ")?.parse().ok()).unwrap_or(0)
}

/// OpenSSL itself loads, or refuses, what is said of it.
pub fn openssl(bytes: &[u8]) {
    static PYTHON: LazyLock<Mutex<Python>> = LazyLock::new(|| Mutex::new(Python::start()));
    static FILE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a directory")
    });
    // Trust settings decide who is loaded and still not trusted. Of a revocation list no more is said than that it
    // looks signed, which a certificate under its label does too.
    if [&b"TRUSTED"[..], b"X509 CRL"].iter().any(|label| bytes.windows(label.len()).any(|window| window == *label)) {
        return;
    }
    let views = readers::views_of_odd(bytes);
    let view = views.iter().find(|view| view.reader == Reader::Openssl).expect("a view for each reader");
    let file = FILE.path().join("bundle.pem");
    fs::write(&file, bytes).expect("memory takes it");
    let loads = PYTHON.lock().expect("no promise breaks while it is asked").loads(&file);
    let said = (!view.fails).then_some(view.trusted.len());
    assert_eq!(loads, said, "left: OpenSSL, right: what is said of it; storeutl counts {}", storeutl(&file));
}
