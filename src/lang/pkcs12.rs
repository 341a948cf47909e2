//! What is said of PKCS#12 files.

use super::{Sentence, sentences};

sentences! {
    cut_off() {
        en: "The PKCS#12 file is cut off: its end is missing.",
        zh: "该 PKCS#12 文件不完整：缺少结尾部分。",
    }
    damaged(part) {
        en: "The PKCS#12 file is damaged: its {part} does not have the form that it must have.",
        zh: "该 PKCS#12 文件已损坏：其中的 {part} 结构不正确。",
    }
    too_deep() {
        en: "The PKCS#12 file nests things deeper than any program writes them; it was made to do harm, or is damaged.",
        zh: "该 PKCS#12 文件的嵌套层数超过任何程序的正常写法：它是恶意构造的，或已损坏。",
    }
    too_many() {
        en: "The PKCS#12 file holds more entries than any program writes; it was made to do harm, or is damaged.",
        zh: "该 PKCS#12 文件的条目数超过任何程序的正常写法：它是恶意构造的，或已损坏。",
    }
    get_an_intact_copy() {
        en: "Take an intact copy: from a backup, or from where it came.",
        zh: "请改用完好的副本：从备份中恢复，或从原来源重新获取。",
    }
    too_many_iterations(given, most) {
        en: "The PKCS#12 file asks for {given} iterations to derive a key; Java refuses more than {most}, and so does rootfix.",
        zh: "该 PKCS#12 文件要求密钥派生迭代 {given} 次；Java 拒绝超过 {most} 次的文件，rootfix 也一样。",
    }
    too_much_work() {
        en: "The PKCS#12 file asks for so many key derivations that opening it would take minutes.",
        zh: "该 PKCS#12 文件要求的密钥派生次数过多，打开它需要数分钟。",
    }
    make_it_anew() {
        en: "Make the file anew from its certificates, with a program's default settings.",
        zh: "请用程序的默认设置，以其中的证书重新制作该文件。",
    }
    public_key_integrity() {
        en: "The PKCS#12 file is guarded by a signature (public-key integrity) instead of a password; Java and OpenSSL do not read such files, and rootfix cannot change one.",
        zh: "该 PKCS#12 文件使用签名（公钥完整性）而不是密码保护；Java 和 OpenSSL 都不读取这种文件，rootfix 也无法修改。",
    }
    public_key_privacy() {
        en: "A part of the PKCS#12 file is encrypted for the holder of a private key, not with a password; Java refuses such files, and rootfix cannot read it.",
        zh: "该 PKCS#12 文件中有一部分是用公钥而不是密码加密的；Java 拒绝这种文件，rootfix 也无法读取。",
    }
    unknown_content(oid) {
        en: "A part of the PKCS#12 file is of a kind that is not known ({oid}).",
        zh: "该 PKCS#12 文件中有未知类型的内容（{oid}）。",
    }
    unknown_encryption(name) {
        en: "The PKCS#12 file is encrypted in a way that rootfix does not know ({name}).",
        zh: "该 PKCS#12 文件使用了 rootfix 不支持的加密算法（{name}）。",
    }
    unknown_derivation(name) {
        en: "The PKCS#12 file derives its keys from the password in a way that rootfix does not know ({name}).",
        zh: "该 PKCS#12 文件使用了 rootfix 不支持的密钥派生算法（{name}）。",
    }
    unknown_integrity(name) {
        en: "The integrity value of the PKCS#12 file is of a kind that rootfix does not know ({name}).",
        zh: "该 PKCS#12 文件使用了 rootfix 不支持的完整性算法（{name}）。",
    }
    unknown_version(version) {
        en: "The PKCS#12 file says that it is of version {version}; all that programs read is version 3.",
        zh: "该 PKCS#12 文件声明的版本为 {version}，而各程序只读取版本 3。",
    }
    convert_it() {
        en: "Write its certificates out with the program that made it, and make a new PKCS#12 file of them.",
        zh: "请用创建该文件的程序导出其中的证书，再重新制作 PKCS#12 文件。",
    }
    bcfks() {
        en: "This is a BCFKS key store of Bouncy Castle, which is encrypted as a whole; rootfix cannot change it.",
        zh: "这是 Bouncy Castle 的 BCFKS 密钥库，内容整体加密，rootfix 无法修改。",
    }
    convert_with_bouncy_castle() {
        en: "Convert it with keytool -importkeystore and Bouncy Castle's provider to PKCS12, or import the root with the same provider.",
        zh: "请使用 keytool -importkeystore 并加载 Bouncy Castle 提供者将其转换为 PKCS12，或用同一提供者直接导入根证书。",
    }
    give_the_password() {
        en: "Give the file's own password by --password-file, --password-env or --password-stdin.",
        zh: "请通过 --password-file、--password-env 或 --password-stdin 提供该文件的密码。",
    }
    two_passwords() {
        en: "The password that fits the integrity value of the PKCS#12 file does not decrypt its contents: it was made with two passwords, or is damaged. Java does not read such a file.",
        zh: "与该 PKCS#12 文件完整性校验匹配的密码无法解密其内容：文件使用了两个不同的密码，或已损坏。Java 无法读取这种文件。",
    }
    password_not_ascii() {
        en: "The password has characters outside ASCII. Java opens no PKCS#12 file with such a password, and other programs disagree about what bytes it means.",
        zh: "密码中含有 ASCII 以外的字符。Java 无法用这样的密码打开 PKCS#12 文件，其他程序对其字节编码的理解也不一致。",
    }
    passed_over_by_java(count, all) {
        en: "Java passes over {count} of the {all} certificates in this file: they lack the mark (trustedKeyUsage) by which Java knows a trusted certificate, as in every PKCS#12 file that OpenSSL made.",
        zh: "此文件中的 {all} 张证书有 {count} 张会被 Java 忽略：它们缺少 Java 识别受信任证书所需的标记（trustedKeyUsage）。OpenSSL 生成的 PKCS#12 文件都是如此。",
    }
    alias_unreachable(count, first) {
        en: "Java does not see {count} trusted certificates in here, the first under the alias {first}: a later entry has the same alias, and Java keeps the last.",
        zh: "其中有 {count} 张受信任的证书不会被 Java 看到（第一张的别名为 {first}）：后面的条目使用了相同的别名，Java 只保留最后一个。",
    }
    certificate_unreadable(count) {
        en: "Certificates in here that Java cannot read: {count}. For one of them it refuses the whole file.",
        zh: "其中有 {count} 个证书 Java 无法解析；只要有一个，Java 就会拒绝加载整个文件。",
    }
    certificate_not_counted(count) {
        en: "Certificates in here that Java reads and rootfix does not: {count}. They stay as they are, and are not counted, looked at or exported.",
        zh: "其中有 {count} 个证书 Java 能读取而 rootfix 不能：它们会原样保留，但不计数、不检查，也不导出。",
    }
    needs_newer_java() {
        en: "The integrity value of the PKCS#12 file is of the kind of 2024 (PBMAC1, RFC 9579). Java up to 25 and OpenSSL before 3.4 cannot check it, and refuse the file.",
        zh: "该 PKCS#12 文件使用 2024 年的完整性算法（PBMAC1，RFC 9579）。Java（25 及更早）和 3.4 之前的 OpenSSL 无法校验，会拒绝该文件。",
    }
    api_certificate() {
        en: "This is a merchant's API certificate with its private key (apiclient_cert.p12). WeChat Pay issues it so that a merchant can prove who it is; programs do not trust servers by it, and a change of roots does not touch it.",
        zh: "这是商户 API 证书及其私钥（apiclient_cert.p12），由微信支付签发，用于证明商户身份；程序并不靠它来信任服务器，根证书更换与它无关。",
    }
    platform_certificate() {
        en: "This holds a WeChat Pay platform certificate, by which the signatures of answers are checked; programs do not trust servers by it, and a change of roots does not touch it.",
        zh: "其中是微信支付平台证书，用于验证应答签名；程序并不靠它来信任服务器，根证书更换与它无关。",
    }
    only_a_key_and_its_chain() {
        en: "The file holds a private key and the certificates that belong to it: it proves who your program is, and is not what it trusts servers by.",
        zh: "此文件中只有私钥及其证书链：它用来证明您的程序的身份，而不是用来信任服务器。",
    }
    only_other_things() {
        en: "The file holds keys or other secrets, and no certificate: it is not what a program trusts servers by.",
        zh: "此文件中只有密钥或其他机密数据，没有证书：它不是程序用来信任服务器的信任库。",
    }
    key_chain_longer(name) {
        en: "The new root {name} is the issuer of a private key's certificates in this file. Java and other programs will now count it to that key's chain, and send one certificate more when they prove who they are; servers accept that.",
        zh: "新根证书 {name} 正是此文件中某个私钥的证书链的签发者。Java 等程序今后会把它算入该私钥的证书链，在证明自己身份时多发送一张证书；服务器会接受。",
    }
    alias_not_usable(most) {
        en: "An alias must not be empty, nor longer than {most} characters.",
        zh: "别名不能为空，也不能超过 {most} 个字符。",
    }
    choose_another_alias() {
        en: "Choose another one with --alias, or leave the option out.",
        zh: "请用 --alias 另选一个别名，或省略该选项。",
    }
    no_place() {
        en: "The PKCS#12 file has no place where rootfix can add a certificate without writing what is there in another form.",
        zh: "rootfix 无法在不改动原有内容形式的情况下向该 PKCS#12 文件添加证书。",
    }
    no_randomness() {
        en: "The system gives no random numbers; keys, salts and hash tables need them.",
        zh: "系统无法提供随机数，而密钥、盐值和哈希表都需要它。",
    }
    check_dev_urandom() {
        en: "Check that /dev/urandom exists and can be read.",
        zh: "请检查 /dev/urandom 是否存在且可读。",
    }
}

/// How the passwords that were tried are spoken of; never by their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    Changeit,
    Empty,
    NoPassword,
    Given,
}

/// None of these fits.
pub fn wrong_password(tried: &[Tried]) -> Sentence {
    let (en, zh): (Vec<_>, Vec<_>) = tried
        .iter()
        .map(|tried| match tried {
            Tried::Changeit => ("changeit", "changeit"),
            Tried::Empty => ("the empty password", "空密码"),
            Tried::NoPassword => ("no password", "无密码"),
            Tried::Given => ("the one that you gave", "您提供的密码"),
        })
        .unzip();
    let (en, zh) = (en.join(", "), zh.join("、"));
    Sentence::new(
        format!(
            "No password that was tried opens the PKCS#12 file ({en}). A file that was changed or damaged looks the same."
        ),
        format!("尝试过的密码都无法打开该 PKCS#12 文件（{zh}）。文件被改动或损坏时也会出现同样的情况。"),
    )
}
