//! What is said about making new stores.

use super::sentences;

sentences! {
    left_out() {
        en: "The new file holds no certificate of the old one that could not be read.",
        zh: "旧文件中无法解析的证书不在新文件中。",
    }
    not_made(format) {
        en: "rootfix does not make new stores of the format {format}.",
        zh: "rootfix 不生成 {format} 格式的新信任库。",
    }
    formats_made() {
        en: "Name the new file .pem, .jks or .p12.",
        zh: "请将新文件命名为 .pem、.jks 或 .p12。",
    }
}
