//! What is said about a store in view of a rollover.

use super::sentences;

sentences! {
    new_root_missing(root) {
        en: "{root} is not in this bundle.",
        zh: "此证书包中没有 {root}。",
    }
    old_root_missing(root) {
        en: "{root}, which the rollover keeps, is not in this bundle. The notice wants it kept beside the new root; add it with --with-old.",
        zh: "此证书包中没有本次更换要求保留的 {root}。公告要求新旧根证书同时存在；可用 --with-old 补上。",
    }
    old_root_missing_and_distrusted(root, date) {
        en: "{root}, which the rollover keeps, is not in this bundle. The notice wants both roots; Mozilla no longer trusts this one for TLS since {date}, so newer lists lack it. Add it with --with-old where a server still needs it.",
        zh: "此证书包中没有本次更换要求保留的 {root}。公告要求新旧根证书同时存在；Mozilla 自 {date} 起不再信任它用于 TLS，因此新的列表中没有它。如仍有服务器需要，可用 --with-old 补上。",
    }
    same_name_other_key(root) {
        en: "This certificate is named {root}, but its key is another: it is not that root, and counts as absent.",
        zh: "此证书名为 {root}，但密钥不同：它不是该根证书，按不存在处理。",
    }
    cross_certificate(root, issuer) {
        en: "This certificate has the name and key of {root}, but was issued by {issuer}: a cross-certificate, not the root. It counts as absent.",
        zh: "此证书与 {root} 同名同密钥，但由 {issuer} 签发：它是交叉证书而不是根证书，按不存在处理。",
    }
    not_trusted(root) {
        en: "{root} is in this store, but programs that read it do not trust it there.",
        zh: "{root} 在此信任库中，但读取它的程序并不信任它。",
    }
    expired(count, names) {
        en: "Expired certificates: {count} ({names}). They are kept.",
        zh: "已过期的证书：{count} 张（{names}）。将予以保留。",
    }
    duplicates(count, names) {
        en: "Certificates that are here more than once: {count} ({names}).",
        zh: "重复出现的证书：{count} 张（{names}）。",
    }
    platform_among(name) {
        en: "{name} is a certificate of WeChat Pay's own authority, not a root for TLS; it does no harm here.",
        zh: "{name} 是微信支付自有机构签发的证书，不是 TLS 根证书；放在这里没有影响。",
    }
}
