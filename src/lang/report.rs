//! What `report` says of the files that it reads.

use super::sentences;

sentences! {
    next_on(host, arguments) {
        en: "Next, on {host}: rootfix append {arguments}",
        zh: "下一步，在 {host} 上：rootfix append {arguments}",
    }
    no_record(line) {
        en: "Line {line} is no record of rootfix.",
        zh: "第 {line} 行不是 rootfix 的记录。",
    }
    cut_short() {
        en: "It ends before its summary, so bundles may be missing.",
        zh: "文件缺少结尾的汇总记录，可能有证书包未包含在内。",
    }
    make_records() {
        en: "Make it anew on that host: `rootfix check --json > HOST.jsonl`",
        zh: "请在该主机上重新生成：`rootfix check --json > 主机.jsonl`",
    }
}
