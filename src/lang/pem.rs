//! What is said about PEM texts.

use super::sentences;

sentences! {
    glued() {
        en: "END and BEGIN stand on one line.",
        zh: "END 与 BEGIN 连在同一行。",
    }
    behind_text() {
        en: "Blanks or other characters stand before BEGIN or END.",
        zh: "BEGIN 或 END 之前有空格或其他字符。",
    }
    after_marker() {
        en: "Something follows BEGIN or END on its line.",
        zh: "BEGIN 或 END 之后同一行还有其他内容。",
    }
    not_five_hyphens() {
        en: "BEGIN or END is not enclosed in five hyphens on each side.",
        zh: "BEGIN 或 END 两侧不是各五个连字符。",
    }
    no_end() {
        en: "The END line is missing.",
        zh: "缺少 END 行。",
    }
    no_begin() {
        en: "The BEGIN line is missing.",
        zh: "缺少 BEGIN 行。",
    }
    end_of_another() {
        en: "BEGIN and END name different things.",
        zh: "BEGIN 与 END 的类型不一致。",
    }
    empty_block() {
        en: "Nothing stands between BEGIN and END.",
        zh: "BEGIN 与 END 之间没有内容。",
    }
    not_base64() {
        en: "What stands between BEGIN and END is not base64: a character was changed, or it was cut.",
        zh: "BEGIN 与 END 之间不是有效的 base64：字符被改动或内容被截断。",
    }
    not_der() {
        en: "What stands between BEGIN and END is not a certificate: a character was changed, or it was cut.",
        zh: "BEGIN 与 END 之间不是证书：字符被改动或内容被截断。",
    }
    cut_off() {
        en: "The certificate is cut off: there is no END, and it is not whole.",
        zh: "证书被截断：没有 END 行，内容也不完整。",
    }
    blank_line_inside() {
        en: "There is an empty line, or a blank at the start of a line, inside the certificate.",
        zh: "证书内容中有空行，或行首有空格。",
    }
    blanks_inside() {
        en: "There are odd characters inside the certificate or at the end of its lines.",
        zh: "证书内容中或行尾有多余的字符。",
    }
    lone_cr() {
        en: "Lines end in a carriage return alone (old Macintosh style); most programs see one endless line.",
        zh: "换行符只有回车（老式 Macintosh 格式），多数程序会把全文当成一行。",
    }
    utf16(order) {
        en: "The file is UTF-16 ({order}), as Windows Notepad and PowerShell write it; no program reads certificates from that.",
        zh: "文件编码是 UTF-16（{order}），常由 Windows 记事本或 PowerShell 写出；没有程序能从中读取证书。",
    }
    utf16_part() {
        en: "A part of the file is UTF-16, as PowerShell's `>>` appends it; no program reads certificates from that part.",
        zh: "文件的一部分是 UTF-16 编码，通常由 PowerShell 的 `>>` 追加而成；没有程序能读取这一部分中的证书。",
    }
    byte_order_mark() {
        en: "A byte order mark stands directly before BEGIN: Java up to 24 cannot read the file and Go skips the first certificate.",
        zh: "BEGIN 之前紧挨着 BOM 字节序标记：Java 24 及更早版本无法读取该文件，Go 会跳过第一张证书。",
    }
    nul() {
        en: "There is a NUL byte; OpenSSL reads no further, so what stands behind it is invisible to most programs.",
        zh: "文件中有 NUL 字节；OpenSSL 读到此处即停止，其后的内容多数程序都看不到。",
    }
    control_tail() {
        en: "The file ends in control characters (Ctrl-Z or NUL); new certificates go before them.",
        zh: "文件末尾有控制字符（Ctrl-Z 或 NUL）；新证书将加在它们之前。",
    }
    trusted_label() {
        en: "This block is labelled TRUSTED CERTIFICATE, which only OpenSSL's family reads.",
        zh: "此证书块的标签是 TRUSTED CERTIFICATE，只有 OpenSSL 系的程序能读取。",
    }
    x509_label() {
        en: "This block is labelled X509 CERTIFICATE, an old name that some programs skip.",
        zh: "此证书块的标签是旧式的 X509 CERTIFICATE，部分程序会跳过它。",
    }
    private_key_inside() {
        en: "A private key stands among the certificates: Java cannot read such a file, and a key does not belong into a trust bundle.",
        zh: "证书之间夹有私钥：Java 无法读取这样的文件，私钥也不应放在证书包里。",
    }
    commented_block() {
        en: "A certificate is commented out; GnuTLS, which looks for BEGIN anywhere, then loads nothing, and Java may fail.",
        zh: "有证书被注释掉；GnuTLS 会在任意位置查找 BEGIN，因此整个文件都读不出证书，Java 也可能出错。",
    }
    long_line() {
        en: "The base64 is not wrapped at 64 or 76 columns; OpenSSL before 1.1.0 cannot read such a line.",
        zh: "base64 没有按 64 或 76 列换行；1.1.0 之前的 OpenSSL 无法读取这样的行。",
    }
    no_final_newline() {
        en: "The last line has no line ending: `cat root.pem >> file` would break this file.",
        zh: "最后一行没有换行符：用 `cat root.pem >> 文件` 追加会损坏此文件。",
    }
    mixed_line_endings() {
        en: "Line endings are mixed (CRLF and LF).",
        zh: "换行符混用（CRLF 与 LF）。",
    }
    not_utf8() {
        en: "The titles are not UTF-8 (often GBK); they are kept as they are.",
        zh: "标题文字不是 UTF-8 编码（多为 GBK）；将原样保留。",
    }
    raw_der() {
        en: "A binary (DER) certificate stands in the text; hardly any program reads it there.",
        zh: "文本中夹有二进制（DER）证书，几乎没有程序能读到它。",
    }
    other_block_inside(label) {
        en: "A block labelled {label} stands among the certificates; Java cannot read such a file.",
        zh: "证书之间夹有标签为 {label} 的内容；Java 无法读取这样的文件。",
    }
    stray_hyphens() {
        en: "Five hyphens at the start of a line that is no BEGIN: Java takes them for the beginning of a certificate and reads nothing.",
        zh: "行首有五个连字符，但不是 BEGIN 行：Java 会把它当作证书的开头，因而整个文件都读不出。",
    }
    readers_stumble(readers) {
        en: "These programs load a part of it or nothing: {readers}.",
        zh: "以下程序只能读取一部分或完全读不出：{readers}。",
    }
    newer_java_differs(newer, older) {
        en: "Certificates that Java 25 and newer load from it: {newer}; Java up to 24: {older}.",
        zh: "Java 25 及更新版本能从中读取 {newer} 张证书，Java 24 及更早版本能读取 {older} 张。",
    }
    no_reader_would_see_it() {
        en: "There is no place in this file where every program that reads it today would see a new certificate.",
        zh: "此文件中没有任何位置能让目前读取它的每个程序都看到新增的证书。",
    }
    is_broken() {
        en: "OpenSSL, which most programs read with, cannot load this file, or only a part of it; appending to it would not help.",
        zh: "多数程序使用的 OpenSSL 无法读取此文件，或只能读取一部分；直接追加没有用处。",
    }
    try_repair() {
        en: "See what is wrong with `rootfix check FILE`, then let `rootfix append --repair -n FILE` show how it would be mended.",
        zh: "先用 `rootfix check 文件` 查看问题，再用 `rootfix append --repair -n 文件` 预览修复方案。",
    }
    cannot_mend() {
        en: "It cannot be mended without guessing.",
        zh: "无法在不靠猜测的情况下修复。",
    }
    replace_it() {
        en: "Get a fresh copy of the bundle from where it came, or make a new one with `rootfix append --output NEW.pem`.",
        zh: "请从原来源重新获取证书包，或用 `rootfix append --output 新文件.pem` 生成新的证书包。",
    }
    mended() { en: "Mended.", zh: "已修复。" }
    set_aside() { en: "Kept, but made harmless.", zh: "已保留，但不再生效。" }
    seems_empty() { en: "The file is empty.", zh: "文件是空的。" }
    seems_zeros() {
        en: "It holds no certificate but zero bytes alone, as after a copy that was broken off.",
        zh: "其中没有证书，全是零字节，可能是复制中断所致。",
    }
    seems_html() {
        en: "It is a web page (HTML), perhaps an error page that was saved instead of the download.",
        zh: "这是一个网页（HTML），可能是下载失败时保存下来的错误页面。",
    }
    seems_text() {
        en: "It is a text without any certificate.",
        zh: "这是一个不含证书的文本文件。",
    }
    seems_ciphertext() {
        en: "It has BEGIN and END lines, but what stands between them is no certificate: encrypted or damaged data.",
        zh: "有 BEGIN 和 END 行，但中间的内容不是证书，而是加密或损坏的数据。",
    }
    seems_truncated() {
        en: "It breaks off in the middle of a certificate.",
        zh: "文件在证书中间被截断。",
    }
    seems_json() {
        en: "It is JSON (perhaps the answer of an interface, in which certificates are encrypted).",
        zh: "这是 JSON 数据（可能是接口返回的内容，其中的证书是加密的）。",
    }
    seems_binary() {
        en: "It is binary data, and no key store format that rootfix knows.",
        zh: "这是二进制数据，不是 rootfix 认识的任何密钥库格式。",
    }
    seems_gzip() { en: "It is a compressed archive.", zh: "这是压缩文件。" }
    fetch_again() {
        en: "Check that this is the file that your program uses, and get it again from where it came.",
        zh: "请确认程序使用的确实是此文件，并从原来源重新获取。",
    }
    is_pkcs7() {
        en: "It is a PKCS#7 container: programs do not take trusted roots from one. Convert it with `openssl pkcs7 -print_certs`.",
        zh: "这是 PKCS#7 容器：程序不会从中读取受信任的根证书。可用 `openssl pkcs7 -print_certs` 转换。",
    }
    is_key() {
        en: "It holds a private key and no root: a program's own identity, not what it trusts servers by.",
        zh: "其中只有私钥而没有根证书：这是程序自己的身份，而不是用来验证服务器的信任库。",
    }
}
