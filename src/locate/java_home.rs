//! A Java home: which key stores the Java in a directory trusts servers by.
//!
//! JSSE takes `lib/security/jssecacerts` where there is one, else `lib/security/cacerts`, below the system property
//! `java.home` (JSSE Reference Guide, "Customizing the Default Keystores and Truststores"). Up to Java 8 a JDK has
//! its runtime in `jre/`, and that is `java.home` for its own `bin/java` too; since Java 9 there is one home.

use std::io;
use std::path::{Path, PathBuf};

/// A directory in which a Java was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JavaHome {
    pub home: PathBuf,
    /// The key stores in it, in the order in which Java looks for them. Empty where the Java has none of its own.
    pub stores: Vec<JavaStore>,
}

/// One of the key stores of a Java home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JavaStore {
    /// As it lies in the Java home.
    pub path: PathBuf,
    /// The file that it is in the end, every link followed; the same as `path` (but absolute) where none is. The
    /// file need not exist: a link may dangle, and then this is `None`.
    pub real: Option<PathBuf>,
    pub name: StoreName,
    /// Java reads this one, and none of the others in this home.
    pub used: bool,
    /// Who writes the file anew, judged by where it lies.
    pub keeper: Option<Keeper>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreName {
    Jssecacerts,
    Cacerts,
}

impl StoreName {
    const ALL: [StoreName; 2] = [StoreName::Jssecacerts, StoreName::Cacerts];

    pub const fn as_str(self) -> &'static str {
        match self {
            StoreName::Jssecacerts => "jssecacerts",
            StoreName::Cacerts => "cacerts",
        }
    }
}

/// Who makes a key store anew, so that what was added by hand is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// Debian's and Ubuntu's ca-certificates-java: `/etc/ssl/certs/java/cacerts`, on each `update-ca-certificates`.
    CaCertificatesJava,
    /// Red Hat's `update-ca-trust`: `/etc/pki/ca-trust/extracted/java/cacerts`, to which `/etc/pki/java/cacerts`
    /// leads. Amazon Linux, openEuler, Anolis and Alibaba's have it from there.
    UpdateCaTrust,
    /// SUSE's `update-ca-certificates`: `/var/lib/ca-certificates/java-cacerts`.
    SuseCaCertificates,
}

const KEEPERS: [(&str, Keeper); 4] = [
    ("etc/ssl/certs/java/cacerts", Keeper::CaCertificatesJava),
    ("etc/pki/ca-trust/extracted/java/cacerts", Keeper::UpdateCaTrust),
    ("etc/pki/java/cacerts", Keeper::UpdateCaTrust),
    ("var/lib/ca-certificates/java-cacerts", Keeper::SuseCaCertificates),
];

/// What a directory is as a Java home, or `None` where it is none.
///
/// A Java home has a `bin/java` and the classes of a runtime; what it trusts may be missing from it. Only names and
/// links are looked at: nothing is run, no key store is opened, and whether Java may read one is not checked (it
/// passes over one that it may not).
pub fn java_home(dir: &Path) -> Option<JavaHome> {
    if !is_java_home(dir) {
        return None;
    }
    let runtimes = if dir.join("jre/lib").is_dir() { ["jre", "."] } else { [".", "jre"] };
    let candidates = runtimes.iter().enumerate().flat_map(|(i, runtime)| {
        let lib = if *runtime == "." { dir.join("lib") } else { dir.join(runtime).join("lib") };
        StoreName::ALL.map(|name| (lib.join("security").join(name.as_str()), name, i == 0))
    });
    let mut stores = Vec::new();
    let mut found = false;
    for (path, name, of_the_runtime) in candidates {
        // A link that leads nowhere is still a store that somebody expects to be there; Java passes over it.
        if path.symlink_metadata().is_err() {
            continue;
        }
        let real = path.canonicalize().ok();
        let used = of_the_runtime && !found && real.is_some();
        found |= used;
        let keeper = real.as_deref().and_then(keeper_of);
        stores.push(JavaStore { path, real, name, used, keeper });
    }
    Some(JavaHome { home: dir.to_owned(), stores })
}

/// Whether a Java was installed in this directory: it has a launcher, and a runtime's classes beside it.
pub fn is_java_home(dir: &Path) -> bool {
    let has = |name: &str| dir.join(name).exists();
    let classes = ["lib/modules", "lib/rt.jar", "jre/lib/rt.jar"];
    (has("bin/java") || has("bin/java.exe")) && classes.into_iter().any(has)
}

fn keeper_of(real: &Path) -> Option<Keeper> {
    KEEPERS.iter().find(|(path, _)| real.ends_with(path)).map(|(_, keeper)| *keeper)
}

/// The other Java homes beside this one, in the same directory, that use the same file; by their names.
///
/// # Errors
/// The directory above cannot be listed.
pub fn sharing(home: &JavaHome) -> io::Result<Vec<PathBuf>> {
    let Some(real) = home.used().and_then(|store| store.real.clone()) else { return Ok(Vec::new()) };
    let own = home.home.canonicalize()?;
    let Some(above) = own.parent() else { return Ok(Vec::new()) };
    let mut sharing = Vec::new();
    for beside in above.read_dir()? {
        let beside = beside?;
        // `java-1.17.0-openjdk-amd64` is another name of `java-17-openjdk-amd64`, not another Java.
        if beside.file_type()?.is_symlink() || beside.path() == own {
            continue;
        }
        if let Some(other) = java_home(&beside.path())
            && other.used().and_then(|store| store.real.as_deref()) == Some(&real)
        {
            sharing.push(other.home);
        }
    }
    sharing.sort();
    Ok(sharing)
}

impl JavaHome {
    /// The key store that Java takes; `None` where there is none to take.
    pub fn used(&self) -> Option<&JavaStore> {
        self.stores.iter().find(|store| store.used)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn make(home: &Path, files: &[&str]) {
        for file in files {
            let path = home.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
    }

    fn used(home: &Path) -> Option<String> {
        let java = java_home(home).unwrap();
        java.used().map(|store| store.path.strip_prefix(home).unwrap().to_str().unwrap().to_owned())
    }

    #[test]
    fn jssecacerts_comes_before_cacerts_and_a_jdk_8_looks_into_its_runtime() {
        let dir = tempfile::tempdir().unwrap();
        let new = dir.path().join("jdk-17");
        make(&new, &["bin/java", "lib/modules", "lib/security/cacerts"]);
        assert_eq!(used(&new).as_deref(), Some("lib/security/cacerts"));
        make(&new, &["lib/security/jssecacerts"]);
        assert_eq!(used(&new).as_deref(), Some("lib/security/jssecacerts"));
        assert_eq!(java_home(&new).unwrap().stores.len(), 2);

        let old = dir.path().join("jdk8");
        make(&old, &["bin/java", "jre/lib/rt.jar", "lib/security/jssecacerts"]);
        assert_eq!(used(&old), None, "Java 8 does not look beside its runtime");
        make(&old, &["jre/lib/security/cacerts"]);
        assert_eq!(used(&old).as_deref(), Some("jre/lib/security/cacerts"));
        let jre = dir.path().join("jre8");
        make(&jre, &["bin/java", "lib/rt.jar", "lib/security/cacerts"]);
        assert_eq!(used(&jre).as_deref(), Some("lib/security/cacerts"));
    }

    #[test]
    fn a_dangling_jssecacerts_is_passed_over_as_java_does() {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path(), &["bin/java", "lib/modules", "lib/security/cacerts"]);
        symlink("/nowhere/jssecacerts", dir.path().join("lib/security/jssecacerts")).unwrap();
        assert_eq!(used(dir.path()).as_deref(), Some("lib/security/cacerts"));
        assert_eq!(java_home(dir.path()).unwrap().stores[0].real, None);
    }

    #[test]
    fn what_merely_looks_like_one_is_no_java_home() {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path(), &["bin/java", "lib/security/cacerts"]);
        assert_eq!(java_home(dir.path()), None, "/usr has a bin/java too");
    }

    #[test]
    fn javas_that_share_one_file_are_named_and_its_keeper_is_known() {
        let dir = tempfile::tempdir().unwrap();
        let shared = dir.path().join("etc/ssl/certs/java/cacerts");
        make(dir.path(), &["etc/ssl/certs/java/cacerts"]);
        let homes = ["jvm/java-17", "jvm/java-25", "jvm/own"].map(|name| dir.path().join(name));
        for home in &homes {
            make(home, &["bin/java", "lib/modules", "lib/security/blocked.certs"]);
        }
        for home in &homes[..2] {
            symlink(&shared, home.join("lib/security/cacerts")).unwrap();
        }
        make(&homes[2], &["lib/security/cacerts"]);
        symlink("java-17", dir.path().join("jvm/default-java")).unwrap();

        let java = java_home(&homes[0]).unwrap();
        assert_eq!(java.used().unwrap().keeper, Some(Keeper::CaCertificatesJava));
        assert_eq!(sharing(&java).unwrap(), [homes[1].canonicalize().unwrap()]);
        let own = java_home(&homes[2]).unwrap();
        assert_eq!(own.used().unwrap().keeper, None);
        assert_eq!(sharing(&own).unwrap(), [] as [PathBuf; 0]);
    }
}
