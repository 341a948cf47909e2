//! The promise: a root that is added at the source of a generated store arrives in the store, nothing else leaves
//! it, and the undo takes it back. Held with the systems' own generators, in a copy of this machine's root that only
//! the test sees: an overlay in a mount namespace of its own.
#![cfg(target_os = "linux")]

mod common;

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::red_hat::make_red_hat;
use rootfix::certificate::{Certificate, Fingerprint};
use rootfix::custody::{self, Anchors, Custody, SourceRepair, refresh};
use rootfix::password::Passwords;
use rootfix::rollover::{Catalogue, Root};
use rootfix::store::{StoreFormat, pem::Pem};

const PRIVATE_ROOT: &str = "ROOTFIX_TEST_PRIVATE_ROOT";

/// Runs the test in a process of its own, for which `/` is seen a second time, changeable, under the given path.
fn in_a_private_root(test: &str, needs: &[&str], inside: fn(&Path)) {
    if let Some(root) = std::env::var_os(PRIVATE_ROOT) {
        return inside(Path::new(&root));
    }
    let missing = needs.iter().find(|program| !Path::new(program).exists());
    let may = Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
    if let Some(reason) = missing.copied().or((!may).then_some("unshare -m")) {
        assert!(std::env::var_os("CI").is_none(), "{reason} is missing");
        return eprintln!("SKIPPED: {reason} is missing");
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

fn stand_in(id: &str) -> Root {
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, format!("Stand-in {id}"));
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let der = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().to_vec();
    let certificate = Certificate::from_der(&der).unwrap();
    Root {
        id: id.to_owned(),
        name: format!("Stand-in {id}"),
        alias: id.to_owned(),
        pinned: certificate.fingerprint(),
        certificate,
        distrusted_for_tls: None,
        successors: Vec::new(),
    }
}

fn certificates(bundle: &Path) -> Vec<Certificate> {
    let store = Pem.decode(&fs::read(bundle).unwrap(), &Passwords::default()).unwrap();
    store.entries.into_iter().map(|entry| entry.certificate).collect()
}

fn set(certificates: &[Certificate]) -> HashSet<Fingerprint> {
    certificates.iter().map(Certificate::fingerprint).collect()
}

/// Carries a repair out, as `append` does.
fn apply(repair: &SourceRepair) {
    for write in &repair.writes {
        assert_eq!(fs::read(&write.path).ok(), write.before);
        fs::create_dir_all(write.path.parent().unwrap()).unwrap();
        fs::write(&write.path, &write.after).unwrap();
    }
    refresh::run(&repair.run, refresh::LIMIT).unwrap();
}

fn undo(repair: &SourceRepair) {
    for write in &repair.writes {
        match &write.before {
            Some(bytes) => fs::write(&write.path, bytes).unwrap(),
            None => fs::remove_file(&write.path).unwrap(),
        }
    }
    refresh::run(&repair.undo, refresh::LIMIT).unwrap();
}

fn chroot(root: &Path, command: &[&str]) -> bool {
    Command::new("chroot").arg(root).args(command).output().unwrap().status.success()
}

/// The store inside, repaired with this root, and the custody that it had.
fn repair(root: &Path, store: &str, new: &Root, in_store: &[Certificate]) -> (Custody, SourceRepair) {
    let custody = custody::of(&root.join(store.trim_start_matches('/')), root);
    let repair = custody::source_repair(&custody, root, &[new], in_store).unwrap().expect("generated");
    (custody, repair)
}

/// Other packages' hooks take time and prove nothing here.
fn leave_hooks(root: &Path, kept: &[&str]) {
    for hook in fs::read_dir(root.join("etc/ca-certificates/update.d")).unwrap() {
        let hook = hook.unwrap();
        if !kept.iter().any(|kept| hook.file_name() == *kept) {
            fs::remove_file(hook.path()).unwrap();
        }
    }
}

const DEBIAN_BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

#[test]
fn debians_generator_puts_a_new_root_into_the_bundle_and_the_java_store_and_takes_it_back() {
    const NEEDS: &[&str] = &["/usr/sbin/update-ca-certificates", "/etc/ca-certificates/update.d/jks-keystore"];
    let test = "debians_generator_puts_a_new_root_into_the_bundle_and_the_java_store_and_takes_it_back";
    in_a_private_root(test, NEEDS, |root| {
        let bundle = root.join(&DEBIAN_BUNDLE[1..]);
        leave_hooks(root, &["jks-keystore"]);
        let new = stand_in("arriving");
        // What this machine's bundle and Java store are when nothing has been added: as the generator makes them.
        refresh::run(&[["chroot".into(), root.into(), "update-ca-certificates".into()].to_vec()], refresh::LIMIT)
            .unwrap();
        let before = fs::read(&bundle).unwrap();
        let (custody, repair) = repair(root, DEBIAN_BUNDLE, &new, &certificates(&bundle));
        assert_eq!(custody, Custody::System(Anchors::Debian));
        assert_eq!(repair.writes.len(), 1, "nothing to rescue: {:?}", repair.rescued);
        let java = ["keytool", "-list", "-cacerts", "-storepass", "changeit", "-alias", "debian:arriving.pem"];
        let pem = "/usr/local/share/ca-certificates/arriving.crt";
        let verify = ["openssl", "verify", "-no-CAfile", "-CApath", "/etc/ssl/certs", pem];
        assert!(!chroot(root, &java), "the control: not in the Java store");

        apply(&repair);
        let (old, now) = (set(&certificates(&repair.regenerates[0])), set(&certificates(&bundle)));
        assert!(now.contains(&new.certificate.fingerprint()), "the new root has arrived");
        assert_eq!(old, now);
        assert!(chroot(root, &verify), "in the hashed directory too");
        assert!(chroot(root, &java), "and in the Java store, by the hook");

        undo(&repair);
        assert_eq!(fs::read(&bundle).unwrap(), before, "byte for byte");
        assert!(!root.join("etc/ssl/certs/arriving.pem").is_symlink());
        assert!(!chroot(root, &java), "gone from the Java store");
    });
}

#[test]
fn a_java_store_of_debian_that_missed_a_root_hears_of_it_again() {
    const NEEDS: &[&str] = &["/usr/sbin/update-ca-certificates", "/etc/ca-certificates/update.d/jks-keystore"];
    in_a_private_root("a_java_store_of_debian_that_missed_a_root_hears_of_it_again", NEEDS, |root| {
        let catalogue = Catalogue::load().unwrap();
        let new = catalogue.roots.iter().find(|root| root.id == "digicert-global-root-g2").unwrap();
        leave_hooks(root, &["jks-keystore"]);
        let alias = "debian:digicert_global_root_g2.pem";
        let keytool = ["keytool", "-cacerts", "-storepass", "changeit", "-alias", alias];
        assert!(chroot(root, &[&keytool[..1], &["-delete"], &keytool[1..]].concat()));
        let list = [&keytool[..1], &["-list"], &keytool[1..]].concat();
        assert!(!chroot(root, &list));
        let (custody, repair) = repair(root, "/usr/lib/jvm/java-17-openjdk-amd64/lib/security/cacerts", new, &[]);
        assert_eq!(custody, Custody::DebianJava);
        assert!(repair.writes.is_empty(), "the system's list has it");
        apply(&repair);
        assert!(chroot(root, &list));
    });
}

#[test]
fn debians_deselected_root_comes_back_through_its_list() {
    const NEEDS: &[&str] = &["/usr/sbin/update-ca-certificates"];
    in_a_private_root("debians_deselected_root_comes_back_through_its_list", NEEDS, |root| {
        let catalogue = Catalogue::load().unwrap();
        let new = catalogue.roots.iter().find(|root| root.id == "digicert-global-root-g2").unwrap();
        let bundle = root.join(&DEBIAN_BUNDLE[1..]);
        leave_hooks(root, &[]);
        let list = root.join("etc/ca-certificates.conf");
        let text = fs::read_to_string(&list).unwrap();
        fs::write(&list, text.replace("mozilla/DigiCert_Global_Root_G2.crt", "!mozilla/DigiCert_Global_Root_G2.crt"))
            .unwrap();
        assert!(chroot(root, &["update-ca-certificates"]));
        let before = fs::read(&bundle).unwrap();
        assert!(!certificates(&bundle).contains(&new.certificate), "the control: deselected");

        let (_, repair) = repair(root, DEBIAN_BUNDLE, new, &certificates(&bundle));
        assert_eq!(repair.writes.iter().map(|write| &write.path).collect::<Vec<_>>(), [&list]);
        apply(&repair);
        assert!(certificates(&bundle).contains(&new.certificate));
        assert_eq!(fs::read_to_string(&list).unwrap(), text);
        undo(&repair);
        assert_eq!(fs::read(&bundle).unwrap(), before);
    });
}

#[test]
fn p11_kit_puts_a_new_root_into_the_bundle_of_the_red_hat_layout_and_keeps_what_was_added_by_hand() {
    let test = "p11_kit_puts_a_new_root_into_the_bundle_of_the_red_hat_layout_and_keeps_what_was_added_by_hand";
    in_a_private_root(test, &["/usr/bin/trust"], |root| {
        make_red_hat(root);
        let anchors = root.join("etc/pki/ca-trust/source/anchors");
        let (packaged, by_hand, new) = (stand_in("packaged"), stand_in("by-hand"), stand_in("arriving"));
        fs::write(anchors.join("packaged.pem"), packaged.pem()).unwrap();
        assert!(chroot(root, &["update-ca-trust"]));
        let bundle = root.join("etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");
        let mut text = fs::read_to_string(&bundle).unwrap();
        text.push_str(&by_hand.pem());
        fs::write(&bundle, text).unwrap();

        let store = "/etc/pki/tls/certs/ca-bundle.crt";
        let (custody, first) = repair(root, store, &new, &certificates(&bundle));
        assert_eq!(custody, Custody::System(Anchors::RedHat));
        assert_eq!(first.rescued, std::slice::from_ref(&by_hand.certificate));
        apply(&first);
        let all = [&packaged, &by_hand, &new].map(|root| root.certificate.fingerprint());
        assert_eq!(set(&certificates(&bundle)), HashSet::from(all));
        let java = root.join("etc/pki/ca-trust/extracted/java/cacerts");
        assert_eq!(fs::read(java).unwrap()[4..12], [0, 0, 0, 2, 0, 0, 0, 3], "three entries in the Java store");
        let (_, again) = repair(root, store, &new, &certificates(&bundle));
        assert!(again.writes.is_empty() && again.rescued.is_empty(), "twice is once");

        undo(&first);
        assert_eq!(set(&certificates(&bundle)), HashSet::from([packaged.certificate.fingerprint()]));
    });
}

#[test]
fn a_file_of_this_machine_is_attributed_as_dpkg_attributes_it() {
    let dpkg = |path: &str| -> Option<String> {
        let out = Command::new("dpkg").args(["-S", path]).output().ok()?;
        let text = String::from_utf8(out.stdout).ok()?;
        out.status.success().then(|| text.split([':', ',']).next().unwrap_or_default().to_owned())
    };
    let paths = ["/usr/share/ca-certificates/mozilla/DigiCert_Global_Root_G2.crt", "/usr/bin/openssl", "/bin/ls"];
    if dpkg(paths[0]).is_none() {
        assert!(std::env::var_os("CI").is_none(), "no dpkg");
        return eprintln!("SKIPPED: no dpkg");
    }
    for path in paths {
        let Custody::Package { name, .. } = custody::of(Path::new(path), Path::new("/")) else { panic!("{path}") };
        assert_eq!(Some(name), dpkg(path), "{path}");
    }
    let own: OsString = std::env::current_exe().unwrap().into();
    assert_eq!(custody::of(&PathBuf::from(own), Path::new("/")), Custody::Nobody);
}
