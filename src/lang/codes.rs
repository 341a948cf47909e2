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
    // What `locate` notices about a pin.
    VerificationDisabled = "verification-disabled", Error {
        meaning: {
            en: "The program is told not to verify the server's certificate.",
            zh: "程序被设置为不校验服务器证书。",
        },
        cause: {
            en: "A switch, an empty trust manager or a callback that always agrees was put there to get past a certificate error. Anybody on the way can now read and change what is sent, payments included; no bundle changes that.",
            zh: "为绕过证书报错而关闭了开关、写了空的信任管理器，或回调函数一律返回通过。链路上的任何人都能读取和篡改数据（包括支付请求），换任何证书包都无济于事。",
        },
        remedy: {
            en: "Repair the bundle first, then switch verification on and prove it with `rootfix verify`.",
            zh: "先修好证书包，再打开校验，并用 `rootfix verify` 验证。",
        },
    }
    InertPin = "inert-pin", Warning {
        meaning: {
            en: "A bundle is named here, but the program never looks at it.",
            zh: "此处指定了证书包，但程序根本不会使用它。",
        },
        cause: {
            en: "Verification is off beside it, or, as in nginx, off unless it is switched on.",
            zh: "旁边关闭了校验；或者像 nginx 那样，校验默认就是关闭的。",
        },
        remedy: {
            en: "The rollover cannot break this program, but it checks nothing. Repair the bundle, then switch verification on.",
            zh: "更换根证书不会影响该程序，但它什么都没有校验。请先修好证书包，再打开校验。",
        },
    }
    EnvironmentBeatsCode = "environment-beats-code", Note {
        meaning: {
            en: "An environment variable can override the bundle that is named here.",
            zh: "环境变量可能会覆盖此处指定的证书包。",
        },
        cause: {
            en: "Python's requests prefers REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE to `session.verify`.",
            zh: "Python requests 会优先使用 REQUESTS_CA_BUNDLE 和 CURL_CA_BUNDLE，而不是 `session.verify`。",
        },
        remedy: {
            en: "Look at the environment of the running process: `rootfix locate --pid N`.",
            zh: "查看运行中进程的环境变量：`rootfix locate --pid 进程号`。",
        },
    }
    FileSkipped = "file-skipped", Warning {
        meaning: {
            en: "A file of the tree was not searched for pins.",
            zh: "目录中有一个文件未被搜索。",
        },
        cause: {
            en: "It cannot be read, or it is far larger than source and configuration files are.",
            zh: "文件无法读取，或远大于一般的源代码和配置文件。",
        },
        remedy: {
            en: "Run as a user who may read it; if it names a bundle, give that bundle to `rootfix check`.",
            zh: "换用有读取权限的用户运行；如果其中指定了证书包，请对该证书包运行 `rootfix check`。",
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
