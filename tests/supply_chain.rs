//! What the program is built from: every crate from crates.io, under a licence that allows it, and no OpenSSL.

use std::process::Command;

use serde_json::Value;

/// Licences under which the program may be passed on as it is.
const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "0BSD",
    "Unlicense",
    "Zlib",
    "CC0-1.0",
    "Unicode-3.0",
    "BSL-1.0",
    "Apache-2.0 WITH LLVM-exception",
    "MIT-0",
];

/// Crates that would bring OpenSSL or another system's TLS in.
const BANNED: &[&str] = &["openssl", "openssl-sys", "native-tls", "aws-lc-sys", "boring-sys"];

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether an SPDX expression can be satisfied by allowed licences. `/` is how old crates write OR.
fn allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], "");
    // AND binds tighter than OR; with the parentheses gone this may refuse what is allowed, never the other way round
    // for the expressions in use, each of which was looked at.
    expression.split(" OR ").any(|choice| choice.split(" AND ").all(|licence| ALLOWED.contains(&licence.trim())))
}

#[test]
fn every_crate_is_from_crates_io_and_its_licence_allows_it() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50);
    for package in packages {
        let name = &package["name"];
        assert!(!BANNED.iter().any(|banned| name == banned), "{name} must not be linked");
        if name == "rootfix" {
            continue;
        }
        assert_eq!(package["source"], "registry+https://github.com/rust-lang/crates.io-index", "{name}");
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(allowed(licence), "{name}: {licence}");
    }
}

#[test]
fn a_licence_that_is_not_on_the_list_is_refused() {
    for good in ["MIT", "MIT OR Apache-2.0", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"]
    {
        assert!(allowed(good), "{good}");
    }
    for bad in ["", "GPL-3.0-only", "MIT AND GPL-2.0", "SSPL-1.0"] {
        assert!(!allowed(bad), "{bad}");
    }
}
