//! Java as the tests use it: `tests/java/KeyStores.java`, compiled once, run by any JDK; and stores made with it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use rootfix::certificate::Certificate;
use rootfix::password::Passwords;
use rootfix::rollover::Root;
use rootfix::store::{AppendOptions, FORMATS, Store, StoreFormat};
use tempfile::TempDir;

/// A Java with the compiled helper, which it runs as long as this lives.
pub struct Java {
    java: PathBuf,
    class_path: String,
    running: Mutex<Option<Running>>,
}

struct Running {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Java {
    /// The `java` on the `PATH`, without Bouncy Castle. `None` after saying that it is missing.
    pub fn here() -> Option<Java> {
        Java::new(super::program("java")?)
    }

    /// The runtime of one of [`super::JDKS`].
    pub fn of_release(release: u32) -> Option<Java> {
        Java::new(super::jdk(release)?.join("bin/java"))
    }

    fn new(java: PathBuf) -> Option<Java> {
        Some(Java { java, class_path: classes()?.to_str()?.to_owned(), running: Mutex::new(None) })
    }

    /// The same with Bouncy Castle's provider (Debian's libbcprov-java).
    pub fn with_bouncy_castle(self) -> Option<Java> {
        let jar = Path::new("/usr/share/java/bcprov.jar");
        if !jar.exists() {
            super::missing("Bouncy Castle (libbcprov-java)");
            return None;
        }
        let class_path = format!("{}:{}", self.class_path, jar.display());
        Some(Java { class_path, ..self })
    }

    /// The helper, not yet started.
    pub fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(&self.java);
        command.env("LC_ALL", "C.UTF-8").env_remove("JAVA_TOOL_OPTIONS");
        command.args(["-Dfile.encoding=UTF-8", "-Dorg.bouncycastle.bks.enable_v1=true"]).args(options);
        command.args(["-cp", &self.class_path, "KeyStores"]);
        command
    }

    /// What the helper answers to a request.
    pub fn try_run(&self, request: &[&str], password: Option<&str>) -> Result<Vec<String>, String> {
        let mut running = self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Running { requests, answers, .. } = running.get_or_insert_with(|| {
            let mut child = self.command(&[]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let (requests, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
            Running { child, requests, answers: BufReader::new(answers) }
        });
        let password = password.map_or("-".to_owned(), |password| format!("={password}"));
        writeln!(requests, "{password}\t{}", request.join("\t")).unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(answers.read_line(&mut line).unwrap() > 0, "Java ended; {request:?}");
            match line.trim_end() {
                "done" => return Ok(lines),
                failed if failed.starts_with("failed ") => return Err(failed.to_owned()),
                line => lines.push(line.to_owned()),
            }
        }
    }

    pub fn run(&self, request: &[&str], password: Option<&str>) -> Vec<String> {
        self.try_run(request, password).unwrap_or_else(|error| panic!("{request:?}: {error}"))
    }

    /// Every entry of a store, as `KeyStore` of this Java sees it: a line each, sorted.
    pub fn list(&self, store_type: &str, bytes: &[u8], password: Option<&str>) -> Vec<String> {
        self.try_list(store_type, bytes, password).unwrap_or_else(|error| panic!("{store_type}: {error}"))
    }

    pub fn try_list(&self, store_type: &str, bytes: &[u8], password: Option<&str>) -> Result<Vec<String>, String> {
        let file = written(bytes);
        self.try_run(&["list", store_type, file.path().to_str().unwrap()], password)
    }

    /// The SHA-256 of every certificate that JSSE ends up trusting, sorted.
    pub fn trusted(&self, store_type: &str, bytes: &[u8], password: Option<&str>) -> Vec<String> {
        let file = written(bytes);
        self.run(&["trusted", store_type, file.path().to_str().unwrap()], password)
    }
}

fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, bytes).unwrap();
    file
}

/// The compiled helper; compiled anew when its source has changed.
fn classes() -> Option<PathBuf> {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/KeyStores.java");
    let version = rootfix::certificate::Fingerprint::of(&std::fs::read(&source).unwrap()).to_string();
    let classes = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("java-{}", &version[..16]));
    if !classes.exists() {
        let javac = super::program("javac")?;
        let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let done = Command::new(javac).args(["--release", "11", "-d"]).arg(fresh.path()).arg(&source).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        // Another test binary may have been faster; then its classes are as good.
        if std::fs::rename(fresh.path(), &classes).is_ok() {
            let _gone = fresh.keep();
        }
    }
    Some(classes)
}

/// A certificate of its own making, as a catalogue would name it; with its key as PKCS#8.
pub struct Made {
    pub root: Root,
    pub key: Vec<u8>,
    /// Signs certificates under it.
    pub issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

pub fn made(name: &str) -> Made {
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = Certificate::from_der(parameters.self_signed(&key).unwrap().der()).unwrap();
    let alias = name.to_lowercase().replace(' ', "");
    let root = Root {
        id: alias.clone(),
        name: name.to_owned(),
        alias,
        pinned: certificate.fingerprint(),
        certificate,
        distrusted_for_tls: None,
        successors: Vec::new(),
    };
    Made { root, key: key.serialize_der(), issuer: rcgen::Issuer::new(parameters, key) }
}

/// What fixtures are made of: three roots and a key.
pub struct Makings {
    dir: TempDir,
    pub old: [Made; 3],
    pub new: Made,
}

impl Makings {
    pub fn new() -> Makings {
        let dir = tempfile::tempdir().unwrap();
        let old = ["Old Root A", "Old Root B", "Someone's Own"].map(made);
        for (i, made) in old.iter().enumerate() {
            std::fs::write(dir.path().join(format!("{i}.der")), made.root.certificate.der()).unwrap();
            std::fs::write(dir.path().join(format!("{i}.key")), &made.key).unwrap();
        }
        Makings { dir, old, new: made("New Root G2") }
    }

    pub fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    /// A store of this type, made by this Java: two roots, one under an alias in Debian's style, a private key with
    /// its chain, and a secret key where the type takes one.
    pub fn mixed(&self, java: &Java, store_type: &str, password: &str) -> Vec<u8> {
        let (a, b, own, key) = (self.path("0.der"), self.path("1.der"), self.path("2.der"), self.path("2.key"));
        let mut items = vec!["cert", "debian:old_root_a.pem", &a, "cert", "oldrootb [jdk]", &b];
        items.extend(["key", "mine", &key, &own, "end"]);
        if store_type != "JKS" {
            items.extend(["secret", "shared", "0123456789abcdef"]);
        }
        self.make(java, store_type, password, &items)
    }

    /// The same without keys.
    pub fn trust_store(&self, java: &Java, store_type: &str, password: &str) -> Vec<u8> {
        let (a, b) = (self.path("0.der"), self.path("1.der"));
        self.make(java, store_type, password, &["cert", "oldroota", &a, "cert", "根证书", &b])
    }

    pub fn make(&self, java: &Java, store_type: &str, password: &str, items: &[&str]) -> Vec<u8> {
        let file = self.path("made");
        java.run(&[&["make", store_type, &file], items].concat(), Some(password));
        std::fs::read(file).unwrap()
    }
}

/// A program of this text. Another process writes it: as long as this one had it open, a child that another test
/// starts at that moment would have it open too, and Linux runs nothing that is open for writing.
#[cfg(unix)]
pub fn script(path: &Path, text: &str) {
    let mut writer = Command::new("sh");
    writer.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(path).stdin(Stdio::piped());
    let mut writer = writer.spawn().unwrap();
    writer.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(writer.wait().unwrap().success());
}

pub fn format_of(bytes: &[u8]) -> &'static dyn StoreFormat {
    *FORMATS.iter().find(|format| format.sniff(bytes)).expect("one of our formats")
}

pub fn decode(bytes: &[u8], passwords: &Passwords) -> Store {
    format_of(bytes).decode(bytes, passwords).unwrap_or_else(|trouble| panic!("{trouble:?}"))
}

/// A JKS or JCEKS with the digest that this password makes, of all that comes before it.
pub fn signed(mut bytes: Vec<u8>, password: &str) -> Vec<u8> {
    use sha1::{Digest, Sha1};
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let digest = Sha1::new().chain_update(password).chain_update("Mighty Aphrodite").chain_update(&bytes).finalize();
    bytes.extend(digest);
    bytes
}

/// A JKS whose first certificate cannot be read, and whose digest fits.
pub fn spoilt(mut jks: Vec<u8>) -> Vec<u8> {
    const TYPE: &[u8] = b"\0\x05X.509";
    let certificate =
        jks.windows(TYPE.len()).position(|window| window == TYPE).expect("a certificate") + TYPE.len() + 4;
    jks[certificate] = 0xff;
    jks.truncate(jks.len() - 20);
    signed(jks, "changeit")
}

/// The native engine's work.
pub fn append(bytes: &[u8], passwords: &Passwords, root: &Root) -> Vec<u8> {
    let options = AppendOptions { now_ms: NOW_MS, ..AppendOptions::default() };
    format_of(bytes).append(bytes, &decode(bytes, passwords), &[root], &options).unwrap().bytes
}

/// 2026-11-22.
pub const NOW_MS: u64 = 1_795_305_600_000;
