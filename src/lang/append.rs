//! What `append` and `restore` say.

use super::sentences;

sentences! {
    appended(path, names, kept) {
        en: "Done: {names} added to {path}. Kept as they were: {kept}.",
        zh: "完成：已将 {names} 加入 {path}。原有证书原样保留：{kept} 张。",
    }
    mended_only(path, kept) {
        en: "Done: {path} is mended. Certificates kept as they were: {kept}.",
        zh: "完成：{path} 已修复。原有证书原样保留：{kept} 张。",
    }
    converted(path, kept) {
        en: "Done: the certificates of {path} were taken over: {kept}.",
        zh: "完成：已写入 {path} 中的全部证书：{kept} 张。",
    }
    already_present(path, names) {
        en: "Nothing to do: {path} already holds {names}. Not a byte was changed.",
        zh: "无需处理：{path} 中已有 {names}，未改动任何内容。",
    }
    would_append(path, names) {
        en: "This would be added to {path}: {names}. Nothing was changed; without -n it is done.",
        zh: "将向 {path} 加入：{names}。目前未改动任何内容；去掉 -n 即执行。",
    }
    would_mend(path) {
        en: "This is how {path} would be mended. Nothing was changed; without -n it is done.",
        zh: "{path} 将按此修复。目前未改动任何内容；去掉 -n 即执行。",
    }
    would_come(name, sha256) {
        en: "+ {name} (SHA-256 {sha256})",
        zh: "+ {name}（SHA-256 {sha256}）",
    }
    binary_store() {
        en: "This store is binary, so there is no text diff; these entries would come:",
        zh: "此信任库是二进制格式，无法显示文本差异；将加入以下条目：",
    }
    written_to(path) {
        en: "Written to {path}; the source is as it was.",
        zh: "已写入 {path}；源文件未改动。",
    }
    backup(path) {
        en: "Backup: {path}",
        zh: "备份：{path}",
    }
    proved(count) {
        en: "Proved: {count} checks passed, each with a control that must fail.",
        zh: "已验证：{count} 项检查通过，每项都有必须失败的对照。",
    }
    proved_once() {
        en: "Proved: 1 check passed, with a control that must fail.",
        zh: "已验证：1 项检查通过，并有必须失败的对照。",
    }
    restart() {
        en: "Programs read their bundle when they start: restart those that use it.",
        zh: "程序在启动时读取证书包：请重启使用它的程序。",
    }
    undo(arguments) {
        en: "To undo: rootfix restore {arguments}",
        zh: "撤销：rootfix restore {arguments}",
    }
    would_be_written(path) {
        en: "This would be written to {path}; the source stays as it is. Nothing was changed; without -n it is done.",
        zh: "将写入 {path}，源文件不变。目前未改动任何内容；去掉 -n 即执行。",
    }
    no_output_directory(directory, path) {
        en: "There is no directory {directory}, in which {path} could be made.",
        zh: "目录 {directory} 不存在，无法在其中创建 {path}。",
    }
    make_output_directory() {
        en: "Create the directory, or name another file with --output.",
        zh: "请先创建该目录，或用 --output 指定其他文件。",
    }
    no_alias_here() {
        en: "Its entries have no names, so --alias has no meaning for it.",
        zh: "其中的条目没有别名，--alias 对它没有意义。",
    }
    leave_alias_out() {
        en: "Leave --alias out; it is for key stores.",
        zh: "请去掉 --alias；它只用于密钥库。",
    }
    output_exists(path) {
        en: "{path} exists already.",
        zh: "{path} 已存在。",
    }
    choose_another_output() {
        en: "Name another file with --output, or remove that one first.",
        zh: "请用 --output 指定其他文件名，或先移走该文件。",
    }
    one_source_for_output() {
        en: "--output takes one source file.",
        zh: "使用 --output 时只能指定一个源文件。",
    }
    one_at_a_time() {
        en: "Run the command once for each file.",
        zh: "请对每个文件分别运行。",
    }
    proof_failed(detail) {
        en: "A proof failed before anything was written: {detail}",
        zh: "写入之前的验证未通过：{detail}",
    }
    report_it() {
        en: "Keep a copy of the file and report this; look at the machine's disk too.",
        zh: "请保留该文件的副本并反馈此问题；同时检查本机磁盘。",
    }
    keeps_changing() {
        en: "Another program keeps changing the file.",
        zh: "另一个程序在不断改动此文件。",
    }
    try_later() {
        en: "Find out which program writes it, and try again when it is done.",
        zh: "请查明是哪个程序在写入，待其完成后重试。",
    }
    restored(path) {
        en: "Restored: {path} is byte for byte as it was before.",
        zh: "已恢复：{path} 与修改之前逐字节一致。",
    }
    replaced_is_kept(backup) {
        en: "What was there until now is kept: {backup}",
        zh: "此前的内容保留在：{backup}",
    }
    already_restored(path) {
        en: "Nothing to do: {path} is as it was before.",
        zh: "无需处理：{path} 已是修改之前的内容。",
    }
    no_backups(path) {
        en: "There is no backup of {path}.",
        zh: "{path} 没有备份。",
    }
    backup_line(time, path, names) {
        en: "{time}  {path}  (before adding {names})",
        zh: "{time}  {path}（加入 {names} 之前）",
    }
    pass() { en: "pass", zh: "通过" }
    fail() { en: "FAIL", zh: "失败" }
    not_proven() { en: "not proven", zh: "未验证" }
    verified(path) {
        en: "Payments will keep working: every proof of {path} passed.",
        zh: "支付将继续正常：{path} 的各项验证均通过。",
    }
    not_verified(path) {
        en: "Payments will stop: a proof of {path} failed.",
        zh: "支付将中断：{path} 的验证未通过。",
    }
    partly_verified(path) {
        en: "Cannot tell whether payments will keep working: not everything about {path} could be proved.",
        zh: "无法判断支付是否会继续正常：{path} 的验证未能全部完成。",
    }
    not_changed(path) {
        en: "{path} was not changed.",
        zh: "{path} 未被改动。",
    }
    client() { en: "client", zh: "客户端" }
    old_today() { en: "old chain", zh: "旧链" }
    new_today() { en: "new, today", zh: "新链（现在）" }
    new_repaired() { en: "new, repaired", zh: "新链（修复后）" }
    rogue_repaired() { en: "rogue", zh: "伪造链" }
    accepts() { en: "accepts", zh: "接受" }
    refuses() { en: "refuses", zh: "拒绝" }
    unclear() { en: "unclear", zh: "不明" }
}
