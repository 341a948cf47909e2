//! Who owns a file and will overwrite it, and where an addition has to be made so that it stays.
//!
//! A store that something generates is repaired at its source, and the generator is run again. A store that came
//! with a package can be repaired in place, but the next upgrade brings its own; that is said, together with what
//! lasts. Decided from the file's place and from the records of the package managers; the records are read, not
//! asked for, but for rpm, whose database only rpm reads.

mod ecosystem;
mod packages;
pub mod refresh;
mod source;
mod system;

use std::path::{Path, PathBuf};

pub use source::{SourceRepair, Write, source_repair, undo};
pub use system::Anchors;

use crate::finding::{Code, Finding};
use crate::lang::custody as say;
use crate::prefix::Prefix;

/// A package manager whose records say which package brought a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Manager {
    Dpkg,
    Rpm,
    Apk,
    Pacman,
    Conda,
    /// pip and the others that leave a `RECORD`.
    Pip,
    Npm,
    Composer,
    Gem,
}

impl Manager {
    /// The permanent name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Manager::Dpkg => "dpkg",
            Manager::Rpm => "rpm",
            Manager::Apk => "apk",
            Manager::Pacman => "pacman",
            Manager::Conda => "conda",
            Manager::Pip => "pip",
            Manager::Npm => "npm",
            Manager::Composer => "composer",
            Manager::Gem => "gem",
        }
    }
}

/// Who owns a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Custody {
    /// Nobody that is known: what is written stays.
    Nobody,
    /// The operating system generates it from a directory of anchors.
    System(Anchors),
    /// Debian's Java store, which a hook of ca-certificates-java keeps in step with the system's.
    DebianJava,
    /// It came with this package.
    Package { manager: Manager, name: String },
    /// It lies in this Java home, which no package manager knows.
    Jdk { home: PathBuf },
    /// A ConfigMap or Secret, mounted by Kubernetes; nothing that is written here stays, if it can be written.
    Kubernetes,
}

impl Custody {
    /// The permanent name in records.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Custody::Nobody => "nobody",
            Custody::System(anchors) => anchors.command(),
            Custody::DebianJava => "ca-certificates-java",
            Custody::Package { manager, .. } => manager.as_str(),
            Custody::Jdk { .. } => "jdk",
            Custody::Kubernetes => "kubernetes",
        }
    }

    /// An addition belongs into the source, not into the file: see [`source_repair`].
    pub const fn is_generated(&self) -> bool {
        matches!(self, Custody::System(_) | Custody::DebianJava)
    }

    /// What whoever adds to the file should know, and do instead.
    pub fn warning(&self) -> Option<Finding> {
        Some(match self {
            Custody::Nobody => return None,
            Custody::System(anchors) => Finding::new(Code::GeneratedFile, say::generated(anchors.command())),
            Custody::DebianJava => Finding::new(Code::GeneratedFile, say::generated_by_hook()),
            Custody::Jdk { home } => {
                Finding::new(Code::OverwrittenByUpgrade, say::of_a_jdk(home.display()).then(&say::own_java_store()))
            }
            Custody::Kubernetes => Finding::new(Code::MountedConfig, say::mounted()),
            Custody::Package { manager, name } => {
                let instead = match manager {
                    Manager::Dpkg | Manager::Rpm | Manager::Apk | Manager::Pacman => say::own_copy(),
                    Manager::Pip | Manager::Conda => say::own_copy_for_python(),
                    Manager::Npm => say::own_copy_for_node(),
                    Manager::Composer => say::own_copy_for_php(),
                    Manager::Gem => say::own_copy_for_ruby(),
                };
                let upgrade = say::of_a_package(name, manager.as_str()).then(&instead);
                Finding::new(Code::OverwrittenByUpgrade, upgrade)
            }
        })
    }
}

/// A file, as it was asked for and as it is.
struct Place<'p> {
    prefix: &'p Prefix,
    /// As asked for; a path inside, with its links.
    asked: PathBuf,
    /// With every link followed; the same as `asked` where there is no such file.
    real: PathBuf,
}

/// Who owns this file (or directory). `path` is one that this process can open, inside `prefix` where that is not
/// this machine's root. A path through `/proc/PID/root` belongs to that process's root, whatever the prefix.
///
/// Not found out: files that a configuration tool (Ansible, a control panel) lays down again.
pub fn of(path: &Path, prefix: &Path) -> Custody {
    let asked = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let prefix = Prefix::of(&asked, prefix);
    let asked = prefix.inside(&asked).unwrap_or(asked);
    let real = prefix.resolve(&asked).unwrap_or_else(|_| asked.clone());
    let place = Place { prefix: &prefix, asked, real };
    None.or_else(|| ecosystem::kubernetes(&place))
        .or_else(|| system::custody(&place))
        .or_else(|| ecosystem::conda(&place))
        .or_else(|| packages::custody(&place))
        .or_else(|| ecosystem::language(&place))
        .or_else(|| ecosystem::jdk(&place))
        .unwrap_or(Custody::Nobody)
}

/// The root that a file belongs to, for [`source_repair`]: `/proc/PID/root` where the path leads through it, else
/// `prefix`.
pub fn root_of(path: &Path, prefix: &Path) -> PathBuf {
    Prefix::of(path, prefix).as_path().to_owned()
}

#[cfg(all(test, unix))]
mod tests;
