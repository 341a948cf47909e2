//! Every kind of PEM bundle that was promised something, and the promise.

use crate::common::bundles::{self, G2_NAME, block, block_of, g1, g2, g3, plain_addition, utf16};

/// One file, what `check` must say of it, and what `append` must make of it.
#[derive(Debug, Clone)]
pub struct Row {
    pub name: String,
    pub bytes: Vec<u8>,
    pub status: &'static str,
    /// The certificates that a person would count, commented ones left out.
    pub certificates: usize,
    pub old_root: bool,
    pub new_root: bool,
    /// Every code that `check` reports, each once, sorted.
    pub findings: Vec<&'static str>,
    /// The readers that do not end up with all of it.
    pub stumble: Vec<&'static str>,
    pub append: Outcome,
    pub repair: Outcome,
}

/// What a file becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Becomes(Vec<u8>),
    /// Ready: nothing is done.
    Unchanged,
    /// With the code of the trouble.
    Refused(&'static str),
}

impl Row {
    /// A sound file that only lacks the new root, which goes to the end.
    fn missing(name: &str, bytes: impl Into<Vec<u8>>, certificates: usize) -> Row {
        let bytes = bytes.into();
        let after = Outcome::Becomes([&bytes[..], plain_addition().as_bytes()].concat());
        Row {
            name: name.to_owned(),
            bytes,
            status: "new-root-missing",
            certificates,
            old_root: true,
            new_root: false,
            findings: vec!["new-root-missing"],
            stumble: Vec::new(),
            append: after.clone(),
            repair: after,
        }
    }

    fn ready(name: &str, bytes: impl Into<Vec<u8>>, certificates: usize) -> Row {
        Row {
            status: "ready",
            new_root: true,
            findings: Vec::new(),
            append: Outcome::Unchanged,
            repair: Outcome::Unchanged,
            ..Row::missing(name, bytes, certificates)
        }
    }

    /// A file that OpenSSL rejects, or of which it loads a part.
    fn broken(name: &str, bytes: impl Into<Vec<u8>>, certificates: usize, mended: impl Into<Vec<u8>>) -> Row {
        Row {
            status: "broken",
            old_root: false,
            append: Outcome::Refused("broken"),
            repair: Outcome::Becomes(mended.into()),
            ..Row::missing(name, bytes, certificates)
        }
        .finds(&["not-trusted-by-readers"])
    }

    /// OpenSSL gets to see G1 all the same.
    fn g1_is_seen(mut self) -> Row {
        self.findings.retain(|code| *code != "not-trusted-by-readers");
        Row { old_root: true, ..self }
    }

    /// G2 is in it, but out of sight.
    fn with_g2(mut self) -> Row {
        self.findings.retain(|code| *code != "new-root-missing");
        self
    }

    fn without_old(self) -> Row {
        Row { old_root: false, ..self.finds(&["old-root-missing"]) }
    }

    fn finds(mut self, codes: &[&'static str]) -> Row {
        self.findings.extend(codes);
        self.findings.sort_unstable();
        self.findings.dedup();
        self
    }

    fn stumble(self, readers: &[&'static str]) -> Row {
        Row { stumble: readers.to_vec(), ..self }.finds(&["readers-stumble"])
    }

    fn becomes(self, bytes: impl Into<Vec<u8>>) -> Row {
        let after = Outcome::Becomes(bytes.into());
        Row { append: after.clone(), repair: after, ..self }
    }

    fn mended(self, bytes: impl Into<Vec<u8>>) -> Row {
        Row { repair: Outcome::Becomes(bytes.into()), ..self }
    }
}

/// How titles stand above the blocks of a file.
#[derive(Debug, Clone, Copy)]
enum Titles {
    None,
    Comment,
    Underlined,
    Plain,
}

impl Titles {
    fn over(self, name: &str, eol: &str) -> String {
        match self {
            Titles::None => String::new(),
            Titles::Comment => format!("# {name}{eol}"),
            Titles::Plain => format!("{name}{eol}"),
            Titles::Underlined => format!("{eol}{name}{eol}{}{eol}", "=".repeat(name.len())),
        }
    }
}

/// Every way in which a sound file may be written: its style must come back in what is added.
pub fn styles() -> Vec<Row> {
    let mut rows = Vec::new();
    for (ending, first, last) in [("lf", "\n", "\n"), ("crlf", "\r\n", "\r\n"), ("mixed", "\n", "\r\n")] {
        for columns in [64, 76] {
            for titles in [Titles::None, Titles::Comment, Titles::Underlined, Titles::Plain] {
                for end in ["final newline", "no final newline"] {
                    let part = |name: &str, der: &[u8], eol: &str| {
                        format!("{}{}", titles.over(name, eol), block_of("CERTIFICATE", der, columns, eol))
                    };
                    let mut text =
                        part("DigiCert Global Root CA", &g1(), first) + &part("DigiCert Global Root G3", &g3(), last);
                    // Where a file has no titles, a comment makes the new root findable.
                    let added = match titles {
                        Titles::None => Titles::Comment.over(G2_NAME, last) + &part(G2_NAME, &g2(), last),
                        _ => part(G2_NAME, &g2(), last),
                    };
                    let mut codes = Vec::new();
                    if ending == "mixed" {
                        codes.push("mixed-line-endings");
                    }
                    let mut after = text.clone() + &added;
                    if end == "no final newline" {
                        text.truncate(text.len() - last.len());
                        after = format!("{text}{last}{added}");
                        codes.push("no-final-newline");
                    }
                    let name = format!("{ending}, {columns} columns, titles {titles:?}, {end}");
                    rows.push(Row::missing(&name, text, 2).finds(&codes).becomes(after));
                }
            }
        }
    }
    rows
}

/// What is there and what is not.
pub fn roots() -> Vec<Row> {
    let (one, two) = (block(&g1()), block(&g2()));
    let both = format!("{one}{two}");
    let equifax = block(&bundles::equifax());
    vec![
        Row::missing("G1 alone", one.clone(), 1),
        Row::ready("both", both.clone(), 2),
        Row::ready("both, no final newline", both.trim_end(), 2).finds(&["no-final-newline"]),
        Row::ready("both, CRLF, no final newline", both.replace('\n', "\r\n").trim_end(), 2)
            .finds(&["no-final-newline"]),
        Row::ready("G2 alone", two.clone(), 1).without_old(),
        Row::missing("the official bundle of 2017", equifax.trim_end(), 1)
            .without_old()
            .finds(&["expired-certificate", "no-final-newline"])
            .becomes(equifax.clone() + &plain_addition()),
        Row::missing("G2's name over another key", one.clone() + &block(&bundles::look_alike_g2()), 2)
            .finds(&["same-name-other-key"]),
        Row::ready("G2, and its name over another key", both.clone() + &block(&bundles::look_alike_g2()), 3)
            .finds(&["same-name-other-key"]),
        Row::missing("G1 by Baltimore", block(&bundles::cross_g1()), 1).without_old().finds(&["cross-certificate"]),
        Row::missing("G1, and G1 by Baltimore", one.clone() + &block(&bundles::cross_g1()), 2)
            .finds(&["cross-certificate"]),
        Row::missing("an expired root beside it", one.clone() + &equifax, 2).finds(&["expired-certificate"]),
        Row::missing("G1 twice", one.repeat(2), 2).finds(&["duplicate-certificate"]),
        Row::ready("G2 twice", both + &two, 3).finds(&["duplicate-certificate"]),
        Row::missing("a platform certificate beside it", one + &block(&bundles::platform_certificate()), 2)
            .finds(&["platform-certificate"]),
    ]
}

/// As `openssl x509 -text` prints it, shortened.
const DUMP: &str = "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number:\n            \
    08:3b:e0:56:90:42:46:b1:a1:75:6a:c9:59:91:c7:4a\n        Signature Algorithm: sha1WithRSAEncryption\n        \
    Issuer: C=US, O=DigiCert Inc, OU=www.digicert.com, CN=DigiCert Global Root CA\n    Signature Algorithm: \
    sha1WithRSAEncryption\n         cb:9c:37:aa:48:13:12:0a:fa:dd:44:9c:4f:52:b0:f4:df:ae:04:f5\n";

/// Text around sound blocks.
pub fn texts() -> Vec<Row> {
    let one = block(&g1());
    let titled = |title: &[u8]| [title, one.as_bytes(), title, block(&g3()).as_bytes()].concat();
    let before = |tail: &str| format!("{one}{}{tail}", plain_addition());
    // On the line of the last END there is no place before the tail: the new block goes before the whole block.
    let before_block = |tail: &str| format!("{}{}{tail}", plain_addition(), one.trim_end());
    vec![
        Row::missing("text dumps", format!("{DUMP}{one}{DUMP}{}", block(&g3())), 2),
        Row::missing("titles in UTF-8", titled("# 微信支付 根证书\n".as_bytes()), 2),
        Row::missing("titles in GBK", titled(b"# \xb8\xf9\xd6\xa4\xca\xe9\n"), 2).finds(&["not-utf8"]),
        Row::missing("a comment behind the last block", format!("{one}# end"), 1)
            .finds(&["no-final-newline"])
            .becomes(format!("{one}# end\n{}", plain_addition())),
        Row::missing("Ctrl-Z at the end", format!("{one}\u{1a}"), 1).finds(&["control-tail"]).becomes(before("\u{1a}")),
        Row::missing("NUL at the end", format!("{one}\0"), 1).finds(&["control-tail"]).becomes(before("\0")),
        Row::missing("many NULs at the end", format!("{one}{}", "\0".repeat(4096)), 1)
            .finds(&["control-tail"])
            .becomes(before(&"\0".repeat(4096))),
        Row::missing("NUL behind the last END", format!("{}\0", one.trim_end()), 1)
            .finds(&["control-tail", "text-around-marker"])
            .stumble(&["java", "go"])
            .becomes(before_block("\0"))
            .mended(before("\0")),
        Row::missing("Ctrl-Z behind the last END", format!("{}\u{1a}", one.trim_end()), 1)
            .finds(&["control-tail", "text-around-marker"])
            .stumble(&["java", "go"])
            .becomes(before_block("\u{1a}"))
            .mended(before("\u{1a}")),
        Row::missing("empty lines at the end", format!("{one}\n\n\n"), 1)
            .becomes(format!("{one}\n\n\n{}", plain_addition())),
    ]
}

fn harmless(text: &str) -> String {
    text.replace("-----", "=====")
}

/// Kept for people, out of the programs' sight.
fn aside(text: &str) -> String {
    harmless(text).lines().map(|line| format!("# {line}\n")).collect()
}

/// OpenSSL's family loads it, others do not.
pub fn stumbling() -> Vec<Row> {
    let (one, three) = (block(&g1()), block(&g3()));
    let plain = format!("{one}{three}");
    let added = plain_addition();
    let mark = "\u{feff}";
    let key = block_of("PRIVATE KEY", &bundles::private_key(), 64, "\n");
    let commented: String = three.lines().map(|line| format!("# {line}\n")).collect();
    let endless = block_of("CERTIFICATE", &g3(), 100_000, "\n");
    let parameters = block_of("EC PARAMETERS", &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], 64, "\n");
    let revoked = block_of("X509 CRL", &bundles::revocation_list(), 64, "\n");
    vec![
        Row::missing("a BOM before BEGIN", format!("{mark}{plain}"), 2)
            .finds(&["byte-order-mark", "newer-java-differs"])
            .stumble(&["java", "go", "rustls"])
            .mended(format!("{plain}{added}")),
        Row::missing("a BOM before a comment", format!("{mark}# roots\n{plain}"), 2),
        Row::missing("a TRUSTED CERTIFICATE", format!("{one}{}", three.replace("CERT", "TRUSTED CERT")), 2)
            .finds(&["trusted-label"])
            .stumble(&["node-extra", "gnutls", "go", "rustls", "dotnet"])
            .mended(format!("{plain}{added}")),
        Row::missing("an X509 CERTIFICATE", format!("{one}{}", three.replace("CERT", "X509 CERT")), 2)
            .finds(&["x509-label"])
            .stumble(&["go", "rustls", "dotnet"])
            // GnuTLS sees an X509 CERTIFICATE only where no CERTIFICATE follows.
            .becomes(format!("{one}{added}{}", three.replace("CERT", "X509 CERT")))
            .mended(format!("{plain}{added}")),
        Row::missing("a private key among them", format!("{one}{key}{three}"), 2)
            .finds(&["private-key-inside"])
            .stumble(&["java"])
            .mended(format!("{one}{}{three}{added}", aside(&key))),
        Row::missing("a block commented out", format!("{one}{commented}"), 1)
            .finds(&["commented-block", "newer-java-differs"])
            .stumble(&["gnutls"])
            .mended(format!("{one}{}{added}", harmless(&commented))),
        Row::missing("only BEGIN commented out", format!("# {three}{one}"), 1)
            .finds(&["commented-block", "newer-java-differs"])
            .stumble(&["gnutls", "java", "dotnet"])
            .mended(format!("# {}{one}{added}", harmless(&three))),
        Row::missing("parameters among them", format!("{one}{parameters}{three}"), 2)
            .finds(&["other-block-inside"])
            .stumble(&["java"])
            .mended(format!("{one}{}{three}{added}", aside(&parameters))),
        Row::missing("a list of revoked certificates among them", format!("{one}{revoked}{three}"), 2)
            .finds(&["other-block-inside"])
            .stumble(&["java"]),
        Row::missing("a line of hyphens", format!("{one}----------\n{three}"), 2)
            .finds(&["stray-hyphens"])
            .stumble(&["java"])
            .mended(format!("{one}==========\n{three}{added}")),
        Row::missing("hyphens in a comment", format!("# see ----- below\n{plain}"), 2)
            .finds(&["newer-java-differs"])
            .mended(format!("# see ===== below\n{plain}{added}")),
        Row::missing("an END too many", format!("{one}-----END CERTIFICATE-----\n{three}"), 2)
            .finds(&["stray-hyphens"])
            .stumble(&["java"])
            .mended(format!("{one}=====END CERTIFICATE=====\n{three}{added}")),
        Row::missing("a line that begins with 0", format!("{one}0 roots follow\n{three}"), 2)
            .stumble(&["java"])
            .mended(format!("{one}\n0 roots follow\n{three}\n{added}")),
        Row::missing("one endless line", format!("{one}{endless}"), 2)
            .finds(&["long-line"])
            .becomes(format!("{one}{endless}{added}"))
            .mended(format!("{plain}{added}")),
    ]
}

/// OpenSSL rejects it, or loads a part.
pub fn broken() -> Vec<Row> {
    let (one, two, three) = (block(&g1()), block(&g2()), block(&g3()));
    let plain = format!("{one}{three}");
    let added = plain_addition();
    let mended = format!("{plain}{added}");
    let (begin, end) = ("-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n");
    // What a search and replace over a whole project does to base64.
    let replaced = three.replacen('M', "<company>", 1);
    let garbled = three.replacen("MII", "MJJ", 1);
    let cut = &three[..three.len() / 2];
    let indent = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let but_dotnet = &["openssl", "php-stream", "node", "node-extra", "gnutls", "java", "go", "rustls"];
    let but_java = &["openssl", "php-stream", "node", "node-extra", "gnutls", "go", "rustls", "dotnet"];
    let everyone = &["openssl", "php-stream", "node", "node-extra", "gnutls", "java", "go", "rustls", "dotnet"];
    // With a needless octet before the serial number, at which OpenSSL, Java, Go and .NET take offence.
    let mut padded = g3();
    padded.splice(14..15, [0x11, 0]);
    for length in [3, 7] {
        padded[length] += 1;
    }
    vec![
        Row {
            repair: Outcome::Refused("cannot-mend"),
            ..Row::broken("a certificate that OpenSSL does not decode", format!("{one}{}", block(&padded)), 2, "")
                .stumble(&["openssl", "php-stream", "node", "node-extra", "java", "go", "dotnet"])
        },
        Row::broken("END and BEGIN glued", format!("{}{three}", one.trim_end()), 2, mended.clone())
            .finds(&["glued-markers"])
            .stumble(&["openssl", "php-stream", "node", "node-extra", "java", "go", "rustls", "dotnet"]),
        Row::broken(
            "three glued",
            format!("{}{}{three}", one.trim_end(), two.trim_end()),
            3,
            format!("{one}{two}{three}"),
        )
        .with_g2()
        .finds(&["glued-markers"])
        .stumble(&["openssl", "php-stream", "node", "node-extra", "java", "go", "rustls", "dotnet"]),
        Row::broken("G2 glued on with cat", format!("{}{two}", one.trim_end()), 2, format!("{one}{two}"))
            .with_g2()
            .with_g2()
            .finds(&["glued-markers"])
            .stumble(&["openssl", "php-stream", "node", "node-extra", "java", "go", "rustls", "dotnet"]),
        Row::broken(
            "a search and replace in the base64",
            format!("{one}{replaced}"),
            1,
            format!("{one}{}{added}", aside(&replaced)),
        )
        .finds(&["certificate-damaged"])
        .stumble(&["openssl", "gnutls", "java", "rustls"]),
        Row::broken(
            "base64 that is no certificate",
            format!("{one}{garbled}"),
            1,
            format!("{one}{}{added}", aside(&garbled)),
        )
        .finds(&["certificate-damaged"])
        .stumble(&["openssl", "gnutls", "java", "dotnet"]),
        Row::broken(
            "nothing between BEGIN and END",
            format!("{begin}{end}{one}"),
            1,
            format!("{}{one}{added}", aside(&format!("{begin}{end}"))),
        )
        .finds(&["certificate-damaged"])
        .stumble(&["openssl", "node", "node-extra", "gnutls", "java", "dotnet"]),
        Row::broken(
            "cut off in the last certificate",
            format!("{one}{cut}"),
            1,
            format!("{one}{}\n{added}", aside(cut).trim_end()),
        )
        .finds(&["certificate-damaged", "no-final-newline", "newer-java-differs"])
        .stumble(&["openssl", "gnutls", "java", "rustls"]),
        Row::broken("blanks before BEGIN", format!("    {plain}"), 2, mended.clone())
            .finds(&["text-around-marker", "newer-java-differs"])
            .stumble(&["openssl", "php-stream", "node", "node-extra", "java", "go", "rustls"]),
        Row::broken("every line indented", indent(&plain), 2, mended.clone())
            .finds(&["text-around-marker", "blank-in-certificate", "newer-java-differs"])
            .stumble(&["openssl", "php-stream", "node", "node-extra", "java", "go", "rustls"]),
        Row::broken(
            "text behind END",
            format!("{} # G1\n{three}", one.trim_end()),
            2,
            format!("{one} # G1\n{three}{added}"),
        )
        .finds(&["text-around-marker", "newer-java-differs"])
        .stumble(&["openssl", "php-stream", "node", "node-extra", "java", "go"]),
        Row::broken("no END", format!("{}{three}", one.replace(end, "")), 2, mended.clone())
            .g1_is_seen()
            .finds(&["bad-marker"])
            .stumble(&["openssl", "php-stream", "node", "node-extra", "java", "go", "rustls", "dotnet"]),
        Row::broken("no BEGIN", format!("{one}{}", three.replace(begin, "")), 2, mended.clone())
            .g1_is_seen()
            .finds(&["bad-marker"])
            .stumble(everyone),
        Row::broken("four hyphens", format!("{one}{}", three.replacen("-----", "----", 1)), 2, mended.clone())
            .g1_is_seen()
            .finds(&["bad-marker"])
            .stumble(everyone),
        Row::broken("lone CR", plain.replace('\n', "\r"), 2, mended.clone()).finds(&["lone-cr"]).stumble(&[
            "openssl",
            "php-stream",
            "node",
            "node-extra",
            "go",
        ]),
        Row::broken("UTF-16 LE", utf16(&plain, u16::to_le_bytes), 2, mended.clone())
            .finds(&["utf16"])
            .stumble(but_dotnet),
        Row::broken("UTF-16 BE", utf16(&plain, u16::to_be_bytes), 2, mended.clone())
            .finds(&["utf16"])
            .stumble(but_dotnet),
        Row::broken(
            "UTF-16 without a mark",
            utf16(&format!("G1\n{plain}"), u16::to_le_bytes)[2..].to_vec(),
            2,
            format!("G1\n{mended}"),
        )
        .finds(&["utf16"])
        .stumble(everyone),
        Row::broken(
            "an empty line in the base64",
            format!("{one}{}", three.replacen("\nCQYD", "\n\nCQYD", 1)),
            2,
            mended.clone(),
        )
        .finds(&["blank-in-certificate"])
        .stumble(&["openssl", "php-stream", "node", "node-extra"]),
        Row::broken(
            "a NUL between two certificates",
            format!("{one}\0\n{three}"),
            2,
            format!("{one}\n{three}\n{added}"),
        )
        .g1_is_seen()
        .finds(&["nul-byte"])
        .stumble(&["openssl", "php-stream", "node-extra"]),
        Row::broken(
            "a binary certificate among them",
            [one.as_bytes(), &g3(), b"\n"].concat(),
            2,
            format!("{plain}\n{added}"),
        )
        .g1_is_seen()
        .finds(&["raw-der-inside"])
        .stumble(but_java),
        Row::broken("G2 added as binary", [one.as_bytes(), &g2()].concat(), 2, format!("{one}{two}"))
            .with_g2()
            .g1_is_seen()
            .finds(&["raw-der-inside", "no-final-newline", "not-trusted-by-readers"])
            .stumble(but_java),
        Row::broken(
            "G2 added by PowerShell",
            [one.as_bytes(), &utf16(&two, u16::to_le_bytes)[2..]].concat(),
            2,
            format!("{one}{two}"),
        )
        .with_g2()
        .g1_is_seen()
        .finds(&["utf16", "not-trusted-by-readers"])
        .stumble(everyone),
    ]
}
