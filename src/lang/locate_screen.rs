//! The frame in which `locate` shows what it found.

use super::sentences;

sentences! {
    found(count) {
        en: "Places that tell a program which roots to trust: {count}.",
        zh: "指定程序信任哪些根证书的位置：{count} 处。",
    }
    none() {
        en: "Nothing here tells a program which roots to trust; programs then use the system's or their language's own.",
        zh: "这里没有指定程序信任哪些根证书；程序将使用操作系统或语言自带的信任库。",
    }
    exists(path) { en: "-> {path}", zh: "-> {path}" }
    does_not_exist(path) { en: "-> {path} (not there)", zh: "-> {path}（不存在）" }
    lacks(path, roots) {
        en: "{path} does not hold {roots}: connections fail once the server uses it.",
        zh: "{path} 中没有 {roots}：服务器改用后连接将失败。",
    }
    is_broken(path) {
        en: "OpenSSL, which most programs read with, cannot load {path}, or only a part of it.",
        zh: "多数程序使用的 OpenSSL 无法读取 {path}，或只能读取一部分。",
    }
    is_broken_key_store(path) {
        en: "Java cannot load {path}.",
        zh: "Java 无法加载 {path}。",
    }
    delete() { en: "Advice: take the pin away. ", zh: "建议：删除此处指定。" }
    append() { en: "Advice: add the new root to the bundle. ", zh: "建议：将新根证书加入证书包。" }
    replace() { en: "Advice: replace what is pinned. ", zh: "建议：更换此处指定的内容。" }
    leave() { en: "Advice: leave it. ", zh: "建议：保持不变。" }
    others(count) {
        en: "Besides, for other purposes (client authentication, databases, documentation): {count}; -v shows them.",
        zh: "另有用于其他目的（客户端认证、数据库、文档）的：{count} 处；加 -v 显示。",
    }
    next(arguments) {
        en: "Next, to judge the bundles: rootfix check {arguments}",
        zh: "下一步，检查这些证书包：rootfix check {arguments}",
    }
    next_machine(arguments) {
        en: "Next, to judge those: rootfix check {arguments}",
        zh: "下一步，检查这些信任库：rootfix check {arguments}",
    }
    // How roots are named.
    file() { en: "file", zh: "文件" }
    directory() { en: "directory", zh: "目录" }
    pem() { en: "PEM in the source", zh: "源码内嵌 PEM" }
    key_store() { en: "key store", zh: "密钥库" }
    variable() { en: "variable", zh: "环境变量" }
    callback() { en: "callback", zh: "回调函数" }
    disabled() { en: "verification off", zh: "已关闭验证" }
    default_store() { en: "default store", zh: "默认信任库" }
    by_default() {
        en: "Stores that programs take where nothing is named:",
        zh: "未作指定时程序使用的信任库：",
    }
    opened(count) {
        en: "Trust stores that the command opened: {count}.",
        zh: "该命令打开的信任库：{count} 个。",
    }
    opened_none() {
        en: "The command opened no trust store: it made no TLS connection, or has its roots built in.",
        zh: "该命令没有打开任何信任库：它没有建立 TLS 连接，或其根证书内置在程序中。",
    }
}
