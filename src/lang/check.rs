//! The answers of `check`, and the labels of its tables.

use super::sentences;

sentences! {
    // The first line: the answer.
    will_keep_working(path, roots) {
        en: "Payments will keep working: {path} holds {roots}.",
        zh: "支付将继续正常：{path} 中已有 {roots}。",
    }
    all_will_keep_working(count, roots) {
        en: "Payments will keep working: all {count} bundles hold {roots}.",
        zh: "支付将继续正常：{count} 个证书包中都已有 {roots}。",
    }
    will_stop(path, roots) {
        en: "Payments will stop once the server uses {roots}: {path} does not hold it.",
        zh: "服务器改用 {roots} 后支付将中断：{path} 中没有该根证书。",
    }
    some_will_stop(count, total, roots) {
        en: "Payments will stop once the server uses {roots}: bundles that are not ready: {count} of {total}.",
        zh: "服务器改用 {roots} 后支付将中断：{total} 个证书包中有 {count} 个尚未就绪。",
    }
    is_broken(path) {
        en: "Payments may already fail: most programs cannot load {path}, or load only a part of it.",
        zh: "支付可能已经失败：多数程序无法读取 {path}，或只能读取一部分。",
    }
    is_broken_key_store(path) {
        en: "Payments may already fail: Java cannot load {path}.",
        zh: "支付可能已经失败：Java 无法加载 {path}。",
    }
    cannot_tell_unreadable(path) {
        en: "Cannot tell whether payments will keep working: {path} could not be read.",
        zh: "无法判断支付是否会继续正常：{path} 无法读取。",
    }
    cannot_tell_not_a_store(path) {
        en: "Cannot tell whether payments will keep working: {path} is not what a program trusts servers by.",
        zh: "无法判断支付是否会继续正常：{path} 不是程序用来信任服务器的信任库。",
    }
    cannot_tell_some(count, total) {
        en: "Cannot tell whether payments will keep working: {count} of {total} files could not be judged.",
        zh: "无法判断支付是否会继续正常：{total} 个文件中有 {count} 个无法判断。",
    }
    nothing_found(place) {
        en: "Cannot tell whether payments will keep working: no bundle was found in `{place}`.",
        zh: "无法判断支付是否会继续正常：在 `{place}` 中没有找到证书包。",
    }

    // The evidence.
    holds(format, count) {
        en: "{format}, {count} certificates",
        zh: "{format}，{count} 张证书",
    }
    holds_one(format) {
        en: "{format}, 1 certificate",
        zh: "{format}，1 张证书",
    }
    present() { en: "present", zh: "有" }
    missing() { en: "missing", zh: "缺少" }
    unseen() { en: "there, but out of the programs' sight", zh: "有，但程序读不到" }
    used_by(whom) { en: "used by: {whom}", zh: "使用者：{whom}" }
    line(number) { en: "line {number}", zh: "第 {number} 行" }
    in_line(number) { en: " (line {number})", zh: "（第 {number} 行）" }
    in_lines(numbers) { en: " (lines {numbers})", zh: "（第 {numbers} 行）" }
    in_more_lines(numbers, more) { en: " (lines {numbers} and {more} more)", zh: "（第 {numbers} 行，另有 {more} 处）" }
    labelled(label, message) { en: "{label}: {message}", zh: "{label}：{message}" }
    more_notes(count) { en: "({count} more to note: -v shows it)", zh: "（另有 {count} 条提示，加 -v 显示）" }
    programs_load(count) {
        en: "Of its certificates ({count}), these programs load:",
        zh: "共 {count} 张证书，各程序能读取：",
    }
    loads_all() { en: "all", zh: "全部" }
    loads(count) { en: "{count}", zh: "{count} 张" }
    repair_for_all() {
        en: "With --repair, `rootfix append` makes all of them load it.",
        zh: "`rootfix append` 加上 --repair 可让它们全部都能读取。",
    }
    ca_directory() { en: "CA directory", zh: "证书目录" }
    in_a_literal() { en: "PEM in a literal", zh: "字面量中的 PEM" }
    system_store() { en: "system store", zh: "系统信任库" }
    owner() { en: "owner", zh: "归属" }
    nobody() { en: "nobody", zh: "无" }
    unknown_owner() { en: "unknown", zh: "不明" }
    package(manager) { en: "{manager} package", zh: "{manager} 软件包" }
    bundle() { en: "bundle", zh: "证书包" }
    format() { en: "format", zh: "格式" }
    certificates() { en: "certs", zh: "证书数" }
    old_root() { en: "old root", zh: "旧根证书" }
    new_root() { en: "new root", zh: "新根证书" }
    verdict() { en: "verdict", zh: "结论" }
    ready() { en: "ready", zh: "已就绪" }
    not_ready() { en: "new root missing", zh: "缺少新根证书" }
    broken() { en: "broken", zh: "已损坏" }
    not_a_store() { en: "not a trust store", zh: "不是信任库" }
    unreadable() { en: "unreadable", zh: "无法读取" }
    error() { en: "error", zh: "错误" }
    warning() { en: "warning", zh: "警告" }
    note() { en: "note", zh: "提示" }

    // The last line: what to do.
    next_append(arguments) {
        en: "Next: rootfix append {arguments}",
        zh: "下一步：rootfix append {arguments}",
    }
    next_verify(arguments) {
        en: "To prove it: rootfix verify {arguments}",
        zh: "验证：rootfix verify {arguments}",
    }
    next_check(arguments) {
        en: "Next: rootfix check {arguments}",
        zh: "下一步：rootfix check {arguments}",
    }
    next_clients(arguments) {
        en: "Next, with the TLS clients of this machine: rootfix verify --clients {arguments}",
        zh: "下一步，用本机的 TLS 客户端验证：rootfix verify --clients {arguments}",
    }
    next_repair(arguments) {
        en: "Next, to see how it would be mended: rootfix append --repair -n {arguments}",
        zh: "下一步，预览修复方案：rootfix append --repair -n {arguments}",
    }
    next_new_key_store(name, arguments) {
        en: "Next: put an intact copy in its place; or, to make a new one of what can be read: rootfix append --output {name} {arguments}",
        zh: "下一步：换上完好的副本；或以其中能读取的证书新建一个：rootfix append --output {name} {arguments}",
    }
    next_locate() {
        en: "Next, to find the bundle that your program uses: rootfix locate",
        zh: "下一步，查找程序使用的证书包：rootfix locate",
    }
    next_explain(code) {
        en: "More about a finding: rootfix explain {code}",
        zh: "了解某项检查结果：rootfix explain {code}",
    }

    // The rungs of a proof; their permanent names are those of the English column.
    rogue() { en: "rogue", zh: "伪造" }
    reread() { en: "reread", zh: "读回" }
    stand_in() { en: "stand-in", zh: "替身" }
    saved_chain() { en: "saved-chain", zh: "已存证书链" }
    real_client() { en: "client", zh: "客户端" }
    live() { en: "live", zh: "真实服务器" }
    rehearsal() { en: "rehearsal", zh: "演练" }

    // inspect
    entry_name() { en: "name", zh: "名称" }
    entry_expires() { en: "expires", zh: "到期" }
    entry_key() { en: "key", zh: "密钥" }
    entry_where() { en: "where", zh: "位置" }
    not_trusted() { en: "(not trusted by its readers)", zh: "（读取程序不信任）" }
    other_things(count) {
        en: "Besides: {count} other things (keys, requests, lists).",
        zh: "另有 {count} 项其他内容（密钥、请求、吊销列表）。",
    }
}
