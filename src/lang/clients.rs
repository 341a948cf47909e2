//! What is said about real clients that were asked to judge a bundle.

use super::sentences;

sentences! {
    accepts_after_the_repair() {
        en: "It refuses the new chain with the bundle as it is, accepts it with the repaired one, and refuses a rogue.",
        zh: "使用现有证书包时拒绝新证书链，使用修复后的证书包时接受，并拒绝伪造的证书链。",
    }
    accepts_already() {
        en: "It accepts the new chain with the bundle as it is, and refuses a rogue.",
        zh: "使用现有证书包即接受新证书链，并拒绝伪造的证书链。",
    }
    refuses_old(said) {
        en: "It refuses even the old chain, so it does not read this bundle as it should: {said}",
        zh: "连旧证书链也拒绝，说明它无法正常读取该证书包：{said}",
    }
    refuses_new_today(said) {
        en: "The new root is in the bundle, yet it refuses the new chain: {said}",
        zh: "证书包中已有新根证书，但它仍拒绝新证书链：{said}",
    }
    refuses_new(said) {
        en: "It refuses the new chain even with the repaired bundle: {said}",
        zh: "即使使用修复后的证书包，仍拒绝新证书链：{said}",
    }
    accepts_rogue() {
        en: "It accepts even a rogue chain, so its answers show nothing.",
        zh: "它连伪造的证书链也接受，因此结果说明不了问题。",
    }
    accepts_before_the_repair() {
        en: "It accepts the new chain before the repair already, so it trusts something else than this bundle.",
        zh: "修复之前它就接受了新证书链，说明它信任的并不是该证书包。",
    }
    no_answer(said) {
        en: "It came to no clear answer: {said}",
        zh: "未得到明确结果：{said}",
    }
    no_place(error) {
        en: "The clients could not be asked: {error}.",
        zh: "无法用客户端进行测试：{error}。",
    }
    look_at_tmp() {
        en: "See that the directory for temporary files (TMPDIR) can be written to, and that there is a loopback network.",
        zh: "请确认临时目录（TMPDIR）可写，并且本机回环网络可用。",
    }
}
