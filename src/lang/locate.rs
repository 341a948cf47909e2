//! What is said about pins. The reasons of the advice stand with the rules, in `locate/rules`.

use super::sentences;

sentences! {
    verification_disabled() {
        en: "Verification of the server's certificate is switched off here.",
        zh: "此处关闭了服务器证书校验。",
    }
    inert(line) {
        en: "This bundle has no effect: verification is switched off in line {line}.",
        zh: "该证书包不起作用：第 {line} 行关闭了校验。",
    }
    inert_by_default() {
        en: "This bundle has no effect until verification is switched on; it is off by default.",
        zh: "该证书包不起作用：校验默认关闭，需要另行打开。",
    }
    environment_beats_code() {
        en: "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment is used instead of this value.",
        zh: "如果环境变量中有 REQUESTS_CA_BUNDLE 或 CURL_CA_BUNDLE，会优先于此处的值。",
    }
    client_auth() {
        en: "This authenticates clients to a server; a change of public server roots does not concern it.",
        zh: "这是服务器用来认证客户端的证书，与公网服务器根证书更换无关。",
    }
    database() {
        en: "This verifies a database server, which has an issuer of its own; ask who runs the database.",
        zh: "这是用来校验数据库服务器的证书，有自己的签发机构，请向数据库管理方确认。",
    }
    in_source() {
        en: "The certificate is written into the source: `rootfix append` adds the new root behind it in the same literal; then build and deploy again.",
        zh: "证书直接写在源代码里：`rootfix append` 会在同一段字面量中追加新根证书；之后请重新构建和部署。",
    }
    unreadable() {
        en: "The file cannot be read.",
        zh: "无法读取该文件。",
    }
    unreadable_next() {
        en: "Check its permissions, or run as a user who may read it.",
        zh: "请检查权限，或换用有读取权限的用户运行。",
    }
    too_large(limit) {
        en: "The file is larger than {limit} bytes; source and configuration files are smaller.",
        zh: "文件超过 {limit} 字节；源代码和配置文件不会这么大。",
    }
    too_many(limit) {
        en: "The file holds more than {limit} places of one kind that look like pins; not all were looked at.",
        zh: "文件中同一类疑似固定证书的位置超过 {limit} 处，未能逐一查看。",
    }
    too_many_next() {
        en: "A program seems to have made it: look at what that program is told to trust.",
        zh: "该文件似乎由程序生成：请查看该程序被指定信任哪些证书。",
    }
    too_large_next() {
        en: "If it does name a bundle, give the bundle itself to `rootfix check`.",
        zh: "如果其中确实指定了证书包，请直接对该证书包运行 `rootfix check`。",
    }
}
