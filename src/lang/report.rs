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
    no_bundles() {
        en: "It tells of no bundle.",
        zh: "其中没有任何证书包的记录。",
    }
    run_failed(error) {
        en: "The run on that host could not do all: {error}",
        zh: "该主机上的运行未能全部完成：{error}",
    }
    run_failed_somehow() {
        en: "The run on that host ended with trouble, so bundles may be missing.",
        zh: "该主机上的运行出错结束，可能有证书包未包含在内。",
    }
    other_rollover(theirs, ours) {
        en: "It was made for the rollover {theirs}, and not for {ours}.",
        zh: "它针对的根证书更换是 {theirs}，而不是 {ours}。",
    }
    same_rollover() {
        en: "Give `report` the --rollover with which the hosts were checked, or check them anew.",
        zh: "请为 `report` 指定检查各主机时所用的 --rollover，或重新检查。",
    }
    make_records() {
        en: "Make it anew on that host: `rootfix check --json > HOST.jsonl`",
        zh: "请在该主机上重新生成：`rootfix check --json > 主机.jsonl`",
    }
}
