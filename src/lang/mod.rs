//! Every sentence that the program says, in English and in Chinese.
//!
//! A sentence is made in both languages at once, so that one without its translation does not compile, and the
//! language is chosen at the very end, where it is shown. Records (`--json`) always use the English text.
//! The two texts stand side by side, sorted by what they speak of: one file per part of the program.

pub mod append;
pub mod apply;
pub mod assess;
pub mod cadir;
pub mod check;
pub mod cli;
pub mod clients;
pub mod codes;
pub mod create;
pub mod custody;
pub mod der;
pub mod help;
pub mod html;
pub mod java;
pub mod literal;
pub mod locate;
pub mod locate_screen;
pub mod machine;
pub mod pem;
pub mod pkcs12;
pub mod plan;
pub mod probe;
pub mod prove;
pub mod rehearse;
pub mod rehearse_screen;
pub mod report;
pub mod roots;
pub mod source;
pub mod sources;
pub mod system_store;
pub mod usage;
mod width;
pub mod wizard;

pub use width::{pad, width, wrap};

/// The language in which people are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    En,
    Zh,
}

/// One thing said, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sentence {
    pub en: String,
    pub zh: String,
}

impl Sentence {
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Sentence { en: en.into(), zh: zh.into() }
    }

    /// Text that is the same in every language: a name, a path, a number.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Sentence { en: text.clone(), zh: text }
    }

    pub fn to(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }

    /// One sentence after another: a blank between them in English, none in Chinese.
    #[must_use]
    pub fn then(self, next: &Sentence) -> Self {
        Sentence { en: format!("{} {}", self.en, next.en), zh: format!("{}{}", self.zh, next.zh) }
    }
}

/// Declares sentences: a function per sentence, whose arguments both texts may name.
///
/// Arguments are anything that `format!` can show; a path is passed as `path.display()`.
macro_rules! sentences {
    ($(
        $(#[$attribute:meta])*
        $name:ident ( $($arg:ident),* $(,)? ) { en: $en:literal, zh: $zh:literal $(,)? }
    )*) => {
        $(
            $(#[$attribute])*
            pub fn $name($($arg: impl ::std::fmt::Display),*) -> $crate::lang::Sentence {
                $crate::lang::Sentence { en: format!($en), zh: format!($zh) }
            }
        )*
    };
}
pub(crate) use sentences;
