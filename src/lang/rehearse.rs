//! What is said about rehearsals and their stand-ins.

use super::sentences;

sentences! {
    not_a_host(name) {
        en: "\"{name}\" is not a host name.",
        zh: "“{name}”不是有效的主机名。",
    }
    name_a_host() {
        en: "Give the name that the program connects to, for example `--host api.mch.weixin.qq.com`.",
        zh: "请填写程序所连接的主机名，例如 `--host api.mch.weixin.qq.com`。",
    }
    no_entropy() {
        en: "The operating system gives no random numbers, so that no stand-in keys can be made.",
        zh: "操作系统无法提供随机数，因此不能生成替身证书的密钥。",
    }
    mount_dev() {
        en: "See that /dev/urandom exists (in a chroot: mount /dev).",
        zh: "请确认 /dev/urandom 存在（在 chroot 中请先挂载 /dev）。",
    }
}
