//! Sentences about proofs, and about chains that were judged.

use time::{Date, OffsetDateTime};

use super::roots::listed;
use super::{Sentence, sentences};
use crate::certificate::Certificate;
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
    chain_ends_at(at, host, root, sha256) {
        en: "At {at}, the chain of {host} ends at {root} (SHA-256 {sha256}).",
        zh: "按 {at} 判断，{host} 的证书链终止于 {root}（SHA-256 {sha256}）。",
    }
    root_is_added() {
        en: "The rollover adds this root.",
        zh: "这正是本次更换要添加的根证书。",
    }
    root_is_kept() {
        en: "This is an old root, which the rollover keeps.",
        zh: "这是本次更换要保留的旧根证书。",
    }
    root_is_another() {
        en: "This root has no part in the rollover.",
        zh: "该根证书与本次更换无关。",
    }
    refused_at(at, host) {
        en: "At {at}, this store refuses the chain of {host}.",
        zh: "按 {at} 判断，该信任库拒绝 {host} 的证书链。",
    }
    valid_at(day) {
        en: "Judge it at a time when it was valid: `--at {day}`.",
        zh: "请按证书链有效期内的时间判断：`--at {day}`。",
    }
    trapped(root, day) {
        en: "Old clients (OpenSSL before 1.1.0, GnuTLS before 3.6.14) follow the chain as it was sent to {root}, which expired on {day}, and refuse it.",
        zh: "旧版客户端（1.1.0 之前的 OpenSSL、3.6.14 之前的 GnuTLS）会沿服务器发送的证书链走到已于 {day} 过期的 {root}，从而拒绝连接。",
    }
    names_no_host() {
        en: "The server's certificate names no host, so that it cannot be told what it is for.",
        zh: "服务器证书中没有任何主机名，无法判断其用途。",
    }
    host_taken(host) {
        en: "The host {host} was taken from the certificate; give the one that your program connects to with `--host`.",
        zh: "主机名 {host} 取自证书；请用 `--host` 指定程序实际连接的主机。",
    }
    not_in_order() {
        en: "The file does not begin with the server's certificate; a server that sends it in this order is refused by clients.",
        zh: "文件并非以服务器证书开头；若服务器按此顺序发送，客户端会拒绝。",
    }
    saved_control_accepted() {
        en: "The chain was accepted without any root, or for a host that it is not for: this check proves nothing.",
        zh: "在没有任何根证书、或主机名不符的情况下证书链仍被接受：此项验证不能说明问题。",
    }
    no_block() {
        en: "The file holds no certificate.",
        zh: "文件中没有证书。",
    }
    bad_block(number) {
        en: "Certificate {number} in the file is cut off or damaged.",
        zh: "文件中的第 {number} 张证书不完整或已损坏。",
    }
    too_large(mebibytes) {
        en: "The file is larger than {mebibytes} MiB; a saved chain is a few kilobytes.",
        zh: "文件超过 {mebibytes} MiB；保存的证书链通常只有几 KB。",
    }
    save_again() {
        en: "Save it again: `openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null >chain.txt`.",
        zh: "请重新保存：`openssl s_client -connect 主机:443 -servername 主机 -showcerts </dev/null >chain.txt`。",
    }
    no_time(text) {
        en: "{text} is not a time, or there is no such day.",
        zh: "{text} 不是有效的时间，或该日期不存在。",
    }
    write_time() {
        en: "Write a day, `2024-12-01`, or a time with its zone, `2024-12-01T08:00:00+08:00`.",
        zh: "请写日期，如 `2024-12-01`；或带时区的时间，如 `2024-12-01T08:00:00+08:00`。",
    }
    reread_control_passed() {
        en: "The check passes for the file without the root as well: it proves nothing.",
        zh: "对不含该根证书的文件同样通过：此项验证不能说明问题。",
    }
    reread_sealed() {
        en: "The store is encrypted, so that only the code that wrote it could look inside.",
        zh: "该信任库已加密，只能由写入它的同一代码读取核对。",
    }
    certificate_lost(sha256) {
        en: "A certificate that was there is gone: SHA-256 {sha256}.",
        zh: "原有的一张证书丢失：SHA-256 {sha256}。",
    }
    not_added(name) {
        en: "{name} is not there.",
        zh: "其中没有 {name}。",
    }
    not_pinned(name) {
        en: "{name} is there, but its SHA-256 is not the pinned one.",
        zh: "其中有 {name}，但其 SHA-256 与内置值不符。",
    }
    stranger_added(sha256) {
        en: "A certificate came in that nobody asked for: SHA-256 {sha256}.",
        zh: "多出了一张未要求添加的证书：SHA-256 {sha256}。",
    }
    text_changed(line) {
        en: "Something of the old text is missing or altered, from line {line} on.",
        zh: "原文本自第 {line} 行起有缺失或改动。",
    }
    miscounted(expected, found) {
        en: "The file should hold {expected} certificates and holds {found}.",
        zh: "文件中应有 {expected} 张证书，实际为 {found} 张。",
    }
    changed_for_nothing() {
        en: "Nothing was to be added, but the file has changed.",
        zh: "无需添加任何内容，但文件发生了变化。",
    }
}

/// What was found in the file that was edited.
pub fn reread_added(kept: usize, names: &[String]) -> Sentence {
    let names = listed(names);
    let (certificates, are) = if kept == 1 { ("certificate", "is") } else { ("certificates", "are") };
    Sentence::new(
        format!(
            "The {kept} {certificates} from before {are} there byte for byte, and {} came in with the pinned SHA-256.",
            names.en
        ),
        format!("原有 {kept} 张证书逐字节保留，新增 {}，SHA-256 与内置值一致。", names.zh),
    )
}

/// What was found in a file to which nothing was to be added.
pub fn reread_holds(names: &[String]) -> Sentence {
    let names = listed(names);
    Sentence::new(
        format!("The file is as it was, and holds {} with the pinned SHA-256.", names.en),
        format!("文件未变，其中的 {} 的 SHA-256 与内置值一致。", names.zh),
    )
}

/// The same of a file that was read back.
pub fn from_disk(seen: &Sentence) -> Sentence {
    Sentence::new(format!("Read back from disk. {}", seen.en), format!("已从磁盘重新读取。{}", seen.zh))
}

/// What OpenSSL finds in a hashed directory.
pub fn directory_holds(names: &[String]) -> Sentence {
    let names = listed(names);
    Sentence::new(
        format!("Looked up as OpenSSL does: under the hash of its name there is {} with the pinned SHA-256.", names.en),
        format!("按 OpenSSL 的方式查找：以名称哈希命名的文件中有 {}，SHA-256 与内置值一致。", names.zh),
    )
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

/// To the minute, in UTC: chains are judged by dates.
fn minute(at: OffsetDateTime) -> String {
    let utc = at.to_offset(time::UtcOffset::UTC);
    format!("{} {:02}:{:02} UTC", utc.date(), utc.hour(), utc.minute())
}

/// At which root a saved chain ends.
pub fn saved_chain_ends_at(at: OffsetDateTime, host: &str, root: &Certificate) -> Sentence {
    chain_ends_at(minute(at), shown(host), shown(&root.facts().name), root.fingerprint())
}

pub fn saved_chain_refused(at: OffsetDateTime, host: &str) -> Sentence {
    refused_at(minute(at), shown(host))
}

pub fn host_from_certificate(host: &str) -> Sentence {
    host_taken(shown(host))
}

pub fn try_at(day: Date) -> Sentence {
    valid_at(day)
}

pub fn old_clients_trapped(root: &Certificate) -> Sentence {
    let facts = root.facts();
    trapped(shown(&facts.name), facts.not_after.date())
}

/// What a store with the old roots alone makes of it.
pub fn old_alone_refuses(names: &[&str]) -> Sentence {
    let names = listed(names);
    Sentence::new(
        format!("A store with {} alone would have refused it.", names.en),
        format!("若信任库中只有 {}，则会拒绝该证书链。", names.zh),
    )
}

/// What a store with the old roots alone makes of it.
pub fn old_alone_accepts(names: &[&str]) -> Sentence {
    let names = listed(names);
    Sentence::new(
        format!("A store with {} alone accepts it too, so that it says nothing about the new root.", names.en),
        format!("只有 {} 的信任库同样会接受，因此无法说明新根证书的情况。", names.zh),
    )
}

/// What would mend it.
pub fn new_would_accept(names: &[&str]) -> Sentence {
    let names = listed(names);
    Sentence::new(format!("With {} added it would accept it.", names.en), format!("添加 {} 之后即可接受。", names.zh))
}

pub fn no_saved_certificate() -> Trouble {
    Trouble::new(Code::SavedChainUnreadable, no_block(), save_again())
}

pub fn saved_block_unreadable(number: usize) -> Trouble {
    Trouble::new(Code::SavedChainUnreadable, bad_block(number), save_again())
}

pub fn saved_chain_too_large(mebibytes: usize) -> Trouble {
    Trouble::new(Code::SavedChainUnreadable, too_large(mebibytes), save_again())
}

pub fn saved_chain_too_long(most: usize) -> Trouble {
    Trouble::new(Code::SavedChainUnreadable, too_many_certificates(most), save_again())
}

pub fn not_a_time_given(text: &str) -> Trouble {
    Trouble::new(Code::NotATime, no_time(shown(text)), write_time())
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
