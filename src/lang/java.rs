//! What is said of Java's key stores and of keytool.

use super::sentences;

sentences! {
    cut_off(format) {
        en: "The {format} key store was cut off: it ends in the middle of an entry or of its digest.",
        zh: "{format} 密钥库不完整：文件在某个条目或校验值中间就结束了。",
    }
    not_understood(format, at) {
        en: "The {format} key store is damaged: what stands at byte {at} is not allowed there.",
        zh: "{format} 密钥库已损坏：第 {at} 字节处的内容不符合该格式。",
    }
    too_many_iterations(given, most) {
        en: "The BKS key store asks for {given} iterations of its key derivation; more than {most} are taken for damage.",
        zh: "BKS 密钥库要求密钥派生迭代 {given} 次；超过 {most} 次视为文件损坏。",
    }
    get_an_intact_copy() {
        en: "Take an intact copy: from a backup, or from the package or the person that it came from.",
        zh: "请改用完好的副本：从备份中恢复，或向提供该文件的软件包或人员重新获取。",
    }
    wrong_password() {
        en: "None of the passwords fits: neither Java's usual one, nor the empty one, nor the one that was given. (Damage to the file looks the same.)",
        zh: "密码均不匹配：Java 的常用默认密码、空密码以及您提供的密码都已尝试。（文件损坏时也会出现同样的情况。）",
    }
    give_the_right_password() {
        en: "Give the password that the key store was made with, by --password-file, --password-env or --password-stdin.",
        zh: "请通过 --password-file、--password-env 或 --password-stdin 提供创建该密钥库时使用的密码。",
    }
    password_needed() {
        en: "A new entry needs the key store's password, since its digest is made with it. Java's usual password and the empty one were tried.",
        zh: "添加条目需要密钥库的密码，因为校验值由密码参与计算。已尝试 Java 的常用默认密码和空密码。",
    }
    give_a_password() {
        en: "Give the password by --password-file, --password-env or --password-stdin.",
        zh: "请通过 --password-file、--password-env 或 --password-stdin 提供密码。",
    }
    integrity_not_checked(format) {
        en: "The password of this {format} key store is not known (Java's usual one and the empty one were tried), so its entries were read, but not checked for tampering.",
        zh: "不知道此 {format} 密钥库的密码（已尝试 Java 的常用默认密码和空密码），因此只读取了条目，未校验文件是否被篡改。",
    }
    alias_unreachable(count, first) {
        en: "Certificates in here that Java never finds: {count}, the first under the alias {first}. An alias is not lower case, or used twice.",
        zh: "其中有 {count} 个证书不会被 Java 信任（第一个的别名为 {first}）：别名不是全小写，或与其他条目重名。",
    }
    certificate_unreadable(count, first) {
        en: "Certificates in here that Java cannot read: {count}, the first under the alias {first}. For one of them it refuses the whole key store.",
        zh: "其中有 {count} 个证书 Java 无法解析（第一个的别名为 {first}）；只要有一个，Java 就会拒绝加载整个密钥库。",
    }
    certificate_not_counted(count, first) {
        en: "Certificates in here that Java reads and rootfix does not: {count}, the first under the alias {first}. They stay as they are, and are not counted, looked at or exported.",
        zh: "其中有 {count} 个证书 Java 能读取而 rootfix 不能（第一个的别名为 {first}）：它们会原样保留，但不计数、不检查，也不导出。",
    }
    is_broken() {
        en: "Java cannot load this key store: it refuses all of it for a certificate in it that it cannot read. Adding a root would not help.",
        zh: "Java 无法加载此密钥库：其中有 Java 无法解析的证书，因此整个密钥库被拒绝。追加根证书没有用处。",
    }
    replace_or_make_new(name) {
        en: "Put an intact copy in its place: from a backup, or from the package or the person that it came from. Or let `rootfix append --output {name} FILE` make a new one of the certificates that can be read.",
        zh: "请换上完好的副本：从备份中恢复，或向提供该文件的软件包或人员重新获取。也可以用 `rootfix append --output {name} 文件` 以其中能读取的证书新建一个。",
    }
    only_keys_inside(count) {
        en: "The key store holds nothing but keys with their own certificates ({count}): it proves who your program is, like an API certificate, and is not what servers are trusted by.",
        zh: "此密钥库中只有 {count} 个密钥及其自身的证书：它用来证明您的身份（例如 API 证书），并不用于信任服务器。",
    }
    api_certificate() {
        en: "This is a merchant's API certificate with its private key, put into a key store. WeChat Pay issues it so that a merchant can prove who it is; programs do not trust servers by it, and a change of roots does not touch it.",
        zh: "这是放进密钥库的商户 API 证书及其私钥，由微信支付签发，用于证明商户身份；程序并不靠它来信任服务器，根证书更换与它无关。",
    }
    alias_not_usable(most) {
        en: "An alias must not be empty, nor longer than {most} bytes.",
        zh: "别名不能为空，也不能超过 {most} 字节。",
    }
    choose_another_alias() {
        en: "Choose another one with --alias, or leave the option out.",
        zh: "请用 --alias 另选一个别名，或省略该选项。",
    }
    uber() {
        en: "This is a UBER key store of Bouncy Castle, which is encrypted as a whole; rootfix cannot change it.",
        zh: "这是 Bouncy Castle 的 UBER 密钥库，内容整体加密，rootfix 无法修改。",
    }
    convert_with_bouncy_castle() {
        en: "Convert it with keytool -importkeystore and Bouncy Castle's provider to PKCS12, or import the root with the same provider.",
        zh: "请使用 keytool -importkeystore 并加载 Bouncy Castle 提供者将其转换为 PKCS12，或用同一提供者直接导入根证书。",
    }
    added_by_keytool(keytool) {
        en: "The entry was made by {keytool}, on a copy in which nothing else differs.",
        zh: "条目由 {keytool} 在副本上写入，其余内容没有差别。",
    }
    keytool_not_found() {
        en: "No keytool was found that only you and root can change, so rootfix added the entry itself.",
        zh: "没有找到仅您和 root 能修改的 keytool，因此由 rootfix 自行添加条目。",
    }
    keytool_not_used(keytool) {
        en: "What {keytool} made was not taken, and rootfix added the entry itself:",
        zh: "没有采用 {keytool} 的结果，改由 rootfix 自行添加条目：",
    }
    keytool_does_not_know_the_format() {
        en: "keytool does not read this format.",
        zh: "keytool 不支持该格式。",
    }
    keytool_cannot_take_the_password() {
        en: "keytool cannot be given this password.",
        zh: "无法把该密码传给 keytool。",
    }
    keytool_did_not_start() {
        en: "it could not be started.",
        zh: "无法启动。",
    }
    keytool_did_not_end() {
        en: "it did not end in time and was stopped.",
        zh: "未能按时结束，已被终止。",
    }
    keytool_left_no_key_store() {
        en: "what it left behind is not this key store.",
        zh: "它留下的文件不是该密钥库。",
    }
    keytool_lost_an_entry() {
        en: "an entry that was there was lost or changed.",
        zh: "有原有条目丢失或被改动。",
    }
    keytool_did_something_else() {
        en: "the root was not added, or something else was.",
        zh: "根证书未被添加，或添加了其他内容。",
    }
    keytool_lists_it(name) {
        en: "keytool takes {name} in it for a trusted certificate.",
        zh: "keytool 将其中的 {name} 识别为受信任的证书。",
    }
    keytool_does_not_list_it(name) {
        en: "keytool reads what was there before, but does not take {name} for a trusted certificate.",
        zh: "keytool 能读取原有条目，但没有将 {name} 识别为受信任的证书。",
    }
    keytool_does_not_tell() {
        en: "keytool gave no answer that counts: it did not end, or it reads no store with this password or of this kind.",
        zh: "keytool 没有给出可以采信的结果：未能按时结束，或者无法用该密码读取此类密钥库。",
    }
    no_keytool_to_ask() {
        en: "No keytool was found that only you and root can change, so Java itself was not asked.",
        zh: "没有找到仅您和 root 能修改的 keytool，因此未经 Java 验证。",
    }
}
