//! A place in code, configuration, environment or a process that tells a program which bundle to use.

use std::path::PathBuf;

use crate::finding::Finding;
use crate::lang::Sentence;

macro_rules! named {
    ($(#[$attribute:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$doc])* $variant),* }

        impl $name {
            /// The permanent name in records.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
        }
    };
}

named! {
    /// How the pin names its roots.
    Kind {
        File = "file",
        Dir = "dir",
        /// PEM written into the source itself.
        Pem = "pem",
        Keystore = "keystore",
        Env = "env",
        Callback = "callback",
        /// Verification is switched off.
        Disabled = "disabled",
        /// The program says that it uses the default store.
        Default = "default",
    }
}

named! {
    /// What the pin is for.
    Class {
        ServerTrust = "server-trust",
        ClientAuth = "client-auth",
        Database = "database",
        Docs = "docs",
    }
}

named! {
    /// What to do about it.
    Advice {
        /// Option 1: take the pin away; what the program falls back to holds the new root.
        Delete = "delete",
        /// Option 2: add the new root to the pinned bundle.
        Append = "append",
        Replace = "replace",
        None = "none",
    }
}

/// One pin.
#[derive(Debug, Clone)]
pub struct Pin {
    pub path: PathBuf,
    /// Both counted from 1; a column counts characters.
    pub line: usize,
    pub column: usize,
    /// The language or system whose rule found it: `php`, `nginx`, ...
    pub language: String,
    pub kind: Kind,
    pub class: Class,
    /// As it is written there.
    pub target: String,
    /// The files that it may mean, most likely first; they need not exist.
    pub resolved: Vec<PathBuf>,
    pub advice: Advice,
    pub reason: Sentence,
    pub findings: Vec<Finding>,
}
