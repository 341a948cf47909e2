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

    // The catalogue of roots, and roots of the user's own.
    CatalogueDamaged = "catalogue-damaged", Error {
        meaning: {
            en: "A root or a rollover inside this copy of rootfix is not what it was made to be.",
            zh: "本程序内置的某个根证书或更换方案与发布时不一致。",
        },
        cause: {
            en: "The program file was changed or cut off, or the machine's disk or memory is faulty. The SHA-256 of every root is checked when the program starts and before it writes.",
            zh: "程序文件被改动或不完整，或本机磁盘、内存存在故障。程序在启动时和写入前都会核对每个根证书的 SHA-256。",
        },
        remedy: {
            en: "Do not use this copy; install rootfix again from a source that you trust.",
            zh: "请勿使用此副本；请从可信来源重新安装 rootfix。",
        },
    }
    UnknownRollover = "unknown-rollover", Error {
        meaning: {
            en: "There is no rollover of that name.",
            zh: "没有该名称的根证书更换方案。",
        },
        cause: {
            en: "The name after `--rollover` is mistyped, or belongs to a newer version of rootfix.",
            zh: "`--rollover` 后的名称输入有误，或该方案属于更新版本的 rootfix。",
        },
        remedy: {
            en: "Run `rootfix roots` to see the rollovers that there are.",
            zh: "运行 `rootfix roots` 查看可用的更换方案。",
        },
    }
    UnknownRoot = "unknown-root", Error {
        meaning: {
            en: "There is no root of that name in the catalogue.",
            zh: "内置目录中没有该名称的根证书。",
        },
        cause: {
            en: "The name is mistyped, or the root is not one that rootfix carries.",
            zh: "名称输入有误，或 rootfix 未内置该根证书。",
        },
        remedy: {
            en: "Run `rootfix roots` to see the roots that there are. For a root of your own use `--root FILE --sha256 HEX`.",
            zh: "运行 `rootfix roots` 查看内置的根证书。自有根证书请用 `--root 文件 --sha256 指纹`。",
        },
    }
    RootFingerprintMismatch = "root-fingerprint-mismatch", Error {
        meaning: {
            en: "The certificate given with `--root` does not have the SHA-256 given with `--sha256`.",
            zh: "`--root` 给出的证书与 `--sha256` 给出的指纹不符。",
        },
        cause: {
            en: "Another certificate lies in the file, or the fingerprint is that of another certificate, of the PEM text instead of the DER, or of the public key.",
            zh: "文件中是另一张证书；或该指纹属于另一张证书、是对 PEM 文本而非 DER 计算的，或是公钥的指纹。",
        },
        remedy: {
            en: "Ask whoever runs the CA for the fingerprint, by another way than the file came, and compare it with `openssl x509 -in FILE -noout -fingerprint -sha256`.",
            zh: "请通过不同于文件来源的渠道向 CA 的管理者核实指纹，并与 `openssl x509 -in 文件 -noout -fingerprint -sha256` 的结果比对。",
        },
    }
    NotOneRoot = "not-one-root", Error {
        meaning: {
            en: "The file given with `--root` does not hold exactly one certificate.",
            zh: "`--root` 给出的文件中并非恰好一张证书。",
        },
        cause: {
            en: "It is a chain, a bundle, a key, or no certificate at all. One fingerprint vouches for one certificate.",
            zh: "该文件是证书链、证书包、密钥，或根本不是证书。一个指纹只能核实一张证书。",
        },
        remedy: {
            en: "Give a file with the root alone, as PEM or DER.",
            zh: "请提供只包含该根证书的文件（PEM 或 DER 格式）。",
        },
    }
    NotARoot = "not-a-root", Error {
        meaning: {
            en: "The certificate given with `--root` was issued by another certificate.",
            zh: "`--root` 给出的证书是由另一张证书签发的。",
        },
        cause: {
            en: "It is a server's certificate, an intermediate, or a cross-certificate. Many programs do not accept such a certificate as the end of a chain.",
            zh: "它是服务器证书、中间证书或交叉证书。许多程序不接受此类证书作为证书链的终点。",
        },
        remedy: {
            en: "Give the self-signed certificate at the top of the chain.",
            zh: "请提供证书链顶端的自签名证书。",
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
