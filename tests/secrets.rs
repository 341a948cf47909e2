//! A password is in no child's arguments, in the environment of nobody but keytool (and the client that opens the
//! store), in no record, receipt, backup name or error, and in no memory image.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use common::bundles::{block, g1, plain_addition};
use common::cli::{directory, finish, run, run_with_input, without_surroundings};

const SECRET: &str = "s3cret-of-the-store";

/// The program under strace: what it says, and the line of every program that was started, environment included.
fn traced(dir: &Path, given: (&str, &str), arguments: &[&str]) -> (String, Vec<String>) {
    let log = directory();
    let log = log.path().join("log");
    let mut strace = Command::new("strace");
    let done = without_surroundings(&mut strace)
        .args(["-f", "-v", "-s", "100000", "-e", "trace=execve,prlimit64,setrlimit", "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_rootfix"))
        .args(arguments)
        .env(given.0, given.1)
        .current_dir(dir)
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    let log = fs::read_to_string(log).unwrap();
    (String::from_utf8_lossy(&said).into_owned(), log.lines().map(str::to_owned).collect())
}

fn key_store(dir: &Path) -> bool {
    if common::program("keytool").is_none() || common::program("strace").is_none() {
        return false;
    }
    fs::write(dir.join("g1.pem"), block(&g1())).unwrap();
    let keytool = ["-importcert", "-noprompt", "-alias", "g1", "-file", "g1.pem", "-keystore", "trust.jks"];
    let made = Command::new("keytool")
        .args(keytool)
        .args(["-storetype", "JKS", "-storepass", SECRET])
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    true
}

#[test]
fn only_keytool_is_told_the_password_and_only_by_its_environment() {
    for engine in ["keytool", "native", "auto"] {
        let dir = directory();
        if !key_store(dir.path()) {
            return;
        }
        let arguments = ["append", "--engine", engine, "--password-env", "STORE", "trust.jks"];
        let (said, started) = traced(dir.path(), ("STORE", SECRET), &arguments);
        assert!(said.contains("Done") || said.contains("完成"), "{engine}: {said}");
        assert!(!said.contains(SECRET), "{engine}: {said}");

        let starts: Vec<&String> = started.iter().filter(|line| line.contains("execve(")).collect();
        // Our own start is the control: the password is in its environment, and would be found in any other's.
        assert!(starts[0].contains(SECRET), "control: {}", starts[0]);
        for start in &starts[1..] {
            let (arguments, environment) = start.split_once("], [").unwrap_or((start, ""));
            assert!(!arguments.contains(SECRET), "{engine}: in the arguments: {start}");
            assert!(!environment.contains("\"STORE="), "{engine}: the variable is handed on: {start}");
            assert!(!environment.contains(SECRET) || arguments.contains("keytool"), "{engine}: {start}");
        }
        assert_eq!(engine == "native", !starts[1..].iter().any(|start| start.contains("/keytool\"")), "{engine}");
        let core = |line: &&String| line.contains("RLIMIT_CORE") && line.contains("rlim_cur=0");
        assert!(started.iter().any(|line| core(&line)), "{engine}: a crash would leave the password in a core dump");

        for entry in fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap()) {
            let holds = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(!holds(&fs::read(entry.path()).unwrap()), "{engine}: {:?}", entry.path());
        }
    }
}

#[test]
fn an_error_does_not_repeat_what_was_tried() {
    let dir = directory();
    if !key_store(dir.path()) {
        return;
    }
    fs::copy(dir.path().join("trust.jks"), dir.path().join("other.jks")).unwrap();
    let wrong = "n0t-the-password";
    for json in [&["--json"][..], &[]] {
        let arguments = [json, &["-v", "append", "--engine", "native", "--password-stdin", "trust.jks"]].concat();
        let ran = run_with_input(dir.path(), &arguments, format!("{wrong}\n").as_bytes());
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(!ran.text().contains(wrong) && !ran.stderr.contains(wrong), "{ran:?}");
    }
    let same = fs::read(dir.path().join("trust.jks")).unwrap() == fs::read(dir.path().join("other.jks")).unwrap();
    assert!(same, "it is unchanged");
}

/// A key store under the secret, made without keytool.
fn own_key_store(dir: &Path) {
    fs::write(dir.join("g1.pem"), block(&g1())).unwrap();
    let arguments = ["append", "--engine", "native", "--password-stdin", "--output", "trust.p12", "g1.pem"];
    let made = run_with_input(dir, &arguments, format!("{SECRET}\n").as_bytes());
    assert_eq!(made.code, 0, "{made:?}");
    // Control: without the secret it does not open.
    assert_eq!(run(dir, &["check", "trust.p12"]).code, 2);
}

#[test]
fn of_standard_input_one_line_is_the_password_and_the_rest_the_bundle() {
    let dir = directory();
    let bundle = block(&g1()).repeat(40);
    for end in ["\n", "\r\n"] {
        let input = format!("{SECRET}{end}{bundle}");
        let ran = run_with_input(dir.path(), &["append", "-", "--password-stdin"], input.as_bytes());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(ran.text(), format!("{bundle}{}", plain_addition()));
    }
    // What stands behind the line may also be for the program that is started.
    let ran = run_with_input(dir.path(), &["locate", "--password-stdin", "--", "cat"], b"secret\nthe rest");
    assert!(ran.text().starts_with("the rest"), "{ran:?}");
}

#[test]
fn a_password_file_may_be_a_pipe_but_not_one_that_nobody_writes_to() {
    if common::program("bash").is_none() || common::program("mkfifo").is_none() {
        return;
    }
    let dir = directory();
    own_key_store(dir.path());
    let check = |script: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", script, env!("CARGO_BIN_EXE_rootfix"), SECRET]).current_dir(dir.path());
        command.env("LC_ALL", "C").stdin(Stdio::null());
        finish(command, b"")
    };
    for script in [
        r#""$0" check --password-file <(echo "$1") trust.p12"#,
        r#""$0" check --password-file <(sleep 1; printf %s "$1") trust.p12"#,
        r#"echo "$1" | "$0" check --password-file /dev/stdin trust.p12"#,
        r#"mkfifo pipe; (echo "$1" > pipe) & "$0" check --password-file pipe trust.p12"#,
        r#"echo "$1" > file; "$0" check --password-file file trust.p12"#,
    ] {
        let ran = check(script);
        assert_eq!(ran.code, 0, "{script}: {ran:?}");
    }
    let ran = check(r#""$0" check --password-file pipe trust.p12"#);
    assert!(ran.code == 2 && ran.stderr.contains("nobody writes a password into it"), "{ran:?}");
}

#[test]
fn a_password_that_is_too_long_is_refused_and_not_cut() {
    let dir = directory();
    own_key_store(dir.path());
    for (length, said) in [(4096, "[wrong-password]"), (4097, "longer than 4096 bytes")] {
        let long = format!("{SECRET}{}", "x".repeat(length - SECRET.len()));
        fs::write(dir.path().join("long"), &long).unwrap();
        let from_file = run(dir.path(), &["check", "--password-file", "long", "trust.p12"]);
        let from_input = run_with_input(dir.path(), &["check", "--password-stdin", "trust.p12"], long.as_bytes());
        for ran in [from_file, from_input] {
            assert!(ran.code == 2 && ran.stderr.contains(said), "{length}: {ran:?}");
            assert!(!ran.stderr.contains(SECRET), "{ran:?}");
        }
    }
}
