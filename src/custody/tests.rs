use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::certificate::Certificate;
use crate::lifeline::Lifeline;
use crate::rollover::Root;
use crate::store::cadir::pem_file;

/// A root directory with files, made of `path`, or `path -> target`.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new(paths: &[&str]) -> Self {
        let tree = Tree(tempfile::tempdir().unwrap());
        for path in paths {
            match path.split_once(" -> ") {
                Some((link, target)) => {
                    tree.parent(link);
                    symlink(target, tree.host(link)).unwrap();
                }
                None if path.ends_with('/') => fs::create_dir_all(tree.host(path)).unwrap(),
                None => tree.write(path, b""),
            }
        }
        tree
    }

    fn host(&self, path: &str) -> PathBuf {
        self.0.path().join(path.trim_start_matches('/'))
    }

    fn parent(&self, path: &str) {
        fs::create_dir_all(self.host(path).parent().unwrap()).unwrap();
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        self.parent(path);
        fs::write(self.host(path), bytes).unwrap();
    }

    fn custody(&self, path: &str) -> Custody {
        of(&self.host(path), self.0.path())
    }

    fn repair(&self, path: &str, roots: &[&Root], in_store: &[Certificate]) -> Result<SourceRepair, Trouble> {
        source_repair(&self.custody(path), self.0.path(), roots, in_store).map(|repair| repair.expect("generated"))
    }

    fn commands(&self, commands: &[Vec<OsString>]) -> Vec<String> {
        let enter = format!("chroot {} ", self.0.path().display());
        let line =
            |command: &Vec<OsString>| refresh::shown(command).strip_prefix(&enter).expect("runs inside").to_owned();
        commands.iter().map(line).collect()
    }
}

use crate::finding::Trouble;

fn package(manager: Manager, name: &str) -> Custody {
    Custody::Package { manager, name: name.to_owned() }
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

const DEBIAN: &[&str] = &[
    "/usr/sbin/update-ca-certificates",
    "/etc/ca-certificates.conf",
    "/etc/ssl/certs/ca-certificates.crt",
    "/usr/lib/ssl/certs -> /etc/ssl/certs",
    "/etc/ssl/certs/java/cacerts",
    "/etc/ca-certificates/update.d/jks-keystore",
    "/usr/lib/jvm/java-17/lib/security/cacerts -> /etc/ssl/certs/java/cacerts",
    "/usr/lib/jvm/java-17/bin/java",
];

const CENTOS7: &[&str] = &[
    "/etc/pki/ca-trust/source/anchors/",
    "/usr/bin/update-ca-trust",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/java/cacerts",
    "/etc/pki/tls/certs/ca-bundle.crt -> /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem -> certs/ca-bundle.crt",
    "/etc/pki/java/cacerts -> /etc/pki/ca-trust/extracted/java/cacerts",
    "/usr/lib/jvm/jre/lib/security/cacerts -> ../../../../../../etc/pki/java/cacerts",
];

const CENTOS6: &[&str] = &[
    "/etc/pki/ca-trust/source/anchors/",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/usr/bin/update-ca-trust",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/tls/cert.pem -> certs/ca-bundle.crt",
];

#[test]
fn every_family_of_systems_is_known_by_what_lies_in_it() {
    let system = Custody::System;
    type Family<'c> = (&'c [&'c str], &'c [(&'c str, Custody)]);
    let cases: [Family<'_>; 6] = [
        (
            DEBIAN,
            &[
                ("/etc/ssl/certs/ca-certificates.crt", system(Anchors::Debian)),
                ("/usr/lib/ssl/certs/ca-certificates.crt", system(Anchors::Debian)),
                ("/usr/lib/ssl/certs", system(Anchors::Debian)),
                ("/etc/ssl/certs/java/cacerts", Custody::DebianJava),
                ("/usr/lib/jvm/java-17/lib/security/cacerts", Custody::DebianJava),
                ("/etc/ssl/certs/own.pem", Custody::Nobody),
                ("/usr/local/share/ca-certificates/own.crt", Custody::Nobody),
            ],
        ),
        (
            &["/usr/sbin/update-ca-certificates", "/etc/alpine-release", "/etc/ssl/certs/ca-certificates.crt"],
            &[("/etc/ssl/certs/ca-certificates.crt", system(Anchors::Alpine))],
        ),
        (
            CENTOS7,
            &[
                ("/etc/pki/tls/cert.pem", system(Anchors::RedHat)),
                ("/etc/pki/tls/certs/ca-bundle.crt", system(Anchors::RedHat)),
                ("/usr/lib/jvm/jre/lib/security/cacerts", system(Anchors::RedHat)),
                ("/etc/pki/ca-trust/source/anchors/own.pem", Custody::Nobody),
            ],
        ),
        (CENTOS6, &[("/etc/pki/tls/cert.pem", system(Anchors::RedHatDisabled))]),
        (
            &[
                "/etc/pki/trust/anchors/",
                "/usr/sbin/update-ca-certificates",
                "/var/lib/ca-certificates/ca-bundle.pem",
                "/etc/ssl/ca-bundle.pem -> ../../var/lib/ca-certificates/ca-bundle.pem",
                "/etc/ssl/certs -> /var/lib/ca-certificates/pem",
                "/var/lib/ca-certificates/pem/x.pem",
                "/var/lib/ca-certificates/java-cacerts",
            ],
            &[
                ("/etc/ssl/ca-bundle.pem", system(Anchors::Suse)),
                ("/etc/ssl/certs", system(Anchors::Suse)),
                ("/var/lib/ca-certificates/java-cacerts", system(Anchors::Suse)),
            ],
        ),
        (
            &[
                "/etc/ca-certificates/trust-source/anchors/",
                "/usr/bin/update-ca-trust",
                "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
                "/etc/ssl/certs/ca-certificates.crt -> ../../ca-certificates/extracted/tls-ca-bundle.pem",
            ],
            &[("/etc/ssl/certs/ca-certificates.crt", system(Anchors::Arch))],
        ),
    ];
    for (paths, expected) in cases {
        let tree = Tree::new(paths);
        for (path, custody) in expected {
            assert_eq!(tree.custody(path), *custody, "{path} in {paths:?}");
        }
    }
}

#[test]
fn without_the_generator_a_bundle_is_not_taken_for_generated() {
    let tree = Tree::new(&["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem -> certs/ca-certificates.crt"]);
    assert_eq!(tree.custody("/etc/ssl/cert.pem"), Custody::Nobody, "a distroless image");
    tree.write(
        "/lib/apk/db/installed",
        b"P:musl\nF:lib\nR:libc.so\n\nP:ca-certificates-bundle\nF:etc/ssl/certs\nR:ca-certificates.crt\n\n",
    );
    assert_eq!(tree.custody("/etc/ssl/cert.pem"), package(Manager::Apk, "ca-certificates-bundle"), "Alpine's base");
}

#[test]
fn a_java_hook_that_is_switched_off_keeps_nothing() {
    let tree = Tree::new(DEBIAN);
    tree.write("/etc/default/cacerts", b"# set to \"no\"\ncacerts_updates=no\n");
    assert_eq!(tree.custody("/etc/ssl/certs/java/cacerts"), Custody::Nobody);
    tree.write("/etc/default/cacerts", b"cacerts_updates=\"yes\"\n");
    assert_eq!(tree.custody("/etc/ssl/certs/java/cacerts"), Custody::DebianJava);
}

#[test]
fn package_managers_are_believed_by_their_records() {
    let tree = Tree::new(&["/opt/app/ca.pem", "/usr/lib/app/ca.pem", "/lib/old.pem", "/usr/share/x/ca.pem"]);
    tree.write("/var/lib/dpkg/info/app:amd64.list", b"/.\n/opt\n/opt/app\n/opt/app/ca.pem\n");
    tree.write("/var/lib/dpkg/info/lib.list", b"/lib/app/ca.pem\n/usr/share/x/ca.pem.dist\n");
    assert_eq!(tree.custody("/opt/app/ca.pem"), package(Manager::Dpkg, "app"));
    assert_eq!(tree.custody("/usr/lib/app/ca.pem"), package(Manager::Dpkg, "lib"), "recorded before /usr was merged");
    assert_eq!(tree.custody("/usr/share/x/ca.pem"), Custody::Nobody, "a longer name is another file");
    let arch = Tree::new(&["/usr/share/x/ca.pem"]);
    arch.write("/var/lib/pacman/local/my-app-1.0-2/files", b"%FILES%\nusr/\nusr/share/x/ca.pem\n");
    assert_eq!(arch.custody("/usr/share/x/ca.pem"), package(Manager::Pacman, "my-app"));
}

#[test]
fn bundles_of_languages_belong_to_the_package_that_brought_them() {
    let tree = Tree::new(&[
        "/venv/lib/python3/site-packages/certifi/cacert.pem",
        "/venv/lib/python3/site-packages/pip/_vendor/certifi/cacert.pem",
        "/venv/lib/python3/site-packages/old/ca.pem",
        "/venv/lib/python3/site-packages/own.pem",
        "/opt/conda/ssl/cacert.pem",
        "/opt/conda/ssl/own.pem",
        "/app/node_modules/a/node_modules/@scope/b/ca.pem",
        "/app/node_modules/plain/ca.pem",
        "/site/vendor/composer/installed.json",
        "/site/vendor/composer/ca-bundle/res/cacert.pem",
        "/site2/vendor/composer/ca-bundle/res/cacert.pem",
        "/ruby/gems/certifi-2020.1/lib/ca.pem",
        "/ruby/specifications/certifi-2020.1.gemspec",
        "/opt/jdk8/jre/lib/security/cacerts",
        "/opt/jdk8/bin/java",
        "/opt/jdk21/lib/security/cacerts",
        "/opt/jdk21/lib/security/jssecacerts",
        "/opt/jdk21/release",
        "/home/me/lib/security/cacerts",
    ]);
    let site = "/venv/lib/python3/site-packages";
    tree.write(
        &format!("{site}/certifi-2026.4.22.dist-info/RECORD"),
        b"certifi/cacert.pem,sha256=x,1\ncertifi/py.typed,,\n",
    );
    tree.write(&format!("{site}/pip-26.0.dist-info/RECORD"), b"pip/_vendor/certifi/cacert.pem,sha256=x,1\n");
    tree.write("/opt/conda/conda-meta/ca-certificates-2026.1-h0_0.json", br#"{"files": ["ssl/cacert.pem"]}"#);
    let expected = [
        ("/venv/lib/python3/site-packages/certifi/cacert.pem", package(Manager::Pip, "certifi 2026.4.22")),
        ("/venv/lib/python3/site-packages/pip/_vendor/certifi/cacert.pem", package(Manager::Pip, "pip 26.0")),
        ("/venv/lib/python3/site-packages/old/ca.pem", package(Manager::Pip, "old")),
        ("/venv/lib/python3/site-packages/own.pem", Custody::Nobody),
        ("/opt/conda/ssl/cacert.pem", package(Manager::Conda, "ca-certificates")),
        ("/opt/conda/ssl/own.pem", Custody::Nobody),
        ("/app/node_modules/a/node_modules/@scope/b/ca.pem", package(Manager::Npm, "@scope/b")),
        ("/app/node_modules/plain/ca.pem", package(Manager::Npm, "plain")),
        ("/site/vendor/composer/ca-bundle/res/cacert.pem", package(Manager::Composer, "composer/ca-bundle")),
        ("/site2/vendor/composer/ca-bundle/res/cacert.pem", Custody::Nobody),
        ("/ruby/gems/certifi-2020.1/lib/ca.pem", package(Manager::Gem, "certifi 2020.1")),
        ("/opt/jdk8/jre/lib/security/cacerts", Custody::Jdk { home: "/opt/jdk8".into() }),
        ("/opt/jdk21/lib/security/cacerts", Custody::Jdk { home: "/opt/jdk21".into() }),
        ("/opt/jdk21/lib/security/jssecacerts", Custody::Nobody),
        ("/home/me/lib/security/cacerts", Custody::Nobody),
    ];
    for (path, custody) in expected {
        assert_eq!(tree.custody(path), custody, "{path}");
    }
}

#[test]
fn a_mounted_config_map_is_not_a_file_of_ones_own() {
    let tree = Tree::new(&[
        "/etc/trust/..2026_01_01/rootca.pem",
        "/etc/trust/..data -> ..2026_01_01",
        "/etc/trust/rootca.pem -> ..data/rootca.pem",
        "/etc/other/rootca.pem",
    ]);
    assert_eq!(tree.custody("/etc/trust/rootca.pem"), Custody::Kubernetes);
    assert_eq!(tree.custody("/etc/other/rootca.pem"), Custody::Nobody);
}

#[test]
fn whoever_overwrites_a_file_is_named_in_a_warning() {
    let every = [
        (Custody::System(Anchors::Debian), "update-ca-certificates", Some(Code::GeneratedFile)),
        (Custody::System(Anchors::RedHat), "update-ca-trust", Some(Code::GeneratedFile)),
        (Custody::DebianJava, "ca-certificates-java", Some(Code::GeneratedFile)),
        (package(Manager::Pip, "certifi 1"), "pip", Some(Code::OverwrittenByUpgrade)),
        (Custody::Jdk { home: "/opt/jdk".into() }, "jdk", Some(Code::OverwrittenByUpgrade)),
        (Custody::Kubernetes, "kubernetes", Some(Code::MountedConfig)),
        (Custody::Nobody, "nobody", None),
    ];
    for (custody, name, code) in every {
        assert_eq!(custody.as_str(), name);
        assert_eq!(custody.warning().map(|finding| finding.code), code, "{name}");
        assert_eq!(custody.is_generated(), code == Some(Code::GeneratedFile));
    }
}

#[test]
fn a_root_goes_where_the_system_takes_it_from_and_the_generator_runs() {
    let root = stand_in("new");
    type Case<'c> = (&'c [&'c str], &'c str, &'c str, &'c [&'c str], &'c [&'c str]);
    let cases: [Case<'_>; 3] = [
        (
            &["/usr/sbin/update-ca-certificates", "/etc/ssl/certs/ca-certificates.crt"],
            "/etc/ssl/certs/ca-certificates.crt",
            "/usr/local/share/ca-certificates/new.crt",
            &["/usr/sbin/update-ca-certificates"],
            &["/usr/sbin/update-ca-certificates --fresh"],
        ),
        (
            CENTOS7,
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/pki/ca-trust/source/anchors/new.pem",
            &["/usr/bin/update-ca-trust extract"],
            &["/usr/bin/update-ca-trust extract"],
        ),
        (
            CENTOS6,
            "/etc/pki/tls/cert.pem",
            "/etc/pki/ca-trust/source/anchors/new.pem",
            &["/usr/bin/update-ca-trust force-enable", "/usr/bin/update-ca-trust extract"],
            &["/usr/bin/update-ca-trust extract", "/usr/bin/update-ca-trust disable"],
        ),
    ];
    for (paths, store, anchor, run, undo) in cases {
        let tree = Tree::new(paths);
        let repair = tree.repair(store, &[&root], &[]).unwrap();
        assert_eq!(repair.writes, [Write { path: tree.host(anchor), before: None, after: pem_file(&root) }]);
        assert_eq!(tree.commands(&repair.run), run);
        assert_eq!(tree.commands(&repair.undo), undo);
        assert_eq!(repair.regenerates.len(), 1);
        tree.write(anchor, &pem_file(&root));
        let again = tree.repair(store, &[&root], std::slice::from_ref(&root.certificate)).unwrap();
        assert!(again.writes.is_empty() && again.rescued.is_empty(), "twice is once");
        tree.write(anchor, b"somebody else's file of the same name");
        let beside = tree.repair(store, &[&root], &[]).unwrap();
        assert_ne!(beside.writes[0].path, tree.host(anchor));
        assert_eq!(beside.writes[0].before, None);
    }
    assert_eq!(source_repair(&Custody::Nobody, Path::new("/"), &[&root], &[]), Ok(None));
}

#[test]
fn a_deselected_root_of_debian_is_selected_again() {
    let (new, other) = (stand_in("new"), stand_in("other"));
    let tree = Tree::new(DEBIAN);
    tree.write("/usr/share/ca-certificates/mozilla/New.crt", &pem_file(&new));
    tree.write("/usr/share/ca-certificates/mozilla/Other.crt", &pem_file(&other));
    let list = "# comment\nmozilla/Other.crt\n!mozilla/New.crt\n!mozilla/Gone.crt\n";
    tree.write("/etc/ca-certificates.conf", list.as_bytes());
    let repair = tree
        .repair("/etc/ssl/certs/ca-certificates.crt", &[&new, &other], std::slice::from_ref(&other.certificate))
        .unwrap();
    let after = "# comment\nmozilla/Other.crt\nmozilla/New.crt\n!mozilla/Gone.crt\n";
    assert_eq!(
        repair.writes,
        [Write { path: tree.host("/etc/ca-certificates.conf"), before: Some(list.into()), after: after.into() }]
    );
    assert!(repair.rescued.is_empty());
}

#[test]
fn what_was_added_to_the_bundle_by_hand_is_not_lost() {
    let (new, by_hand, packaged, distrusted) = (stand_in("new"), stand_in("hand"), stand_in("pkg"), stand_in("no"));
    let tree = Tree::new(CENTOS7);
    let object = |root: &Root, trust: &str| {
        format!("[p11-kit-object-v1]\nlabel: \"x\"\n{trust}\n{}", String::from_utf8(pem_file(root)).unwrap())
    };
    let list = [object(&packaged, "trusted: true"), object(&distrusted, "x-distrusted: true")].concat();
    tree.write("/usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit", list.as_bytes());
    let in_store: Vec<_> = [&packaged, &by_hand, &distrusted].map(|root| root.certificate.clone()).into();
    let repair = tree.repair("/etc/pki/tls/cert.pem", &[&new], &in_store).unwrap();
    assert_eq!(repair.rescued, [by_hand.certificate, distrusted.certificate]);
    assert_eq!(repair.writes.len(), 3);
    assert!(repair.writes[1].path.to_str().unwrap().contains("/anchors/kept-"));
}

#[test]
fn what_an_administrator_forbade_is_not_added() {
    let new = stand_in("new");
    let tree = Tree::new(CENTOS7);
    tree.write("/etc/pki/ca-trust/source/blacklist/g2.pem", &pem_file(&new));
    let trouble = tree.repair("/etc/pki/tls/cert.pem", &[&new], &[]).unwrap_err();
    assert_eq!(trouble.code, Code::RootForbidden);
    assert!(trouble.message.en.contains("/etc/pki/ca-trust/source/blacklist/g2.pem"));
}

#[test]
fn a_generator_that_hangs_is_ended_with_all_that_it_started() {
    Lifeline::is_let_go_by(|line, time| {
        let command = ["sh", "-c", &format!("{} wait", line.sleeper())].map(OsString::from).to_vec();
        assert_eq!(refresh::run(&[command], time).unwrap_err().code, Code::RefreshFailed);
    });
}

#[test]
fn a_daemon_that_a_generator_leaves_behind_is_not_waited_for_and_its_reason_is_not_lost() {
    let directory = tempfile::tempdir().unwrap();
    // Ends with the fifo's other end, which this test holds.
    let fifo = directory.path().join("fifo");
    let script = format!("mkfifo '{0}'; cat '{0}' & echo no lock >&2; exit 3", fifo.display());
    let command = ["sh", "-c", &script].map(OsString::from).to_vec();
    let begun = std::time::Instant::now();
    let trouble = refresh::run(&[command], refresh::LIMIT).unwrap_err();
    let took = begun.elapsed();
    drop(fs::File::options().write(true).open(&fifo).unwrap());
    assert!(took < refresh::LIMIT / 2, "{took:?}");
    assert!(trouble.message.en.contains("no lock"), "{}", trouble.message.en);
}

#[test]
fn a_failed_generator_says_why_and_stops_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let mark = directory.path().join("ran");
    let commands = [vec!["sh", "-c", "echo no lock >&2; exit 3"], vec!["touch", mark.to_str().unwrap()]];
    let commands = commands.map(|command| command.into_iter().map(OsString::from).collect::<Vec<_>>());
    let trouble = refresh::run(&commands, refresh::LIMIT).unwrap_err();
    assert!(trouble.message.en.contains("no lock"), "{}", trouble.message.en);
    assert!(!mark.exists());
    let missing = refresh::run(&[vec!["/nonexistent/generator".into()]], refresh::LIMIT).unwrap_err();
    assert_eq!(missing.code, Code::RefreshFailed);
    let loud = ["sh", "-c", "head -c 10000000 /dev/zero; head -c 10000000 /dev/zero >&2"].map(OsString::from);
    assert!(refresh::output(&loud, refresh::LIMIT).unwrap().success, "much output blocks nothing");
}

#[test]
fn commands_are_shown_as_a_person_would_type_them() {
    let command = ["chroot", "/mnt/my image", "it's"].map(OsString::from);
    assert_eq!(refresh::shown(&command), r"chroot '/mnt/my image' 'it'\''s'");
}
