//! The codes of findings and troubles, and what each of them means: the text behind `rootfix explain`.

use crate::lang::Sentence;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Note,
    /// Some programs, or a later date, make a trouble of it.
    Warning,
    /// It stops programs today, or the rollover will.
    Error,
}

/// What a code means, why it comes up, and what to do.
#[derive(Debug, Clone)]
pub struct Explanation {
    pub meaning: Sentence,
    pub cause: Sentence,
    pub remedy: Sentence,
}

macro_rules! codes {
    ($(
        $variant:ident = $text:literal, $severity:ident {
            meaning: { en: $meaning_en:literal, zh: $meaning_zh:literal $(,)? },
            cause: { en: $cause_en:literal, zh: $cause_zh:literal $(,)? },
            remedy: { en: $remedy_en:literal, zh: $remedy_zh:literal $(,)? } $(,)?
        }
    )*) => {
        /// The permanent name of a kind of finding or trouble, as `--json` shows it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning_en] $variant,)*
        }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// The severity of a finding with this code.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            pub fn explain(self) -> Explanation {
                match self {
                    $(Code::$variant => Explanation {
                        meaning: Sentence::new($meaning_en, $meaning_zh),
                        cause: Sentence::new($cause_en, $cause_zh),
                        remedy: Sentence::new($remedy_en, $remedy_zh),
                    },)*
                }
            }
        }
    };
}

// Grouped by what they speak of; within a group in the order in which a reader meets them.
codes! {
    NewRootMissing = "new-root-missing", Error {
        meaning: {
            en: "The bundle does not hold the root that the rollover adds.",
            zh: "证书包中没有本次更换要添加的新根证书。",
        },
        cause: {
            en: "It was made before the rollover, or by hand with one root only. Once the server presents a chain to the new root, a program that trusts this bundle alone refuses the connection.",
            zh: "该证书包制作于更换之前，或手工制作时只放入了一个根证书。服务器一旦改用新根证书签发的证书链，只信任该证书包的程序就会拒绝连接。",
        },
        remedy: {
            en: "Run `rootfix append FILE`; it keeps what is there and adds the new root.",
            zh: "运行 `rootfix append 文件`：保留原有内容，追加新根证书。",
        },
    }
    OldRootMissing = "old-root-missing", Warning {
        meaning: {
            en: "The bundle does not hold the root that the rollover keeps.",
            zh: "证书包中没有本次更换要求保留的旧根证书。",
        },
        cause: {
            en: "The file is older than that root, or was replaced by a list from which Mozilla has removed it: Mozilla stopped trusting DigiCert Global Root CA for TLS on 2026-04-15.",
            zh: "文件早于该根证书，或已被换成 Mozilla 移除该根证书之后的列表：Mozilla 自 2026-04-15 起不再信任 DigiCert Global Root CA 用于 TLS。",
        },
        remedy: {
            en: "Nothing, if every server has moved on. Where the notice asks for both roots, `rootfix append --with-old FILE` adds the old one too.",
            zh: "如所有服务器都已完成更换，无需处理。若公告要求两个根证书同时存在，用 `rootfix append --with-old 文件` 一并补上旧根证书。",
        },
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text).ok_or(())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_explained_in_both_languages() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            let Explanation { meaning, cause, remedy } = code.explain();
            for sentence in [meaning, cause, remedy] {
                assert!(sentence.en.ends_with('.'), "{code}: {}", sentence.en);
                assert!(sentence.zh.ends_with('。'), "{code}: {}", sentence.zh);
            }
        }
    }
}
