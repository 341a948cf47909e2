//! Sentences about roots and rollovers.

use super::{Sentence, sentences};
use crate::certificate::Fingerprint;
use crate::finding::{Code, Trouble};

sentences! {
    expires(day) {
        en: "Expires on {day}.",
        zh: "将于 {day} 到期。",
    }
    expired(day) {
        en: "Expired on {day}.",
        zh: "已于 {day} 到期。",
    }
    will_be_distrusted(day) {
        en: "Mozilla stops trusting it for TLS on {day}; lists made from Mozilla's follow.",
        zh: "Mozilla 将于 {day} 停止信任其用于 TLS，以 Mozilla 列表为准的证书列表也会随之移除。",
    }
    distrusted(day) {
        en: "Mozilla has not trusted it for TLS since {day}; lists made from Mozilla's no longer hold it.",
        zh: "Mozilla 自 {day} 起已不再信任其用于 TLS，以 Mozilla 列表为准的证书列表中不再包含它。",
    }
    damaged(part) {
        en: "The catalogue inside this copy of rootfix is damaged: {part} is not what it was made to be.",
        zh: "本程序内置的根证书目录已损坏：{part} 与发布时不一致。",
    }
    damaged_next() {
        en: "Do not use this copy. Install rootfix again from a source that you trust; if it happens again, check this machine's disk and memory.",
        zh: "请勿使用此副本。请从可信来源重新安装 rootfix；若仍出现，请检查本机磁盘和内存。",
    }
    no_such_rollover(id) {
        en: "There is no rollover named {id}.",
        zh: "没有名为 {id} 的根证书更换方案。",
    }
    no_such_root(name) {
        en: "There is no root named {name} in the catalogue.",
        zh: "内置目录中没有名为 {name} 的根证书。",
    }
    known_names(names) {
        en: "These there are: {names}.",
        zh: "可选：{names}。",
    }
    mismatch(expected, found) {
        en: "The certificate in the file is not the one that was named: its SHA-256 is {found}, expected was {expected}.",
        zh: "文件中的证书与指定的不符：其 SHA-256 为 {found}，期望值为 {expected}。",
    }
    mismatch_next() {
        en: "Ask whoever runs the CA for the file and, by another way, for its SHA-256. Do not copy the SHA-256 from the file itself.",
        zh: "请向 CA 的管理者重新索取文件，并通过另一渠道核实其 SHA-256；不要直接采用从该文件算出的值。",
    }
    no_root_in_file() {
        en: "The file does not hold a certificate that can be read.",
        zh: "文件中没有可读取的证书。",
    }
    many_things_in_file() {
        en: "The file holds more than one certificate, or other things beside a certificate; it must hold one certificate and nothing else.",
        zh: "文件中不止一张证书，或除证书外还有其他内容；只能包含一张证书。",
    }
    one_root_next() {
        en: "Give a file with the root alone, as PEM or DER.",
        zh: "请提供只包含该根证书的文件（PEM 或 DER 格式）。",
    }
    by_another(name, issuer) {
        en: "{name} is not a root: it was issued by {issuer}.",
        zh: "{name} 不是根证书：它由 {issuer} 签发。",
    }
    by_another_next() {
        en: "Give the self-signed certificate at the top of the chain. An intermediate belongs on the server, not in a trust store.",
        zh: "请提供证书链顶端的自签名证书。中间证书应部署在服务器上，而不是放入信任库。",
    }
}

/// The names in a row: commas in English, enumeration commas in Chinese.
pub(super) fn listed(names: &[impl AsRef<str>]) -> Sentence {
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    let en = match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    };
    Sentence::new(en, names.join("、"))
}

/// What takes the place of a root.
pub fn succeeded_by(names: &[impl AsRef<str>]) -> Sentence {
    let names = listed(names);
    Sentence::new(format!("Next comes {}.", names.en), format!("后续根证书：{}。", names.zh))
}

/// What a rollover does to a store.
pub fn keep_and_add(keep: &[impl AsRef<str>], add: &[impl AsRef<str>]) -> Sentence {
    let added = listed(add);
    if keep.is_empty() {
        return Sentence::new(format!("Adds {}.", added.en), format!("添加 {}。", added.zh));
    }
    let kept = listed(keep);
    Sentence::new(format!("Keeps {}, adds {}.", kept.en, added.en), format!("保留 {}，添加 {}。", kept.zh, added.zh))
}

/// Whose servers begin to use the new root, and when.
pub fn moves(who: &Sentence, when: &str) -> Sentence {
    Sentence::new(
        format!("{}: servers move to the new root from {when} on.", who.en),
        format!("{}：服务器自 {when} 起陆续启用新根证书。", who.zh),
    )
}

/// Until when servers could still be asked to use the old root.
pub fn fallback_ends(who: &Sentence, when: &str) -> Sentence {
    Sentence::new(
        format!("{}: no way back to the old root after {when}.", who.en),
        format!("{}：{when} 之后不再支持回退到旧根证书。", who.zh),
    )
}

pub fn catalogue_damaged(part: &str) -> Trouble {
    Trouble::new(Code::CatalogueDamaged, damaged(part), damaged_next())
}

pub fn unknown_rollover_named(id: &str, known: &str) -> Trouble {
    Trouble::new(Code::UnknownRollover, no_such_rollover(id), known_names(known))
}

pub fn unknown_root_named(name: &str, known: &str) -> Trouble {
    Trouble::new(Code::UnknownRoot, no_such_root(name), known_names(known))
}

pub fn fingerprint_mismatch(expected: Fingerprint, found: Fingerprint) -> Trouble {
    Trouble::new(Code::RootFingerprintMismatch, mismatch(expected, found), mismatch_next())
}

pub fn no_certificate() -> Trouble {
    Trouble::new(Code::NotOneRoot, no_root_in_file(), one_root_next())
}

pub fn more_than_one_certificate() -> Trouble {
    Trouble::new(Code::NotOneRoot, many_things_in_file(), one_root_next())
}

pub fn issued_by_another(name: &str, issuer: &str) -> Trouble {
    Trouble::new(Code::NotARoot, by_another(name, issuer), by_another_next())
}
