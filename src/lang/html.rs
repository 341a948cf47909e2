//! The labels of the report on a page.

use super::sentences;

sentences! {
    title() { en: "rootfix report", zh: "rootfix 报告" }
    made(when, version) {
        en: "Made on {when} (UTC) by rootfix {version}.",
        zh: "由 rootfix {version} 生成于 {when}（UTC）。",
    }
    bundles() { en: "Bundles", zh: "证书包" }
    custody() { en: "owner", zh: "归属" }
    chains() { en: "What each bundle accepts", zh: "各证书包可接受的证书链" }
    served(address) { en: "What {address} sends", zh: "{address} 发送的证书链" }
    ends_at() { en: "the root at which it ends", zh: "终止于该根证书" }
    ends_nowhere() { en: "no root that is known here", zh: "未找到已知的根证书" }
    server() { en: "the server's certificate", zh: "服务器证书" }
    issuer() { en: "an intermediate", zh: "中间证书" }
    trusted() { en: "trusted", zh: "受信任" }
    not_there() { en: "not in the bundle", zh: "不在证书包中" }
    findings() { en: "Findings", zh: "检查结果" }
    timeline() { en: "When the roots end", zh: "根证书的期限" }
    valid_until(date) { en: "valid until {date}", zh: "有效期至 {date}" }
    distrusted(date) {
        en: "Mozilla does not trust it for TLS from {date}",
        zh: "Mozilla 自 {date} 起不再信任其用于 TLS",
    }
    trusted_part() { en: "trusted by Mozilla for TLS", zh: "Mozilla 信任其用于 TLS" }
    distrusted_part() { en: "valid, but no longer trusted by Mozilla", zh: "仍在有效期内，但 Mozilla 不再信任" }
    today(date) { en: "today, {date}", zh: "今天 {date}" }
    proofs() { en: "Proofs", zh: "验证" }
    rung() { en: "rung", zh: "层级" }
    subject() { en: "what", zh: "对象" }
    detail() { en: "what was seen", zh: "结果说明" }
    roots() { en: "Fingerprints of the roots", zh: "根证书指纹" }
    not_saved(path, why) {
        en: "The report could not be written to {path}: {why}",
        zh: "无法将报告写入 {path}：{why}",
    }
    taken() {
        en: "What stands there is no report of rootfix's, and is unchanged.",
        zh: "该处已有内容，且不是 rootfix 的报告，未作改动。",
    }
    choose_a_file() { en: "Name a file that does not exist yet, in a directory that does.", zh: "请指定一个尚不存在、但所在目录已存在的文件。" }
    saved(path) { en: "Report: {path}", zh: "报告：{path}" }
}
