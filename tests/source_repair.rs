//! The promise: `append` to a generated store adds the root at its source, runs the system's own generator and proves
//! what came of it; `restore` takes all of it back; and where the generator fails nothing has changed. Held in a copy
//! of this machine's root that only the test sees. For hashed directories, held with OpenSSL.
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use common::bundles::{block, g1, g2};
use common::cli::{directory, run};
use common::red_hat::make_red_hat;
use common::terminal::{NEXT_TIME, REALLY, Terminal, WHAT, WHERE};
use rootfix::password::Passwords;
use rootfix::rollover::Catalogue;
use rootfix::store::{StoreFormat, pem::Pem};

const PRIVATE_ROOT: &str = "ROOTFIX_TEST_PRIVATE_ROOT";
const GENERATOR: &str = "/usr/sbin/update-ca-certificates";
const JAVA_HOOK: &str = "/etc/ca-certificates/update.d/jks-keystore";

/// Runs the test in a process of its own, for which `/` is seen a second time, changeable, under the given path; in
/// that root G2 is deselected as an administrator deselects it.
fn in_a_root_without_g2(test: &str, needs: &[&str], inside: fn(&Path)) {
    if let Some(root) = std::env::var_os(PRIVATE_ROOT) {
        let root = PathBuf::from(root);
        without_g2(&root);
        return inside(&root);
    }
    let missing = needs.iter().find(|program| !Path::new(program).exists());
    let may = Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
    if let Some(reason) = missing.copied().or((!may).then_some("unshare -m")) {
        return common::missing(reason);
    }
    let directory = tempfile::tempdir().unwrap();
    let script = "set -e; cd \"$0\"; mount -t tmpfs none .; cd \"$0\"; mkdir up work root
        mount -t overlay overlay -o lowerdir=/,upperdir=up,workdir=work root
        mount --bind /proc root/proc; mount --rbind /dev root/dev
        exec \"$@\"";
    let own = std::env::current_exe().unwrap();
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", script])
        .args([directory.path(), own.as_path()])
        .args(["--exact", test, "--nocapture"])
        .env(PRIVATE_ROOT, directory.path().join("root"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "it ran: {text}");
}

/// A system whose package of roots is older than G2: the file is not there, nor is its line in the list.
fn without_g2(root: &Path) {
    let packaged = root.join("usr/share/ca-certificates/mozilla/DigiCert_Global_Root_G2.crt");
    assert!(packaged.exists(), "the name of Debian's package");
    fs::remove_file(packaged).unwrap();
    let list = root.join("etc/ca-certificates.conf");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replace("mozilla/DigiCert_Global_Root_G2.crt\n", "")).unwrap();
    for hook in fs::read_dir(root.join("etc/ca-certificates/update.d")).unwrap() {
        let hook = hook.unwrap();
        if hook.file_name() != "jks-keystore" {
            fs::remove_file(hook.path()).unwrap();
        }
    }
    let keytool = "keytool -cacerts -storepass changeit -delete -alias debian:digicert_global_root_g2.pem";
    Command::new("chroot").arg(root).args(["sh", "-c", keytool]).output().unwrap();
    assert!(chroot(root, &[GENERATOR, "--fresh"]));
}

fn chroot(root: &Path, command: &[&str]) -> bool {
    Command::new("chroot").arg(root).args(command).output().unwrap().status.success()
}

fn has_g2(bundle: &Path) -> bool {
    let store = Pem.decode(&fs::read(bundle).unwrap(), &Passwords::default()).unwrap();
    store.entries.iter().any(|entry| entry.certificate.der() == g2())
}

/// Every file and link of these places, with what it holds or where it leads; receipts and backups aside.
fn picture(places: &[PathBuf]) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut picture = BTreeMap::new();
    let mut todo = places.to_vec();
    while let Some(path) = todo.pop() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink() {
            picture.insert(path.clone(), fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes());
        } else if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            picture.insert(path, Vec::new());
        } else if path.exists() && !name.contains("rootfix-") {
            picture.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    picture
}

fn sources(root: &Path) -> Vec<PathBuf> {
    ["etc/ssl/certs", "etc/ca-certificates.conf", "usr/local/share/ca-certificates"].map(|p| root.join(p)).to_vec()
}

const ANCHOR: &str = "usr/local/share/ca-certificates/digicert-global-root-g2.crt";

#[test]
fn the_wizard_repairs_a_generated_store_at_its_source() {
    let test = "the_wizard_repairs_a_generated_store_at_its_source";
    in_a_root_without_g2(test, &[GENERATOR], |root| {
        let bundle = root.join("etc/ssl/certs/ca-certificates.crt");
        let (prefix, store) = (root.to_str().unwrap(), bundle.to_str().unwrap());
        for language in [0, 1] {
            let before = picture(&sources(root));
            assert!(!has_g2(&bundle), "control: it is not there");
            let mut terminal = Terminal::start(root, language, &["--prefix", prefix, "wizard"]);
            terminal.asks(WHERE);
            terminal.key("4");
            terminal.see(["File or directory", "文件或目录"][language]);
            terminal.key(&format!("{store}\r"));
            terminal.see(["where this file is made from", "在生成此文件的来源处"][language]);
            terminal.asks(WHAT);
            terminal.key("1");
            // The preview: what would be written, and what would be run.
            terminal.see("+-----BEGIN CERTIFICATE-----");
            terminal.see(&format!("$ chroot {prefix}"));
            terminal.asks(REALLY);
            assert_eq!(picture(&sources(root)), before, "nothing before the answer");
            terminal.key("1");
            terminal.see(NEXT_TIME[language]);
            terminal.see("rootfix append --yes --prefix");
            assert_eq!(terminal.ends(), 0);
            assert!(has_g2(&bundle) && root.join(ANCHOR).exists());
            assert_eq!(run(root, &["--prefix", prefix, "restore", store]).code, 0);
        }
    });
}

#[test]
fn debians_bundle_is_repaired_at_its_source_and_restored_byte_for_byte() {
    let test = "debians_bundle_is_repaired_at_its_source_and_restored_byte_for_byte";
    in_a_root_without_g2(test, &[GENERATOR, JAVA_HOOK], |root| {
        let bundle = root.join("etc/ssl/certs/ca-certificates.crt");
        let (prefix, store) = (root.to_str().unwrap(), bundle.to_str().unwrap());
        let rootfix = |arguments: &[&str]| run(root, &[&["--prefix", prefix], arguments].concat());
        let java = ["keytool", "-list", "-cacerts", "-storepass", "changeit", "-alias"];
        let java = [&java[..], &["debian:digicert-global-root-g2.pem"]].concat();
        let before = picture(&sources(root));
        assert!(!has_g2(&bundle) && !chroot(root, &java), "the control: it is not there");
        assert_eq!(rootfix(&["check", store]).code, 1);

        let dry = rootfix(&["append", "-n", store]);
        assert_eq!(dry.code, 1, "{dry:?}");
        assert!(dry.text().contains("--- /dev/null\n+++ "), "{}", dry.text());
        assert!(dry.text().contains(&format!("$ chroot {prefix} {GENERATOR}\n")), "{}", dry.text());
        assert_eq!(picture(&sources(root)), before, "a dry run changes nothing");

        let done = rootfix(&["append", "--json", store]);
        assert_eq!(done.code, 0, "{done:?}");
        let change = done.record("change");
        assert_eq!(change["action"], "appended");
        assert_eq!(change["proofs"][0]["verdict"], "pass", "{change}");
        assert_ne!(change["sha256_before"], change["sha256_after"]);
        assert!(has_g2(&bundle) && chroot(root, &java), "in the bundle and in the Java store");
        assert_eq!(rootfix(&["check", store]).code, 0);
        assert!(chroot(root, &[GENERATOR, "--fresh"]));
        assert!(has_g2(&bundle), "it outlives the next run of the generator");
        assert_eq!(rootfix(&["append", "--json", store]).record("change")["action"], "already-present");

        // What somebody changed since is not taken away unasked.
        let anchor = root.join(ANCHOR);
        let made = fs::read(&anchor).unwrap();
        fs::write(&anchor, [&made[..], b"# mine\n"].concat()).unwrap();
        let refused = rootfix(&["restore", store]);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("changed-since-backup"), "{}", refused.stderr);
        assert!(has_g2(&bundle) && anchor.exists());
        fs::write(&anchor, made).unwrap();

        let restored = rootfix(&["restore", store]);
        assert_eq!(restored.code, 0, "{restored:?}");
        assert!(!chroot(root, &java), "gone from the Java store");
        let java_store = root.join("etc/ssl/certs/java/cacerts");
        let but_java = |mut picture: BTreeMap<PathBuf, Vec<u8>>| {
            // keytool writes its store in an order of its own.
            picture.remove(&java_store);
            picture
        };
        let (now, then) = (but_java(picture(&sources(root))), but_java(before));
        let differ: Vec<_> =
            now.iter().filter(|(path, bytes)| then.get(*path) != Some(*bytes)).map(|(p, _)| p).collect();
        assert!(now == then, "differ: {differ:?}, {} and {}", now.len(), then.len());
        let again = rootfix(&["restore", store]);
        assert_eq!(again.code, 0, "twice is once: {again:?}");
    });
}

#[test]
fn red_hats_bundle_is_repaired_at_its_anchors_and_restored_byte_for_byte() {
    let test = "red_hats_bundle_is_repaired_at_its_anchors_and_restored_byte_for_byte";
    in_a_root_without_g2(test, &[GENERATOR, "/usr/bin/trust"], |root| {
        make_red_hat(root);
        let trust = root.join("etc/pki/ca-trust");
        fs::write(trust.join("source/anchors/company.pem"), block(&g1())).unwrap();
        assert!(chroot(root, &["update-ca-trust"]));
        let bundle = trust.join("extracted/pem/tls-ca-bundle.pem");
        let before = picture(std::slice::from_ref(&trust));
        assert!(bundle.exists() && !has_g2(&bundle), "the control: it is not there");
        // As administrators know it: a link to what is generated.
        let (prefix, store) = (root.to_str().unwrap(), root.join("etc/pki/tls/certs/ca-bundle.crt"));
        let rootfix = |arguments: &[&str]| {
            let all = [&["--prefix", prefix], arguments, &[store.to_str().unwrap()]].concat();
            run(root, &all)
        };
        assert_eq!(rootfix(&["check"]).code, 1);

        let dry = rootfix(&["append", "-n"]);
        assert_eq!(dry.code, 1, "{dry:?}");
        assert!(dry.text().contains("/etc/pki/ca-trust/source/anchors/"), "{}", dry.text());
        assert!(dry.text().contains(&format!("$ chroot {prefix} /usr/bin/update-ca-trust")), "{}", dry.text());
        assert_eq!(picture(std::slice::from_ref(&trust)), before, "a dry run changes nothing");

        let done = rootfix(&["append", "--json"]);
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(done.record("change")["action"], "appended");
        assert!(has_g2(&bundle));
        assert_eq!(rootfix(&["check"]).code, 0);
        assert!(chroot(root, &["update-ca-trust"]));
        assert!(has_g2(&bundle), "it outlives the next run of the generator");
        assert_eq!(rootfix(&["append", "--json"]).record("change")["action"], "already-present");

        let restored = rootfix(&["restore"]);
        assert_eq!(restored.code, 0, "{restored:?}");
        assert!(!has_g2(&bundle));
        let (mut now, mut then) = (picture(std::slice::from_ref(&trust)), before);
        // Java's store holds the time at which it was made.
        for picture in [&mut now, &mut then] {
            picture.remove(&trust.join("extracted/java/cacerts"));
        }
        assert_eq!(now.keys().collect::<Vec<_>>(), then.keys().collect::<Vec<_>>());
        assert!(now == then, "the bundle and its sources are as they were");
    });
}

#[test]
fn an_absolute_link_in_another_root_leads_to_that_roots_file_and_not_to_this_machines() {
    let (machine, image) = (directory(), directory());
    let (here, there) = (machine.path().join("roots.pem"), image.path().join("link.pem"));
    fs::write(&here, block(&g1())).unwrap();
    std::os::unix::fs::symlink(&here, &there).unwrap();
    // The same path in the image.
    let inside = image.path().join(here.strip_prefix("/").unwrap());
    fs::create_dir_all(inside.parent().unwrap()).unwrap();
    fs::copy(&here, &inside).unwrap();
    let prefix = ["--prefix", image.path().to_str().unwrap()];

    let rootfix = |command: &[&str]| run(image.path(), &[&prefix[..], command, &["link.pem"]].concat());
    assert_eq!(rootfix(&["check"]).code, 1);
    assert_eq!(rootfix(&["append", "-y"]).code, 0);
    assert!(has_g2(&inside) && !has_g2(&here), "the image's file alone");
    assert_eq!(rootfix(&["check"]).code, 0);
    assert_eq!(rootfix(&["restore"]).code, 0);
    assert!(!has_g2(&inside) && there.is_symlink());
    // The control: without another root the link means what it says.
    assert_eq!(run(image.path(), &["append", "-y", "link.pem"]).code, 0);
    assert!(has_g2(&here) && !has_g2(&inside));
}

/// A process with files of its own, ended with the test.
struct Contained(Child);

impl Drop for Contained {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_container_has_its_own_file_repaired_and_not_the_one_of_the_same_name_and_bytes_here() {
    let dir = directory();
    let here = dir.path().join("roots.pem");
    let before = block(&g1());
    fs::write(&here, &before).unwrap();
    std::os::unix::fs::symlink(&here, dir.path().join("link.pem")).unwrap();
    if !Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success()) {
        return common::missing("unshare -m");
    }
    let script = "set -e; bytes=$(cat \"$0/roots.pem\"); mount -t tmpfs none \"$0\"
        printf '%s\\n' \"$bytes\" > \"$0/roots.pem\"; ln -s \"$0/roots.pem\" \"$0/link.pem\"; : > \"$0/ready\"; exec sleep 600";
    let process = Command::new("unshare").args(["-m", "sh", "-c", script]).arg(dir.path()).spawn().unwrap();
    let process = Contained(process);
    let root = PathBuf::from(format!("/proc/{}/root", process.0.id()));
    let inside = |name: &str| root.join(dir.path().strip_prefix("/").unwrap()).join(name);
    let end = Instant::now() + Duration::from_secs(300);
    // Only the container has this file; the others have namesakes here, which show until its own are mounted.
    while !inside("ready").exists() {
        assert!(Instant::now() < end, "it starts");
        std::thread::sleep(Duration::from_millis(10));
    }
    let there = inside("roots.pem");

    let done = run(dir.path(), &["append", "-y", there.to_str().unwrap()]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(has_g2(&there), "the container's file");
    assert_eq!(fs::read_to_string(&here).unwrap(), before, "and no other");
    let by_its_link = inside("link.pem");
    assert!(run(dir.path(), &["append", "-y", by_its_link.to_str().unwrap()]).text().contains("Nothing to do"));
    assert_eq!(run(dir.path(), &["restore", by_its_link.to_str().unwrap()]).code, 0);
    assert_eq!(fs::read_to_string(&there).unwrap(), before);
    // The control: the file here is repaired by its own name.
    assert_eq!(run(dir.path(), &["append", "-y", "roots.pem"]).code, 0);
    assert!(has_g2(&here) && !has_g2(&there));
}

#[test]
fn where_the_generator_fails_everything_is_as_it_was() {
    in_a_root_without_g2("where_the_generator_fails_everything_is_as_it_was", &[GENERATOR], |root| {
        let bundle = root.join("etc/ssl/certs/ca-certificates.crt");
        let (prefix, store) = (root.to_str().unwrap(), bundle.to_str().unwrap());
        let real = fs::read_to_string(root.join(&GENERATOR[1..])).unwrap();
        fs::remove_dir_all(root.join("usr/local/share/ca-certificates")).unwrap();
        let before = picture(&sources(root));
        let spoilt = "#!/bin/sh\necho spoilt > /etc/ssl/certs/ca-certificates.crt; echo 'no lock' >&2; exit 1\n";
        let cases = [
            ("#!/bin/sh\necho 'no lock' >&2; exit 1\n", "refresh-failed"),
            ("#!/bin/sh\nexit 0\n", "root-did-not-arrive"),
            (spoilt, "refresh-failed"),
        ];
        for (script, code) in cases {
            common::java::script(&root.join(&GENERATOR[1..]), script);
            let failed = run(root, &["--prefix", prefix, "append", store]);
            assert_eq!(failed.code, 2, "{failed:?}");
            assert!(failed.stderr.contains(code), "{}", failed.stderr);
            let now = picture(&sources(root));
            let differ: Vec<_> = now.iter().filter(|(path, bytes)| before.get(*path) != Some(*bytes)).collect();
            assert!(now == before, "after {script}: {:?}", differ.iter().map(|(path, _)| path).collect::<Vec<_>>());
            let receipts = fs::read_dir(bundle.parent().unwrap()).unwrap();
            let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
            assert!(!receipts.map(name).any(|name| name.contains("rootfix-")), "nothing to take back");
        }
        // The control: with the real generator it works.
        common::java::script(&root.join(&GENERATOR[1..]), &real);
        assert_eq!(run(root, &["--prefix", prefix, "append", store]).code, 0);
        assert!(has_g2(&bundle));
    });
}

#[test]
fn a_root_that_lies_at_the_source_already_only_has_to_be_generated() {
    let test = "a_root_that_lies_at_the_source_already_only_has_to_be_generated";
    in_a_root_without_g2(test, &[GENERATOR], |root| {
        let bundle = root.join("etc/ssl/certs/ca-certificates.crt");
        let (prefix, store) = (root.to_str().unwrap(), bundle.to_str().unwrap());
        let anchor = root.join("usr/local/share/ca-certificates/mine.crt");
        fs::create_dir_all(anchor.parent().unwrap()).unwrap();
        let text = ::pem::encode(&::pem::Pem::new("CERTIFICATE", g2()));
        fs::write(&anchor, &text).unwrap();
        let before = picture(&sources(root));
        let dry = run(root, &["--prefix", prefix, "append", "-n", store]);
        assert_eq!(dry.code, 1, "{dry:?}");
        let shown = String::from_utf8_lossy(&dry.stdout);
        assert!(shown.contains("$ chroot") && shown.contains(GENERATOR), "{shown}");
        assert!(picture(&sources(root)) == before, "a dry run changes nothing");
        assert!(!has_g2(&bundle), "control");
        let done = run(root, &["--prefix", prefix, "append", "-y", store]);
        assert_eq!(done.code, 0, "{done:?}");
        assert!(has_g2(&bundle));
        assert_eq!(fs::read_to_string(&anchor).unwrap(), text, "nothing is written at the source");
        assert!(!root.join(ANCHOR).exists());
        let names = fs::read_dir(bundle.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
        let receipts: Vec<_> = names.filter(|name| name.to_string_lossy().contains("rootfix-")).collect();
        assert!(receipts.is_empty(), "nothing is to be taken back: {receipts:?}");
        assert_eq!(run(root, &["--prefix", prefix, "append", store]).code, 0, "twice is once");
        // A generator that fails leaves everything as it was.
        fs::write(&bundle, before.get(&bundle).unwrap()).unwrap();
        common::java::script(&root.join(&GENERATOR[1..]), "#!/bin/sh\nexit 1\n");
        assert_eq!(run(root, &["--prefix", prefix, "append", store]).code, 2);
        assert!(!has_g2(&bundle));
    });
}

#[test]
fn a_receipt_that_names_other_files_removes_nothing() {
    in_a_root_without_g2("a_receipt_that_names_other_files_removes_nothing", &[GENERATOR], |root| {
        let bundle = root.join("etc/ssl/certs/ca-certificates.crt");
        let (prefix, store) = (root.to_str().unwrap(), bundle.to_str().unwrap());
        assert_eq!(run(root, &["--prefix", prefix, "append", store]).code, 0);
        let receipt = bundle.with_file_name("ca-certificates.crt.rootfix-source-1.json");
        let victim = root.join("etc/victim.crt");
        fs::copy(root.join(ANCHOR), &victim).unwrap();
        let text = fs::read_to_string(&receipt).unwrap();
        fs::write(&receipt, text.replace(root.join(ANCHOR).to_str().unwrap(), victim.to_str().unwrap())).unwrap();
        let refused = run(root, &["--prefix", prefix, "restore", "--force", store]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(victim.exists() && has_g2(&bundle));
        // The control: the true receipt takes the anchor away.
        fs::write(&receipt, text).unwrap();
        assert_eq!(run(root, &["--prefix", prefix, "restore", store]).code, 0);
        assert!(!root.join(ANCHOR).exists() && !has_g2(&bundle));
    });
}

#[test]
fn a_hashed_directory_gets_a_file_and_a_link_and_loses_them_again() {
    if common::program("openssl").is_none() {
        return;
    }
    let work = directory();
    let certs = work.path().join("certs");
    fs::create_dir(&certs).unwrap();
    let catalogue = Catalogue::load().unwrap();
    let pem = |id: &str| catalogue.root(id).unwrap().pem();
    fs::write(certs.join("g1.pem"), pem("digicert-global-root-ca")).unwrap();
    let g2_alone = work.path().join("g2.pem");
    fs::write(&g2_alone, pem("digicert-global-root-g2")).unwrap();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(work.path()).output().unwrap();
        output.status.success()
    };
    assert!(openssl(&["rehash", "certs"]));
    let verify = ["verify", "-no-CAfile", "-no-CAstore", "-CApath", "certs", "g2.pem"];
    assert!(!openssl(&verify), "the control: OpenSSL does not find it");
    let before = picture(std::slice::from_ref(&certs));

    let lacking = run(work.path(), &["verify", "certs"]);
    assert!(lacking.code == 1 && lacking.text().contains("rootfix append certs"), "{lacking:?}");
    // A file without its link is not found.
    fs::copy(&g2_alone, certs.join("g2.pem")).unwrap();
    assert_eq!(run(work.path(), &["verify", "certs"]).code, 1);
    fs::remove_file(certs.join("g2.pem")).unwrap();

    let dry = run(work.path(), &["append", "-n", "certs"]);
    assert_eq!(dry.code, 1, "{dry:?}");
    assert!(
        dry.text().contains("+++ ") && dry.text().contains("$ ln -s digicert-global-root-g2.pem "),
        "{}",
        dry.text()
    );
    assert_eq!(picture(std::slice::from_ref(&certs)), before);

    let done = run(work.path(), &["append", "certs"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.text().contains("rootfix restore certs"), "{}", done.text());
    assert!(openssl(&verify), "OpenSSL finds it");
    let ready = run(work.path(), &["check", "certs"]);
    assert!(ready.code == 0 && ready.text().contains("rootfix verify certs"), "{ready:?}");
    let proved = run(work.path(), &["--json", "verify", "certs"]);
    assert_eq!(proved.code, 0, "{proved:?}");
    let proofs: Vec<_> = proved.records().into_iter().filter(|record| record["type"] == "proof").collect();
    assert!(proofs.len() == 4 && proofs.iter().all(|proof| proof["verdict"] == "pass"), "{proofs:?}");
    assert_eq!(run(work.path(), &["verify", "--clients", "certs"]).code, 2, "what was not asked is no yes");
    let added = certs.join("digicert-global-root-g2.pem");
    assert_eq!(fs::metadata(&added).unwrap().permissions().mode() & 0o777, 0o644);
    let ours = picture(std::slice::from_ref(&certs));
    assert!(openssl(&["rehash", "certs"]));
    assert_eq!(picture(std::slice::from_ref(&certs)), ours, "openssl rehash makes the same links");
    assert_eq!(run(work.path(), &["append", "--json", "certs"]).record("change")["action"], "already-present");

    assert_eq!(run(work.path(), &["restore", "certs"]).code, 0);
    assert_eq!(picture(std::slice::from_ref(&certs)), before);
    assert!(!openssl(&verify));
    assert_eq!(run(work.path(), &["restore", "certs"]).code, 0, "twice is once");
}

#[test]
fn fifty_at_once_add_one_root_to_a_hashed_directory() {
    let work = directory();
    let certs = work.path().join("certs");
    fs::create_dir(&certs).unwrap();
    let catalogue = Catalogue::load().unwrap();
    fs::write(certs.join("3513523f.0"), catalogue.root("digicert-global-root-ca").unwrap().pem()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| assert_eq!(run(work.path(), &["append", "certs"]).code, 0));
        }
    });
    let names = fs::read_dir(&certs).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.contains("rootfix-")).collect();
    names.sort();
    assert_eq!(names, ["3513523f.0", "607986c7.0", "digicert-global-root-g2.pem"]);
    assert_eq!(run(work.path(), &["check", "certs"]).code, 0);
}
