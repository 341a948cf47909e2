//! keytool does the work where it can, is never believed, and whatever it does the store is whole.
#![cfg(unix)]
mod common;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::java::{Java, Makings, append as natively, decode, format_of, made};
use common::lifeline::Lifeline;
use rootfix::finding::Code;
use rootfix::keytool::{self, Engine, KeytoolFailed};
use rootfix::password::Passwords;
use rootfix::proof::Verdict;
use rootfix::rollover::Root;
use rootfix::store::{AppendOptions, Store, StoreFormat, jks};

/// Longer than the program itself waits: the tests of other files run at the same time.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The JDK's own keytool, as the program would find it.
fn real() -> Option<PathBuf> {
    let found = keytool::find(None, &|name| (name == "PATH").then(|| std::env::var_os("PATH"))?);
    if found.is_none() {
        common::missing("keytool");
    }
    found
}

/// Whatever the umask: nobody else may write there, or what lies there is not started.
fn shield(directory: &Path) {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A keytool that is a shell script: `$STORE` is the key store, `$REAL` the real keytool, `$LOG` a file.
fn script(dir: &Path, body: &str) -> PathBuf {
    let real = real().unwrap_or_else(|| "/nonexistent".into());
    let text = format!(
        "#!/bin/sh\nREAL='{}'; LOG='{}/log'\n\
         for word; do [ \"$previous\" = -keystore ] && STORE=$word; previous=$word; done\n{body}\n",
        real.display(),
        dir.display()
    );
    let file = dir.join("keytool");
    common::java::script(&file, &text);
    shield(dir);
    file
}

fn a_store() -> (Vec<u8>, Store) {
    let old = ["Old Root A", "Old Root B"].map(|name| made(name).root);
    let bytes = jks::create(old.iter().map(|root| (root.alias.as_str(), &root.certificate)), "changeit", 0).unwrap();
    let store = decode(&bytes, &Passwords::default());
    (bytes, store)
}

fn add(keytool: &Path, bytes: &[u8], store: &Store, root: &Root, timeout: Duration) -> Result<Vec<u8>, KeytoolFailed> {
    keytool::append(bytes, store, &[root], &AppendOptions::default(), keytool, timeout)
}

#[test]
fn keytool_adds_and_every_entry_is_there_byte_for_byte() {
    let (Some(java), Some(keytool)) = (Java::here(), real()) else { return };
    let makings = Makings::new();
    for (name, password) in [("JKS", "changeit"), ("JCEKS", "changeit"), ("JKS", "密码一二三四"), ("JCEKS", "pässwörd")]
    {
        // The keys in a JCEKS, as against the store, take no password beyond ASCII.
        let mixed = name == "JKS" || password.is_ascii();
        let bytes =
            if mixed { makings.mixed(&java, name, password) } else { makings.trust_store(&java, name, password) };
        let store = decode(&bytes, &Passwords::with(password));
        let two = [&makings.new.root, &made("Another").root];
        let options = AppendOptions::default();
        let after = keytool::append(&bytes, &store, &two, &options, &keytool, TIMEOUT).unwrap();
        let (before, now) = (java.list(name, &bytes, Some(password)), java.list(name, &after, Some(password)));
        assert!(before.iter().all(|line| now.contains(line)), "{before:#?} {now:#?}");
        assert_eq!(now.len(), before.len() + 2);
        assert!(now.iter().any(|line| line.starts_with("newrootg2 trusted")), "{now:#?}");
    }
}

#[test]
fn a_keytool_that_does_anything_else_is_not_taken() {
    let Some(_) = real() else { return };
    let (bytes, store) = a_store();
    let root = made("New Root G2").root;
    let pass = "-storepass:env ROOTFIX_STORE_PASSWORD";
    let cases = [
        // What the real one was seen to do.
        ("is killed when it has truncated the store", ": > \"$STORE\"; kill -9 $$", KeytoolFailed::Unreadable),
        (
            "makes a new store at a mistyped path, and exits 0",
            &format!(
                "\"$REAL\" -importcert -noprompt -alias x -file root.der -keystore x {pass} && [ -s x ] || rm \"$STORE\""
            ),
            KeytoolFailed::NotAsAsked,
        ),
        ("exits 0 and does nothing", "exit 0", KeytoolFailed::NotAsAsked),
        (
            "loses an entry",
            &format!("\"$REAL\" \"$@\"; \"$REAL\" -delete -alias oldroota -keystore \"$STORE\" {pass}"),
            KeytoolFailed::EntryLost,
        ),
        // What another program under its name may do.
        ("writes garbage", "head -c 5000 /dev/urandom > \"$STORE\"", KeytoolFailed::Unreadable),
        ("writes half", "\"$REAL\" \"$@\"; head -c 600 \"$STORE\" > x; cat x > \"$STORE\"", KeytoolFailed::Unreadable),
        ("takes the store away", "rm \"$STORE\"", KeytoolFailed::Unreadable),
        ("leaves a link", "ln -sf /etc/passwd \"$STORE\"", KeytoolFailed::Unreadable),
        ("leaves a pipe", "rm \"$STORE\"; mkfifo \"$STORE\"", KeytoolFailed::Unreadable),
        ("leaves a huge file", "truncate -s 1G \"$STORE\"", KeytoolFailed::Unreadable),
        (
            "changes the format",
            "\"$REAL\" -importkeystore -srckeystore \"$STORE\" -srcstorepass:env ROOTFIX_STORE_PASSWORD -destkeystore x -deststoretype JCEKS -deststorepass:env ROOTFIX_STORE_PASSWORD; cat x > \"$STORE\"",
            KeytoolFailed::Unreadable,
        ),
        (
            "changes the password",
            "\"$REAL\" \"$@\"; NEW=another \"$REAL\" -storepasswd -new:env NEW -keystore \"$STORE\" -storepass:env ROOTFIX_STORE_PASSWORD",
            KeytoolFailed::Unreadable,
        ),
        (
            "adds under another alias",
            &format!("\"$REAL\" -importcert -noprompt -alias other -file root.der -keystore \"$STORE\" {pass}"),
            KeytoolFailed::NotAsAsked,
        ),
        (
            "adds more than it was told",
            &format!(
                "\"$REAL\" \"$@\"; \"$REAL\" -importcert -noprompt -alias more -file root.der -keystore \"$STORE\" {pass}"
            ),
            KeytoolFailed::NotAsAsked,
        ),
    ];
    for (what, body, expected) in cases {
        let dir = tempfile::tempdir().unwrap();
        let keytool = script(dir.path(), body);
        assert_eq!(add(&keytool, &bytes, &store, &root, TIMEOUT), Err(expected), "{what}");
    }
    // The control: the same script around a keytool that is let do its work.
    let dir = tempfile::tempdir().unwrap();
    assert!(add(&script(dir.path(), "exec \"$REAL\" \"$@\""), &bytes, &store, &root, TIMEOUT).is_ok());
}

#[test]
fn a_keytool_that_hangs_is_ended_with_all_that_it_started() {
    let (bytes, store) = a_store();
    let root = made("New").root;
    Lifeline::is_let_go_by(|line, time| {
        let dir = tempfile::tempdir().unwrap();
        let body = format!("{} trap '' TERM INT HUP; wait; sleep 600", line.sleeper());
        let keytool = script(dir.path(), &body);
        assert_eq!(add(&keytool, &bytes, &store, &root, time), Err(KeytoolFailed::TimedOut));
    });
}

#[test]
fn what_keytool_sees_is_private_and_gone_afterwards() {
    let (bytes, store) = a_store();
    let dir = tempfile::tempdir().unwrap();
    let keytool = script(
        dir.path(),
        "{ stat -c %a .; pwd; echo \"$@\"; env; ls; } > \"$LOG\"; [ \"$(pwd)\" = \"$(dirname \"$STORE\")\" ]",
    );
    assert_eq!(add(&keytool, &bytes, &store, &made("New").root, TIMEOUT), Err(KeytoolFailed::NotAsAsked));
    let log = fs::read_to_string(dir.path().join("log")).unwrap();
    let mut lines = log.lines();
    assert_eq!(lines.next(), Some("700"));
    assert!(!Path::new(lines.next().unwrap()).exists());
    assert!(!lines.next().unwrap().contains("changeit"), "a password in the arguments, where ps shows it");
    assert!(log.contains("ROOTFIX_STORE_PASSWORD=changeit"));
}

#[test]
fn the_native_engine_does_what_keytool_does_not_and_says_so() {
    let (bytes, store) = a_store();
    let root = made("New Root G2").root;
    let dir = tempfile::tempdir().unwrap();
    let broken = script(dir.path(), "exit 0");
    let by = |engine, keytool: Option<&Path>| {
        let options = AppendOptions { now_ms: common::java::NOW_MS, ..AppendOptions::default() };
        let timeout = TIMEOUT;
        let appended =
            keytool::append_by(engine, keytool, timeout, &jks::Jks, &bytes, &store, &[&root], &options).unwrap();
        let native = jks::Jks.append(&bytes, &store, &[&root], &options).unwrap().bytes;
        (appended.bytes == native, appended.findings.iter().map(|finding| finding.code).collect::<Vec<_>>())
    };
    assert_eq!(by(Engine::Native, Some(&broken)), (true, vec![]));
    assert_eq!(by(Engine::Auto, None), (true, vec![]));
    assert_eq!(by(Engine::Auto, Some(&broken)), (true, vec![Code::KeytoolNotUsed]));
    assert_eq!(by(Engine::Keytool, Some(&broken)), (true, vec![Code::KeytoolNotUsed]));
    assert_eq!(by(Engine::Keytool, Some(Path::new("/nonexistent"))), (true, vec![Code::KeytoolNotUsed]));
    assert_eq!(by(Engine::Keytool, None), (true, vec![Code::KeytoolNotUsed]));
    if let Some(real) = real() {
        assert_eq!(by(Engine::Auto, Some(&real)), (false, vec![Code::AddedByKeytool]));
    }

    // A password that keytool cannot be given.
    let bytes = jks::create([(root.alias.as_str(), &root.certificate)], "", 0).unwrap();
    let store = decode(&bytes, &Passwords::default());
    assert_eq!(add(&broken, &bytes, &store, &made("Other").root, TIMEOUT), Err(KeytoolFailed::PasswordUnsuitable));
}

#[test]
fn what_the_native_engine_wrote_keytool_must_take_for_trusted() {
    let (Some(java), Some(keytool)) = (Java::here(), real()) else { return };
    let makings = Makings::new();
    let root = &makings.new.root;
    let fingerprint = root.certificate.fingerprint();
    for name in ["JKS", "JCEKS"] {
        let before = makings.mixed(&java, name, "changeit");
        let after = natively(&before, &Passwords::default(), root);
        let store = decode(&after, &Passwords::default());
        let verdict =
            |bytes: &[u8], keytool: &Path| keytool::lists_as_trusted(bytes, &store, fingerprint, keytool, TIMEOUT);
        assert_eq!(verdict(&after, &keytool), Verdict::Pass, "{name}");
        // Controls: the old bytes, damaged ones, and ones in which the alias is a key's, with the new reading.
        assert_eq!(verdict(&before, &keytool), Verdict::Fail, "{name}");
        assert_eq!(verdict(&after[..after.len() - 1], &keytool), Verdict::Fail, "{name}");
        let (key, chain) = (makings.path("2.key"), makings.path("2.der"));
        let a_key = makings.make(&java, name, "changeit", &["key", &root.alias, &key, &chain, "end"]);
        assert_eq!(verdict(&a_key, &keytool), Verdict::Fail, "{name}");

        let own = makings.old[2].root.certificate.fingerprint();
        assert_eq!(keytool::lists_as_trusted(&after, &store, own, &keytool, TIMEOUT), Verdict::Fail, "a key's chain");
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(verdict(&after, &script(dir.path(), "exit 1")), Verdict::NotProven);
        assert_eq!(verdict(&after, Path::new("/nonexistent")), Verdict::NotProven);
    }
}

/// Runs one test of this file, which is not run otherwise, in a process with this environment.
fn with_environment(test: &str, variables: &[(&str, &str)]) {
    let this = std::env::current_exe().unwrap();
    let arguments = ["--exact", test, "--ignored", "--nocapture"];
    let done = std::process::Command::new(this).args(arguments).envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&done.stderr));
}

/// Options that keep every JVM from starting, a class path to nowhere, and a Chinese user.
const NOISE: [(&str, &str); 6] = [
    ("JAVA_TOOL_OPTIONS", "-XX:+NoSuchOption"),
    ("JDK_JAVA_OPTIONS", "-XX:+NoSuchOption"),
    ("_JAVA_OPTIONS", "-Duser.language=zh -Duser.country=CN -Dfile.encoding=GBK"),
    ("CLASSPATH", "/nonexistent"),
    ("LC_ALL", "zh_CN.GBK"),
    ("LANG", "zh_CN.UTF-8"),
];

#[test]
fn options_and_languages_of_the_surroundings_change_nothing() {
    let Some(keytool) = real() else { return };
    let alone = std::process::Command::new(keytool).arg("-help").envs(NOISE).output().unwrap();
    assert!(!alone.status.success(), "the noise does not disturb a JVM, so this shows nothing");
    with_environment("in_noisy_surroundings", &NOISE);
}

#[test]
#[ignore = "run by the test above, in an environment of its own"]
fn in_noisy_surroundings() {
    assert_eq!(std::env::var("JAVA_TOOL_OPTIONS").as_deref(), Ok("-XX:+NoSuchOption"));
    let keytool = real().unwrap();
    let root = made("New Root G2").root;
    let old = made("Old Root").root;
    let bytes = jks::create([("根证书", &old.certificate)], "密码一二三四", 0).unwrap();
    let store = decode(&bytes, &Passwords::with("密码一二三四"));
    let options = AppendOptions { alias: Some("新根证书".into()), ..AppendOptions::default() };
    let after = keytool::append(&bytes, &store, &[&root], &options, &keytool, TIMEOUT).unwrap();
    let store = decode(&after, &Passwords::with("密码一二三四"));
    let fingerprint = root.certificate.fingerprint();
    assert_eq!(keytool::lists_as_trusted(&after, &store, fingerprint, &keytool, TIMEOUT), Verdict::Pass);
}

#[test]
fn a_keytool_in_chinese_is_as_good() {
    let Some(_) = real() else { return };
    let (bytes, store) = a_store();
    let root = made("New Root G2").root;
    let dir = tempfile::tempdir().unwrap();
    let chinese = script(
        dir.path(),
        "\"$REAL\" -J-Duser.language=zh -J-Duser.country=CN -J-Dfile.encoding=UTF-8 -J-Dstderr.encoding=UTF-8 \"$@\" > \"$LOG\" 2>&1",
    );
    let after = add(&chinese, &bytes, &store, &root, TIMEOUT).unwrap();
    let log = fs::read_to_string(dir.path().join("log")).unwrap();
    assert!(log.contains("证书"), "it did not speak Chinese: {log}");
    let store = decode(&after, &Passwords::default());
    let fingerprint = root.certificate.fingerprint();
    assert_eq!(keytool::lists_as_trusted(&after, &store, fingerprint, &chinese, TIMEOUT), Verdict::Pass);
}

#[test]
fn the_keytool_of_the_java_that_owns_the_store_comes_first() {
    let dir = tempfile::tempdir().unwrap();
    let base = dir.path().canonicalize().unwrap();
    let program = |path: &str| {
        let file = base.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        file.ancestors().skip(1).take_while(|directory| directory.starts_with(&base)).for_each(shield);
        fs::write(&file, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        file
    };
    for file in [
        "own/bin/java",
        "own/lib/modules",
        "own/lib/security/cacerts",
        "app/trust.jks",
        "old/bin/java",
        "old/jre/lib/rt.jar",
    ] {
        program(file);
    }
    let (own, home, path) = (program("own/bin/keytool"), program("home/bin/keytool"), program("path/keytool"));
    let old = program("old/jre/bin/keytool");
    let find = |store: &str, variables: &[(&str, &str)]| {
        keytool::find(Some(&base.join(store)), &|name| {
            let found = variables.iter().find(|(known, _)| *known == name)?;
            Some(OsString::from(base.join(found.1)))
        })
    };
    let both = [("JAVA_HOME", "home"), ("PATH", "path")];
    assert_eq!(find("own/lib/security/cacerts", &both), Some(own.clone()));
    symlink(base.join("own/lib/security/cacerts"), base.join("app/linked.jks")).unwrap();
    assert_eq!(find("app/linked.jks", &both), Some(own.clone()), "through a link");
    assert_eq!(find("old/jre/lib/security/cacerts", &both), Some(old));
    assert_eq!(find("app/trust.jks", &both), Some(home));
    assert_eq!(find("app/trust.jks", &[("PATH", "path")]), Some(path));
    assert_eq!(find("app/trust.jks", &[]), None);
    assert_eq!(keytool::find(None, &|name| (name == "PATH").then(|| ".:bin::".into())), None, "relative");

    // What others may have put there does not run.
    fs::set_permissions(base.join("own/bin"), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(find("own/lib/security/cacerts", &[]), None);
    fs::set_permissions(base.join("own/bin"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(find("own/lib/security/cacerts", &[]), Some(own.clone()));
    fs::set_permissions(&own, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(find("own/lib/security/cacerts", &[]), None, "not a program");
}

#[test]
fn what_keytool_drops_from_a_pkcs12_makes_the_native_engine_do_it() {
    let (Some(keytool), Some(openssl)) = (real(), common::program("openssl")) else { return };
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name);
    let (own, new) = (made("Own"), made("New Root G2").root);
    fs::write(file("key"), pem::encode(&pem::Pem::new("PRIVATE KEY", own.key.clone()))).unwrap();
    fs::write(file("chain"), pem::encode(&pem::Pem::new("CERTIFICATE", own.root.certificate.der()))).unwrap();
    fs::write(file("new"), new.certificate.der()).unwrap();
    // A key without encryption of its own (a KeyBag), and a certificate without the mark that Java wants.
    for with in ["-keypbe NONE -inkey key -name me", "-nokeys"] {
        let words = format!("pkcs12 -export -in chain -out p12 -passout pass:changeit {with}");
        let mut command = std::process::Command::new(&openssl);
        let done = command.args(words.split(' ')).current_dir(&dir).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let bytes = fs::read(file("p12")).unwrap();
        let store = decode(&bytes, &Passwords::default());
        let held = |store: &Store| store.others + store.entries.len();

        // Left to itself, keytool says that all is well, and something is gone.
        let words = "-importcert -noprompt -alias new -file new -keystore p12 -storepass changeit";
        let mut command = std::process::Command::new(&keytool);
        assert!(command.args(words.split(' ')).current_dir(&dir).output().unwrap().status.success());
        let after = decode(&fs::read(file("p12")).unwrap(), &Passwords::default());
        assert!(held(&after) < held(&store) + 1, "{with}: nothing was dropped, so this shows nothing");

        assert_eq!(add(&keytool, &bytes, &store, &new, TIMEOUT), Err(KeytoolFailed::EntryLost), "{with}");
        let options = AppendOptions::default();
        let (engine, format) = (Engine::Keytool, format_of(&bytes));
        let appended =
            keytool::append_by(engine, Some(&keytool), TIMEOUT, format, &bytes, &store, &[&new], &options).unwrap();
        assert!(appended.findings.iter().any(|finding| finding.code == Code::KeytoolNotUsed), "{with}");
        let after = decode(&appended.bytes, &Passwords::default());
        assert_eq!((after.others, after.entries.len()), (store.others, store.entries.len() + 1), "{with}");
        let fingerprint = new.certificate.fingerprint();
        let verdict = keytool::lists_as_trusted(&appended.bytes, &after, fingerprint, &keytool, TIMEOUT);
        assert_eq!(verdict, Verdict::Pass, "{with}");
    }
}

#[test]
fn bouncy_castles_format_is_left_to_the_native_engine() {
    let Some(java) = Java::here().and_then(Java::with_bouncy_castle) else { return };
    let makings = Makings::new();
    let bytes = makings.trust_store(&java, "BKS", "changeit");
    let store = decode(&bytes, &Passwords::default());
    let dir = tempfile::tempdir().unwrap();
    let never = script(dir.path(), "touch \"$LOG\"");
    let options = AppendOptions::default();
    for (engine, codes) in [(Engine::Auto, vec![]), (Engine::Keytool, vec![Code::KeytoolNotUsed])] {
        let root = [&makings.new.root];
        let format = format_of(&bytes);
        let appended =
            keytool::append_by(engine, Some(&never), TIMEOUT, format, &bytes, &store, &root, &options).unwrap();
        assert_eq!(appended.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), codes);
        assert_eq!(decode(&appended.bytes, &Passwords::default()).entries.len(), 3);
    }
    assert!(!dir.path().join("log").exists());
}

/// What `append` answers about this store where this is the keytool on the path; the exit code and the change.
fn appended(store: &Path, keytool: &Path, arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let mut rootfix = common::cli::rootfix(Path::new("."));
    rootfix.args(["--json", "append"]).arg(store).args(arguments);
    let path = [keytool.parent().unwrap(), Path::new("/usr/bin"), Path::new("/bin")];
    rootfix.env("PATH", std::env::join_paths(path).unwrap());
    let output = rootfix.output().unwrap();
    let records = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), serde_json::from_str(records.lines().next().unwrap()).unwrap())
}

#[test]
fn append_asks_keytool_about_what_the_native_engine_wrote() {
    let (Some(java), Some(keytool)) = (Java::here(), real()) else { return };
    let makings = Makings::new();
    let (dir, tool) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = dir.path().join("trust.p12");
    let bytes = makings.trust_store(&java, "PKCS12", "changeit");
    let try_it = |keytool: &Path, arguments: &[&str]| {
        fs::write(&store, &bytes).unwrap();
        let (code, change) = appended(&store, keytool, arguments);
        let proofs = change["proofs"].as_array().cloned().unwrap_or_default();
        let asked: Vec<_> = proofs.iter().filter(|proof| proof["rung"] == "client").cloned().collect();
        let verdict = asked.first().map(|proof| proof["verdict"].as_str().unwrap().to_owned());
        (code, verdict, fs::read(&store).unwrap() != bytes)
    };
    assert_eq!(try_it(&keytool, &[]), (Some(0), Some("pass".into()), true));
    // Whoever wants no JVM gets none, and no answer of one.
    assert_eq!(try_it(&keytool, &["--engine", "native"]), (Some(0), None, true));
    // The controls: one that copies everything but the new root, one that does nothing, one that hangs.
    let all_but_one = "case \"$*\" in *digicertglobalrootg2*) exit 0;; esac; exec \"$REAL\" \"$@\"";
    let picky = script(tool.path(), all_but_one);
    assert_eq!(try_it(&picky, &[]), (Some(2), Some("fail".into()), false));
    assert_eq!(try_it(&picky, &["--force"]), (Some(0), Some("fail".into()), true));
    for body in ["exit 0", "exec sleep 1000"] {
        let useless = script(tool.path(), body);
        assert_eq!(try_it(&useless, &[]), (Some(0), Some("not-proven".into()), true), "{body}");
    }
}

#[test]
fn a_new_store_of_an_old_ones_certificates_is_shown_to_keytool_as_well() {
    let Some(keytool) = real() else { return };
    let (dir, tool) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = dir.path().join("rootca.pem");
    fs::write(&source, made("Old Root A").root.pem()).unwrap();
    let try_it = |keytool: &Path, output: &str, arguments: &[&str]| {
        let output = dir.path().join(output);
        let _ = fs::remove_file(&output);
        let (code, change) = appended(&source, keytool, &[&["--output", output.to_str().unwrap()], arguments].concat());
        let proofs = change["proofs"].as_array().cloned().unwrap_or_default();
        let asked = proofs.iter().find(|proof| proof["rung"] == "client");
        (code, asked.map(|proof| proof["verdict"].as_str().unwrap().to_owned()), output.exists())
    };
    // A PKCS#12 and a JKS; none of either by a keytool that copies everything but the new root.
    let picky = script(tool.path(), "case \"$*\" in *digicertglobalrootg2*) exit 0;; esac; exec \"$REAL\" \"$@\"");
    for output in ["new.jks", "new.p12"] {
        assert_eq!(try_it(&keytool, output, &[]), (Some(0), Some("pass".into()), true), "{output}");
        assert_eq!(try_it(&keytool, output, &["--engine", "native"]), (Some(0), None, true), "{output}");
        assert_eq!(try_it(&picky, output, &[]), (Some(2), Some("fail".into()), false), "{output}");
        assert_eq!(try_it(&picky, output, &["--force"]), (Some(0), Some("fail".into()), true), "{output}");
    }
}

/// keytool itself makes a new store at a path that was mistyped, and is content.
#[test]
fn at_a_mistyped_path_no_store_comes_into_being() {
    let Some(keytool) = real() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (certificate, mistyped) = (dir.path().join("new.pem"), dir.path().join("truststroe.jks"));
    fs::write(&certificate, made("New Root").root.pem()).unwrap();
    for engine in ["auto", "keytool", "native"] {
        let mut rootfix = common::cli::rootfix(Path::new("."));
        rootfix.args(["append", "--engine", engine, "-y"]).arg(&mistyped);
        let output = rootfix.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{engine}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("truststroe.jks"), "{engine}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "{engine}: nothing but the certificate");
    }
    // The control: what merchants are told to run.
    let mut import = std::process::Command::new(keytool);
    import.args(["-importcert", "-noprompt", "-storepass", "changeit", "-alias", "new", "-file"]).arg(&certificate);
    assert!(import.arg("-keystore").arg(&mistyped).output().unwrap().status.success() && mistyped.exists());
}
