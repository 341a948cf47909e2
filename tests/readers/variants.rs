//! One bundle with the roots A, B and C, in every way in which files have been seen, or may be expected, to be odd.

use crate::roots::Roots;

/// A file, by the name of what is odd about it.
#[derive(Debug, Clone)]
pub struct Variant {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The parts that variants are put together from.
#[derive(Debug)]
pub struct Parts {
    pub a: String,
    pub b: String,
    pub c: String,
    pub b_der: Vec<u8>,
    /// Whole blocks that are not certificates, each with a line end behind it.
    pub key: String,
    pub ec_key: String,
    pub ec_without_curve: Vec<u8>,
    pub crl: String,
    pub csr: String,
    pub public_key: String,
    pub parameters: String,
    pub pkcs7: String,
}

/// RFC 7468's strict form, or with other lines.
pub fn block(label: &str, der: &[u8], width: usize, eol: &str) -> String {
    let text = base64(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
    format!("-----BEGIN {label}-----{eol}{}{eol}-----END {label}-----{eol}", lines.join(eol))
}

pub fn base64(der: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(der)
}

impl Parts {
    pub fn new(roots: &Roots) -> Self {
        let [a, b, c] = &roots.roots;
        Parts {
            a: block("CERTIFICATE", &a.der, 64, "\n"),
            b: block("CERTIFICATE", &b.der, 64, "\n"),
            c: block("CERTIFICATE", &c.der, 64, "\n"),
            b_der: b.der.clone(),
            key: block("PRIVATE KEY", &b.key, 64, "\n"),
            ec_key: block("EC PRIVATE KEY", &sec1(&b.key), 64, "\n"),
            ec_without_curve: {
                let start = b.key.windows(2).position(|pair| pair == [0x04, 0x6d]).expect("as ring writes it") + 2;
                b.key[start..].to_vec()
            },
            crl: block("X509 CRL", &roots.crl, 64, "\n"),
            csr: block("CERTIFICATE REQUEST", &roots.csr, 64, "\n"),
            public_key: block("PUBLIC KEY", &roots.public_key, 64, "\n"),
            // prime256v1, as `openssl ecparam -genkey` writes it before the key.
            parameters: "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n".to_owned(),
            pkcs7: block("PKCS7", &pkcs7(&[&a.der, &b.der]), 64, "\n"),
        }
    }
}

/// One element of DER.
pub fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    match contents.len() {
        length @ 0..0x80 => der.push(length as u8),
        length @ 0x80..0x100 => der.extend([0x81, length as u8]),
        length => der.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    der.extend_from_slice(contents);
    der
}

/// The ECPrivateKey (RFC 5915) within a PKCS#8 key as ring writes it, with the curve (prime256v1) that stands outside.
fn sec1(pkcs8: &[u8]) -> Vec<u8> {
    let start = pkcs8.windows(2).position(|pair| pair == [0x04, 0x6d]).expect("an OCTET STRING of that length") + 4;
    let (secret, public) = pkcs8[start..].split_at(3 + 2 + 32);
    let curve = tlv(0xa0, &tlv(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]));
    tlv(0x30, &[secret, &curve, public].concat())
}

/// A degenerate SignedData (RFC 2315) with nothing but certificates.
fn pkcs7(certificates: &[&Vec<u8>]) -> Vec<u8> {
    let data = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1]);
    let signed_data = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2]);
    let bag: Vec<u8> = certificates.iter().flat_map(|der| der.iter().copied()).collect();
    let body = [tlv(0x02, &[1]), tlv(0x31, &[]), tlv(0x30, &data), tlv(0xa0, &bag), tlv(0x31, &[])].concat();
    tlv(0x30, &[signed_data, tlv(0xa0, &tlv(0x30, &body))].concat())
}

/// Trust settings as `openssl x509 -trustout` writes them: what is trusted, what is rejected, a name.
fn settings(trust: Option<&[u8]>, reject: Option<&[u8]>) -> Vec<u8> {
    let trust = trust.map(|oid| tlv(0x30, &tlv(0x06, oid)));
    let reject = reject.map(|oid| tlv(0xa0, &tlv(0x06, oid)));
    let name = tlv(0x0c, b"a name");
    tlv(0x30, &[trust.unwrap_or_default(), reject.unwrap_or_default(), name].concat())
}

const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const EMAIL: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 4];

/// The OIDs of an elliptic key and of its curve.
const EC_P256: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";

/// Values of types that may or may not be of theirs, in one piece and in several.
const PARAMETERS: [(&str, &[u8; 10]); 14] = [
    ("octets", b"\x04\x08abcdefgh"),
    ("truth_too_long", b"\x01\x08abcdefgh"),
    ("number_padded", b"\x02\x08\x00\x00cdefgh"),
    ("enumerated_padded", b"\x0a\x08\xff\xffcdefgh"),
    ("bits_beyond_the_octet", b"\x03\x08\x08bcdefgh"),
    ("two_octet_letters", b"\x1e\x08abcdefgh"),
    ("two_octet_letters_in_pieces", b"\x3e\x08\x04\x01a\x04\x03abc"),
    ("pieces", b"\x36\x08\x16\x03abc\x04\x01a"),
    ("pieces_that_are_none", b"\x36\x08abcdefgh"),
    ("pieces_of_bits", b"\x23\x08\x03\x06\x00bcdef"),
    ("pieces_of_bits_beyond_the_octet", b"\x23\x08\x03\x06\x08bcdef"),
    ("pieces_of_nothing", b"\x24\x08\x04\x00\x04\x00\x00\x00\x04\x00"),
    ("sequence_without_elements", b"\x10\x08abcdefgh"),
    ("sequence_of_anything", b"\x30\x08abcdefgh"),
];

/// Values in the place of "Root B".
const NAMES: [(&str, &[u8; 8]); 6] = [
    ("sequence_without_elements", b"\x10\x06Root B"),
    ("pieces", b"\x2c\x06\x0c\x04Root"),
    ("printable_pieces", b"\x33\x06\x04\x01B\x04\x01a"),
    ("pieces_that_are_none", b"\x33\x06Root B"),
    ("pieces_of_a_number", b"\x22\x06\x02\x04Root"),
    ("pieces_of_a_time", b"\x37\x06\x17\x04Root"),
];

fn insert(text: &str, at: usize, what: &[u8]) -> Vec<u8> {
    [&text.as_bytes()[..at], what, &text.as_bytes()[at..]].concat()
}

/// Every variant; the first 24 are those of the house's table of readers.
pub fn all(parts: &Parts) -> Vec<Variant> {
    let Parts { a, b, c, b_der, .. } = parts;
    let plain = format!("{a}{b}{c}");
    let body = |pem: &str| pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n");
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let second = |second: &str| format!("{a}{second}{c}");
    let lines = |pem: &str, each: &dyn Fn(&str) -> String| pem.lines().map(each).collect::<String>();
    let relabel = |label: &str| b.replace("CERTIFICATE", label);
    let odd_b = |b_der: &[u8]| second(&block("CERTIFICATE", b_der, 64, "\n"));
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let body_of_b = body(b);
    let b_text = base64(b_der);
    let without_curve = parts.ec_without_curve.clone();
    let mut variants: Vec<Variant> = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| variants.push(Variant { name: name.to_owned(), bytes });
    let mut put = |name: &str, text: String| add(name, text.into_bytes());

    put("plain", plain.clone());
    put("noeol", plain.trim_end().to_owned());
    put("crlf", plain.replace('\n', "\r\n"));
    put("bom", format!("\u{feff}{plain}"));
    put("bom_with_comment", format!("\u{feff}# roots\n{plain}"));
    put("glued", format!("{}{b}{c}", a.trim_end()));
    put("glued_both", format!("{}{}{c}", a.trim_end(), b.trim_end()));
    put("glued_last", format!("{a}{}{c}", b.trim_end()));
    put("cr_only", plain.replace('\n', "\r"));
    put("oneline_b64", [a, b, c].map(|pem| format!("{begin}\n{}\n{end}\n", body(pem).replace('\n', ""))).concat());
    put("indent_all", lines(&plain, &|line| format!("    {line}\n")));
    put("indent_first_begin", format!("    {plain}"));
    put("trusted_second", second(&relabel("TRUSTED CERTIFICATE")));
    put("x509_second", second(&relabel("X509 CERTIFICATE")));
    put("der_garbled_second", odd_b(&[&[0x30, 0x82, 0x01, 0x00, 0xff, 0xff], &b_der[6..]].concat()));
    put("missing_end_second", second(&b.replace(&format!("{end}\n"), "")));
    put("hash_commented_second", second(&lines(b, &|line| format!("# {line}\n"))));
    put("hash_begin_only_second", second(&format!("# {b}")));
    put("comment_begin_words", format!("# what stands after -----BEGIN CERTIFICATE----- is base64\n{plain}"));
    put("key_between", format!("{a}{}{b}{c}", parts.key));
    put("nul_tail", format!("{plain}\0"));
    put("nul_between", format!("{a}\0\n{b}{c}"));
    put("ctrlz_tail", format!("{plain}\u{1a}"));
    put("blank_in_body", second(&format!("{}\n\n{}", &b[..28 + 65 * 2 - 1], &b[28 + 65 * 2..])));

    // Labels.
    put("lower_case_labels", second(&b.to_lowercase().replace(&body_of_b.to_lowercase(), &body_of_b)));
    put("lower_case_certificate", second(&relabel("certificate")));
    put("x509_all", plain.replace("CERTIFICATE", "X509 CERTIFICATE"));
    put("x509_first", format!("{}{b}{c}", a.replace("CERTIFICATE", "X509 CERTIFICATE")));
    put("x509_last", format!("{a}{b}{}", c.replace("CERTIFICATE", "X509 CERTIFICATE")));
    put("x509_after_bad", format!("{a}{begin}\n!!!!\n{end}\n{}", relabel("X509 CERTIFICATE")));
    put("x_509_dot", second(&relabel("X.509 CERTIFICATE")));
    put("trusted_all", plain.replace("CERTIFICATE", "TRUSTED CERTIFICATE"));
    put("ca_certificate", second(&relabel("CA CERTIFICATE")));
    put("certificates_plural", second(&relabel("CERTIFICATES")));
    put("empty_label", second(&relabel("").replace("BEGIN ", "BEGIN").replace("END ", "END")));
    put("blank_label", second(&relabel("")));
    put("two_blanks_in_begin", second(&b.replace("BEGIN ", "BEGIN  ")));
    put("blank_before_dashes", second(&b.replace("CERTIFICATE-----", "CERTIFICATE -----")));
    put("end_names_other", second(&b.replace("END CERTIFICATE", "END X509 CERTIFICATE")));
    put("end_names_key", second(&b.replace("END CERTIFICATE", "END PRIVATE KEY")));
    for (name, trust, reject) in [
        ("trusted_settings_server", Some(SERVER_AUTH), None),
        ("trusted_settings_email", Some(EMAIL), None),
        ("trusted_settings_rejected", None, Some(SERVER_AUTH)),
        ("trusted_settings_email_rejected", None, Some(EMAIL)),
        ("trusted_settings_both", Some(SERVER_AUTH), Some(SERVER_AUTH)),
        ("trusted_settings_neither", None, None),
    ] {
        let der = [b_der.clone(), settings(trust, reject)].concat();
        put(name, second(&block("TRUSTED CERTIFICATE", &der, 64, "\n")));
        if trust == Some(SERVER_AUTH) && reject.is_none() {
            put("settings_behind_plain", second(&block("CERTIFICATE", &der, 64, "\n")));
        }
    }
    put(
        "trusted_garbage_behind",
        second(&block("TRUSTED CERTIFICATE", &[b_der.clone(), vec![1, 2, 3]].concat(), 64, "\n")),
    );

    // Dashes.
    put("four_dashes_begin", second(&b.replacen("-----BEGIN", "----BEGIN", 1)));
    put("three_dashes_both", second(&b.replace("-----", "---")));
    put("six_dashes_begin", second(&b.replacen("-----BEGIN", "------BEGIN", 1)));
    put("six_dashes_behind_begin", second(&b.replacen("CERTIFICATE-----", "CERTIFICATE------", 1)));
    put("six_dashes_end", second(&b.replace("-----END", "------END")));
    put("six_dashes_behind_end", second(&b.replace("END CERTIFICATE-----", "END CERTIFICATE------")));
    put("four_dashes_behind_begin", second(&b.replacen("CERTIFICATE-----", "CERTIFICATE----", 1)));
    put("four_dashes_behind_end", second(&b.replace("END CERTIFICATE-----", "END CERTIFICATE----")));
    put("no_dashes_behind_begin", second(&b.replacen("CERTIFICATE-----", "CERTIFICATE", 1)));
    put("en_dashes", second(&b.replace("-----", "\u{2013}\u{2013}\u{2013}\u{2013}\u{2013}")));
    put("dashes_rule_between", format!("{a}-----------------------\n{b}-----\n{c}"));
    put("dashes_in_comment", format!("# see ----- below\n{plain}"));
    put("dashes_line_first", format!("-----\n{plain}"));
    put("title_rule_of_equals", format!("A\n===\n{a}\nB\n===\n{b}\nC\n===\n{c}"));
    put("dash_in_body", second(&b.replacen('\n', "\n-", 1)));
    put("dash_behind_body", second(&b.replace("\n-----END", "-\n-----END")));
    put("dash_line_in_body", second(&b.replace("\n-----END", "\n-\n-----END")));

    // BEGIN, END and what stands around them.
    put("missing_end_first", format!("{}{b}{c}", a.replace(&format!("{end}\n"), "")));
    put("missing_end_last", format!("{a}{b}{}", c.replace(&format!("{end}\n"), "")));
    put("missing_begin_second", second(&b.replace(&format!("{begin}\n"), "")));
    put("missing_begin_first", format!("{}{b}{c}", a.replace(&format!("{begin}\n"), "")));
    put("cut_in_last_body", plain[..plain.len() - 100].to_owned());
    put("cut_in_last_end", plain[..plain.len() - 5].to_owned());
    put("cut_dash_of_last_end", plain[..plain.len() - 2].to_owned());
    put("end_only", format!("{end}\n{plain}"));
    put("begin_twice", second(&format!("{begin}\n{b}")));
    put("end_twice", second(&format!("{b}{end}\n")));
    put("begin_at_end_of_file", format!("{plain}{begin}\n"));
    put("begin_at_end_of_file_noeol", format!("{plain}{begin}"));
    put("text_before_begin", second(&format!("B: {b}")));
    put("text_behind_begin", second(&b.replacen("-----\n", "----- B\n", 1)));
    put("text_behind_end", second(&b.replace(end, &format!("{end} B"))));
    put("body_on_begin_line", second(&b.replacen("-----\n", "-----", 1)));
    put("end_on_body_line", second(&b.replace("\n-----END", "-----END")));
    put("all_on_one_line", second(&format!("{begin}{b_text}{end}\n")));
    put("all_on_one_line_blanks", second(&format!("{begin} {b_text} {end}\n")));
    put("blanks_behind_begin", second(&b.replacen("-----\n", "-----  \n", 1)));
    put("blanks_behind_end", second(&b.replace(end, &format!("{end}   "))));
    put("tab_behind_begin", second(&b.replacen("-----\n", "-----\t\n", 1)));
    put("tab_behind_end", second(&b.replace(end, &format!("{end}\t"))));
    put("vertical_tab_behind_end", second(&b.replace(end, &format!("{end}\u{b}"))));
    put("blanks_behind_every_line", lines(&plain, &|line| format!("{line}  \n")));
    put("tabs_behind_every_line", lines(&plain, &|line| format!("{line}\t\n")));
    put("blank_before_end", second(&b.replace("-----END", " -----END")));
    put("blank_before_every_end", plain.replace("-----END", " -----END"));
    put("tab_before_begin", second(&format!("\t{b}")));
    put(
        "indent_body",
        plain.replace(&body_of_b, &lines(&body_of_b, &|line| format!("  {line}\n")).replace("\n\n", "\n")),
    );
    put("indent_second", second(&lines(b, &|line| format!("  {line}\n"))));
    put("indent_first", format!("{}{b}{c}", lines(a, &|line| format!("  {line}\n"))));
    put("quoted_mail", lines(&plain, &|line| format!("> {line}\n")));
    put("double_crlf", plain.replace('\n', "\r\r\n"));
    put("crlf_second", second(&b.replace('\n', "\r\n")));
    put("crlf_first", format!("{}{b}{c}", a.replace('\n', "\r\n")));
    put("cr_only_second", second(&b.replace('\n', "\r")));
    put("cr_only_first", format!("{}{b}{c}", a.replace('\n', "\r")));
    put("cr_behind_begin", second(&b.replacen('\n', "\r", 1)));
    put("cr_in_body", second(&body_swap(b, "\r", 3)));
    put("cr_between_blocks", format!("{}\r{}\r{c}", a.trim_end(), b.trim_end()));
    put("lf_cr", plain.replace('\n', "\n\r"));
    put("unicode_line_separator", second(&body_swap(b, "\u{2028}", 3)));
    put("next_line_c1", plain.replace('\n', "\u{85}\n"));
    put("form_feed_between", format!("{a}\u{c}{b}\u{c}\n{c}"));
    put("vertical_tab_between", format!("{a}\u{b}\n{b}{c}"));
    put("no_break_space_before_begin", second(&format!("\u{a0}{b}")));
    put("escaped_newlines", second(&format!("{}\n", b.trim_end().replace('\n', "\\n"))));
    put("escaped_newlines_all", plain.replace('\n', "\\n"));
    put("backslash_continued", lines(&plain, &|line| format!("{line}\\n\\\n")));
    put("quotes_around_lines", lines(&plain, &|line| format!("\"{line}\\n\"\n")));

    // Bodies.
    for width in [1, 4, 63, 65, 76, 77, 128, 200, 252, 253, 254, 255, 256, 508, 510, 1000] {
        put(&format!("width_{width}"), [a, b, c].map(|pem| rewrap(pem, width, "\n")).concat());
    }
    put("width_254_crlf", [a, b, c].map(|pem| rewrap(pem, 254, "\r\n")).concat());
    put("width_253_crlf", [a, b, c].map(|pem| rewrap(pem, 253, "\r\n")).concat());
    put("oneline_second", second(&rewrap(b, 10000, "\n")));
    put("oneline_second_crlf", second(&rewrap(b, 10000, "\r\n")));
    put("uneven_lines", second(&rewrap(b, 64, "\n").replacen("A", "\nA", 3)));
    put("blank_line_behind_begin", second(&b.replacen('\n', "\n\n", 1)));
    put("blank_line_behind_begin_all", plain.replace(&format!("{begin}\n"), &format!("{begin}\n\n")));
    put("blank_line_behind_begin_76", second(&rewrap(b, 76, "\n").replacen('\n', "\n\n", 1)));
    put("blank_line_behind_begin_short", second(&rewrap(b, 32, "\n").replacen('\n', "\n\n", 1)));
    put("blank_line_before_end", second(&b.replace("\n-----END", "\n\n-----END")));
    put("blank_line_before_end_all", plain.replace("\n-----END", "\n\n-----END"));
    put("two_blank_lines_before_end", second(&b.replace("\n-----END", "\n\n\n-----END")));
    put("blank_lines_both", second(&b.replacen('\n', "\n\n", 1).replace("\n-----END", "\n\n-----END")));
    put("blank_line_everywhere", plain.replace('\n', "\n\n"));
    put("white_line_in_body", second(&body_swap(b, "\n   \n", 3)));
    put("tab_line_in_body", second(&body_swap(b, "\n\t\n", 3)));
    put("blanks_in_body", second(&body_swap(b, " ", 3)));
    put("blanks_for_newlines", second(&format!("{begin} {} {end}\n", body_of_b.replace('\n', " "))));
    put("body_blanks_for_newlines", second(&format!("{begin}\n{}\n{end}\n", body_of_b.replace('\n', " "))));
    put("tab_in_body", second(&b.replacen('A', "A\t", 1)));
    put("form_feed_in_body", second(&body_swap(b, "\u{c}\n", 3)));
    put("vertical_tab_in_body", second(&body_swap(b, "\u{b}\n", 3)));
    put("control_in_body", second(&body_swap(b, "\u{7}\n", 3)));
    put("control_within_line", second(&b.replacen('A', "A\u{7}", 1)));
    put("del_behind_line", second(&body_swap(b, "\u{7f}\n", 3)));
    put("ctrlz_in_body", second(&body_swap(b, "\u{1a}\n", 3)));
    put("ctrlz_between", format!("{a}\u{1a}\n{b}{c}"));
    put("bom_in_body", second(&body_swap(b, "\n\u{feff}", 3)));
    put("bom_behind_line", second(&body_swap(b, "\u{feff}\n", 3)));
    put("bang_in_body", second(&body_swap(b, "!", 3)));
    put("word_in_body", second(&body_swap(b, "shop\n", 3)));
    put("shop_name_in_body", second(&b.replacen("MII", "示例商店", 1)));
    put("asterisks_for_body", second(&format!("{begin}\n****************\n{end}\n")));
    put("dots_for_body", second(&format!("{begin}\n...\n{end}\n")));
    put("comment_in_body", second(&b.replacen('\n', "\n# a root\n", 1)));
    put("comment_with_colon_in_body", second(&b.replacen('\n', "\n# root: B\n", 1)));
    put("colon_in_last_line", second(&b.replace("\n-----END", ":\n-----END")));
    put("url_safe_alphabet", second(&b_alphabet(b)));
    let unpadded = b_text.trim_end_matches('=');
    put("without_padding", second(&format!("{begin}\n{unpadded}\n{end}\n")));
    put("one_padding_too_many", second(&format!("{begin}\n{b_text}=\n{end}\n")));
    put("four_paddings", second(&format!("{begin}\n{b_text}====\n{end}\n")));
    put(
        "padding_on_own_line",
        second(&format!("{begin}\n{unpadded}\n{}\n{end}\n", "=".repeat((4 - unpadded.len() % 4) % 4))),
    );
    put("characters_behind_padding", second(&format!("{begin}\n{unpadded}==AAAA\n{end}\n")));
    put("blank_before_padding", second(&format!("{begin}\n{unpadded} ==\n{end}\n")));
    put("padding_first", second(&format!("{begin}\n={b_text}\n{end}\n")));
    put("one_character_more", second(&format!("{begin}\n{unpadded}A\n{end}\n")));
    put("characters_cut_off", second(&format!("{begin}\n{}\n{end}\n", &b_text[..b_text.len() - 8])));
    put("character_missing_within", second(&b.replacen("MII", "MI", 1)));
    put("line_missing_within", second(&without_line(b, 3)));
    put("line_twice_within", second(&twice_line(b, 3)));
    put("two_bodies_in_one_block", format!("{a}{begin}\n{}\n{}\n{end}\n", body_of_b, body(c)));
    put("empty_block", format!("{a}{begin}\n{end}\n{b}{c}"));
    put("empty_block_blank_line", format!("{a}{begin}\n\n{end}\n{b}{c}"));
    put("empty_block_glued", format!("{a}{begin}{end}\n{b}{c}"));
    put("one_quartet", format!("{a}{begin}\nMIIB\n{end}\n{b}{c}"));
    put("html_in_body", second(&b.replacen('\n', "\n<br>\n", 1)));
    put("html_breaks_behind_lines", second(&body_swap(b, "<br>\n", 3)));
    put(
        "hex_in_body",
        second(&format!("{begin}\n{}\n{end}\n", b_der.iter().map(|x| format!("{x:02x}")).collect::<String>())),
    );

    // Headers.
    put("header_comment", second(&b.replacen('\n', "\nComment: a root\n\n", 1)));
    put("header_comment_no_blank_line", second(&b.replacen('\n', "\nComment: a root\n", 1)));
    put("header_proc_type", second(&b.replacen('\n', "\nProc-Type: 4,CLEAR\n\n", 1)));
    let sealed = "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n";
    put("header_encrypted", second(&b.replacen('\n', sealed, 1)));
    put("header_encrypted_key", format!("{a}{}{b}{c}", parts.ec_key.replacen('\n', sealed, 1)));
    let odd_cipher = "\nProc-Type: 4,ENCRYPTED\nDEK-Info: NO-SUCH,0011\n\n";
    put("header_encrypted_key_odd_cipher", format!("{a}{}{b}{c}", parts.ec_key.replacen('\n', odd_cipher, 1)));
    put("header_short_on_key", format!("{a}{}{b}{c}", parts.ec_key.replacen('\n', "\nX: y\n\n", 1)));
    put("header_long_on_key", format!("{a}{}{b}{c}", parts.ec_key.replacen('\n', "\nComment: something\n\n", 1)));
    put("header_on_public_key", format!("{a}{}{b}{c}", parts.public_key.replacen('\n', "\nComment: something\n\n", 1)));
    put(
        "bag_attributes",
        [a, b, c].map(|pem| format!("Bag Attributes\n    friendlyName: a root\nsubject=CN = a\n{pem}")).concat(),
    );

    // Other blocks.
    put("key_first", format!("{}{plain}", parts.key));
    put("key_last", format!("{plain}{}", parts.key));
    put("ec_key_between", format!("{a}{}{b}{c}", parts.ec_key));
    put("parameters_and_key_between", format!("{a}{}{}{b}{c}", parts.parameters, parts.ec_key));
    put("encrypted_key_between", format!("{a}{}{b}{c}", parts.key.replace("PRIVATE", "ENCRYPTED PRIVATE")));
    put("rsa_label_on_ec_key", format!("{a}{}{b}{c}", parts.ec_key.replace("EC PRIVATE", "RSA PRIVATE")));
    put("ec_key_without_curve", format!("{a}{}{b}{c}", block("EC PRIVATE KEY", &without_curve, 64, "\n")));
    put("key_garbled", format!("{a}{}{b}{c}", block("PRIVATE KEY", &[0x30, 3, 1, 2, 3], 64, "\n")));
    put("key_bad_base64", format!("{a}{}{b}{c}", parts.key.replacen('\n', "\n!", 1)));
    put("key_without_end", format!("{a}{}{b}{c}", parts.key.replace("-----END PRIVATE KEY-----\n", "")));
    put("unknown_key_kind", format!("{a}{}{b}{c}", parts.ec_key.replace("EC PRIVATE", "FOO PRIVATE")));
    put("crl_between", format!("{a}{}{b}{c}", parts.crl));
    put("crl_first", format!("{}{plain}", parts.crl));
    put("crl_only", parts.crl.clone());
    put("crl_garbled", format!("{a}{}{b}{c}", block("X509 CRL", &[0x30, 3, 1, 2, 3], 64, "\n")));
    put("crl_other_label", format!("{a}{}{b}{c}", parts.crl.replace("X509 CRL", "CRL")));
    put("csr_between", format!("{a}{}{b}{c}", parts.csr));
    put("csr_new_label", format!("{a}{}{b}{c}", parts.csr.replace("CERTIFICATE", "NEW CERTIFICATE")));
    put("public_key_between", format!("{a}{}{b}{c}", parts.public_key));
    put("parameters_between", format!("{a}{}{b}{c}", parts.parameters));
    put("unknown_garbled_between", format!("{a}-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n{b}{c}"));
    put("unknown_bad_base64_between", format!("{a}-----BEGIN FOO-----\n!!!!\n-----END FOO-----\n{b}{c}"));
    put("unknown_empty_between", format!("{a}-----BEGIN FOO-----\n-----END FOO-----\n{b}{c}"));
    put("unknown_without_end", format!("{a}-----BEGIN FOO-----\nAAAA\n{b}{c}"));
    put("ssh_key_between", format!("{a}---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n{b}{c}"));
    put(
        "pgp_between",
        format!(
            "{a}-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: 1\n\nAAAA\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n{b}{c}"
        ),
    );
    put("pkcs7_first", format!("{}{c}", parts.pkcs7));
    put("pkcs7_only", parts.pkcs7.clone());
    put("pkcs7_between", format!("{a}{}{c}", parts.pkcs7));
    put("pkcs7_as_certificate", format!("{}{c}", parts.pkcs7.replace("PKCS7", "CERTIFICATE")));

    // DER.
    put("der_trailing_zero", odd_b(&[b_der.clone(), vec![0]].concat()));
    put("der_trailing_bytes", odd_b(&[b_der.clone(), vec![1, 2, 3, 4, 5, 6, 7]].concat()));
    put("der_trailing_sequence", odd_b(&[b_der.clone(), vec![0x30, 0]].concat()));
    put("der_twice_in_block", odd_b(&[b_der.clone(), b_der.clone()].concat()));
    put("der_leading_zero", odd_b(&[vec![0], b_der.clone()].concat()));
    put("der_cut", odd_b(&b_der[..b_der.len() - 1]));
    put("der_random", odd_b(b"this is no certificate at all, it is only text, which base64 does not mind"));
    put("der_empty_sequence", odd_b(&[0x30, 0]));
    put("der_signature_changed", odd_b(&changed(b_der, b_der.len() - 10)));
    for (name, parameter) in PARAMETERS {
        // The key's algorithm becomes one that nobody knows, and its curve another parameter of the same length.
        let at = b_der.windows(EC_P256.len()).position(|part| part == EC_P256).expect("the key is of that curve");
        let mut der = b_der.clone();
        der[at + 8] = 0x7f;
        der[at + 9..at + EC_P256.len()].copy_from_slice(parameter);
        put(&format!("der_parameter_{name}"), odd_b(&der));
    }
    const COMMON_NAME: &[u8] = b"\x06\x03\x55\x04\x03";
    let name_at = b_der.windows(5).position(|part| part == COMMON_NAME).expect("the issuer has a name") + 5;
    for (name, value) in NAMES {
        let behind = name_at + value.len();
        put(&format!("der_name_{name}"), odd_b(&[&b_der[..name_at], value, &b_der[behind..]].concat()));
    }
    // Lists without the bit that says that they have elements.
    let name = b_der.windows(5).position(|part| part == COMMON_NAME).expect("the issuer has a name");
    // A key has any bytes: tag and length of both, the one in the other.
    let is_list = |part: &[u8]| part[0] == 0xa3 && part[2] == 0x30 && part[3].checked_add(2) == Some(part[1]);
    let extensions = b_der.windows(4).position(is_list).expect("it has extensions") + 2;
    for (what, at, tag) in [
        ("issuer", name - 6, 0x10),
        ("set", name - 4, 0x11),
        ("attribute", name - 2, 0x10),
        ("extensions", extensions, 0x10),
    ] {
        assert_eq!(b_der[at], tag | 0x20, "{what}");
        let der = [&b_der[..at], &[tag], &b_der[at + 1..]].concat();
        put(&format!("der_primitive_{what}"), odd_b(&der));
    }
    put("der_outer_long_length", odd_b(&[&[0x30, 0x83, 0], &b_der[2..]].concat()));
    put("der_indefinite_length", odd_b(&[&[0x30, 0x80], &b_der[4..], &[0, 0]].concat()));
    put("duplicates", format!("{a}{b}{a}{c}{b}"));
    put("only_one", a.clone());

    // Text.
    put("empty", String::new());
    put("newline_only", "\n".to_owned());
    put("blank_only", "   ".to_owned());
    put("text_only", "no certificates here\n".to_owned());
    put("html_page", "<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n".to_owned());
    put("zero_first", format!("0 roots\n{plain}"));
    put("zero_behind_first", format!("{a}0 roots\n{b}{c}"));
    put("zero_behind_text", format!("{a}text\n0 roots\n{b}{c}"));
    put("zero_last", format!("{plain}0\n"));
    put("text_between", format!("A\n{a}\nB: -- a root --\n\n{b}C\n{c}the end"));
    put(
        "text_dump_between",
        [a, b, c].map(|pem| format!("Certificate:\n    Data:\n        Version: 3 (0x2)\n{pem}")).concat(),
    );
    for length in [253, 254, 255, 256, 1025, 5000] {
        put(&format!("long_text_{length}"), format!("{a}{}\n{b}{c}", "x".repeat(length)));
    }
    put("long_text_before_begin_254", format!("{a}{}{b}{c}", "x".repeat(254)));
    put("long_text_before_begin_508", format!("{a}{}{b}{c}", " ".repeat(508)));
    put("blanks_before_begin_254", format!("{}{plain}", " ".repeat(254)));
    put("long_blanks_behind_end", second(&b.replace(end, &format!("{end}{}", " ".repeat(300)))));
    put("long_blanks_behind_begin", second(&b.replacen(begin, &format!("{begin}{}", " ".repeat(300)), 1)));
    put("long_blanks_behind_body_line", second(&body_swap(b, &format!("{}\n", " ".repeat(300)), 3)));
    put("long_label", second(&relabel(&"X".repeat(300))));
    put("utf8_titles", format!("# 根证书\n{a}# ルート\n{b}# Корень\n{c}"));
    put("utf8_behind_end", second(&b.replace(end, &format!("{end} 根"))));
    put("utf8_straight_behind_end", second(&b.replace(end, &format!("{end}根"))));
    put("utf8_straight_behind_begin", second(&b.replacen(begin, &format!("{begin}根"), 1)));
    put("utf8_behind_body_line", second(&body_swap(b, "根\n", 3)));
    put("utf8_behind_last_end", format!("{}根", plain.trim_end()));
    put("letter_behind_last_end", format!("{}x", plain.trim_end()));
    put("letters_behind_last_end", format!("{}xy", plain.trim_end()));
    put("bom_between", format!("{a}\u{feff}{b}\u{feff}{c}"));
    put("bom_second", format!("{a}\u{feff}{b}{c}"));
    put("bom_behind_comment", format!("{a}# B\n\u{feff}{b}{c}"));
    put("bom_twice", format!("\u{feff}\u{feff}{plain}"));
    put("bom_crlf", format!("\u{feff}{}", plain.replace('\n', "\r\n")));
    put("bom_blank", format!("\u{feff} {plain}"));
    put("bom_newline", format!("\u{feff}\n{plain}"));
    put("bom_only", "\u{feff}".to_owned());
    put("bom_before_end", second(&b.replace("-----END", "\u{feff}-----END")));
    put("soft_hyphens", second(&b.replace('-', "\u{ad}")));
    put("zero_width_space_before_begin", second(&format!("\u{200b}{b}")));
    put("zero_width_space_behind_end", second(&b.replace(end, &format!("{end}\u{200b}"))));
    put("yaml", format!("ca: |\n{}", lines(&plain, &|line| format!("  {line}\n"))));
    put("json", format!("{{\"ca\": \"{}\"}}\n", plain.replace('\n', "\\n")));
    put("xml_cdata", format!("<ca><![CDATA[{plain}]]></ca>\n"));
    put("diff_markers", lines(&plain, &|line| format!("+{line}\n")));
    put("merge_conflict", format!("{a}<<<<<<< ours\n{b}=======\n{c}>>>>>>> theirs\n"));

    put("markdown_fences", format!("```\n{a}```\n\n```pem\n{b}{c}```\n"));
    put("shell_here_document", format!("cat > ca.pem <<EOF\n{a}{b}{c}EOF\n"));
    put("html_pre", format!("<pre>{a}</pre>\n<pre>{b}</pre>\n{c}"));
    put("html_line_breaks", lines(&plain, &|line| format!("{line}<br/>\n")));
    put("commas_behind_lines", lines(&plain, &|line| format!("{line},\n")));
    put("semicolons_second", second(&lines(b, &|line| format!("{line};\n"))));
    put("csv_quotes_around_blocks", [a, b, c].map(|pem| format!("\"{}\"\n", pem.trim_end())).concat());
    put("quoted_printable", second(&b.replace('=', "=3D")));
    put("quoted_printable_soft_breaks", second(&body_swap(b, "=\n", 3)));
    put("percent_encoded", second(&b.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")));
    put("plus_became_blank", second(&b.replace('+', " ")));
    put("line_numbers", second(&lines(b, &|line| format!("  12  {line}\n"))));
    put("padding_behind_each_line", {
        let parts: Vec<String> = b_der.chunks(46).map(|part| format!("{}\n", base64(part))).collect();
        second(&format!("{begin}\n{}{end}\n", parts.concat()))
    });
    put("base64_of_pem", second(&format!("{begin}\n{}\n{end}\n", base64(b.as_bytes()))));
    put("certificate_label_on_key", format!("{a}{}{b}{c}", parts.key.replace("PRIVATE KEY", "CERTIFICATE")));
    put("key_label_on_certificate", second(&relabel("PRIVATE KEY")));
    put("public_key_label_on_certificate", second(&relabel("PUBLIC KEY")));
    put("crl_label_on_certificate", second(&relabel("X509 CRL")));
    put("attribute_certificate_label", second(&relabel("ATTRIBUTE CERTIFICATE")));
    put("certificate_pair_label", second(&relabel("CERTIFICATE PAIR")));
    put("cms_label", second(&relabel("CMS")));
    put("openssh_key_between", format!("{a}{}{b}{c}", block("OPENSSH PRIVATE KEY", b"openssh-key-v1\0none", 70, "\n")));
    put("pgp_signed_message", format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{plain}"));
    put("tab_in_begin", second(&b.replace("BEGIN ", "BEGIN\t")));
    put("no_break_space_in_begin", second(&b.replace("BEGIN ", "BEGIN\u{a0}")));
    put("no_blank_in_begin", second(&b.replace("BEGIN ", "BEGIN")));
    put("no_break_space_behind_end", second(&b.replace(end, &format!("{end}\u{a0}"))));
    put("no_break_spaces_indent", second(&lines(b, &|line| format!("\u{a0}\u{a0}{line}\n"))));
    put("minus_signs", second(&b.replace('-', "\u{2212}")));
    put("full_width_second", second(&b.replace("BEGIN", "\u{ff22}\u{ff25}\u{ff27}\u{ff29}\u{ff2e}")));
    put("empty_pair_on_one_line", format!("{a}{begin} {end}\n{b}{c}"));
    put("end_before_begin", format!("{a}{end}\n{begin}\n{b}{c}"));
    put("block_in_block", second(&body_swap(b, &format!("\n{c}"), 3)));
    put("another_begin_in_body", second(&body_swap(b, "\n-----BEGIN FOO-----\n", 3)));
    put("ends_swapped", format!("{}{}", a.replace("-----END", "-----BEGIN"), b.replace("-----BEGIN", "-----END")));
    put("serial_comment_in_block", second(&b.replacen('\n', "\nserial: 01\nissuer: B\n\n", 1)));
    put("header_folded", second(&b.replacen('\n', "\nComment: a root\n  that goes on\n\n", 1)));
    put("header_proc_type_mic", second(&b.replacen('\n', "\nProc-Type: 4,MIC-CLEAR\n\n", 1)));
    put("colon_line_before_end", second(&b.replace("\n-----END", "\nsum: 1\n-----END")));
    put("many_copies", plain.repeat(200));
    put("much_text", format!("{a}{}{b}{c}", "a line of text that says nothing at all\n".repeat(20_000)));
    put("many_blank_lines", format!("{a}{}{b}{c}", "\n".repeat(50_000)));
    put("many_dashes", format!("{a}{}\n{b}{c}", "-".repeat(5000)));
    put("crlf_cut_at_cr", plain.replace('\n', "\r\n").trim_end_matches('\n').to_owned());
    put("dos_end_after_begin", format!("{plain}{begin}\u{1a}"));

    // NULs.
    put("nul_first", format!("\0{plain}"));
    put("nul_line_first", format!("\0\n{plain}"));
    put("nul_tail_line", format!("{plain}\0\n"));
    put("nuls_tail", format!("{plain}{}", "\0".repeat(5000)));
    put("nul_behind_text", format!("{a}text\0more\n{b}{c}"));
    put("nul_before_begin", second(&format!("\0{b}")));
    put("nul_behind_begin", second(&b.replacen(begin, &format!("{begin}\0"), 1)));
    put("nul_behind_end", second(&b.replace(end, &format!("{end}\0"))));
    put("nul_text_behind_end", second(&b.replace(end, &format!("{end}\0text"))));
    put("nul_in_label", second(&b.replacen("BEGIN CERTIFICATE", "BEGIN CERTIFICATE\0", 1)));
    put("nul_in_both_labels", second(&relabel("CERTIFICATE\0")));
    put("nul_behind_body_line", second(&body_swap(b, "\0\n", 3)));
    put("nul_line_in_body", second(&body_swap(b, "\n\0\n", 3)));
    put("nul_within_body_line", second(&b.replacen('A', "A\0", 1)));
    put("nul_before_end", second(&b.replace("-----END", "\0-----END")));
    put("nul_between_crlf", format!("{a}\0\r\n{b}{c}"));

    // Not UTF-8.
    let at = a.len();
    add("utf16le", [&[0xff, 0xfe][..], &utf16(&plain)].concat());
    add("utf16le_without_bom", utf16(&plain));
    add("utf16be", [&[0xfe, 0xff][..], &plain.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()].concat());
    add("utf16le_bom_only", [&[0xff, 0xfe][..], plain.as_bytes()].concat());
    add("gbk_title", insert(&plain, 0, b"# \xb8\xf9\xd6\xa4\xca\xe9\n"));
    add("latin1_between", insert(&plain, at, b"Autorit\xe9 racine\n"));
    add("high_bytes_between", insert(&plain, at, b"\x80\xff\xfe\n"));
    add("high_byte_behind_begin", insert(&plain, at + begin.len(), b"\xa0"));
    add("high_byte_behind_end", insert(&plain, at + b.len() - 1, b"\xff"));
    add("high_byte_behind_body_line", insert(&plain, at + 28 + 64, b"\xe9"));
    add("high_byte_within_body", insert(&plain, at + 28 + 30, b"\xe9"));
    add("high_byte_before_begin", insert(&plain, at, b"\xff"));
    add("raw_der_first", [&b_der[..], plain.as_bytes()].concat());
    add("raw_der_only", b_der.clone());
    add("raw_der_between", [a.as_bytes(), b_der, c.as_bytes()].concat());
    add("raw_der_line_between", [a.as_bytes(), b_der, b"\n", c.as_bytes()].concat());
    add("raw_der_last", [plain.as_bytes(), b_der].concat());
    variants
}

/// The same certificate with lines of another width.
fn rewrap(pem: &str, width: usize, eol: &str) -> String {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let lines: Vec<&str> =
        body.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
    format!("-----BEGIN CERTIFICATE-----{eol}{}{eol}-----END CERTIFICATE-----{eol}", lines.join(eol))
}

/// With something else in the place of the line feed behind line `line`, counted from 0.
fn body_swap(pem: &str, with: &str, line: usize) -> String {
    let at = pem.match_indices('\n').nth(line).expect("a body of some lines").0;
    format!("{}{with}{}", &pem[..at], &pem[at + 1..])
}

fn without_line(pem: &str, line: usize) -> String {
    pem.split_inclusive('\n').enumerate().filter(|(at, _)| *at != line).map(|(_, line)| line).collect()
}

fn twice_line(pem: &str, line: usize) -> String {
    pem.split_inclusive('\n').enumerate().map(|(at, text)| text.repeat(if at == line { 2 } else { 1 })).collect()
}

fn changed(der: &[u8], at: usize) -> Vec<u8> {
    let mut der = der.to_vec();
    der[at] ^= 1;
    der
}

/// The alphabet of RFC 4648, section 5, in the body.
fn b_alphabet(pem: &str) -> String {
    pem.lines()
        .map(|line| match line.starts_with('-') {
            true => format!("{line}\n"),
            false => format!("{}\n", line.replace('+', "-").replace('/', "_")),
        })
        .collect()
}
