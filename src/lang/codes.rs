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
    // What a rollover asks of a store.
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

    // PEM in other texts.
    InSource = "in-source", Note {
        meaning: {
            en: "The certificates are written into source code or configuration, not into a file of their own.",
            zh: "证书直接写在源代码或配置中，而不是单独的文件里。",
        },
        cause: {
            en: "A program can hold its roots in a string. `rootfix append` writes the new root behind the old one, in the same literal and in the same way of writing; all else stays as it is.",
            zh: "程序可以把根证书放在字符串中。`rootfix append` 以同样的写法将新根证书写在同一字面量中旧根证书之后，其余内容不变。",
        },
        remedy: {
            en: "Build and deploy the program again afterwards, and see that it reads every certificate of the literal: some calls, such as Go's pem.Decode or Java's generateCertificate, take the first only. `rootfix rehearse -- CMD` shows it.",
            zh: "之后请重新构建并部署程序，并确认它会读取字面量中的全部证书：有些调用（如 Go 的 pem.Decode、Java 的 generateCertificate）只读取第一张。可用 `rootfix rehearse -- 命令` 验证。",
        },
    }
    InSourceByHand = "in-source-by-hand", Error {
        meaning: {
            en: "The certificates are written into source code or configuration in a way that cannot be continued without guessing.",
            zh: "证书写在源代码或配置中，其写法无法在不猜测的情况下延续。",
        },
        cause: {
            en: "The lines of the certificate are not all written alike, one of the certificates is damaged, or several literals hold certificates and none of them the old root.",
            zh: "证书各行的写法不一致、其中有证书已损坏，或有多个字面量含有证书但都没有旧根证书。",
        },
        remedy: {
            en: "Put the new root, as `rootfix roots export NAME` prints it, into the literal by hand; then run `rootfix check FILE`.",
            zh: "请手工将 `rootfix roots export 名称` 打印的新根证书写入字面量，然后运行 `rootfix check 文件`。",
        },
    }

    // PEM texts.
    GluedMarkers = "glued-markers", Error {
        meaning: {
            en: "END of one certificate and BEGIN of the next stand on one line.",
            zh: "一张证书的 END 与下一张的 BEGIN 连在同一行。",
        },
        cause: {
            en: "A certificate was appended to a file whose last line had no line ending, for instance with `cat a.pem >> b.pem`. OpenSSL then rejects the whole file.",
            zh: "向末行没有换行符的文件追加了证书，例如 `cat a.pem >> b.pem`。此时 OpenSSL 会拒绝整个文件。",
        },
        remedy: {
            en: "Run `rootfix append --repair FILE`; it parts the two lines.",
            zh: "运行 `rootfix append --repair 文件`，它会把两行分开。",
        },
    }
    TextAroundMarker = "text-around-marker", Error {
        meaning: {
            en: "Blanks or other characters stand on the line of BEGIN or END.",
            zh: "BEGIN 或 END 所在行有空格或其他字符。",
        },
        cause: {
            en: "The text was copied from a web page, a chat or an indented source. OpenSSL does not see a BEGIN that does not start its line, and skips the certificate in silence.",
            zh: "文本是从网页、聊天记录或缩进的代码中复制的。BEGIN 不在行首时，OpenSSL 看不到它，会悄悄跳过该证书。",
        },
        remedy: {
            en: "Run `rootfix append --repair FILE`; it writes the lines as RFC 7468 wants them.",
            zh: "运行 `rootfix append --repair 文件`，它会按 RFC 7468 重写这些行。",
        },
    }
    BadMarker = "bad-marker", Error {
        meaning: {
            en: "A BEGIN or END line is missing or malformed.",
            zh: "缺少 BEGIN 或 END 行，或其写法有误。",
        },
        cause: {
            en: "The file was edited by hand or cut.",
            zh: "文件被手工编辑过或被截断。",
        },
        remedy: {
            en: "Run `rootfix append --repair FILE`; where the certificate itself is whole, it completes the lines.",
            zh: "运行 `rootfix append --repair 文件`；若证书内容完整，它会补全这些行。",
        },
    }
    CertificateDamaged = "certificate-damaged", Error {
        meaning: {
            en: "A certificate block does not hold a certificate.",
            zh: "某个证书块中的内容不是证书。",
        },
        cause: {
            en: "Characters were changed (a search-and-replace over a project reaches into certificates too), or it was cut, encrypted or never filled in. OpenSSL then rejects the whole file.",
            zh: "内容被改动（对项目做全文替换时也会改到证书）、被截断、是密文或只是占位符。此时 OpenSSL 会拒绝整个文件。",
        },
        remedy: {
            en: "`rootfix append --repair FILE` keeps the block visible but harmless, so that the others load; get the certificate anew if you need it.",
            zh: "`rootfix append --repair 文件` 会保留该块但使其不生效，让其余证书可以读取；如需该证书请重新获取。",
        },
    }
    BlankInCertificate = "blank-in-certificate", Error {
        meaning: {
            en: "There are empty lines or odd blanks inside a certificate.",
            zh: "证书内容中有空行或多余的空白。",
        },
        cause: {
            en: "The text went through an editor, a mail or a web form. OpenSSL takes an empty line for the end of a header and rejects the whole file.",
            zh: "文本经过了编辑器、邮件或网页表单。OpenSSL 会把空行当作头部的结尾并拒绝整个文件。",
        },
        remedy: {
            en: "Run `rootfix append --repair FILE`; it writes the same certificate without them.",
            zh: "运行 `rootfix append --repair 文件`，它会去掉这些空白，证书内容不变。",
        },
    }
    LoneCr = "lone-cr", Error {
        meaning: {
            en: "Lines end in a carriage return alone.",
            zh: "行尾只有回车符。",
        },
        cause: {
            en: "The file comes from an old Macintosh editor, or a transfer removed the line feeds.",
            zh: "文件来自老式 Macintosh 编辑器，或传输时丢失了换行符。",
        },
        remedy: {
            en: "Run `rootfix append --repair FILE`; it gives the lines proper endings.",
            zh: "运行 `rootfix append --repair 文件`，它会改正换行符。",
        },
    }
    Utf16 = "utf16", Error {
        meaning: {
            en: "The file is UTF-16 text.",
            zh: "文件是 UTF-16 编码的文本。",
        },
        cause: {
            en: "Windows Notepad (\"Unicode\") or PowerShell's `>` wrote it.",
            zh: "由 Windows 记事本（选择“Unicode”）或 PowerShell 的 `>` 写出。",
        },
        remedy: {
            en: "Run `rootfix append --repair FILE`; it writes the same text as UTF-8.",
            zh: "运行 `rootfix append --repair 文件`，它会以 UTF-8 写出相同的文本。",
        },
    }
    ByteOrderMark = "byte-order-mark", Warning {
        meaning: {
            en: "A byte order mark stands directly before the first BEGIN.",
            zh: "第一个 BEGIN 之前紧挨着字节序标记（BOM）。",
        },
        cause: {
            en: "Windows Notepad saved the file as \"UTF-8 with BOM\". OpenSSL does not care; Java up to 24 cannot read the file, and Go skips the first certificate.",
            zh: "Windows 记事本以“带 BOM 的 UTF-8”保存。OpenSSL 不受影响；Java 24 及更早版本无法读取该文件，Go 会跳过第一张证书。",
        },
        remedy: {
            en: "If Java or Go programs read this file, run `rootfix append --repair FILE`.",
            zh: "如有 Java 或 Go 程序读取此文件，运行 `rootfix append --repair 文件`。",
        },
    }
    NulByte = "nul-byte", Warning {
        meaning: {
            en: "There is a NUL byte in the text.",
            zh: "文本中有 NUL 字节。",
        },
        cause: {
            en: "A download or a disk image was padded, or binary data was pasted in. OpenSSL stops reading there.",
            zh: "下载或磁盘镜像被补零，或粘贴了二进制数据。OpenSSL 读到此处即停止。",
        },
        remedy: {
            en: "rootfix adds new certificates before a tail of NUL bytes; where certificates stand behind one, run `rootfix append --repair FILE`.",
            zh: "末尾的 NUL 字节不影响：rootfix 会把新证书加在其之前；若其后还有证书，运行 `rootfix append --repair 文件`。",
        },
    }
    ControlTail = "control-tail", Note {
        meaning: {
            en: "The file ends in Ctrl-Z or NUL bytes.",
            zh: "文件以 Ctrl-Z 或 NUL 字节结尾。",
        },
        cause: {
            en: "An old DOS or Windows program marked the end of the file.",
            zh: "老式 DOS 或 Windows 程序以此标记文件结尾。",
        },
        remedy: {
            en: "Nothing; new certificates are added before it.",
            zh: "无需处理；新证书会加在它之前。",
        },
    }
    TrustedLabel = "trusted-label", Warning {
        meaning: {
            en: "A certificate is labelled TRUSTED CERTIFICATE.",
            zh: "某张证书的标签是 TRUSTED CERTIFICATE。",
        },
        cause: {
            en: "`openssl x509 -trustout` or p11-kit wrote it. Only OpenSSL's family reads this label.",
            zh: "由 `openssl x509 -trustout` 或 p11-kit 写出，只有 OpenSSL 系的程序能读取。",
        },
        remedy: {
            en: "If Java, Go or GnuTLS programs read this file, run `rootfix append --repair FILE`.",
            zh: "如有 Java、Go 或 GnuTLS 程序读取此文件，运行 `rootfix append --repair 文件`。",
        },
    }
    X509Label = "x509-label", Warning {
        meaning: {
            en: "A certificate is labelled X509 CERTIFICATE.",
            zh: "某张证书的标签是 X509 CERTIFICATE。",
        },
        cause: {
            en: "It is the name that very old OpenSSL versions wrote. Go and GnuTLS skip it.",
            zh: "这是很旧的 OpenSSL 使用的名称，Go 与 GnuTLS 会跳过它。",
        },
        remedy: {
            en: "If Go or GnuTLS programs read this file, run `rootfix append --repair FILE`.",
            zh: "如有 Go 或 GnuTLS 程序读取此文件，运行 `rootfix append --repair 文件`。",
        },
    }
    PrivateKeyInside = "private-key-inside", Warning {
        meaning: {
            en: "A private key stands among the certificates.",
            zh: "证书之间夹有私钥。",
        },
        cause: {
            en: "A program's identity and its trusted roots were put into one file. Java cannot read such a file.",
            zh: "程序自身的身份与受信任的根证书被放进了同一个文件。Java 无法读取这样的文件。",
        },
        remedy: {
            en: "Keep keys in a file of their own. `rootfix append --repair FILE` sets the key aside in the file; look whether a program takes the key from there first.",
            zh: "请把私钥放到单独的文件。`rootfix append --repair 文件` 会让文件中的私钥不再生效；请先确认没有程序从这里读取私钥。",
        },
    }
    CommentedBlock = "commented-block", Warning {
        meaning: {
            en: "A certificate block is commented out, or a comment mentions a BEGIN line.",
            zh: "有证书块被注释掉，或注释中出现了 BEGIN 行。",
        },
        cause: {
            en: "Somebody switched a root off by hand. Some programs look for BEGIN anywhere in a line: GnuTLS then loads nothing at all.",
            zh: "有人手工停用了某个根证书。有些程序会在行内任意位置查找 BEGIN：GnuTLS 因此什么都读不出。",
        },
        remedy: {
            en: "If GnuTLS or Java programs read this file, run `rootfix append --repair FILE`; the comment stays readable for people.",
            zh: "如有 GnuTLS 或 Java 程序读取此文件，运行 `rootfix append --repair 文件`；注释对人仍然可读。",
        },
    }
    LongLine = "long-line", Warning {
        meaning: {
            en: "The base64 of a certificate is not wrapped.",
            zh: "证书的 base64 没有换行。",
        },
        cause: {
            en: "A program wrote it as one long line, as JSON or a web form does. OpenSSL before 1.1.0 (CentOS 6 and 7) cannot read lines over 76 characters.",
            zh: "程序把它写成了一整行（如 JSON 或网页表单）。1.1.0 之前的 OpenSSL（CentOS 6、7）无法读取超过 76 个字符的行。",
        },
        remedy: {
            en: "If old systems read this file, run `rootfix append --repair FILE`.",
            zh: "如有旧系统读取此文件，运行 `rootfix append --repair 文件`。",
        },
    }
    NoFinalNewline = "no-final-newline", Note {
        meaning: {
            en: "The last line has no line ending.",
            zh: "最后一行没有换行符。",
        },
        cause: {
            en: "An editor left it out. Harmless, until somebody appends with `cat`.",
            zh: "编辑器没有写入。平时无害，但用 `cat` 追加时会损坏文件。",
        },
        remedy: {
            en: "Nothing; rootfix adds the line ending before it appends.",
            zh: "无需处理；rootfix 在追加前会先补上换行符。",
        },
    }
    MixedLineEndings = "mixed-line-endings", Note {
        meaning: {
            en: "Some lines end in CRLF and others in LF.",
            zh: "部分行以 CRLF 结尾，部分以 LF 结尾。",
        },
        cause: {
            en: "The file was put together on Windows and on Unix.",
            zh: "文件先后在 Windows 和 Unix 上拼接。",
        },
        remedy: {
            en: "Nothing; programs read both.",
            zh: "无需处理；程序两种都能读取。",
        },
    }
    NotUtf8 = "not-utf8", Note {
        meaning: {
            en: "The titles in the file are not UTF-8.",
            zh: "文件中的标题文字不是 UTF-8。",
        },
        cause: {
            en: "They were written in another encoding, often GBK.",
            zh: "它们以其他编码（多为 GBK）写成。",
        },
        remedy: {
            en: "Nothing; they are kept byte for byte.",
            zh: "无需处理；会逐字节保留。",
        },
    }
    RawDerInside = "raw-der-inside", Error {
        meaning: {
            en: "A binary certificate stands between the PEM blocks.",
            zh: "PEM 证书块之间夹有二进制证书。",
        },
        cause: {
            en: "A .cer or .der file was concatenated with PEM files. No program reads it there, and its bytes can hide what follows.",
            zh: "把 .cer 或 .der 文件与 PEM 文件直接拼接在一起。没有程序能读到它，其中的字节还可能遮住后面的内容。",
        },
        remedy: {
            en: "Run `rootfix append --repair FILE`; it writes the same certificate as PEM.",
            zh: "运行 `rootfix append --repair 文件`，它会把同一张证书写成 PEM。",
        },
    }
    NewerJavaDiffers = "newer-java-differs", Warning {
        meaning: {
            en: "Java 25 and newer do not load from this file what Java up to 24 does.",
            zh: "Java 25 及更新版本从该文件读取到的内容，与 Java 24 及更早版本不同。",
        },
        cause: {
            en: "Java 25 looks for PEM blocks in another way: five hyphens count wherever they stand, in a comment too; a byte order mark or blanks before BEGIN no longer matter; a last block that is cut off is left out without an error. What `readers` says of java is true of Java 8 to 24.",
            zh: "Java 25 查找 PEM 块的方式不同：五个连字符出现在任何位置（包括注释中）都会被当成一个块的开头；BEGIN 之前的字节序标记或空格不再有影响；末尾被截断的块会被忽略而不报错。`readers` 中的 java 指 Java 8 至 24。",
        },
        remedy: {
            en: "If Java programs read this file, run `rootfix append --repair FILE`: both read the result alike.",
            zh: "如有 Java 程序读取此文件，运行 `rootfix append --repair 文件`：修复后两者读取结果相同。",
        },
    }
    ReadersStumble = "readers-stumble", Warning {
        meaning: {
            en: "Some programs load a part of this file or nothing, although others read all of it.",
            zh: "部分程序只能读取此文件的一部分或完全读不出，而其他程序可以读取全部。",
        },
        cause: {
            en: "TLS libraries differ in what they forgive.",
            zh: "不同的 TLS 库对格式的宽容程度不同。",
        },
        remedy: {
            en: "If one of the named programs reads this file, run `rootfix append --repair FILE`.",
            zh: "如果列出的程序之一会读取此文件，运行 `rootfix append --repair 文件`。",
        },
    }
    Mended = "mended", Note {
        meaning: {
            en: "A repair wrote this place anew; the certificate is the same.",
            zh: "修复时重写了此处；证书内容不变。",
        },
        cause: {
            en: "`--repair` was given, and not every program could read what stood there.",
            zh: "使用了 `--repair`，而原来的写法并非所有程序都能读取。",
        },
        remedy: {
            en: "Nothing.",
            zh: "无需处理。",
        },
    }
    SetAside = "set-aside", Warning {
        meaning: {
            en: "A repair kept this place readable for people, but took it out of the programs' sight.",
            zh: "修复时保留了此处供人查看，但程序不会再读取它。",
        },
        cause: {
            en: "`--repair` was given, and the place holds no whole certificate, or a key.",
            zh: "使用了 `--repair`，而此处不是完整的证书，或是私钥。",
        },
        remedy: {
            en: "Look whether anything needs it; `rootfix restore FILE` puts the old file back.",
            zh: "请确认是否有程序需要它；`rootfix restore 文件` 可恢复原文件。",
        },
    }
    Broken = "broken", Error {
        meaning: {
            en: "Those who read such files reject this one or silently load only a part of it: OpenSSL a PEM bundle, Java a key store.",
            zh: "读取此类文件的程序拒绝此文件，或悄悄地只读取一部分：PEM 证书包由 OpenSSL 读取，密钥库由 Java 读取。",
        },
        cause: {
            en: "The file is damaged; the other findings say where.",
            zh: "文件已损坏；其他检查结果会指出位置。",
        },
        remedy: {
            en: "Of a PEM bundle, `rootfix append --repair -n FILE` shows how it would be mended; without `-n` it does it. In place of a key store put an intact copy, or one that `rootfix append --output new.p12 FILE` makes of what can be read.",
            zh: "PEM 证书包：`rootfix append --repair -n 文件` 预览修复方案；去掉 `-n` 即执行修复。密钥库：请换上完好的副本，或用 `rootfix append --output new.p12 文件` 以其中能读取的证书新建一个。",
        },
    }
    NoVisiblePlace = "no-visible-place", Error {
        meaning: {
            en: "A certificate added to this file would not be seen by every program that reads it now.",
            zh: "加入此文件的证书不会被目前读取它的每个程序看到。",
        },
        cause: {
            en: "Something in the file, such as a NUL byte, ends the reading early.",
            zh: "文件中的某些内容（如 NUL 字节）会使读取提前结束。",
        },
        remedy: {
            en: "Run `rootfix append --repair FILE`.",
            zh: "运行 `rootfix append --repair 文件`。",
        },
    }
    CannotMend = "cannot-mend", Error {
        meaning: {
            en: "The file cannot be mended without guessing.",
            zh: "无法在不靠猜测的情况下修复此文件。",
        },
        cause: {
            en: "Too much of it is missing or changed.",
            zh: "缺失或被改动的内容过多。",
        },
        remedy: {
            en: "Get the bundle anew from where it came.",
            zh: "请从原来源重新获取证书包。",
        },
    }

    // Files that are no trust store.
    Unreadable = "unreadable", Error {
        meaning: {
            en: "The file is no trust store that can be read.",
            zh: "此文件不是可以读取的信任库。",
        },
        cause: {
            en: "It is empty, cut off, encrypted, a web page or something else; the message says what it seems to be.",
            zh: "它是空文件、被截断、是密文、网页或其他内容；提示信息会说明它看起来是什么。",
        },
        remedy: {
            en: "Make sure that it is the file that your program uses, and get it again from where it came.",
            zh: "请确认程序使用的确实是此文件，并从原来源重新获取。",
        },
    }
    Pkcs7 = "pkcs7", Error {
        meaning: {
            en: "The file is a PKCS#7 container.",
            zh: "此文件是 PKCS#7 容器。",
        },
        cause: {
            en: "Certificate authorities hand out .p7b files; programs do not read trusted roots from them.",
            zh: "证书机构会提供 .p7b 文件；程序不会从中读取受信任的根证书。",
        },
        remedy: {
            en: "Convert it: `openssl pkcs7 -print_certs -in FILE -out bundle.pem`.",
            zh: "转换格式：`openssl pkcs7 -print_certs -in 文件 -out bundle.pem`。",
        },
    }
    OnlyAKey = "only-a-key", Error {
        meaning: {
            en: "The file holds a private key, and no root.",
            zh: "此文件中只有私钥，没有根证书。",
        },
        cause: {
            en: "It is a program's own identity. What servers are trusted by lies in another file.",
            zh: "它是程序自己的身份；用来验证服务器的根证书在另一个文件里。",
        },
        remedy: {
            en: "Find the right file with `rootfix locate`.",
            zh: "用 `rootfix locate` 查找正确的文件。",
        },
    }
    ApiCertificate = "api-certificate", Error {
        meaning: {
            en: "This is a merchant's API certificate, not a trust store.",
            zh: "这是商户 API 证书，不是信任库。",
        },
        cause: {
            en: "WeChat Pay issues it to a merchant so that the merchant can prove who it is. It was mistaken for the list of roots by which the merchant's program trusts the server.",
            zh: "它由微信支付签发给商户，用于证明商户的身份，被误当成了程序用来验证服务器的根证书列表。",
        },
        remedy: {
            en: "Leave it as it is: a rollover of roots does not concern it. Find the bundle with `rootfix locate`.",
            zh: "保持原样：根证书更换与它无关。用 `rootfix locate` 查找真正的证书包。",
        },
    }
    PlatformCertificate = "platform-certificate", Error {
        meaning: {
            en: "This is a WeChat Pay platform certificate, not a trust store.",
            zh: "这是微信支付平台证书，不是信任库。",
        },
        cause: {
            en: "It checks the signatures of API v3 answers, and was saved under the name of a root bundle.",
            zh: "它用于验证 API v3 应答的签名，被存成了根证书包的文件名。",
        },
        remedy: {
            en: "Leave it as it is for signatures. For TLS, find the bundle with `rootfix locate`, or delete the pin so that the system's roots are used.",
            zh: "用于验签时保持原样。用于 TLS 的证书包请用 `rootfix locate` 查找，或删除指定，改用系统根证书。",
        },
    }
    DerHoldsOne = "der-holds-one", Error {
        meaning: {
            en: "A DER file holds exactly one certificate; nothing can be added to it.",
            zh: "DER 文件只能存放一张证书，无法追加。",
        },
        cause: {
            en: "The format has no place for a second one.",
            zh: "该格式没有存放第二张证书的位置。",
        },
        remedy: {
            en: "`rootfix append --output bundle.pem FILE` writes a PEM bundle of both; then point the program at it.",
            zh: "`rootfix append --output bundle.pem 文件` 会生成包含两者的 PEM 证书包；然后让程序改用它。",
        },
    }

    // Certificates in a store.
    SameNameOtherKey = "same-name-other-key", Warning {
        meaning: {
            en: "A certificate carries the name of a root of the rollover, but is not that root.",
            zh: "有证书的名称与本次更换涉及的根证书相同，但并不是该根证书。",
        },
        cause: {
            en: "It is a look-alike, a test certificate or a forgery: the subject is the same and the key is another.",
            zh: "它是同名的仿冒、测试或伪造证书：主题相同而密钥不同。",
        },
        remedy: {
            en: "Find out where it comes from. It counts as absent, and `rootfix append` adds the real root beside it.",
            zh: "请查明来源。它按不存在处理，`rootfix append` 会在其旁边加入真正的根证书。",
        },
    }
    CrossCertificate = "cross-certificate", Warning {
        meaning: {
            en: "A certificate carries the name and key of a root of the rollover, but another authority signed it.",
            zh: "有证书与本次更换涉及的根证书同名同密钥，但由另一家机构签发。",
        },
        cause: {
            en: "It is a cross-certificate, which servers send as a bridge from an older root. Programs do not take it for the root.",
            zh: "这是交叉证书，服务器用它与更早的根证书衔接。程序不会把它当作根证书。",
        },
        remedy: {
            en: "Nothing; `rootfix append` adds the real root.",
            zh: "无需处理；`rootfix append` 会加入真正的根证书。",
        },
    }
    ExpiredCertificate = "expired-certificate", Note {
        meaning: {
            en: "A certificate in the store has expired.",
            zh: "信任库中有证书已过期。",
        },
        cause: {
            en: "Old roots are seldom removed. Most programs pass over them; OpenSSL before 1.1.0 and GnuTLS before 3.6.14 may follow a chain to an expired root although a valid one is there.",
            zh: "旧根证书很少被移除。多数程序会忽略它；但 1.1.0 之前的 OpenSSL 和 3.6.14 之前的 GnuTLS 即使有有效的根证书，也可能沿证书链走到已过期的根证书。",
        },
        remedy: {
            en: "Nothing on current systems. rootfix never removes a certificate.",
            zh: "在较新的系统上无需处理。rootfix 从不删除证书。",
        },
    }
    DuplicateCertificate = "duplicate-certificate", Note {
        meaning: {
            en: "A certificate is in the store twice.",
            zh: "同一张证书在信任库中出现了多次。",
        },
        cause: {
            en: "Lists were merged, or a root was appended twice.",
            zh: "合并过列表，或重复追加过根证书。",
        },
        remedy: {
            en: "Nothing; programs keep one of them.",
            zh: "无需处理；程序只会保留其中一张。",
        },
    }
    NotTrustedByReaders = "not-trusted-by-readers", Warning {
        meaning: {
            en: "A root of the rollover is in the store, but the programs that read it do not trust it there.",
            zh: "本次更换涉及的根证书在信任库中，但读取它的程序并不信任它。",
        },
        cause: {
            en: "A text is damaged so that OpenSSL does not get to it. In PKCS#12, Java trusts only certificates that are marked with Oracle's trustedKeyUsage; a certificate that belongs to a private key is not a root.",
            zh: "文本已损坏，OpenSSL 读不到它。在 PKCS#12 中，Java 只信任带有 Oracle trustedKeyUsage 标记的证书；属于私钥证书链的证书不是根证书。",
        },
        remedy: {
            en: "Run `rootfix append FILE` (for a damaged text, `rootfix append --repair FILE`); what is there is left alone.",
            zh: "运行 `rootfix append 文件`（损坏的文本用 `rootfix append --repair 文件`）；原有内容保持不变。",
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

    // The command line.
    DirectoryByHand = "directory-by-hand", Error {
        meaning: {
            en: "A hashed certificate directory was named where a bundle in one file is wanted.",
            zh: "此处需要单个文件形式的证书包，指定的却是按哈希命名的证书目录。",
        },
        cause: {
            en: "OpenSSL finds a certificate in such a directory by a link named after the hash of its subject. The stand-in of a rehearsal, the clients of `verify --clients` and `-` work with one file.",
            zh: "OpenSSL 通过以主题哈希命名的链接在此类目录中查找证书。演练、`verify --clients` 的客户端和 `-` 只处理单个文件。",
        },
        remedy: {
            en: "`rootfix check DIRECTORY`, `rootfix verify DIRECTORY` and `rootfix append DIRECTORY` take the directory. For the others, name a file in which all its certificates stand.",
            zh: "`rootfix check 目录`、`rootfix verify 目录` 和 `rootfix append 目录` 可用于该目录；其他命令请指定包含其全部证书的单个文件。",
        },
    }
    KeychainByHand = "keychain-by-hand", Error {
        meaning: {
            en: "A keychain of macOS has to be changed by hand.",
            zh: "macOS 的钥匙串需要手工修改。",
        },
        cause: {
            en: "rootfix reads what macOS trusts, but changes no keychain: code that does could not be tried on a Mac.",
            zh: "rootfix 读取 macOS 的信任设置，但不修改钥匙串：修改功能没有在 Mac 上试过。",
        },
        remedy: {
            en: "Run `rootfix roots export digicert-global-root-g2 > g2.pem`, then `sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain g2.pem`, and check again. `sudo security remove-trusted-cert -d g2.pem` takes it back.",
            zh: "运行 `rootfix roots export digicert-global-root-g2 > g2.pem`，再运行 `sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain g2.pem`，然后重新检查。撤销用 `sudo security remove-trusted-cert -d g2.pem`。",
        },
    }
    FormatNotMade = "format-not-made", Error {
        meaning: {
            en: "rootfix does not make new stores of this format.",
            zh: "rootfix 不生成此格式的新信任库。",
        },
        cause: {
            en: "The ending of the new file's name asks for a format that old tools alone read, or that holds one certificate.",
            zh: "新文件的扩展名对应的格式只有旧工具能读取，或只能存放一张证书。",
        },
        remedy: {
            en: "Name the new file .pem, .jks or .p12.",
            zh: "请将新文件命名为 .pem、.jks 或 .p12。",
        },
    }
    NothingFound = "nothing-found", Error {
        meaning: {
            en: "No bundle was found where rootfix was told to look.",
            zh: "在指定的位置没有找到证书包。",
        },
        cause: {
            en: "The program may take its roots from the operating system or from its language's own store, or the bundle lies elsewhere.",
            zh: "程序可能使用操作系统或语言自带的信任库，也可能证书包在其他位置。",
        },
        remedy: {
            en: "Name the file itself, or look at the running program: `rootfix check --pid N`, `rootfix check --machine`.",
            zh: "请直接指定文件，或查看运行中的程序：`rootfix check --pid N`、`rootfix check --machine`。",
        },
    }
    Usage = "usage", Error {
        meaning: {
            en: "The arguments do not make a command.",
            zh: "参数无法组成有效的命令。",
        },
        cause: {
            en: "Something is missing, or two options exclude each other.",
            zh: "缺少某项参数，或两个选项不能同时使用。",
        },
        remedy: {
            en: "`rootfix help COMMAND` shows what goes together, with examples.",
            zh: "运行 `rootfix help 命令` 查看用法和示例。",
        },
    }
    ProofFailed = "proof-failed", Error {
        meaning: {
            en: "A proof of the repaired store failed.",
            zh: "修复后的信任库未通过验证。",
        },
        cause: {
            en: "The file on disk, or the copy that was tried out, does not do what the repair promises. Nothing was left half done: the old bytes are there.",
            zh: "磁盘上的文件或用于试验的副本没有达到修复的目标。没有留下未完成的状态：原内容仍在。",
        },
        remedy: {
            en: "Keep a copy of the file and report it; look at the machine's disk too.",
            zh: "请保留该文件的副本并反馈；同时检查本机磁盘。",
        },
    }
    KeepsChanging = "keeps-changing", Error {
        meaning: {
            en: "Another program changes the file again and again.",
            zh: "另一个程序在不断改动此文件。",
        },
        cause: {
            en: "Each time rootfix was about to write, the file was no longer the one that it had read.",
            zh: "每次 rootfix 准备写入时，文件都已不是它读取时的内容。",
        },
        remedy: {
            en: "Find out which program writes it, and try again when it is done.",
            zh: "请查明是哪个程序在写入，待其完成后重试。",
        },
    }
    UnknownCode = "unknown-code", Error {
        meaning: {
            en: "There is no finding with that code.",
            zh: "没有该代码的检查结果。",
        },
        cause: {
            en: "The code is mistyped, or belongs to a newer version of rootfix.",
            zh: "代码输入有误，或属于更新版本的 rootfix。",
        },
        remedy: {
            en: "`rootfix explain` lists all codes.",
            zh: "运行 `rootfix explain` 列出全部代码。",
        },
    }

    // Proofs.
    StandInNotMade = "stand-in-not-made", Error {
        meaning: {
            en: "The throw-away certificates that play the parts of the old and the new root could not be made.",
            zh: "无法生成用来代替新旧根证书的临时证书。",
        },
        cause: {
            en: "The system gives no random numbers, or the host's name cannot stand in a certificate.",
            zh: "系统无法提供随机数，或主机名不能写入证书。",
        },
        remedy: {
            en: "Check the host's name and try again. The store itself is not concerned.",
            zh: "请检查主机名后重试；信任库本身不受影响。",
        },
    }
    SavedChainUnreadable = "saved-chain-unreadable", Error {
        meaning: {
            en: "The file given with `--chain` does not hold a chain that can be read.",
            zh: "`--chain` 给出的文件中没有可读取的证书链。",
        },
        cause: {
            en: "It holds no certificate, one that is cut off, or something else than what `openssl s_client -showcerts` prints.",
            zh: "文件中没有证书，或证书不完整，或并非 `openssl s_client -showcerts` 的输出。",
        },
        remedy: {
            en: "Save it again: `openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null >chain.txt`.",
            zh: "请重新保存：`openssl s_client -connect 主机:443 -servername 主机 -showcerts </dev/null >chain.txt`。",
        },
    }
    NotATime = "not-a-time", Error {
        meaning: {
            en: "What follows `--at` is not a time.",
            zh: "`--at` 后的内容不是有效的时间。",
        },
        cause: {
            en: "The day does not exist, or the time is written in another form than ISO 8601.",
            zh: "日期不存在，或时间格式不符合 ISO 8601。",
        },
        remedy: {
            en: "Write a day, `2024-12-01`, or a time with its zone, `2024-12-01T08:00:00Z` or `2024-12-01T08:00:00+08:00`.",
            zh: "请写日期，如 `2024-12-01`；或带时区的时间，如 `2024-12-01T08:00:00Z`、`2024-12-01T08:00:00+08:00`。",
        },
    }

    // Changing files, and undoing it.
    FileNotFound = "file-not-found", Error {
        meaning: {
            en: "There is no file at the path that was named.",
            zh: "指定的路径上没有文件。",
        },
        cause: {
            en: "The path is misspelt, the file has been moved, or a symbolic link leads nowhere.",
            zh: "路径写错、文件已被移走，或符号链接指向不存在的位置。",
        },
        remedy: {
            en: "Check the path; `rootfix locate` finds the bundles that programs use.",
            zh: "请核对路径；`rootfix locate` 可以找出程序所使用的证书包。",
        },
    }
    NotARegularFile = "not-a-regular-file", Error {
        meaning: {
            en: "The path leads to something that is not a regular file.",
            zh: "该路径指向的不是普通文件。",
        },
        cause: {
            en: "It is a directory, a device, a pipe or a socket; such things are neither read nor written here.",
            zh: "它是目录、设备、管道或套接字；本程序不会读写这类对象。",
        },
        remedy: {
            en: "Name the file that holds the certificates.",
            zh: "请指定存放证书的文件。",
        },
    }
    FileTooLarge = "file-too-large", Error {
        meaning: {
            en: "The file is larger than any trust store.",
            zh: "文件大于任何信任库。",
        },
        cause: {
            en: "Trust stores take up to some three megabytes; files above 16 MB are not read, so that a wrong path costs neither time nor memory.",
            zh: "信任库最大不过三兆字节左右；超过 16 MB 的文件不会被读取，以免路径有误时浪费时间和内存。",
        },
        remedy: {
            en: "Check that the path names the certificate bundle.",
            zh: "请确认该路径指向证书包。",
        },
    }
    NoPermission = "no-permission", Error {
        meaning: {
            en: "The system denied access to the file or to its directory.",
            zh: "系统拒绝访问该文件或其所在目录。",
        },
        cause: {
            en: "The file belongs to another user, or a security policy forbids the access.",
            zh: "文件属于其他用户，或安全策略禁止访问。",
        },
        remedy: {
            en: "Run the command as the owner of the file, or with sudo.",
            zh: "请以文件属主的身份运行，或使用 sudo。",
        },
    }
    ReadOnlyFileSystem = "read-only-file-system", Error {
        meaning: {
            en: "The file system is mounted read-only.",
            zh: "文件系统以只读方式挂载。",
        },
        cause: {
            en: "Container images and some appliances are read-only on purpose; a disk with errors becomes read-only by itself.",
            zh: "容器镜像和某些设备特意设为只读；磁盘出错时也会自动变为只读。",
        },
        remedy: {
            en: "Change the image that the file comes from, mount the file system writable, or write elsewhere with `--output FILE`.",
            zh: "请修改文件的来源镜像、以可写方式重新挂载，或用 `--output 文件` 写到别处。",
        },
    }
    DiskFull = "disk-full", Error {
        meaning: {
            en: "There is no room for the new file and its backup.",
            zh: "没有空间存放新文件及其备份。",
        },
        cause: {
            en: "The disk is full or the user's quota is used up. Both versions of the file exist side by side for a moment.",
            zh: "磁盘已满或用户配额已用完。新旧两个版本会短暂并存。",
        },
        remedy: {
            en: "Make room and run the command again; nothing was changed.",
            zh: "请腾出空间后重新运行；文件没有任何改动。",
        },
    }
    FileSizeLimit = "file-size-limit", Error {
        meaning: {
            en: "The process may not write a file of that size.",
            zh: "本进程不允许写入这么大的文件。",
        },
        cause: {
            en: "A limit was set for the shell or the service (`ulimit -f`, `LimitFSIZE`).",
            zh: "shell 或服务设置了文件大小上限（`ulimit -f`、`LimitFSIZE`）。",
        },
        remedy: {
            en: "Raise the limit and run the command again.",
            zh: "请提高上限后重新运行。",
        },
    }
    DiskError = "disk-error", Error {
        meaning: {
            en: "The system reported an error while reading or writing.",
            zh: "系统在读写时报告错误。",
        },
        cause: {
            en: "A failing disk, a network file system that went away, or a file system with errors.",
            zh: "磁盘故障、网络文件系统断开，或文件系统出错。",
        },
        remedy: {
            en: "Look into the system's log before you try again.",
            zh: "重试之前请先查看系统日志。",
        },
    }
    FileHardLinked = "file-hard-linked", Error {
        meaning: {
            en: "The file has several names (hard links).",
            zh: "该文件有多个名称（硬链接）。",
        },
        cause: {
            en: "A file is replaced by giving its name to a new one. The other names would keep the old content, and programs that use them would not be repaired.",
            zh: "替换文件就是把它的名称交给新文件；其他名称仍指向旧内容，使用它们的程序得不到修复。",
        },
        remedy: {
            en: "Use `--force` to write into the file as it stands, after a backup; or write a new file with `--output FILE`.",
            zh: "用 `--force` 先备份再直接写入原文件；或用 `--output 文件` 写出新文件。",
        },
    }
    FileMounted = "file-mounted", Error {
        meaning: {
            en: "The file is a mount point and cannot be replaced.",
            zh: "该文件是一个挂载点，无法被替换。",
        },
        cause: {
            en: "Docker and Kubernetes mount single files into containers. The file that counts is on the host or in the ConfigMap.",
            zh: "Docker 和 Kubernetes 会把单个文件挂载进容器，真正的文件在宿主机上或 ConfigMap 中。",
        },
        remedy: {
            en: "Repair the file on the host or in the ConfigMap; or use `--force` to write into it as it stands.",
            zh: "请在宿主机上或 ConfigMap 中修复；或用 `--force` 直接写入。",
        },
    }
    DirectoryNotWritable = "directory-not-writable", Error {
        meaning: {
            en: "Nothing can be created or renamed in the file's directory.",
            zh: "文件所在目录中不能创建或重命名文件。",
        },
        cause: {
            en: "A file is replaced by a new one that is made in the same directory, and the directory does not allow that.",
            zh: "替换文件需要先在同一目录中创建新文件，而该目录不允许。",
        },
        remedy: {
            en: "Run the command as the owner of the directory; or use `--force`, with `--backup-dir DIR`, to write into the file as it stands.",
            zh: "请以目录属主的身份运行；或用 `--force` 加 `--backup-dir 目录` 直接写入原文件。",
        },
    }
    OwnerNotKept = "owner-not-kept", Error {
        meaning: {
            en: "A new file could not be given the owner and permissions of the old one.",
            zh: "无法让新文件保持原文件的属主和权限。",
        },
        cause: {
            en: "Only the superuser may give files away, so whoever replaces the file of another user changes its owner.",
            zh: "只有超级用户才能把文件转给他人，因此替换他人的文件会改变其属主。",
        },
        remedy: {
            en: "Run the command as the owner of the file or with sudo; or use `--force` to write into the file as it stands.",
            zh: "请以文件属主的身份或使用 sudo 运行；或用 `--force` 直接写入原文件。",
        },
    }
    AttributesNotKept = "attributes-not-kept", Error {
        meaning: {
            en: "A new file could not be given the extended attributes of the old one.",
            zh: "无法让新文件保持原文件的扩展属性。",
        },
        cause: {
            en: "The file carries an ACL or a security label that only the superuser, or a security policy, may set.",
            zh: "文件带有 ACL 或安全标签，只有超级用户或安全策略才能设置。",
        },
        remedy: {
            en: "Run the command with sudo; or use `--force` to write into the file as it stands.",
            zh: "请使用 sudo 运行；或用 `--force` 直接写入原文件。",
        },
    }
    LinkOfAnotherUser = "link-of-another-user", Error {
        meaning: {
            en: "The path goes through a symbolic link of another user.",
            zh: "该路径经过其他用户的符号链接。",
        },
        cause: {
            en: "A link that belongs neither to you nor to root nor to the owner of the file it leads to may have been laid to make a privileged run change a file of somebody else's choice.",
            zh: "如果链接的属主既不是您、也不是 root、也不是目标文件的属主，它可能是有人故意放置的，以便借特权运行修改他所选定的文件。",
        },
        remedy: {
            en: "Name the file itself, without the link.",
            zh: "请直接指定文件本身，不要经过该链接。",
        },
    }
    FileBusy = "file-busy", Error {
        meaning: {
            en: "Another program is at work on the file or in its directory.",
            zh: "另一个程序正在处理该文件或其所在目录。",
        },
        cause: {
            en: "Runs of rootfix in one directory wait for each other, but not for ever; and a file that is rewritten without pause cannot be changed safely.",
            zh: "同一目录中的 rootfix 进程会互相等待，但不会无限等下去；被不断改写的文件也无法安全修改。",
        },
        remedy: {
            en: "Find out what the other process is doing, and run the command again when it has ended.",
            zh: "请弄清另一个进程在做什么，待其结束后重新运行。",
        },
    }
    LockUnavailable = "lock-unavailable", Error {
        meaning: {
            en: "The directory cannot be locked.",
            zh: "无法对目录加锁。",
        },
        cause: {
            en: "Some network file systems have no locks, so that two runs of rootfix could not wait for each other.",
            zh: "某些网络文件系统不支持锁，两个 rootfix 进程无法互相等待。",
        },
        remedy: {
            en: "Make sure that no other rootfix is at work there, and use `--force`.",
            zh: "请确认那里没有其他 rootfix 在运行，然后使用 `--force`。",
        },
    }
    FileExists = "file-exists", Error {
        meaning: {
            en: "There is a file already where a new one was to be made.",
            zh: "要创建新文件的位置已有文件。",
        },
        cause: {
            en: "An output never replaces a file unasked.",
            zh: "未经要求，输出不会覆盖已有文件。",
        },
        remedy: {
            en: "Choose another name, or move that file away.",
            zh: "请换一个名称，或移走该文件。",
        },
    }
    FileImmutable = "file-immutable", Error {
        meaning: {
            en: "The file is marked as never to be changed.",
            zh: "该文件带有禁止修改的标记。",
        },
        cause: {
            en: "Somebody ran `chattr +i` or `chattr +a` on it, often to keep other programs from overwriting it.",
            zh: "有人对它执行过 `chattr +i` 或 `chattr +a`，通常是为了防止其他程序覆盖。",
        },
        remedy: {
            en: "Ask who did it and why; then `chattr -ia FILE`, the command again, and the mark anew.",
            zh: "请先弄清是谁、为何设置；然后执行 `chattr -ia 文件`，重新运行本命令，再恢复标记。",
        },
    }
    NoPlaceForBackup = "no-place-for-backup", Error {
        meaning: {
            en: "No backup can be made, so nothing is changed.",
            zh: "无法创建备份，因此不做任何修改。",
        },
        cause: {
            en: "The directory for backups does not exist, cannot be written to, or cannot keep a backup from being read by more people than the file.",
            zh: "备份目录不存在、不可写，或无法保证备份不被更多人读取。",
        },
        remedy: {
            en: "Name another directory with `--backup-dir DIR`.",
            zh: "请用 `--backup-dir 目录` 指定另一个目录。",
        },
    }
    NoBackup = "no-backup", Error {
        meaning: {
            en: "There is no backup of the file.",
            zh: "没有该文件的备份。",
        },
        cause: {
            en: "rootfix has not changed it, or its backups are in another directory, or they were removed.",
            zh: "rootfix 没有改动过它，或备份在别的目录，或备份已被删除。",
        },
        remedy: {
            en: "Name the directory of the backups with `--backup-dir DIR`.",
            zh: "请用 `--backup-dir 目录` 指定备份所在目录。",
        },
    }
    BackupDamaged = "backup-damaged", Error {
        meaning: {
            en: "A backup or its receipt cannot be relied on.",
            zh: "备份或其回执不可信。",
        },
        cause: {
            en: "It is missing, was changed since, or belongs to a user who is neither you nor root nor the owner of the file.",
            zh: "它已缺失、事后被改动，或其属主既不是您、也不是 root、也不是文件属主。",
        },
        remedy: {
            en: "Look at the backup; if it is right, copy it by hand.",
            zh: "请查看该备份；如确认无误，可手工复制。",
        },
    }
    ChangedSinceBackup = "changed-since-backup", Error {
        meaning: {
            en: "The file has changed since the newest backup.",
            zh: "最新备份之后文件又有改动。",
        },
        cause: {
            en: "Somebody else changed it after rootfix did; restoring the backup would undo that too.",
            zh: "rootfix 修改之后又有人改动了它，恢复备份会把那些改动一并撤销。",
        },
        remedy: {
            en: "Compare the two, then use `rootfix restore --force FILE`; what is there now is backed up first.",
            zh: "请比较两者，然后用 `rootfix restore --force 文件`；现有内容会先行备份。",
        },
    }
    WriteNotConfirmed = "write-not-confirmed", Error {
        meaning: {
            en: "The file was changed, but what is there now is not certain.",
            zh: "文件已被修改，但目前的内容无法确认。",
        },
        cause: {
            en: "The disk reported an error after the change, or another program wrote at the same moment.",
            zh: "修改之后磁盘报告错误，或有其他程序同时写入。",
        },
        remedy: {
            en: "Look into the system's log, run `rootfix check FILE`, and compare with the backup: where there was a file before, it is complete.",
            zh: "请查看系统日志，运行 `rootfix check 文件`，并与备份比较：只要原来有文件，备份就是完整的。",
        },
    }

    // Hashed certificate directories.
    HashLinkMissing = "hash-link-missing", Warning {
        meaning: {
            en: "A certificate lies in the directory, but OpenSSL does not find it there.",
            zh: "证书在目录中，但 OpenSSL 找不到它。",
        },
        cause: {
            en: "OpenSSL opens HASH.0, HASH.1 and so on, named by the subject it looks for, and nothing else. The certificate was copied without such a link, the link carries the hash of OpenSSL 0.9.8, or a number before it is missing.",
            zh: "OpenSSL 只按所查主题的哈希依次打开 HASH.0、HASH.1……，不看其他文件。证书复制进来时没有建立链接、链接用的是 OpenSSL 0.9.8 的旧哈希，或前面的编号缺失，都会如此。",
        },
        remedy: {
            en: "Run `openssl rehash DIRECTORY` (`c_rehash DIRECTORY` before OpenSSL 1.1). `rootfix append DIRECTORY` links the new root itself.",
            zh: "运行 `openssl rehash 目录`（OpenSSL 1.1 之前用 `c_rehash 目录`）。`rootfix append 目录` 会为新根证书建立链接。",
        },
    }
    HashLinkBlocked = "hash-link-blocked", Error {
        meaning: {
            en: "The hash link of the new root cannot be made.",
            zh: "无法建立新根证书的哈希链接。",
        },
        cause: {
            en: "A dangling link or an unreadable file has the name that the link needs.",
            zh: "链接需要的文件名已被失效链接或无法读取的文件占用。",
        },
        remedy: {
            en: "Mend or remove that file, for instance with `openssl rehash DIRECTORY`, and run the command again.",
            zh: "修复或移走该文件（例如运行 `openssl rehash 目录`），再重新执行命令。",
        },
    }
    DirectoryUnreadable = "directory-unreadable", Error {
        meaning: {
            en: "The certificate directory cannot be read.",
            zh: "无法读取证书目录。",
        },
        cause: {
            en: "It does not exist, permission is missing, or it holds far more files than a certificate directory does.",
            zh: "目录不存在、没有权限，或其中文件数量远超证书目录应有的规模。",
        },
        remedy: {
            en: "Check the path; run the command as the directory's owner or as root.",
            zh: "请检查路径，并以目录所有者或 root 身份运行。",
        },
    }

    // Who owns a file.
    GeneratedFile = "generated-file", Note {
        meaning: {
            en: "The store is generated; it is repaired at its source, and generated again.",
            zh: "该信任库由系统生成，应在来源处修复后重新生成。",
        },
        cause: {
            en: "Operating systems make their bundles from a directory of roots. What is added to the bundle itself is lost when it is made again, on the next upgrade at the latest.",
            zh: "操作系统用一个根证书目录生成证书包。直接加进证书包的内容，下次生成（最迟在升级时）就会丢失。",
        },
        remedy: {
            en: "Nothing by hand: `rootfix append` puts the root into that directory and runs the generator; `rootfix restore` takes both back.",
            zh: "无需手工处理：`rootfix append` 会把根证书放入该目录并运行生成命令，`rootfix restore` 可一并撤销。",
        },
    }
    OverwrittenByUpgrade = "overwritten-by-upgrade", Warning {
        meaning: {
            en: "The file belongs to a package; an addition lasts until the package's next upgrade.",
            zh: "该文件属于某个软件包，添加的内容只保留到下次升级。",
        },
        cause: {
            en: "A package manager, or the installer of a JDK, puts its own file there again without asking.",
            zh: "包管理器或 JDK 安装程序会直接用自带文件覆盖它。",
        },
        remedy: {
            en: "Add the root now if payments must go on, then point the program to a copy of your own, which no upgrade touches.",
            zh: "若需立即恢复可先添加根证书，随后让程序改用自己的副本，避免被升级覆盖。",
        },
    }
    MountedConfig = "mounted-config", Warning {
        meaning: {
            en: "The file is mounted into the container by Kubernetes.",
            zh: "该文件由 Kubernetes 挂载到容器中。",
        },
        cause: {
            en: "It comes from a ConfigMap, a Secret or a projected volume; such mounts are read-only, and are swapped as a whole.",
            zh: "它来自 ConfigMap、Secret 或投射卷；这类挂载是只读的，并会整体替换。",
        },
        remedy: {
            en: "Repair the file that the ConfigMap or Secret is made from, apply it, and roll the pods over.",
            zh: "修复生成 ConfigMap 或 Secret 的源文件，应用后滚动重启 Pod。",
        },
    }
    RootForbidden = "root-forbidden", Error {
        meaning: {
            en: "The system's administrator has forbidden the root that is to be added.",
            zh: "系统管理员已明确禁用要添加的根证书。",
        },
        cause: {
            en: "It lies in the system's blocklist directory, which outweighs every list of trusted roots.",
            zh: "它位于系统的黑名单目录中，优先级高于所有受信列表。",
        },
        remedy: {
            en: "Ask whoever put it there. If it was a mistake, take the file away and run the command again.",
            zh: "请询问放置该文件的人；如属误操作，移走文件后重新执行。",
        },
    }
    RefreshFailed = "refresh-failed", Error {
        meaning: {
            en: "The command that generates the store failed, or did not end in time.",
            zh: "生成信任库的命令失败或超时。",
        },
        cause: {
            en: "It needs root, a package manager holds its lock, the disk is full, or one of its hooks failed.",
            zh: "可能需要 root 权限、包管理器占用锁、磁盘已满，或某个钩子脚本失败。",
        },
        remedy: {
            en: "Run the command by hand and read what it says; `rootfix restore` takes the additions back.",
            zh: "手工运行该命令并查看输出；`rootfix restore` 可撤销添加的内容。",
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
    CertificateUnreadable = "certificate-unreadable", Error {
        meaning: {
            en: "An entry of the key store holds something that Java does not read as a certificate.",
            zh: "密钥库的某个条目中的内容无法被 Java 解析为证书。",
        },
        cause: {
            en: "The file was damaged, or a tool wrote into it what it did not look at. Java refuses a whole key store for one such entry.",
            zh: "文件已损坏，或某个工具未经检查就写入了内容。只要有一个这样的条目，Java 就会拒绝整个密钥库。",
        },
        remedy: {
            en: "Try whether `keytool -list -keystore FILE` reads it. If not, put an intact copy in its place, or one that `rootfix append --output new.p12 FILE` makes of what can be read.",
            zh: "用 `keytool -list -keystore 文件` 试试能否读取；如不能，请换上完好的副本，或用 `rootfix append --output new.p12 文件` 以其中能读取的证书新建一个。",
        },
    }
    CertificateNotCounted = "certificate-not-counted", Warning {
        meaning: {
            en: "An entry of the key store holds a certificate in a form that Java reads and rootfix does not: a text in place of DER, or BER with lengths left open.",
            zh: "密钥库的某个条目以 Java 能读取而 rootfix 不能的形式保存证书：文本而非 DER，或长度不定的 BER。",
        },
        cause: {
            en: "A tool that does not make DER wrote the entry. What the certificate is cannot be told here; if it is the new root, it is not recognised, and is added once more.",
            zh: "写入该条目的工具没有生成 DER。这里无法得知它是哪张证书；如果它正是新根证书，也不会被识别，会再追加一次。",
        },
        remedy: {
            en: "Export it with `keytool -exportcert`, and import it again: keytool writes DER.",
            zh: "用 `keytool -exportcert` 导出后重新导入：keytool 会写成 DER。",
        },
    }
    CertificateLeftOut = "certificate-left-out", Warning {
        meaning: {
            en: "A new store was made of a key store that holds certificates which cannot be read; they are not in the new one.",
            zh: "新信任库由一个密钥库生成，其中有无法解析的证书；它们不在新信任库中。",
        },
        cause: {
            en: "What cannot be read cannot be written in another format.",
            zh: "无法解析的内容不能写成另一种格式。",
        },
        remedy: {
            en: "`rootfix check` of the old store names the first of them. If a program needs it, get that certificate from its authority and add it to the new store.",
            zh: "对旧密钥库运行 `rootfix check` 可看到其中第一个的别名。如果程序需要它，请向其签发机构获取该证书并加入新信任库。",
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
    // PKCS#12.
    TooManyIterations = "too-many-iterations", Error {
        meaning: {
            en: "The key store asks for more work to derive its keys than any program grants.",
            zh: "该密钥库要求的密钥派生工作量超出了任何程序的允许范围。",
        },
        cause: {
            en: "It was made to keep programs busy, or is damaged. Java refuses more than 5,000,000 iterations.",
            zh: "它是为耗尽程序资源而构造的，或已损坏。Java 拒绝超过 5,000,000 次迭代的文件。",
        },
        remedy: {
            en: "Make the file anew from its certificates, with a program's default settings.",
            zh: "请用程序的默认设置，以其中的证书重新制作该文件。",
        },
    }
    PasswordNotAscii = "password-not-ascii", Warning {
        meaning: {
            en: "The password of the key store has characters outside ASCII.",
            zh: "该密钥库的密码中含有 ASCII 以外的字符。",
        },
        cause: {
            en: "PKCS#12 turns a password into bytes in two different ways, old OpenSSL in a third, and Java refuses such passwords altogether.",
            zh: "PKCS#12 有两种把密码转换成字节的方式，旧版 OpenSSL 还有第三种，而 Java 完全拒绝这样的密码。",
        },
        remedy: {
            en: "Nothing, if the program that uses the file opens it today. For a new file choose a password of ASCII characters.",
            zh: "如果使用该文件的程序目前能打开它，无需处理。制作新文件时请使用 ASCII 字符的密码。",
        },
    }
    PassedOverByJava = "passed-over-by-java", Warning {
        meaning: {
            en: "The file holds certificates that Java does not trust.",
            zh: "文件中有 Java 不信任的证书。",
        },
        cause: {
            en: "In PKCS#12, Java trusts only certificates that carry Oracle's trustedKeyUsage attribute. keytool writes it; OpenSSL before 3.2 cannot, and later only does with `-jdktrust anyExtendedKeyUsage`.",
            zh: "在 PKCS#12 中，Java 只信任带有 Oracle trustedKeyUsage 属性的证书。keytool 会写入该属性；3.2 之前的 OpenSSL 不支持，之后的版本也只有加上 `-jdktrust anyExtendedKeyUsage` 才会写入。",
        },
        remedy: {
            en: "Nothing, if no Java program uses the file. Otherwise import the certificates with keytool; for a root of the rollover `rootfix append FILE` adds an entry that Java trusts, and leaves the old one alone.",
            zh: "如果没有 Java 程序使用该文件，无需处理。否则请用 keytool 导入这些证书；对于本次更换涉及的根证书，`rootfix append 文件` 会添加 Java 信任的条目，原有条目保持不变。",
        },
    }
    NeedsNewerJava = "needs-newer-java", Warning {
        meaning: {
            en: "Only recent programs can open the key store.",
            zh: "只有较新的程序才能打开该密钥库。",
        },
        cause: {
            en: "Its integrity value is made by PBMAC1 (RFC 9579), which Java does not know up to release 25, nor OpenSSL before 3.4.",
            zh: "其完整性校验使用 PBMAC1（RFC 9579），Java 25 及更早版本、3.4 之前的 OpenSSL 都不支持。",
        },
        remedy: {
            en: "Nothing, if the program that uses the file opens it today.",
            zh: "如果使用该文件的程序目前能打开它，无需处理。",
        },
    }
    KeyChainLonger = "key-chain-longer", Warning {
        meaning: {
            en: "The added root becomes part of the chain of a private key in the same file.",
            zh: "添加的根证书会成为同一文件中某个私钥的证书链的一部分。",
        },
        cause: {
            en: "Java builds the chain of a key from all certificates of a PKCS#12 file; the root is the issuer that was missing at its end.",
            zh: "Java 用 PKCS#12 文件中的全部证书为私钥构建证书链，而该根证书正好是链末端缺少的签发者。",
        },
        remedy: {
            en: "Nothing: servers accept a chain with its root. To keep keys and trusted roots apart, give programs a trust store of its own.",
            zh: "无需处理：服务器接受包含根证书的证书链。若要把私钥与受信任的根证书分开，请为程序单独配置一个信任库。",
        },
    }

    // Processes and traced commands.
    ProcessOlderThanBundle = "process-older-than-bundle", Warning {
        meaning: {
            en: "The process was started before its bundle last changed.",
            zh: "进程的启动时间早于证书包的最后修改时间。",
        },
        cause: {
            en: "Most programs read their bundle once, at their start, and know nothing of what was added since. Some read it for each connection, as PHP's curl does.",
            zh: "多数程序只在启动时读取一次证书包，不知道之后追加的内容；也有程序每次连接都重新读取，例如 PHP 的 curl。",
        },
        remedy: {
            en: "Restart the program, or have it reload its configuration.",
            zh: "重启程序，或让它重新加载配置。",
        },
    }
    ProcessGone = "process-gone", Error {
        meaning: {
            en: "There is no such process.",
            zh: "进程不存在。",
        },
        cause: {
            en: "It has ended, or was restarted with a new number.",
            zh: "进程已结束，或重启后进程号已改变。",
        },
        remedy: {
            en: "Look its number up again, for instance with `ps -ef` or `systemctl status`.",
            zh: "请重新查询进程号，例如用 `ps -ef` 或 `systemctl status`。",
        },
    }
    ProcessNotPermitted = "process-not-permitted", Error {
        meaning: {
            en: "What the process uses may not be read.",
            zh: "无权读取该进程的使用情况。",
        },
        cause: {
            en: "It belongs to another user, or protects itself, as programs with special rights do.",
            zh: "它属于其他用户，或像带特权的程序那样禁止他人读取。",
        },
        remedy: {
            en: "Run the command as root, or as the user of the process.",
            zh: "请以 root 或该进程所属用户运行。",
        },
    }
    NotOnThisSystem = "not-on-this-system", Error {
        meaning: {
            en: "This can be done on Linux alone.",
            zh: "该功能仅支持 Linux。",
        },
        cause: {
            en: "It rests on /proc and on ptrace(2), which other systems do not have in this form.",
            zh: "它依赖 Linux 的 /proc 和 ptrace(2)，其他系统没有对应机制。",
        },
        remedy: {
            en: "Give the bundle or the project's directory to the command instead.",
            zh: "请改为指定证书包或项目目录。",
        },
    }
    // Rehearsals and their stand-ins.
    RehearsalHost = "rehearsal-host", Error {
        meaning: {
            en: "A host name for the rehearsal is not one.",
            zh: "演练所给的主机名无效。",
        },
        cause: {
            en: "It is empty, an IP address or a URL, or has characters that host names cannot have. Stand-in certificates and the private hosts file need a plain name.",
            zh: "它为空，或是 IP 地址、网址，或含有主机名不允许的字符。替身证书和专用的 hosts 文件需要普通的主机名。",
        },
        remedy: {
            en: "Give the bare name that the program connects to.",
            zh: "请只填写程序所连接的主机名。",
        },
    }
    NoRandomNumbers = "no-random-numbers", Error {
        meaning: {
            en: "The operating system gives no random numbers.",
            zh: "操作系统无法提供随机数。",
        },
        cause: {
            en: "On old kernels random numbers come from /dev/urandom, which is missing in a bare chroot.",
            zh: "旧内核通过 /dev/urandom 提供随机数，而未挂载 /dev 的 chroot 环境中没有该文件。",
        },
        remedy: {
            en: "Mount /dev in the chroot, or run the program outside of it.",
            zh: "在 chroot 中挂载 /dev，或在 chroot 之外运行本程序。",
        },
    }
    RehearsalBundle = "rehearsal-bundle", Error {
        meaning: {
            en: "A bundle for the rehearsal cannot be read.",
            zh: "无法读取演练所用的证书包。",
        },
        cause: {
            en: "It does not exist, this user may not read it, or it is too large to be a trust store.",
            zh: "文件不存在、当前用户无权读取，或体积过大，不可能是信任库。",
        },
        remedy: {
            en: "Give the bundle that the program reads with --bundle; `rootfix locate` finds it.",
            zh: "用 --bundle 指定程序所读取的证书包；可用 `rootfix locate` 查找。",
        },
    }
    NoNamespaces = "no-namespaces", Error {
        meaning: {
            en: "A program cannot be rehearsed here, because the kernel does not permit private namespaces.",
            zh: "内核不允许使用私有命名空间，无法在此演练程序。",
        },
        cause: {
            en: "A rehearsal gives the program a network, mounts and processes of its own. Containers, hardened kernels and some distributions (Ubuntu since 23.10, RHEL 7) keep these from users other than root.",
            zh: "演练需要为程序提供独立的网络、挂载和进程空间。容器、加固过的内核以及某些发行版（Ubuntu 23.10 起、RHEL 7）不允许非 root 用户使用。",
        },
        remedy: {
            en: "Run it as root on the host itself; or use `rootfix verify --clients`, or `rootfix rehearse --serve` and point the program at the stand-in by hand.",
            zh: "在宿主机上以 root 身份运行；或使用 `rootfix verify --clients`，或用 `rootfix rehearse --serve` 并手工让程序连接替身服务器。",
        },
    }
    RehearsalSetup = "rehearsal-not-set-up", Error {
        meaning: {
            en: "A part of the private world of a rehearsal could not be set up.",
            zh: "演练所需的私有环境未能建立。",
        },
        cause: {
            en: "The message names the part and what the kernel said.",
            zh: "提示信息中写明了具体环节以及内核返回的错误。",
        },
        remedy: {
            en: "Nothing was changed. If it stays so, use `rootfix verify --clients` or `rootfix rehearse --serve`.",
            zh: "系统未作任何改动。若仍无法建立，请使用 `rootfix verify --clients` 或 `rootfix rehearse --serve`。",
        },
    }
    StandInPortTaken = "stand-in-port-taken", Error {
        meaning: {
            en: "The stand-in server cannot have the port that the program connects to.",
            zh: "替身服务器无法使用程序要连接的端口。",
        },
        cause: {
            en: "With a shared network it listens beside the machine's own servers, and one that listens on all addresses leaves no room.",
            zh: "共享网络时，替身服务器与本机服务并存；若某个服务监听了所有地址，就没有可用的端口。",
        },
        remedy: {
            en: "Leave out --share-network, or stop the other server for a moment.",
            zh: "去掉 --share-network，或暂时停止占用端口的服务。",
        },
    }
    CommandNotStarted = "command-not-started", Error {
        meaning: {
            en: "The given command could not be started.",
            zh: "无法启动指定的命令。",
        },
        cause: {
            en: "It does not exist, is not executable for this user, or is a shell's own word.",
            zh: "命令不存在、当前用户无执行权限，或属于 shell 内部语法。",
        },
        remedy: {
            en: "Check that the same line runs by itself; give shell syntax as `sh -c '...'`.",
            zh: "请先确认该命令能单独运行；shell 语法请写成 `sh -c '...'`。",
        },
    }
    TracingRefused = "tracing-refused", Error {
        meaning: {
            en: "The system does not let one process watch another.",
            zh: "系统不允许一个进程观察另一个进程。",
        },
        cause: {
            en: "ptrace(2) is forbidden: in containers by their seccomp profile, on hardened systems by kernel.yama.ptrace_scope.",
            zh: "ptrace(2) 被禁止：容器受 seccomp 限制，加固系统受 kernel.yama.ptrace_scope 限制。",
        },
        remedy: {
            en: "Allow it (`--cap-add SYS_PTRACE` for a container), run as root, or look at the running program with `--pid`.",
            zh: "放开限制（容器加 `--cap-add SYS_PTRACE`）、以 root 运行，或用 `--pid` 查看运行中的程序。",
        },
    }

    // Live servers.
    NotAHost = "not-a-host", Error {
        meaning: {
            en: "This is not the name of a host.",
            zh: "这不是主机名。",
        },
        cause: {
            en: "It is empty, a URL, or has a port that is none.",
            zh: "内容为空、是网址，或端口无效。",
        },
        remedy: {
            en: "Write HOST or HOST:PORT.",
            zh: "请写成 HOST 或 HOST:PORT。",
        },
    }
    HostNotFound = "host-not-found", Error {
        meaning: {
            en: "The host's name does not resolve.",
            zh: "无法解析主机名。",
        },
        cause: {
            en: "It is mistyped, or this machine's DNS does not know it.",
            zh: "名称输入有误，或本机 DNS 无法解析。",
        },
        remedy: {
            en: "Check the name, or give an address with `--connect`.",
            zh: "请检查名称，或用 `--connect` 指定地址。",
        },
    }
    NotConnected = "not-connected", Error {
        meaning: {
            en: "The server could not be reached.",
            zh: "无法连接服务器。",
        },
        cause: {
            en: "A firewall, a wrong port, a proxy that is needed, or a server that is down.",
            zh: "防火墙、端口错误、需要代理或服务器停机。",
        },
        remedy: {
            en: "Check the connection; through a proxy set HTTPS_PROXY.",
            zh: "请检查网络；需要代理时设置 HTTPS_PROXY。",
        },
    }
    ProxyRefused = "proxy-refused", Error {
        meaning: {
            en: "The proxy does not let the connection through.",
            zh: "代理没有放行该连接。",
        },
        cause: {
            en: "It wants credentials, which rootfix does not send, or forbids the host.",
            zh: "代理需要账号（rootfix 不会发送），或禁止访问该主机。",
        },
        remedy: {
            en: "Check HTTPS_PROXY and NO_PROXY, or go past it with `--connect`.",
            zh: "请检查 HTTPS_PROXY 与 NO_PROXY，或用 `--connect` 绕过代理。",
        },
    }
    HandshakeFailed = "handshake-failed", Error {
        meaning: {
            en: "No TLS handshake could be made with the server.",
            zh: "无法与服务器完成 TLS 握手。",
        },
        cause: {
            en: "The server speaks an old version, another protocol, or broke off.",
            zh: "服务器版本过旧、使用其他协议，或中断了连接。",
        },
        remedy: {
            en: "Compare with `openssl s_client -connect HOST:PORT -showcerts`.",
            zh: "可用 `openssl s_client -connect 主机:端口 -showcerts` 对比。",
        },
    }
    OtherBlockInside = "other-block-inside", Warning {
        meaning: {
            en: "Something that is no certificate stands between BEGIN and END among the certificates.",
            zh: "证书之间夹有其他带 BEGIN 和 END 的内容。",
        },
        cause: {
            en: "Parameters, a request or a list of revoked certificates were put into the same file. OpenSSL passes over them; Java reads nothing from such a file.",
            zh: "参数、证书请求或吊销列表被放进了同一个文件。OpenSSL 会跳过它们；Java 则完全读不出这样的文件。",
        },
        remedy: {
            en: "If Java programs read this file, run `rootfix append --repair FILE`. A list of revoked certificates is left as it is.",
            zh: "如有 Java 程序读取此文件，运行 `rootfix append --repair 文件`。吊销列表会保持原样。",
        },
    }
    StrayHyphens = "stray-hyphens", Warning {
        meaning: {
            en: "A line that is no BEGIN starts with five hyphens.",
            zh: "有一行以五个连字符开头，但不是 BEGIN 行。",
        },
        cause: {
            en: "Somebody drew a line between certificates, or a BEGIN line is gone while its END is still there. Java takes five hyphens at the start of a line for the beginning of a certificate.",
            zh: "有人在证书之间画了分隔线，或 BEGIN 行已丢失而 END 行还在。Java 会把行首的五个连字符当作证书的开头。",
        },
        remedy: {
            en: "If Java programs read this file, run `rootfix append --repair FILE`; it turns the hyphens into equals signs.",
            zh: "如有 Java 程序读取此文件，运行 `rootfix append --repair 文件`，它会把连字符改为等号。",
        },
    }
    ClientsNotAsked = "clients-not-asked", Error {
        meaning: {
            en: "The clients of this machine could not be asked.",
            zh: "无法用本机的客户端进行测试。",
        },
        cause: {
            en: "They read shadow copies in a temporary directory and talk to a stand-in server on the loopback network; one of these is not to be had.",
            zh: "客户端读取临时目录中的影子副本，并连接回环网络上的替身服务器；其中之一不可用。",
        },
        remedy: {
            en: "See that the directory for temporary files (TMPDIR) can be written to and that there is a loopback network.",
            zh: "请确认临时目录（TMPDIR）可写，并且回环网络可用。",
        },
    }

    // Stores that are repaired at their source.
    AddedAtSource = "added-at-source", Note {
        meaning: {
            en: "The root was added at the source of a generated store, or to a hashed directory as a file and a link.",
            zh: "根证书已添加到所生成信任库的来源，或以文件加链接的方式添加到哈希目录。",
        },
        cause: {
            en: "What is added to a generated file itself is lost when it is made again; what lies at its source stays.",
            zh: "直接写入生成的文件会在下次生成时丢失，放在来源处的内容则会保留。",
        },
        remedy: {
            en: "Nothing. `rootfix restore` with the path of the store takes everything back.",
            zh: "无需处理。对该信任库运行 `rootfix restore` 可全部撤销。",
        },
    }
    RootDidNotArrive = "root-did-not-arrive", Error {
        meaning: {
            en: "The root was put at the source, the generator ran, and the store is still not as it should be.",
            zh: "根证书已放入来源并运行了生成命令，但信任库仍不符合预期。",
        },
        cause: {
            en: "The generator was replaced or switched off, a hook of it failed in silence, or the source and the store no longer hold the same certificates.",
            zh: "生成命令被替换或停用、其钩子静默失败，或来源与信任库中的证书已不一致。",
        },
        remedy: {
            en: "Everything was taken back. Run the generator by hand and read what it says.",
            zh: "已全部撤销。请手工运行生成命令并查看输出。",
        },
    }
    UndoIncomplete = "undo-incomplete", Error {
        meaning: {
            en: "Not everything that was added for a store could be taken back.",
            zh: "为信任库添加的内容未能全部撤销。",
        },
        cause: {
            en: "A file could not be written or removed, or the command that generates the store failed.",
            zh: "某个文件无法写入或删除，或生成命令执行失败。",
        },
        remedy: {
            en: "Mend what the message names, and run `rootfix restore` on the store again.",
            zh: "解决提示中的问题后，再次对该信任库运行 `rootfix restore`。",
        },
    }
    OutputLost = "output-lost", Error {
        meaning: {
            en: "What rootfix said or wrote on standard output did not all get there.",
            zh: "写到标准输出的内容没有全部写出。",
        },
        cause: {
            en: "Standard output leads to a file on a full disk, or to a device that takes nothing.",
            zh: "标准输出指向已满的磁盘上的文件，或无法写入的设备。",
        },
        remedy: {
            en: "Do not use what was written there. Make room and repeat the command.",
            zh: "请勿使用已写出的内容。请腾出空间后重新运行。",
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
