//! The programs that make and read PKCS#12 files, each found, fetched or compiled once.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common;

/// Where what is fetched or compiled stays: beside the Java runtimes.
fn cache() -> PathBuf {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("pkcs12-tools");
    std::fs::create_dir_all(&cache).unwrap();
    cache
}

pub fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pkcs12_matrix").join(name)
}

/// Runs a command and gives what it wrote, or `None` where it failed.
pub fn output(command: &mut Command, input: &str) -> Option<String> {
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let done = child.wait_with_output().ok()?;
    let _ = writer.join();
    if !done.status.success() {
        eprintln!("{command:?}: {}", String::from_utf8_lossy(&done.stderr));
        return None;
    }
    Some(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Makes a directory in the cache once; a half-made one is not left behind.
fn once(name: &str, make: impl FnOnce(&Path) -> Option<()>) -> Option<PathBuf> {
    let made = cache().join(name);
    if !made.exists() {
        let fresh = tempfile::tempdir_in(cache()).ok()?;
        make(fresh.path())?;
        std::fs::rename(fresh.path(), &made).ok()?;
        let _kept = fresh.keep();
    }
    Some(made)
}

pub fn bouncy_castle() -> Option<PathBuf> {
    let jar = PathBuf::from("/usr/share/java/bcprov.jar");
    if !jar.exists() {
        common::missing("Bouncy Castle (libbcprov-java)");
        return None;
    }
    Some(jar)
}

/// The Java programs of this test, for Java 11 and later.
pub fn java_classes(directory: &Path) -> Option<PathBuf> {
    let javac = common::program("javac")?;
    let sources = ["Dump.java", "KeytoolMany.java", "Make.java"].map(source);
    output(Command::new(javac).args(["--release", "11", "-d"]).arg(directory).args(sources), "")?;
    Some(directory.to_owned())
}

/// A Python with the cryptography package, which brings an OpenSSL of its own.
pub fn python() -> Option<PathBuf> {
    const PACKAGE: &str = "cryptography==50.0.2";
    let fetched = once("python-cryptography-50.0.2", |directory| {
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"];
        output(Command::new("python3").args(pip).arg(directory).arg(PACKAGE), "").map(drop)
    });
    if fetched.is_none() {
        common::missing("Python's cryptography");
    }
    fetched
}

pub fn python_command(packages: &Path, script: &str) -> Command {
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", packages).env("PYTHONDONTWRITEBYTECODE", "1").arg(source(script));
    command
}

pub fn forge() -> Option<PathBuf> {
    let fetched = once("node-forge-1.4.3", |directory| {
        let npm = ["install", "--silent", "--no-audit", "--no-fund", "node-forge@1.4.3"];
        output(Command::new("npm").args(npm).current_dir(directory), "").map(drop)
    });
    if fetched.is_none() {
        common::missing("node-forge");
    }
    fetched.map(|directory| directory.join("node_modules"))
}

pub fn forge_command(modules: &Path, script: &str) -> Command {
    let mut command = Command::new("node");
    command.env("NODE_PATH", modules).arg(source(script));
    command
}

/// The reader in Go, with Debian's golang-golang-x-crypto-dev.
pub fn go_reader(directory: &Path) -> Option<PathBuf> {
    if !Path::new("/usr/share/gocode/src/golang.org/x/crypto/pkcs12").exists() {
        common::missing("Go's x/crypto/pkcs12 (golang-golang-x-crypto-dev)");
        return None;
    }
    let go = common::program("go")?;
    let binary = directory.join("read-go");
    let mut command = Command::new(go);
    command.env("GOPATH", "/usr/share/gocode").env("GO111MODULE", "off").env("GOFLAGS", "");
    command.args(["build", "-o"]).arg(&binary).arg(source("read.go"));
    output(&mut command, "").map(|_| binary)
}
