//! The Javas of a machine, and the key store that each trusts servers by.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::super::found::{Found, Holds};
use super::globs;
use crate::lang::machine as say;
use crate::prefix::Prefix;

/// Where Javas are installed by packages, archives, panels and version managers.
const HOMES: [&str; 18] = [
    "/usr/lib/jvm/*",
    "/usr/lib64/jvm/*",
    "/usr/java/*",
    "/usr/local/java/*",
    "/usr/local/java",
    "/usr/local/jdk*",
    "/usr/local/jre*",
    "/usr/local/openjdk*",
    "/usr/local/btjdk/*",
    "/opt/*",
    "/opt/java/*",
    "/opt/jdk/*",
    "/www/server/java/*",
    "~/.sdkman/candidates/java/*",
    "/usr/local/sdkman/candidates/java/*",
    "~/.jdks/*",
    "~/.jenv/versions/*",
    "~/.asdf/installs/java/*",
];

pub(super) fn stores(
    prefix: &Prefix,
    user_homes: &[PathBuf],
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Vec<Found> {
    homes(prefix, user_homes, variable).iter().filter_map(|home| store(prefix, home)).collect()
}

/// The directories in which Javas may lie, every link followed, each once.
pub(super) fn homes(
    prefix: &Prefix,
    user_homes: &[PathBuf],
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Vec<PathBuf> {
    let mut homes = Vec::new();
    if prefix.is_root() {
        homes.extend(variable("JAVA_HOME").map(PathBuf::from));
        let path = variable("PATH").unwrap_or_default();
        homes.extend(std::env::split_paths(&path).filter_map(|directory| home_of(prefix, &directory.join("java"))));
    } else {
        homes.extend(
            ["/usr/bin/java", "/usr/local/bin/java"].iter().filter_map(|java| home_of(prefix, Path::new(java))),
        );
    }
    homes.extend(globs(prefix, user_homes, &HOMES));
    let mut seen: Vec<PathBuf> = Vec::new();
    for home in homes {
        match prefix.resolve(&home) {
            Ok(real) if !seen.contains(&real) => seen.push(real),
            _ => {}
        }
    }
    seen
}

/// The Java home of a launcher: two levels above the file that the links lead to.
fn home_of(prefix: &Prefix, launcher: &Path) -> Option<PathBuf> {
    let real = prefix.resolve(launcher).ok()?;
    let home = real.parent().filter(|bin| bin.ends_with("bin"))?.parent()?;
    // The launcher of Java 8 may lie in jre/bin.
    Some(
        if home.ends_with("jre") && prefix.is_dir(&home.with_file_name("lib")) { home.parent()? } else { home }
            .to_owned(),
    )
}

/// What the Java in this directory trusts servers by; `None` where there is no Java.
///
/// The same rules as [`super::super::java_home`], for another root, where links must be followed inside.
pub(in super::super) fn store(prefix: &Prefix, home: &Path) -> Option<Found> {
    let runtime =
        ["jre", "."].map(|runtime| home.join(runtime)).into_iter().find(|r| prefix.is_dir(&r.join("lib/security")))?;
    if !prefix.is_file(&home.join("bin/java")) && !prefix.is_file(&runtime.join("bin/java")) {
        return None;
    }
    let security = runtime.components().collect::<PathBuf>().join("lib/security");
    let own = ["jssecacerts", "cacerts"].map(|name| security.join(name));
    let store = own.iter().find(|path| prefix.is_file(path)).unwrap_or(&own[1]);
    Some(Found::default(prefix, store, Holds::File, say::java(home.display())))
}
