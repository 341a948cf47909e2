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
    // Java's key stores.
    WrongPassword = "wrong-password", Error {
        meaning: {
            en: "The key store does not open, or cannot be changed, with any of the passwords that were tried.",
            zh: "所有尝试过的密码都无法打开或修改该密钥库。",
        },
        cause: {
            en: "It was made with a password of its own, or the one that was given is mistyped. Java's usual password, the empty one and none at all are always tried.",
            zh: "该密钥库使用了自定义密码，或提供的密码有误。Java 的常用默认密码、空密码和无密码总会自动尝试。",
        },
        remedy: {
            en: "Find the password where the program that uses the key store is configured (`javax.net.ssl.trustStorePassword`, `server.ssl.trust-store-password`) and give it by `--password-file`, `--password-env` or `--password-stdin`.",
            zh: "在使用该密钥库的程序的配置中查找密码（如 `javax.net.ssl.trustStorePassword`、`server.ssl.trust-store-password`），并通过 `--password-file`、`--password-env` 或 `--password-stdin` 提供。",
        },
    }
    KeyStoreDamaged = "key-store-damaged", Error {
        meaning: {
            en: "The file begins like a Java key store but does not go on like one.",
            zh: "文件开头是 Java 密钥库，但后续内容不符合该格式。",
        },
        cause: {
            en: "A copy was broken off, a transfer took it for text, a build step filtered it, or keytool was stopped while it wrote.",
            zh: "复制中断、以文本方式传输、构建步骤对其做了文本替换，或 keytool 在写入途中被终止。",
        },
        remedy: {
            en: "Put an intact copy in its place. Have Maven or Gradle copy key stores without filtering.",
            zh: "用完好的副本替换。请让 Maven 或 Gradle 在复制密钥库时不要做资源过滤。",
        },
    }
    KeyStoreNotSupported = "key-store-not-supported", Error {
        meaning: {
            en: "The key store is of a kind that rootfix recognises but cannot read.",
            zh: "能识别该密钥库的类型，但 rootfix 无法读取。",
        },
        cause: {
            en: "Bouncy Castle's UBER and BCFKS are encrypted as a whole, with ciphers of their own.",
            zh: "Bouncy Castle 的 UBER 和 BCFKS 使用特有算法对内容整体加密。",
        },
        remedy: {
            en: "Add the root with keytool and Bouncy Castle's provider (`-providerclass`, `-providerpath`), or convert the key store to PKCS#12.",
            zh: "用 keytool 加载 Bouncy Castle 提供者（`-providerclass`、`-providerpath`）导入根证书，或将密钥库转换为 PKCS#12。",
        },
    }
    IntegrityNotChecked = "integrity-not-checked", Warning {
        meaning: {
            en: "The entries of the key store were read without its password, so nothing says that they are as their author left them.",
            zh: "在没有密码的情况下读取了密钥库条目，无法确认其内容未被改动。",
        },
        cause: {
            en: "The certificates stand in clear; the password guards only the digest over them. It is none of the usual ones.",
            zh: "证书以明文存放，密码只用于校验值；而该密码不是常用密码。",
        },
        remedy: {
            en: "Nothing for a look. To add a root, give the password by `--password-file`, `--password-env` or `--password-stdin`.",
            zh: "仅查看时无需处理。若要添加根证书，请通过 `--password-file`、`--password-env` 或 `--password-stdin` 提供密码。",
        },
    }
    AliasUnreachable = "alias-unreachable", Warning {
        meaning: {
            en: "A certificate is in the key store, but Java never finds it there.",
            zh: "证书在密钥库中，但 Java 永远找不到它。",
        },
        cause: {
            en: "Java looks aliases up in lower case and keeps one entry for each. A tool other than keytool wrote an alias with capital letters, or the same alias twice.",
            zh: "Java 按小写查找别名，且每个别名只保留一个条目。某个非 keytool 的工具写入了含大写字母的别名，或重复使用了同一别名。",
        },
        remedy: {
            en: "Nothing, if the certificate is not needed; a root that the rollover adds gets an entry of its own. Otherwise import it again under a new alias.",
            zh: "如不需要该证书，无需处理；本次更换要添加的根证书会写入单独的条目。否则请用新的别名重新导入。",
        },
    }
    CertificateUnreadable = "certificate-unreadable", Warning {
        meaning: {
            en: "An entry of the key store holds something that does not read as a certificate.",
            zh: "密钥库的某个条目中的内容无法解析为证书。",
        },
        cause: {
            en: "The file was damaged, or a tool wrote into it what it did not look at. Java refuses a whole key store for one such entry.",
            zh: "文件已损坏，或某个工具未经检查就写入了内容。只要有一个这样的条目，Java 就会拒绝整个密钥库。",
        },
        remedy: {
            en: "Try whether `keytool -list -keystore FILE` reads it. If not, put an intact copy in its place.",
            zh: "用 `keytool -list -keystore 文件` 试试能否读取；如不能，请用完好的副本替换。",
        },
    }
    OnlyKeysInside = "only-keys-inside", Note {
        meaning: {
            en: "The key store holds keys with their own certificates and no certificate that is trusted: it is not a trust store.",
            zh: "密钥库中只有密钥及其自身的证书，没有受信任的证书：它不是信任库。",
        },
        cause: {
            en: "It is a program's own identity: a server's key, or the merchant API certificate. A change of roots on the other side does not touch it.",
            zh: "它是程序自己的身份：服务器密钥或商户 API 证书。对方更换根证书与它无关。",
        },
        remedy: {
            en: "Nothing. If your program really trusts servers by this file, `rootfix append --force FILE` adds the root.",
            zh: "无需处理。如果您的程序确实用此文件来信任服务器，可用 `rootfix append --force 文件` 添加根证书。",
        },
    }
    AliasNotUsable = "alias-not-usable", Error {
        meaning: {
            en: "The alias that was asked for cannot stand in a key store.",
            zh: "指定的别名不能用于密钥库。",
        },
        cause: {
            en: "It is empty or far too long.",
            zh: "别名为空或过长。",
        },
        remedy: {
            en: "Choose another one with `--alias`, or leave the option out.",
            zh: "请用 `--alias` 另选一个别名，或省略该选项。",
        },
    }
    AddedByKeytool = "added-by-keytool", Note {
        meaning: {
            en: "keytool of a Java on this machine added the entry; rootfix checked what it made.",
            zh: "条目由本机 Java 的 keytool 添加，结果已由 rootfix 核对。",
        },
        cause: {
            en: "For JKS and JCEKS, keytool is asked first where there is one: it owns the format. It works on a private copy.",
            zh: "对于 JKS 和 JCEKS，只要本机有 keytool 就优先使用：该格式归它所有。它只在私有副本上操作。",
        },
        remedy: {
            en: "Nothing. `--engine native` does without keytool.",
            zh: "无需处理。使用 `--engine native` 可不经过 keytool。",
        },
    }
    KeytoolNotUsed = "keytool-not-used", Note {
        meaning: {
            en: "keytool did not do what it was asked to, so rootfix added the entry itself.",
            zh: "keytool 没有按要求完成，因此由 rootfix 自行添加条目。",
        },
        cause: {
            en: "keytool could not be started or hung, or lost an entry: it drops keys that it cannot read, and exits as if all were well.",
            zh: "keytool 无法启动、卡住，或丢失了条目：它会丢弃读不懂的密钥，却仍以成功状态退出。",
        },
        remedy: {
            en: "Nothing: no entry was lost. Do not change this key store with keytool by hand before you know why.",
            zh: "无需处理：没有条目丢失。在弄清原因之前，请不要手工用 keytool 修改该密钥库。",
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
