//! Many hosts in one picture, and a page to hand on.

mod common;

use std::path::Path;
use std::process::Output;

use rootfix::rehearse::chain::{KeyKind, Shown, StandIns};
use rootfix::rehearse::server::{Reply, Server};
use rootfix::rollover::Catalogue;

fn rootfix(dir: &Path, arguments: &[&str]) -> Output {
    rootfix_in("en", dir, arguments)
}

fn rootfix_in(lang: &str, dir: &Path, arguments: &[&str]) -> Output {
    common::cli::rootfix(dir).args(["--lang", lang]).args(arguments).output().unwrap()
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
fn files_of_one_name_are_told_apart_by_their_paths() {
    let dir = hosts();
    for host in ["web1", "web2"] {
        std::fs::create_dir(dir.path().join(host)).unwrap();
        std::fs::rename(dir.path().join(format!("{host}.jsonl")), dir.path().join(host).join("out.jsonl")).unwrap();
    }
    for files in [["web1/out.jsonl", "web2/out.jsonl"], ["web2/out.jsonl", "web1/out.jsonl"]] {
        let both = rootfix(dir.path(), &["report", files[0], files[1]]);
        assert_eq!(both.status.code(), Some(1), "{both:?}");
        let said = text(&both.stdout);
        for host in files {
            assert!(said.contains(&format!("{host}:rootca.pem")), "{said}");
        }
        assert!(said.contains("on web1/out.jsonl: rootfix append rootca.pem"), "{said}");
    }
    // The control: the same file twice is one host.
    let twice = rootfix(dir.path(), &["--json", "report", "web2/out.jsonl", "web2/out.jsonl"]);
    assert_eq!(text(&twice.stdout).matches("\"type\":\"bundle\"").count(), 1);
    assert_eq!(twice.status.code(), Some(0));
}

#[test]
fn a_host_whose_run_failed_or_was_for_another_rollover_is_never_a_yes() {
    let dir = hosts();
    let write = |name: &str, arguments: &[&str]| {
        let records = rootfix(dir.path(), &[&["--json"], arguments].concat()).stdout;
        std::fs::write(dir.path().join(format!("{name}.jsonl")), records).unwrap();
    };
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    write("nothing", &["check", "empty"]);
    write("usage", &["check", "--no-such-option"]);
    write("page", &["check", "rootca.pem", "--html", "missing/page.html"]);
    write("locate", &["locate", "empty"]);
    write("g5", &["--rollover", "digicert-g5", "check", "rootca.pem"]);
    write("absent", &["check", "absent.pem"]);
    for host in ["nothing", "usage", "page", "locate", "g5", "absent", "gone"] {
        let file = format!("{host}.jsonl");
        for lang in ["en", "zh"] {
            let done = rootfix_in(lang, dir.path(), &["report", "web2.jsonl", &file, "--html", "page.html"]);
            assert_eq!(done.status.code(), Some(2), "{host}: {done:?}");
            let said = text(&done.stdout);
            let answer = if lang == "en" { "Cannot tell" } else { "无法判断" };
            assert!(said.starts_with(answer), "{host}: {said}");
            assert!(said.contains(host), "{host} has its place in the picture: {said}");
            let page = std::fs::read_to_string(dir.path().join("page.html")).unwrap();
            assert!(page.contains(&format!("<h1 class=\"unknown\">{answer}")) && page.contains(host), "{page}");
        }
    }
    assert_eq!(rootfix(dir.path(), &["--rollover", "digicert-g5", "report", "g5.jsonl"]).status.code(), Some(1));
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

#[cfg(unix)]
#[test]
fn a_page_replaces_a_report_and_nothing_else() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = hosts();
    let path = |name: &str| dir.path().join(name);
    let own = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>My shop</title>\n";
    std::fs::write(path("index.html"), own).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path("fifo")).status().unwrap().success());
    symlink("nowhere.html", path("dangling.html")).unwrap();
    for name in ["index.html", "fifo", "/dev/zero", "dangling.html", "missing/page.html", "."] {
        let done = rootfix(dir.path(), &["report", "web2.jsonl", "--html", name]);
        assert_eq!(done.status.code(), Some(2), "{name}: {done:?}");
        assert!(text(&done.stderr).contains("The report could not be written to"), "{name}: {done:?}");
    }
    assert_eq!(std::fs::read_to_string(path("index.html")).unwrap(), own);
    assert!(!path("nowhere.html").exists());

    // A report keeps its permissions and its name in another place, and leaves nothing beside it.
    let save = |name: &str| rootfix(dir.path(), &["report", "web2.jsonl", "--html", name]);
    assert_eq!(save("page.html").status.code(), Some(0));
    std::fs::set_permissions(path("page.html"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink("page.html", path("link.html")).unwrap();
    std::fs::write(path("empty.html"), "").unwrap();
    let names = || std::fs::read_dir(dir.path()).unwrap().count();
    let before = names();
    for name in ["page.html", "link.html", "empty.html"] {
        assert_eq!(save(name).status.code(), Some(0), "{name}");
    }
    assert_eq!(names(), before);
    assert!(path("link.html").is_symlink());
    assert_eq!(std::fs::metadata(path("page.html")).unwrap().permissions().mode() & 0o777, 0o640);
}

/// A page as it has to be, whatever it tells: whole, in the language, and complete in itself.
#[track_caller]
fn is_a_page(page: &str, answer: &str, parts: &[&str]) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{page}");
    assert!(page.contains(answer), "{answer:?} is not in {page}");
    for part in parts {
        assert!(page.contains(part), "{part:?} is not in {page}");
    }
    for outward in ["<script", "http://", "https://", "src=", "url("] {
        assert!(!page.contains(outward), "{outward}");
    }
}

#[test]
fn a_probe_writes_a_page_with_the_chain_that_was_served() {
    let dir = hosts();
    let catalogue = Catalogue::load().unwrap();
    let now = time::OffsetDateTime::now_utc();
    let stand_ins = StandIns::make(catalogue.default_rollover(), &[], KeyKind::Ec, now).unwrap();
    let server = Server::on_loopback(&stand_ins.chain(Shown::New).into(), Reply::default(), false).unwrap();
    std::fs::write(dir.path().join("good.pem"), stand_ins.new.root.pem()).unwrap();
    let host = format!("localhost:{}", server.port());
    for (lang, bundle, code, class, answer) in [
        ("en", "good.pem", 0, "good", "Payments will keep working"),
        ("zh", "good.pem", 0, "good", "支付将继续正常"),
        ("en", "rootca.pem", 1, "bad", "Payments fail or will fail"),
        ("zh", "rootca.pem", 1, "bad", "支付失败或即将失败"),
    ] {
        let arguments = ["probe", &host, "--connect", "127.0.0.1", "--bundle", bundle, "--html", "page.html"];
        let done = rootfix_in(lang, dir.path(), &arguments);
        assert_eq!(done.status.code(), Some(code), "{done:?}");
        let page = std::fs::read_to_string(dir.path().join("page.html")).unwrap();
        let served = ["127.0.0.1", "api.mch.weixin.qq.com", "rootfix stand-in new: intermediate"];
        is_a_page(&page, &format!("<h1 class=\"{class}\">{answer}"), &served);
        let end = if code == 0 { "rootfix stand-in new: DigiCert Global Root G2" } else { "✗</text>" };
        assert!(page.contains(end), "where the chain ends: {page}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_rehearsal_writes_a_page_with_its_four_runs() {
    if common::program("curl").is_none() {
        return;
    }
    let dir = hosts();
    std::fs::write(
        dir.path().join("rootca.pem"),
        rootfix(dir.path(), &["roots", "export", "digicert-global-root-ca"]).stdout,
    )
    .unwrap();
    let curl = ["--", "curl", "-s", "--cacert", "rootca.pem", "https://api.mch.weixin.qq.com/"];
    let arguments = [&["rehearse", "--bundle", "rootca.pem", "--html", "page.html"], &curl[..]].concat();
    let done = rootfix(dir.path(), &arguments);
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    let page = std::fs::read_to_string(dir.path().join("page.html")).unwrap();
    let runs =
        ["old chain", "new chain", "repaired bundle, new chain", "rogue chain", "rootca.pem", "✗ FAIL", "✓ pass"];
    is_a_page(&page, "<h1 class=\"bad\">Payments will stop", &runs);
}
