//! What is said about DER files.

use super::sentences;

sentences! {
    holds_one() {
        en: "A DER file holds exactly one certificate; another cannot be added to it.",
        zh: "DER 文件只能存放一张证书，无法再追加。",
    }
    write_a_bundle() {
        en: "`rootfix append --output bundle.pem FILE` writes a PEM bundle of both; then point the program at that file.",
        zh: "运行 `rootfix append --output bundle.pem 文件` 生成包含两者的 PEM 证书包，然后让程序改用该文件。",
    }
    something_follows() {
        en: "It begins with a DER certificate, but something follows it that does not belong there.",
        zh: "文件以 DER 证书开头，但其后还有不应存在的内容。",
    }
}
