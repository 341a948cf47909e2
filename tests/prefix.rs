//! The promise: with `--prefix` another root is looked at, and nothing of this machine: an absolute path that code in
//! it pins, and an absolute link, mean that root's file.
#![cfg(unix)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use common::bundles::{block, g1, g2};
use common::cli::{Ran, directory, run};
use tempfile::TempDir;

/// This machine and an image of another; both have a `ca.pem` at the same place. The machine's holds both roots, the
/// image's the old one alone.
struct Two {
    dir: TempDir,
    machine: PathBuf,
    image: PathBuf,
}

impl Two {
    fn new() -> Two {
        let dir = directory();
        let root = dir.path().join("image");
        let machine = dir.path().join("ca.pem");
        let image = root.join(machine.strip_prefix("/").unwrap());
        fs::create_dir_all(image.parent().unwrap()).unwrap();
        fs::write(&machine, block(&g1()) + &block(&g2())).unwrap();
        fs::write(&image, block(&g1())).unwrap();
        Two { dir, machine, image }
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("image")
    }

    fn code_that_pins(&self, path: &Path) {
        let code = format!("<?php\ncurl_setopt($ch, CURLOPT_CAINFO, '{}');\n", path.display());
        fs::write(self.root().join("pay.php"), code).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run(self.dir.path(), &[&["--prefix", "image"], arguments].concat())
    }
}

#[test]
fn an_absolute_pin_in_another_root_is_that_roots_file() {
    let two = Two::new();
    two.code_that_pins(&two.machine);
    let before = fs::read(&two.machine).unwrap();
    for named in ["image/pay.php", "image"] {
        assert_eq!(two.run(&["check", named]).code, 1, "the image's lacks the new root");
        assert_eq!(two.run(&["locate", named]).code, 1);
    }
    let done = two.run(&["append", "-y", "image/pay.php"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(fs::read_to_string(&two.image).unwrap().contains(block(&g2()).trim()));
    assert_eq!(fs::read(&two.machine).unwrap(), before, "this machine's is as it was");
    // The control: without another root the pin means what it says.
    assert_eq!(run(two.dir.path(), &["check", "image/pay.php"]).code, 0);
}

#[test]
fn what_is_only_here_is_not_there() {
    let two = Two::new();
    let only_here = two.dir.path().join("only.pem");
    fs::copy(&two.machine, &only_here).unwrap();
    two.code_that_pins(&only_here);
    symlink(&only_here, two.root().join("link.pem")).unwrap();
    symlink("circle.pem", two.root().join("circle.pem")).unwrap();
    for named in ["image/pay.php", "image/link.pem", "image/circle.pem"] {
        assert_eq!(two.run(&["check", named]).code, 2, "{named}");
        assert_eq!(two.run(&["append", "-y", named]).code, 2, "{named}");
    }
    assert_eq!(run(two.dir.path(), &["check", "image/link.pem"]).code, 0, "the control");
}

#[test]
fn a_relative_pin_does_not_lead_out_of_another_root() {
    let two = Two::new();
    fs::write(two.root().join("pay.php"), "<?php\ncurl_setopt($ch, CURLOPT_CAINFO, 'ca.pem');\n").unwrap();
    assert_eq!(two.run(&["check", "image/pay.php"]).code, 2, "it is not there");
    assert_eq!(run(two.dir.path(), &["check", "image/pay.php"]).code, 0, "the control: it lies above");
}

#[test]
fn every_command_that_takes_a_file_follows_its_links_inside() {
    let two = Two::new();
    symlink(&two.machine, two.root().join("link.pem")).unwrap();
    let certificates = |ran: Ran| ran.record("bundle")["certificates"].as_u64();
    assert_eq!(certificates(two.run(&["--json", "inspect", "image/link.pem"])), Some(1));
    assert_eq!(certificates(two.run(&["--json", "check", "image/link.pem"])), Some(1));
    assert_eq!(certificates(run(two.dir.path(), &["--json", "inspect", "image/link.pem"])), Some(2), "the control");
}

#[test]
fn a_hashed_directory_of_another_root_is_read_by_that_roots_links() {
    let two = Two::new();
    let hashed = two.root().join("certs");
    fs::create_dir(&hashed).unwrap();
    // The hash of G1's name, as `openssl rehash` has it.
    symlink(&two.machine, hashed.join("3513523f.0")).unwrap();
    let read = two.run(&["--json", "inspect", "image/certs"]);
    assert_eq!(read.record("bundle")["format"], "cadir", "{read:?}");
    assert_eq!(read.record("bundle")["new_root"], false);
    assert_eq!(read.record("bundle")["certificates"], 1);
}

#[test]
fn a_java_of_another_root_has_that_roots_store() {
    let two = Two::new();
    let java = two.root().join("opt/java");
    for part in ["bin", "lib/security"] {
        fs::create_dir_all(java.join(part)).unwrap();
    }
    fs::write(java.join("bin/java"), "").unwrap();
    fs::write(java.join("lib/modules"), "").unwrap();
    // Where it leads there is nothing here.
    let store = two.root().join("etc/only-in-the-image.pem");
    fs::create_dir_all(store.parent().unwrap()).unwrap();
    fs::copy(&two.image, &store).unwrap();
    symlink("/etc/only-in-the-image.pem", java.join("lib/security/cacerts")).unwrap();
    let checked = two.run(&["--json", "check", "image/opt/java"]);
    assert_eq!(checked.record("bundle")["path"], store.to_str().unwrap());
}

#[test]
fn the_way_to_another_root_may_be_written_in_any_way() {
    let two = Two::new();
    fs::copy(&two.image, two.root().join("own.pem")).unwrap();
    symlink("image", two.dir.path().join("alias")).unwrap();
    for prefix in ["image", "./image/../image", "alias", "image/"] {
        for named in ["image/own.pem", "./image/../image/own.pem", "alias/own.pem"] {
            let checked = run(two.dir.path(), &["--prefix", prefix, "check", named]);
            assert_eq!(checked.code, 1, "{prefix} {named}: {checked:?}");
        }
    }
}

#[test]
fn what_is_no_root_or_does_not_lie_in_it_is_refused() {
    let two = Two::new();
    let own = "image/own.pem";
    fs::copy(&two.image, two.dir.path().join(own)).unwrap();
    for prefix in ["nowhere", "ca.pem"] {
        let refused = run(two.dir.path(), &["--prefix", prefix, "check", own]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains(&format!("`{prefix}`")), "{refused:?}");
    }
    let before = fs::read(&two.machine).unwrap();
    for command in [&["check"][..], &["append", "-y"], &["verify"], &["inspect"], &["locate"], &["restore"]] {
        for outside in ["ca.pem", "image/../ca.pem", two.machine.to_str().unwrap()] {
            let refused = two.run(&[command, &[outside]].concat());
            assert_eq!(refused.code, 2, "{command:?}: {refused:?}");
            assert!(refused.stderr.contains("does not lie in"), "{command:?}: {refused:?}");
        }
    }
    assert_eq!(two.run(&["check"]).code, 2, "nor does the current directory");
    assert_eq!(fs::read(&two.machine).unwrap(), before);
}
