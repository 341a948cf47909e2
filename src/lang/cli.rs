//! What the command line itself says.

use super::sentences;

sentences! {
    unchanged() { en: "It is unchanged.", zh: "文件未被改动。" }
    append_needs_a_place() {
        en: "`append` changes files, so it wants to be told which.",
        zh: "`append` 会改动文件，因此必须指明是哪一个。",
    }
    name_a_bundle() {
        en: "For example: rootfix append ./rootca.pem. To find the bundle: rootfix locate",
        zh: "例如：rootfix append ./rootca.pem。查找证书包：rootfix locate",
    }
    bad_sha256(text) {
        en: "{text} is not a SHA-256: it has 64 hexadecimal digits, with or without colons.",
        zh: "{text} 不是 SHA-256：应为 64 位十六进制数，可带冒号。",
    }
    get_the_sha256() {
        en: "Take the fingerprint from the authority's own page or letter, not from the file itself.",
        zh: "请从证书机构的官方页面或函件获取指纹，不要从该文件自身计算。",
    }
    password_unreadable(place, why) {
        en: "The password could not be read from {place}: {why}.",
        zh: "无法从 {place} 读取密码：{why}。",
    }
    give_a_password() {
        en: "Give it with --password-file FILE, --password-env VAR or --password-stdin.",
        zh: "请用 --password-file 文件、--password-env 变量 或 --password-stdin 提供密码。",
    }
    unknown_code(code) {
        en: "There is no finding with the code {code}.",
        zh: "没有代码为 {code} 的检查结果。",
    }
    list_codes() { en: "All codes: rootfix explain", zh: "全部代码：rootfix explain" }
    meaning() { en: "Meaning", zh: "含义" }
    cause() { en: "Cause", zh: "原因" }
    remedy() { en: "Remedy", zh: "处理" }
    is_a_directory() {
        en: "It is a directory.",
        zh: "这是一个目录。",
    }
    roots_title() { en: "Embedded roots (SHA-256 checked):", zh: "内置根证书（SHA-256 已校验）：" }
    rollovers_title() { en: "Rollovers:", zh: "根证书更换方案：" }
    next() { en: "Next", zh: "下一步" }
}
