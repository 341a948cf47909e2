//! Sentences about proofs, and about chains that were judged.

use super::{Sentence, sentences};
use crate::finding::{Code, Trouble};

use crate::prove::chain::Refusal;

sentences! {
    leaf_is_trusted_itself() {
        en: "The store holds the server's own certificate; programs differ in whether that is enough.",
        zh: "信任库中直接包含该服务器证书；各程序是否认可这种情况并不一致。",
    }
    unknown_signature_algorithm() {
        en: "The chain is signed with an algorithm that rootfix cannot check, such as SHA-1.",
        zh: "证书链使用了 rootfix 无法校验的签名算法（例如 SHA-1）。",
    }
    too_many_paths() {
        en: "The certificates can be put together in too many ways to try them all.",
        zh: "这些证书的组合方式过多，无法逐一尝试。",
    }
    no_certificate() {
        en: "There is no certificate in the chain.",
        zh: "证书链中没有证书。",
    }
    too_many_certificates(most) {
        en: "There are more than {most} certificates in the chain; no server sends so many.",
        zh: "证书链中的证书超过 {most} 张，服务器不会发送这么多证书。",
    }
    not_a_host(host) {
        en: "{host} is not a host name.",
        zh: "{host} 不是有效的主机名。",
    }
    wrong_host(host, names) {
        en: "The certificate is not for {host}, but for {names}.",
        zh: "该证书不适用于 {host}，仅适用于 {names}。",
    }
    no_names(host) {
        en: "The certificate is not for {host}: it names no host at all.",
        zh: "该证书不适用于 {host}：其中没有任何主机名。",
    }
    expired(name, day) {
        en: "{name} expired on {day}.",
        zh: "{name} 已于 {day} 过期。",
    }
    not_yet_valid(name, day) {
        en: "{name} is not valid before {day}.",
        zh: "{name} 在 {day} 之前尚未生效。",
    }
    root_expired(name, day) {
        en: "The chain ends at {name}, which is trusted but expired on {day}.",
        zh: "证书链终止于 {name}，它虽受信任，但已于 {day} 过期。",
    }
    root_not_yet_valid(name, day) {
        en: "The chain ends at {name}, which is trusted but not valid before {day}.",
        zh: "证书链终止于 {name}，它虽受信任，但在 {day} 之前尚未生效。",
    }
    root_not_ca(name) {
        en: "The chain ends at {name}, which is trusted but may not issue certificates.",
        zh: "证书链终止于 {name}，它虽受信任，但不是 CA，无权签发证书。",
    }
    root_path_too_long(name) {
        en: "The chain ends at {name}, which is trusted but does not allow so many intermediates.",
        zh: "证书链终止于 {name}，它虽受信任，但中间证书的层数超出其允许范围。",
    }
    no_issuer(name, issuer) {
        en: "The chain stops at {name}: its issuer ({issuer}) is not trusted and did not come with the chain.",
        zh: "证书链在 {name} 处中断：其签发者（{issuer}）既不受信任，也未随证书链一起提供。",
    }
    another_key(issuer, trusted) {
        en: "A trusted certificate bears the name {issuer} (SHA-256 {trusted}), but its key did not sign this chain.",
        zh: "信任库中有名为 {issuer} 的证书（SHA-256 {trusted}），但该证书链并非由其密钥签发。",
    }
    invalid(reason) {
        en: "The chain is not valid ({reason}).",
        zh: "证书链无效（{reason}）。",
    }
    control_accepted() {
        en: "The chain was accepted although its root had not been added: this check proves nothing.",
        zh: "尚未添加该根证书时证书链就已被接受：此项验证不能说明问题。",
    }
    ends_elsewhere() {
        en: "The chain was accepted, but ends at another root than the one that was added.",
        zh: "证书链虽被接受，但并非终止于所添加的根证书。",
    }
    accepted_once_added() {
        en: "A copy of the store rejected the chain before its root was added, and accepts it since.",
        zh: "在信任库副本中：添加根证书之前拒绝该证书链，添加之后接受。",
    }
    rogue_accepted() {
        en: "A chain with the right names and the wrong key was accepted.",
        zh: "名称正确但密钥错误的证书链被接受了。",
    }
    rogue_rejected() {
        en: "A chain with the right names and the wrong key was rejected before and after.",
        zh: "名称正确但密钥错误的证书链在添加前后均被拒绝。",
    }
    not_made(reason) {
        en: "The stand-in certificates could not be made ({reason}).",
        zh: "无法生成替身证书（{reason}）。",
    }
    not_made_next() {
        en: "The store itself is not concerned. Try again, or verify it with `--chain FILE`.",
        zh: "信任库本身不受影响。请重试，或用 `--chain 文件` 验证。",
    }
}

/// The chain was rejected although its root had been added.
pub fn still_rejected(why: &Sentence) -> Sentence {
    let still = Sentence::new(
        "A copy of the store rejected the chain although its root had been added.",
        "在信任库副本中：已添加根证书，证书链仍被拒绝。",
    );
    still.then(why)
}

/// The shadow copy could not be made.
pub fn stage_not_set(why: &Sentence) -> Sentence {
    let not_set = Sentence::new("The copy of the store could not be prepared.", "无法准备信任库副本。");
    not_set.then(why)
}

/// The shadow copy was edited, and cannot be read since.
pub fn edited_copy_not_read(why: &Sentence) -> Sentence {
    let unread = Sentence::new(
        "A copy of the store could not be read any more after a root had been added.",
        "向信任库副本添加根证书后，该副本无法再读取。",
    );
    unread.then(why)
}

pub fn stand_in_not_made(reason: &str) -> Trouble {
    Trouble::new(Code::StandInNotMade, not_made(reason), not_made_next())
}

impl Refusal {
    /// Why, for people.
    pub fn sentence(&self) -> Sentence {
        match self {
            Refusal::NoCertificate => no_certificate(),
            Refusal::TooMany => too_many_certificates(crate::prove::chain::MAX_CERTIFICATES),
            Refusal::NotAHost(host) => not_a_host(shown(host)),
            Refusal::WrongHost { host, names } if names.is_empty() => no_names(shown(host)),
            Refusal::WrongHost { host, names } => wrong_host(shown(host), shown(&names.join(", "))),
            Refusal::Expired { name, on } => expired(shown(name), on.date()),
            Refusal::NotYetValid { name, from } => not_yet_valid(shown(name), from.date()),
            Refusal::RootExpired(root) => root_expired(shown(&root.name), root.not_after.date()),
            Refusal::RootNotYetValid(root) => root_not_yet_valid(shown(&root.name), root.not_before.date()),
            Refusal::RootNotCa(root) => root_not_ca(shown(&root.name)),
            Refusal::RootPathTooLong(root) => root_path_too_long(shown(&root.name)),
            Refusal::NoIssuer { name, issuer, .. } => no_issuer(shown(name), shown(issuer)),
            Refusal::AnotherKey { issuer, trusted } => another_key(shown(issuer), trusted),
            Refusal::Invalid(reason) => invalid(reason),
        }
    }
}

/// Names come out of files that anyone may have written: nothing in them may steer a terminal or fill the screen.
fn shown(name: &str) -> String {
    const MOST: usize = 200;
    let steers = |c: char| {
        // Besides control characters those that turn the direction of writing (Unicode TR 9).
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut shown: String = name.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).take(MOST).collect();
    if name.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
