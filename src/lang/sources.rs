//! Where what is said of a code can be looked up: a standard, a manual, or a measurement that a test repeats.

use super::{Sentence, sentences};
use crate::finding::Code;

impl Code {
    /// What the explanation rests on.
    pub fn source(self) -> Sentence {
        use Code::*;
        match self {
            NewRootMissing | OldRootMissing => notices(),
            GluedMarkers | TextAroundMarker | BadMarker | CertificateDamaged | BlankInCertificate | LoneCr | Utf16
            | ByteOrderMark | NulByte | ControlTail | TrustedLabel | X509Label | PrivateKeyInside | CommentedBlock
            | LongLine | NoFinalNewline | MixedLineEndings | NotUtf8 | RawDerInside | ReadersStumble
            | NewerJavaDiffers | Mended | SetAside | Broken | NoVisiblePlace | CannotMend | OtherBlockInside
            | StrayHyphens => readers(),
            Unreadable | OnlyAKey | Pkcs7 | DerHoldsOne | FormatNotMade => formats(),
            ApiCertificate | PlatformCertificate => names(),
            SameNameOtherKey | CrossCertificate | ExpiredCertificate | DuplicateCertificate | NotOneRoot | NotARoot => {
                certificates()
            }
            CatalogueDamaged | UnknownRollover | UnknownRoot | RootFingerprintMismatch => catalogue(),
            Usage | UnknownCode | NothingFound | NotATime => command_line(),
            ProofFailed | StandInNotMade | SavedChainUnreadable | ClientsNotAsked | WriteNotConfirmed => proofs(),
            FileNotFound | NotARegularFile | FileTooLarge | NoPermission | ReadOnlyFileSystem | DiskFull
            | FileSizeLimit | DiskError | FileHardLinked | FileMounted | DirectoryNotWritable | OwnerNotKept
            | AttributesNotKept | LinkOfAnotherUser | FileBusy | LockUnavailable | FileExists | FileImmutable
            | KeepsChanging | OutputLost | FileSkipped => operating_system(),
            NoPlaceForBackup | NoBackup | BackupDamaged | ChangedSinceBackup | UndoIncomplete => receipts(),
            DirectoryByHand | HashLinkMissing | HashLinkBlocked | DirectoryUnreadable => hashed(),
            KeychainByHand => keychains(),
            GeneratedFile | OverwrittenByUpgrade | MountedConfig | RootForbidden | RefreshFailed | AddedAtSource
            | RootDidNotArrive => owners(),
            NotTrustedByReaders
            | WrongPassword
            | KeyStoreDamaged
            | KeyStoreNotSupported
            | IntegrityNotChecked
            | AliasUnreachable
            | CertificateUnreadable
            | CertificateNotCounted
            | CertificateLeftOut
            | OnlyKeysInside
            | AliasNotUsable
            | AddedByKeytool
            | KeytoolNotUsed
            | TooManyIterations
            | PasswordNotAscii
            | PassedOverByJava
            | NeedsNewerJava
            | KeyChainLonger => key_stores(),
            VerificationDisabled | InertPin | EnvironmentBeatsCode | InSource | InSourceByHand => settings(),
            ProcessOlderThanBundle | ProcessGone | ProcessNotPermitted | NotOnThisSystem | TracingRefused => {
                processes()
            }
            RehearsalHost | NoRandomNumbers | RehearsalBundle | NoNamespaces | RehearsalSetup | StandInPortTaken
            | CommandNotStarted => namespaces(),
            NotAHost | HostNotFound | NotConnected | ProxyRefused | HandshakeFailed => network(),
        }
    }
}

sentences! {
    notices() {
        en: "DigiCert's knowledge base, \"root and intermediate CA certificate updates 2023\"; WeChat Pay's notices of 2024.",
        zh: "DigiCert 知识库 “root and intermediate CA certificate updates 2023”；微信支付 2024 年的公告。",
    }
    readers() {
        en: "Measured with OpenSSL 3.0, PHP 8.2, Node 20, GnuTLS 3.7, JDK 17 and 25, Go 1.19 and rustls on Debian 12; the tests in `tests/readers` repeat it. The format: RFC 7468.",
        zh: "在 Debian 12 上用 OpenSSL 3.0、PHP 8.2、Node 20、GnuTLS 3.7、JDK 17 与 25、Go 1.19 和 rustls 实测；`tests/readers` 中的测试会重复测量。格式见 RFC 7468。",
    }
    formats() {
        en: "The formats' own standards: RFC 7468 (PEM), X.690 (DER), RFC 2315 (PKCS#7).",
        zh: "各格式的标准：RFC 7468（PEM）、X.690（DER）、RFC 2315（PKCS#7）。",
    }
    names() {
        en: "The names in it: such certificates are issued by `Tenpay.com Root CA` or `MmpaymchCA`, and are no authorities (CA:FALSE).",
        zh: "证书中的名称：此类证书由 `Tenpay.com Root CA` 或 `MmpaymchCA` 签发，本身不是证书机构（CA:FALSE）。",
    }
    certificates() {
        en: "RFC 5280: validity (4.1.2.5), subject (4.1.2.6), basic constraints (4.2.1.9). Certificates are compared by their SHA-256, never by name.",
        zh: "RFC 5280：有效期（4.1.2.5）、主体（4.1.2.6）、基本约束（4.2.1.9）。证书按 SHA-256 比较，从不按名称比较。",
    }
    catalogue() {
        en: "The embedded catalogue, which `rootfix roots` shows: each root comes from two independent packages, and its SHA-256 is checked.",
        zh: "内置目录，可用 `rootfix roots` 查看：每个根证书取自两个独立的软件包，其 SHA-256 经过校验。",
    }
    command_line() {
        en: "The command line: `rootfix help`.",
        zh: "命令行用法：`rootfix help`。",
    }
    proofs() {
        en: "What rootfix itself saw: each proof has a control that must fail, and README.md says what each shows.",
        zh: "rootfix 自己的观察：每项验证都有必须失败的对照；README.zh-CN.md 说明了各项的含义。",
    }
    operating_system() {
        en: "What the operating system answered; on Linux see open(2), rename(2), flock(2) and inode(7).",
        zh: "操作系统的应答；Linux 上参见 open(2)、rename(2)、flock(2)、inode(7)。",
    }
    receipts() {
        en: "The receipt beside the backup: its digests, held against the files as they are.",
        zh: "备份旁的回执：将其中的摘要与现有文件对照。",
    }
    hashed() {
        en: "OpenSSL's manual: X509_LOOKUP_hash_dir(3) and openssl-rehash(1).",
        zh: "OpenSSL 手册：X509_LOOKUP_hash_dir(3) 与 openssl-rehash(1)。",
    }
    keychains() {
        en: "The manual of macOS: security(1), and SecTrustSettings.h of its Security framework. Nothing of it was measured on a Mac.",
        zh: "macOS 手册 security(1)，以及 Security 框架的 SecTrustSettings.h；均未在 Mac 上实测。",
    }
    owners() {
        en: "The records of the package managers, and the manuals of what generates stores: update-ca-certificates(8), update-ca-trust(8).",
        zh: "软件包管理器的记录，以及生成信任库的程序的手册：update-ca-certificates(8)、update-ca-trust(8)。",
    }
    key_stores() {
        en: "RFC 7292 and RFC 9579 (PKCS#12), and the key stores of OpenJDK; the tests ask keytool and Java of releases 11 to 25.",
        zh: "RFC 7292 与 RFC 9579（PKCS#12），以及 OpenJDK 的密钥库；测试会用 Java 11 至 25 及其 keytool 核对。",
    }
    settings() {
        en: "The documentation of the library or program that reads the setting; the rules for each language lie in `src/locate/rules`.",
        zh: "读取该设置的库或程序的文档；各语言的规则位于 `src/locate/rules`。",
    }
    processes() {
        en: "The manual of Linux: proc(5), ptrace(2).",
        zh: "Linux 手册：proc(5)、ptrace(2)。",
    }
    namespaces() {
        en: "The manual of Linux: namespaces(7), user_namespaces(7), and what the system answered.",
        zh: "Linux 手册：namespaces(7)、user_namespaces(7)，以及系统的应答。",
    }
    network() {
        en: "What the network and the server answered: RFC 8446 (TLS 1.3, its alerts in 6.2), RFC 5246 (TLS 1.2), RFC 9110 (proxies, 9.3.6).",
        zh: "网络与服务器的应答：RFC 8446（TLS 1.3，警报见 6.2）、RFC 5246（TLS 1.2）、RFC 9110（代理，9.3.6）。",
    }
}
