//! What a dry run prints is the change: `patch -p0` and `git apply -p0` take it, however the file is named, and what
//! comes out is byte for byte what `append` writes.

mod common;

#[cfg(unix)]
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use common::bundles::{block, block_of, g1, g3};
use common::cli::{directory, finish, rootfix, run};
use common::shop::put;

/// Runs a program that is given this, and says how it ended.
#[track_caller]
fn takes(program: &Path, arguments: &[&str], dir: &Path, diff: &[u8]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(dir).env_remove("GIT_DIR").stdin(std::process::Stdio::piped());
    finish(command, diff).code == 0
}

/// Most of these are no names for Windows.
#[cfg(unix)]
#[test]
fn a_diff_is_taken_for_a_file_of_any_name() {
    use std::os::unix::ffi::OsStrExt;
    let (Some(patch), Some(git)) = (common::program("patch"), common::program("git")) else { return };
    let names: [&[u8]; 14] = [
        b"rootca.pem",
        b"root ca.pem",
        b" begins with a blank.pem",
        b"ends with one ",
        b"tab\there.pem",
        b"two\nlines.pem",
        b"two\r\nlines.pem",
        b"-n",
        b"--output=x.pem",
        b"quo\"te's.pem",
        b"back\\slash.pem",
        "\u{8bc1}\u{4e66}.pem".as_bytes(),
        // The same in GBK, which is no UTF-8.
        b"\xd6\xa4\xca\xe9.pem",
        "a \u{4e2d} directory/below/root ca.pem".as_bytes(),
    ];
    for name in names {
        let name = OsStr::from_bytes(name);
        let dir = directory();
        let file = dir.path().join(name);
        std::fs::create_dir_all(file.parent().expect("it lies in a directory")).expect("a directory is made");
        let before = block(&g1());
        std::fs::write(&file, &before).expect("a file is written");
        let dry = run(dir.path(), &[OsStr::new("append"), OsStr::new("-n"), OsStr::new("--"), name]);
        assert_eq!(dry.code, 1, "{name:?}: {}", dry.stderr);
        assert_eq!(std::fs::read_to_string(&file).expect("a file is read"), before, "a dry run touches nothing");
        let wanted = format!("{before}{}", common::bundles::plain_addition());
        for (program, arguments) in [(&patch, &["-p0"][..]), (&git, &["apply", "-p0"])] {
            std::fs::write(&file, &before).expect("a file is written");
            assert!(takes(program, arguments, dir.path(), &dry.stdout), "{program:?} does not take {name:?}");
            let after = std::fs::read_to_string(&file).expect("a file is read");
            assert!(after == wanted, "{program:?} makes something else of {name:?}");
        }
        // Control: a diff for another file is not taken.
        let other = String::from_utf8_lossy(&dry.stdout).replace("--- ", "--- no").replace("+++ ", "+++ no");
        assert!(!takes(&git, &["apply", "-p0"], dir.path(), other.as_bytes()), "{name:?}");
    }
}

#[test]
fn a_diff_gives_what_append_writes_whatever_the_lines_end_in() {
    let (Some(patch), Some(git)) = (common::program("patch"), common::program("git")) else { return };
    let unix = block(&g1());
    let texts = [
        unix.trim_end().to_owned(),
        block_of("CERTIFICATE", &g1(), 64, "\r\n"),
        block_of("CERTIFICATE", &g1(), 64, "\r\n").trim_end().to_owned(),
        format!("{unix}{}", block_of("CERTIFICATE", &g3(), 76, "\r\n")),
    ];
    for before in texts {
        let dir = directory();
        put(dir.path(), "rootca.pem", &before);
        let diff = run(dir.path(), &["append", "-n", "rootca.pem"]).stdout;
        assert_eq!(run(dir.path(), &["append", "rootca.pem"]).code, 0);
        let file = dir.path().join("rootca.pem");
        let wanted = std::fs::read(&file).expect("a file is read");
        for (program, arguments) in [(&patch, &["-p0"][..]), (&git, &["apply", "-p0"])] {
            put(dir.path(), "rootca.pem", &before);
            assert!(takes(program, arguments, dir.path(), &diff), "{program:?} {before:?}");
            assert!(std::fs::read(&file).expect("a file is read") == wanted, "{program:?} {before:?}");
        }
    }
}

#[test]
fn an_absolute_path_below_the_current_directory_is_named_as_patch_takes_it() {
    let dir = directory();
    put(dir.path(), "deep/rootca.pem", block(&g1()));
    let mut command = rootfix(dir.path());
    command.args(["append", "-n"]).arg(dir.path().join("deep/rootca.pem"));
    let dry = finish(command, b"");
    assert!(dry.text().starts_with("--- deep/rootca.pem\n+++ deep/rootca.pem\n"), "{}", dry.text());
}
