//! Many hosts in one picture, and a page to hand on.

use std::path::Path;
use std::process::{Command, Output};

fn rootfix(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rootfix"))
        .args(["--lang", "en"])
        .args(arguments)
        .current_dir(dir)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// `web1` lacks the new root, `web2` has it.
fn hosts() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let old = rootfix(dir.path(), &["roots", "export", "digicert-global-root-ca"]).stdout;
    let new = rootfix(dir.path(), &["roots", "export", "digicert-global-root-g2"]).stdout;
    for (host, pem) in [("web1", old.clone()), ("web2", [old, new].concat())] {
        std::fs::write(dir.path().join("rootca.pem"), pem).unwrap();
        let records = rootfix(dir.path(), &["check", "--json", "rootca.pem"]).stdout;
        std::fs::write(dir.path().join(format!("{host}.jsonl")), records).unwrap();
    }
    dir
}

#[test]
fn one_host_that_is_not_ready_decides_the_answer() {
    let dir = hosts();
    let both = rootfix(dir.path(), &["report", "web1.jsonl", "web2.jsonl"]);
    assert_eq!(both.status.code(), Some(1));
    let said = text(&both.stdout);
    assert!(said.starts_with("Payments will stop"), "{said}");
    assert!(said.contains("web1:rootca.pem") && said.contains("web2:rootca.pem"), "{said}");
    let ready = rootfix(dir.path(), &["report", "web2.jsonl"]);
    assert_eq!(ready.status.code(), Some(0), "control: a ready host alone is good");
    let alone = rootfix(dir.path(), &["report", "web1.jsonl"]);
    assert!(text(&alone.stdout).contains("DigiCert Global Root G2: web1:rootca.pem"), "{}", text(&alone.stdout));
}

#[test]
fn records_that_are_cut_short_or_strange_are_never_a_yes() {
    let dir = hosts();
    let whole = std::fs::read_to_string(dir.path().join("web2.jsonl")).unwrap();
    let cut = format!("{}\n", whole.lines().next().unwrap());
    for (name, content) in [("cut", cut.as_str()), ("html", "<html>\n"), ("empty", ""), ("other", "{\"a\":1}\n")] {
        std::fs::write(dir.path().join(name), content).unwrap();
        let done = rootfix(dir.path(), &["report", "web2.jsonl", name]);
        assert_eq!(done.status.code(), Some(2), "{name}");
        assert!(text(&done.stderr).contains("--json >"), "{name} has no way out");
    }
}

#[test]
fn a_page_is_written_and_never_over_a_file_that_is_none() {
    let dir = hosts();
    let before = std::fs::read(dir.path().join("rootca.pem")).unwrap();
    for arguments in [&["check", "rootca.pem"][..], &["verify", "rootca.pem"], &["report", "web2.jsonl"]] {
        // Twice: its own page may be replaced.
        for _ in 0..2 {
            let done = rootfix(dir.path(), &[arguments, &["--html", "page.html"]].concat());
            assert_eq!(done.status.code(), Some(0), "{done:?}");
            let page = std::fs::read_to_string(dir.path().join("page.html")).unwrap();
            assert!(page.contains("<h1 class=\"good\">Payments will keep working"), "{page}");
            assert!(page.contains("DigiCert Global Root G2") && page.contains("2029-04-15"), "{page}");
        }
        let done = rootfix(dir.path(), &[arguments, &["--html", "rootca.pem"]].concat());
        assert_eq!(done.status.code(), Some(2), "{done:?}");
        assert_eq!(std::fs::read(dir.path().join("rootca.pem")).unwrap(), before);
    }
}
