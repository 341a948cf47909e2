//! The wizard, on a real terminal, in both languages.
#![cfg(unix)]

mod common;

use std::fs::File;
use std::path::Path;
use std::process::Command;

use common::bundles::{block, g1, g3};
use common::java::spoilt;
use common::terminal::{CTRL_C, ENTER, ESCAPE, NEXT_TIME, PASSWORD, REALLY, Terminal, UNCHANGED, WHAT, WHERE, resize};
use rootfix::certificate::Certificate;
use rootfix::store::jks;

fn rootfix(dir: &Path, arguments: &[&str]) -> (i32, Vec<u8>) {
    let done = common::cli::rootfix(dir).args(arguments).output().unwrap();
    (done.status.code().unwrap(), done.stdout)
}

/// A directory with a bundle that lacks the new root.
fn project() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (code, pem) = rootfix(dir.path(), &["roots", "export", "digicert-global-root-ca"]);
    assert_eq!(code, 0);
    std::fs::write(dir.path().join("rootca.pem"), pem).unwrap();
    dir
}

/// A key store with the old root alone.
fn key_store(dir: &Path, kind: &str, name: &str, password: &str) -> bool {
    let Some(keytool) = common::program("keytool") else { return false };
    let done = Command::new(keytool)
        .args(["-importcert", "-noprompt", "-alias", "old", "-file", "rootca.pem", "-storetype", kind])
        .args(["-keystore", name, "-storepass", password])
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    std::fs::remove_file(dir.join("rootca.pem")).unwrap();
    true
}

#[test]
fn what_cannot_be_mended_is_not_offered_for_repair() {
    let spoilt_store = || {
        let [old, other] = [g1(), g3()].map(|der| Certificate::from_der(&der).unwrap());
        spoilt(jks::create([("old", &old), ("other", &other)], "changeit", 0).unwrap())
    };
    let damaged = block(&g1()).replacen("MIID", "MI!D", 1);
    let code = format!("package pay\n\nconst roots = `{}{damaged}`\n", block(&g3())).into_bytes();
    let cases = [
        ("trust.jks", spoilt_store(), ["put an intact copy in its place", "换上完好的副本"]),
        ("roots.go", code, ["by hand", "手工修正"]),
    ];
    for (language, (name, bytes, advice)) in
        [0, 1].into_iter().flat_map(|language| cases.clone().map(|case| (language, case)))
    {
        let dir = project();
        std::fs::remove_file(dir.path().join("rootca.pem")).unwrap();
        std::fs::write(dir.path().join(name), bytes).unwrap();
        let before = content(dir.path());
        let mut terminal = Terminal::start(dir.path(), language, &[]);
        terminal.asks(WHERE);
        terminal.key("1");
        terminal.see(advice[language]);
        terminal.asks(["nothing for rootfix to repair here", "没有需要由 rootfix 修复的"]);
        terminal.key("q");
        assert_ne!(terminal.ends(), 0);
        assert_eq!(content(dir.path()), before, "{name}");
    }
}

/// Everything that lies in a directory.
fn content(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_pem_bundle_is_repaired_in_both_languages_and_can_be_restored() {
    for language in [0, 1] {
        let dir = project();
        let before = content(dir.path());
        let mut terminal = Terminal::start(dir.path(), language, &[]);
        terminal.asks(WHERE);
        terminal.key("1");
        terminal.asks(WHAT);
        terminal.key(ENTER);
        terminal.see("+-----BEGIN CERTIFICATE-----");
        terminal.asks(REALLY);
        terminal.key("1");
        terminal.see(["To undo: rootfix restore", "撤销：rootfix restore"][language]);
        terminal.see(["stand-in", "替身"][language]);
        terminal.see(NEXT_TIME[language]);
        terminal.see("rootfix append --yes ./rootca.pem");
        assert_eq!(terminal.ends(), 0);
        assert_eq!(rootfix(dir.path(), &["check", "rootca.pem"]).0, 0);
        assert_eq!(rootfix(dir.path(), &["restore", "rootca.pem"]).0, 0);
        assert_eq!(content(dir.path())[0], before[0]);
    }
}

#[test]
fn key_stores_are_repaired_with_their_password_after_a_wrong_one() {
    let stores = [("JKS", "trust.jks"), ("PKCS12", "trust.p12")];
    for (language, (kind, name)) in [0, 1].into_iter().flat_map(|language| stores.map(|store| (language, store))) {
        let dir = project();
        if !key_store(dir.path(), kind, name, "merchant-secret") {
            return;
        }
        let mut terminal = Terminal::start(dir.path(), language, &["wizard"]);
        terminal.asks(WHERE);
        terminal.key("4");
        terminal.see(["File or directory", "文件或目录"][language]);
        terminal.key(&format!("missing{ENTER}"));
        terminal.see(["does not exist", "不存在"][language]);
        terminal.key(&format!("{name}{ENTER}"));
        terminal.asks(PASSWORD);
        terminal.key(&format!("wrong{ENTER}"));
        terminal.see(["Tries left: 2", "还可尝试 2 次"][language]);
        terminal.asks(PASSWORD);
        terminal.key(&format!("merchant-secret{ENTER}"));
        terminal.asks(WHAT);
        terminal.key("1");
        terminal.asks(REALLY);
        // A no first: nothing is changed, and the question comes again.
        let before = content(dir.path());
        terminal.key("2");
        terminal.see(UNCHANGED[language]);
        terminal.asks(WHAT);
        assert_eq!(content(dir.path()), before);
        terminal.key("1");
        terminal.asks(REALLY);
        terminal.key("1");
        terminal.see(NEXT_TIME[language]);
        terminal.see(["--password-file FILE", "--password-file 密码文件"][language]);
        assert!(!terminal.all().contains("merchant-secret"), "the password is on the screen");
        assert_eq!(terminal.ends(), 0);
        std::fs::write(dir.path().join("password"), "merchant-secret\n").unwrap();
        assert_eq!(rootfix(dir.path(), &["check", "--password-file", "password", name]).0, 0);
    }
}

#[test]
fn three_wrong_passwords_end_with_the_reason_and_an_unchanged_store() {
    let dir = project();
    if !key_store(dir.path(), "PKCS12", "trust.p12", "merchant-secret") {
        return;
    }
    let before = content(dir.path());
    let mut terminal = Terminal::start(dir.path(), 0, &["wizard"]);
    terminal.asks(WHERE);
    terminal.key("4");
    terminal.see("File or directory");
    terminal.key(&format!("trust.p12{ENTER}"));
    for _ in 0..3 {
        terminal.asks(PASSWORD);
        terminal.key(&format!("wrong{ENTER}"));
    }
    terminal.see("[wrong-password]");
    terminal.asks(["There is nothing for rootfix to repair here.", ""]);
    terminal.key("q");
    assert_ne!(terminal.ends(), 0);
    assert_eq!(content(dir.path()), before);
}

#[test]
fn a_no_at_the_last_step_changes_nothing_and_every_step_leads_back() {
    for language in [0, 1] {
        let dir = project();
        let before = content(dir.path());
        let mut terminal = Terminal::start(dir.path(), language, &[]);
        terminal.asks(WHERE);
        terminal.key("2");
        terminal.see(["Process ID", "进程号"][language]);
        terminal.key(ESCAPE);
        terminal.asks(WHERE);
        terminal.key("1");
        terminal.asks(WHAT);
        terminal.key("1");
        terminal.asks(REALLY);
        // Enter alone is no.
        terminal.key(ENTER);
        terminal.see(UNCHANGED[language]);
        terminal.asks(WHAT);
        terminal.key(ENTER);
        terminal.asks(REALLY);
        terminal.key(ESCAPE);
        terminal.asks(WHAT);
        terminal.key(ESCAPE);
        terminal.asks(WHERE);
        terminal.key("q");
        terminal.see(UNCHANGED[language]);
        assert_eq!(terminal.ends(), 1);
        assert_eq!(content(dir.path()), before);
    }
}

#[test]
fn ctrl_c_at_each_step_leaves_nothing_behind() {
    let steps: [([&str; 2], &str); 5] = [
        (WHERE, "4"),
        (["File or directory", "文件或目录"], "rootca.pem\r"),
        (WHAT, "1"),
        (REALLY, ESCAPE),
        (WHAT, ""),
    ];
    for stop in 0..steps.len() {
        let dir = project();
        let before = content(dir.path());
        let mut terminal = Terminal::start(dir.path(), stop % 2, &[]);
        for (question, keys) in &steps[..stop] {
            terminal.see(question[stop % 2]);
            terminal.key(keys);
        }
        terminal.see(steps[stop].0[stop % 2]);
        terminal.key(CTRL_C);
        assert_eq!(terminal.ends(), 1, "Ctrl-C at step {stop}");
        assert_eq!(content(dir.path()), before, "Ctrl-C at step {stop}");
    }
}

#[test]
fn ctrl_c_at_a_password_gives_the_echo_back() {
    let dir = project();
    if !key_store(dir.path(), "PKCS12", "trust.p12", "merchant-secret") {
        return;
    }
    let mut terminal = Terminal::start(dir.path(), 1, &["wizard"]);
    terminal.asks(WHERE);
    terminal.key("4");
    terminal.see("文件或目录");
    terminal.key(&format!("trust.p12{ENTER}"));
    terminal.asks(PASSWORD);
    terminal.key(&format!("half{CTRL_C}"));
    assert_eq!(terminal.ends(), 1);
}

#[test]
fn a_terminal_that_changes_its_size_is_drawn_anew_and_narrow_ones_are_served() {
    for language in [0, 1] {
        let dir = project();
        let mut terminal = Terminal::start(dir.path(), language, &[]);
        terminal.asks(WHERE);
        resize(&terminal.control, 10, 40);
        terminal.key("j");
        terminal.see(WHERE[language]);
        // The line of keys is cut, and ends with the sign of it.
        terminal.see("…");
        resize(&terminal.control, 30, 120);
        terminal.key("k");
        terminal.asks(WHERE);
        terminal.key(CTRL_C);
        assert_eq!(terminal.ends(), 1);
    }
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_plain_lines() {
    for language in [0, 1] {
        let dir = project();
        let mut terminal = Terminal::start_with(dir.path(), language, &[], "dumb");
        terminal.asks(WHERE);
        terminal.key("j");
        terminal.see("> 2");
        terminal.key("4");
        terminal.see(["File or directory", "文件或目录"][language]);
        terminal.key(&format!("x\u{7f}.{ENTER}"));
        terminal.asks(WHAT);
        terminal.key("1");
        terminal.asks(REALLY);
        terminal.key("1");
        terminal.see(NEXT_TIME[language]);
        assert!(!terminal.all().contains('\u{1b}'), "an escape sequence: {:?}", terminal.all());
        assert_eq!(terminal.ends(), 0);
    }
}

#[test]
fn what_was_found_is_told_with_its_owner_and_its_users_who_are_to_be_restarted() {
    for language in [0, 1] {
        let dir = project();
        std::fs::write(dir.path().join("pay.php"), "<?php\ncurl_setopt($c, CURLOPT_CAINFO, 'rootca.pem');\n").unwrap();
        let mut terminal = Terminal::start(dir.path(), language, &["--rollover", "digicert-g2"]);
        terminal.asks(WHERE);
        terminal.key("1");
        terminal.see(["owner", "归属"][language]);
        terminal.see(["nobody", "无"][language]);
        terminal.see(["used by: ./pay.php:2", "使用者：./pay.php:2"][language]);
        terminal.asks(WHAT);
        terminal.key("1");
        terminal.asks(REALLY);
        terminal.key("1");
        terminal.see(["restart what of it is running", "正在运行的需要重启"][language]);
        terminal.see("./pay.php:2");
        terminal.see("rootfix append --yes --rollover digicert-g2 rootca.pem");
        assert_eq!(terminal.ends(), 0);
    }
}

#[test]
fn other_commands_ask_for_the_password_of_a_store_that_was_named() {
    for (language, (kind, name)) in [(0, ("PKCS12", "trust.p12")), (1, ("JKS", "trust.jks"))] {
        let dir = project();
        if !key_store(dir.path(), kind, name, "merchant-secret") {
            return;
        }
        let before = content(dir.path());
        // Ctrl-C at the question: nothing is done, and the echo comes back.
        let mut terminal = Terminal::start(dir.path(), language, &["append", name]);
        terminal.asks(PASSWORD);
        terminal.key(&format!("half{CTRL_C}"));
        terminal.see(UNCHANGED[language]);
        assert_eq!(terminal.ends(), 2);
        assert_eq!(content(dir.path()), before);
        let mut terminal = Terminal::start(dir.path(), language, &["append", name]);
        terminal.asks(PASSWORD);
        terminal.key(&format!("wrong{ENTER}"));
        terminal.see(["Tries left: 2", "还可尝试 2 次"][language]);
        terminal.asks(PASSWORD);
        terminal.key(&format!("merchant-secret{ENTER}"));
        terminal.see(["Done:", "完成："][language]);
        assert!(!terminal.all().contains("merchant-secret"), "the password is on the screen");
        assert_eq!(terminal.ends(), 0);
        std::fs::write(dir.path().join("password"), "merchant-secret\n").unwrap();
        assert_eq!(rootfix(dir.path(), &["check", "--password-file", "password", name]).0, 0);
    }
}

#[test]
fn append_asks_before_it_changes_what_a_search_turned_up() {
    for language in [0, 1] {
        let dir = project();
        let before = content(dir.path());
        const CHANGE: [&str; 2] = ["Change these bundles (1)?", "是否改动这 1 个证书包？"];
        for (keys, code) in [(ENTER, 1), (CTRL_C, 1), ("1", 0)] {
            let mut terminal = Terminal::start(dir.path(), language, &["append", "."]);
            terminal.asks(CHANGE);
            assert_eq!(content(dir.path()), before, "nothing before the answer");
            terminal.key(keys);
            assert_eq!(terminal.ends(), code, "{keys:?}");
            assert_eq!(content(dir.path()) == before, code != 0, "{keys:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_running_program_is_found_by_its_name() {
    for language in [0, 1] {
        let dir = project();
        // A name of its own, so that no other program is meant.
        let program = dir.path().join(format!("pay-{}", std::process::id()));
        // Copied by another process: of a file that this one wrote, a child of another test could still hold the handle,
        // and what is open for writing cannot be started.
        assert!(Command::new("cp").arg("/bin/sleep").arg(&program).status().unwrap().success());
        let mut running = Command::new(&program)
            .arg("600")
            .env("SSL_CERT_FILE", dir.path().join("rootca.pem"))
            .current_dir(dir.path())
            .spawn()
            .unwrap();
        let mut terminal = Terminal::start(dir.path(), language, &[]);
        terminal.asks(WHERE);
        terminal.key("2");
        terminal.see(["name of its program", "程序名"][language]);
        terminal.key(&format!("no-such-program{ENTER}"));
        terminal.see(["no running program has that name", "也没有同名的运行中程序"][language]);
        terminal.key(&format!("{}{ENTER}", program.file_name().unwrap().to_str().unwrap()));
        terminal.see("SSL_CERT_FILE");
        terminal.asks(WHAT);
        terminal.key("q");
        assert_ne!(terminal.ends(), 0);
        running.kill().unwrap();
        running.wait().unwrap();
    }
}

#[test]
fn without_a_terminal_it_names_the_commands_to_use_instead() {
    for (lang, arguments) in [("en", &[][..]), ("zh", &["wizard"][..])] {
        let dir = project();
        let done = common::cli::rootfix(dir.path()).args(["--lang", lang]).args(arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(2));
        let said = String::from_utf8(done.stderr).unwrap();
        for command in ["rootfix check", "rootfix append -n", "rootfix append --yes", "rootfix help"] {
            assert!(said.contains(command), "{command} is not in {said}");
        }
        assert_eq!(said.contains("向导"), lang == "zh");
    }
}

#[test]
fn the_code_without_a_pin_is_saved_as_a_patch_and_never_applied() {
    for language in [0, 1] {
        let dir = project();
        let code = "<?php\n$c = curl_init('https://api.mch.weixin.qq.com/');\ncurl_setopt($c, CURLOPT_CAINFO, __DIR__ . '/rootca.pem');\ncurl_exec($c);\n";
        std::fs::write(dir.path().join("pay.php"), code).unwrap();
        let mut terminal = Terminal::start(dir.path(), language, &[]);
        terminal.asks(WHERE);
        terminal.key("1");
        terminal.see("pay.php:3");
        terminal.asks(WHAT);
        terminal.key("2");
        terminal.see("-curl_setopt");
        terminal.asks(["Save this patch?", "保存此补丁？"]);
        terminal.key("1");
        terminal.see(["Nothing was applied", "未应用"][language]);
        terminal.asks(WHAT);
        terminal.key("q");
        assert_eq!(terminal.ends(), 1);
        assert_eq!(std::fs::read_to_string(dir.path().join("pay.php")).unwrap(), code);
        let Some(patch) = common::program("patch") else { return };
        let saved = File::open(dir.path().join("rootfix-unpin.patch")).unwrap();
        let done = Command::new(patch).arg("-p0").current_dir(dir.path()).stdin(saved).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        let without = code.lines().filter(|line| !line.contains("CAINFO")).map(|line| format!("{line}\n"));
        assert_eq!(std::fs::read_to_string(dir.path().join("pay.php")).unwrap(), without.collect::<String>());
    }
}
