//! What is said of hashed certificate directories.

use super::sentences;

sentences! {
    unlinked(file) {
        en: "{file} holds a certificate, but no hash link leads to it, so OpenSSL does not find it.",
        zh: "{file} 中有证书，但没有指向它的哈希链接，OpenSSL 找不到它。",
    }
    wrong_hash(file) {
        en: "{file} is named by a hash that is not that of its certificate, so OpenSSL does not find it.",
        zh: "{file} 的文件名哈希与其中证书不符，OpenSSL 找不到它。",
    }
    behind_gap(file, missing) {
        en: "{file} is not found by every OpenSSL: {missing}, which comes before it, is missing or cannot be read.",
        zh: "并非所有版本的 OpenSSL 都能找到 {file}：排在它前面的 {missing} 缺失或无法读取。",
    }
    blocked(file) {
        en: "{file} stands where the new hash link belongs, and OpenSSL cannot read a certificate from it.",
        zh: "新哈希链接应放的位置已被 {file} 占用，而 OpenSSL 无法从中读出证书。",
    }
    unblock(file) {
        en: "Look at {file}: mend it or take it away, then run this again.",
        zh: "请检查 {file}，修复或移走后重试。",
    }
    not_hashable() {
        en: "The root's subject cannot be brought into the form that OpenSSL hashes.",
        zh: "该根证书的主题无法转换成 OpenSSL 计算哈希所需的形式。",
    }
    report_it() {
        en: "Add it by hand with `openssl rehash`, and please report this certificate.",
        zh: "请用 `openssl rehash` 手工添加，并反馈该证书。",
    }
    unreadable(path, error) {
        en: "The directory {path} cannot be read: {error}.",
        zh: "无法读取目录 {path}：{error}。",
    }
    too_many(path, limit) {
        en: "{path} holds more than {limit} files; that is no certificate directory.",
        zh: "{path} 中的文件超过 {limit} 个，不像是证书目录。",
    }
    look_at_path() {
        en: "Check the path and the permissions.",
        zh: "请检查路径和权限。",
    }
}
