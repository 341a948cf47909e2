//! What the program is built from: every crate from crates.io, under a licence that allows it, and no OpenSSL; and
//! its bill of materials names them all. That is the same wherever the tests run, and cargo and git are not started
//! from Windows.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

mod common;

/// The lists that cargo-deny goes by (`.ci/deny.toml`): licences under which the program may be passed on as it is,
/// and crates that would bring OpenSSL or another system's TLS in.
struct Lists {
    allowed: Vec<String>,
    banned: Vec<String>,
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn lists() -> Lists {
    let deny: toml::Table = toml::from_str(&std::fs::read_to_string(file(".ci/deny.toml")).unwrap()).unwrap();
    let list = |table: &str, key: &str| {
        let strings = deny[table][key].as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned());
        strings.collect::<Vec<_>>()
    };
    Lists { allowed: list("licenses", "allow"), banned: list("bans", "deny") }
}

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
fn allowed(expression: &str, list: &[String]) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], "");
    // AND binds tighter than OR; with the parentheses gone this may refuse what is allowed, never the other way round
    // for the expressions in use, each of which was looked at.
    let known = |licence: &str| list.iter().any(|allowed| allowed == licence.trim());
    expression.split(" OR ").any(|choice| choice.split(" AND ").all(known))
}

#[test]
fn every_crate_is_from_crates_io_and_its_licence_allows_it() {
    let (metadata, lists) = (metadata(), lists());
    assert!(lists.banned.iter().any(|banned| banned == "openssl-sys"), "control: {:?}", lists.banned);
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50);
    for package in packages {
        let name = &package["name"];
        assert!(!lists.banned.iter().any(|banned| name == banned), "{name} must not be linked");
        if name == "rootfix" {
            continue;
        }
        assert_eq!(package["source"], "registry+https://github.com/rust-lang/crates.io-index", "{name}");
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(allowed(licence, &lists.allowed), "{name}: {licence}");
    }
}

#[test]
fn a_licence_that_is_not_on_the_list_is_refused() {
    let list = lists().allowed;
    for good in ["MIT", "MIT OR Apache-2.0", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"]
    {
        assert!(allowed(good, &list), "{good}");
    }
    for bad in ["", "GPL-3.0-only", "MIT AND GPL-2.0", "SSPL-1.0"] {
        assert!(!allowed(bad, &list), "{bad}");
    }
}

/// Name, version and checksum of every package but our own, in a Cargo.lock.
fn locked(lock: &str) -> BTreeSet<(String, String, String)> {
    let lock: toml::Table = toml::from_str(lock).unwrap();
    let packages = lock["package"].as_array().unwrap().iter().filter(|package| package.get("source").is_some());
    let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    packages.map(|package| (text(package, "name"), text(package, "version"), text(package, "checksum"))).collect()
}

#[test]
fn the_bill_of_materials_names_every_package_with_its_checksum_and_is_the_same_every_time() {
    let Some(python) = common::program("python3") else { return };
    let bill = || {
        let done = Command::new(&python).arg(file(".ci/sbom")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    };
    let bytes = bill();
    assert_eq!(bytes, bill());
    let bill: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
    let own = &bill["metadata"]["component"];
    assert_eq!((&own["name"], &own["version"]), (&"rootfix".into(), &env!("CARGO_PKG_VERSION").into()));

    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let component = |component: &Value| {
        assert_eq!(component["hashes"][0]["alg"], "SHA-256");
        let (name, version) = (text(&component["name"]), text(&component["version"]));
        assert_eq!(component["purl"], format!("pkg:cargo/{name}@{version}"));
        (name, version, text(&component["hashes"][0]["content"]))
    };
    let named: BTreeSet<_> = bill["components"].as_array().unwrap().iter().map(component).collect();
    let lock = std::fs::read_to_string(file("Cargo.lock")).unwrap();
    let packages = locked(&lock);
    assert!(packages.len() > 50);
    assert_eq!(named, packages);
    let more = format!("{lock}\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"x\"\nchecksum = \"0\"\n");
    assert_ne!(named, locked(&more), "control: a package that the bill does not name is noticed");

    // What depends on what, as cargo resolves it for every system at once.
    let references: BTreeSet<String> =
        named.iter().map(|(name, version, _)| format!("pkg:cargo/{name}@{version}")).collect();
    for edge in bill["dependencies"].as_array().unwrap() {
        for on in edge["dependsOn"].as_array().unwrap() {
            assert!(references.contains(on.as_str().unwrap()), "{on} is no component");
        }
    }
    assert_eq!(bill["dependencies"].as_array().unwrap().len(), packages.len() + 1);
}
