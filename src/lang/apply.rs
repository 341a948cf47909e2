//! tmp
use super::sentences;
sentences! {
    cannot_read(why) { en: "It cannot be read: {why}.", zh: "无法读取：{why}。" }
    too_large() { en: "It is larger than any trust store (16 MiB).", zh: "文件超过 16 MiB，不可能是信任库。" }
}
