//! What is said about making new stores.

use super::sentences;

sentences! {
    not_made(format) {
        en: "rootfix does not make new stores of the format {format}.",
        zh: "rootfix 不生成 {format} 格式的新信任库。",
    }
    formats_made() {
        en: "Name the new file .pem, .jks or .p12.",
        zh: "请将新文件命名为 .pem、.jks 或 .p12。",
    }
}
