//! What is said of stores that are repaired at their source, and of hashed directories.

use super::sentences;

sentences! {
    added_at_source(files) {
        en: "Added where it lasts: {files}",
        zh: "已添加到可长期保留的位置：{files}",
    }
    was_at_source(commands) {
        en: "The source held the new root already; what was missing was the generator: {commands}",
        zh: "来源目录中已有新的根证书，只是未重新生成；现已运行：{commands}",
    }
    rescued(count) {
        en: "Certificates that had been added to the generated file by hand: {count}. They now lie in its source, stay there, and are trusted as before.",
        zh: "曾被手工加入生成文件的证书：{count} 张。它们现已放入来源目录并保留在那里，与之前一样受信任。",
    }
    arrived(kept, names) {
        en: "Read back after the generator: {names} came, and all {kept} certificates that were there before are there.",
        zh: "生成后重新读取：{names} 已加入，原有的 {kept} 张证书全部保留。",
    }
    not_arrived(path) {
        en: "The generator ran without complaint, but {path} does not hold the new root.",
        zh: "生成命令未报错，但 {path} 中没有新的根证书。",
    }
    lost(path, sha256) {
        en: "The generator left out a certificate that was in {path} before: SHA-256 {sha256}.",
        zh: "重新生成后 {path} 缺少了原有的证书：SHA-256 {sha256}。",
    }
    run_by_hand(commands) {
        en: "Everything was taken back. Run `{commands}` by hand to see what it says.",
        zh: "已全部撤销。请手工运行 `{commands}` 查看输出。",
    }
    taken_back(path) {
        en: "The disk did not confirm that what was made for {path} is stored, so it was taken back.",
        zh: "磁盘未能确认为 {path} 写入的内容已经保存，因此已全部撤回。",
    }
    look_at_disk() {
        en: "Look into the system's log for disk errors, then repeat the command.",
        zh: "请查看系统日志中的磁盘错误，然后重新执行该命令。",
    }
    half_way(detail) {
        en: "The addition failed, and not everything could be taken back: {detail}",
        zh: "添加失败，且未能全部撤销：{detail}",
    }
    not_taken_back(detail) {
        en: "Not everything could be taken back: {detail}",
        zh: "未能全部撤销：{detail}",
    }
    restore_again() {
        en: "Mend that, then run `rootfix restore` on the store again; `rootfix check` says what it holds.",
        zh: "解决后再次对该信任库运行 `rootfix restore`；`rootfix check` 可查看其内容。",
    }
    differs(path) {
        en: "{path} is not as it was.",
        zh: "{path} 与之前不同。",
    }
    changed_since(path) {
        en: "{path} was changed since it was made for this store.",
        zh: "{path} 在为此信任库创建之后又被改动。",
    }
    force_takes_back() {
        en: "Look at it; --force takes it away all the same and keeps a copy beside the receipt.",
        zh: "请先查看该文件；加 --force 仍会撤销，并在回执旁保留一份副本。",
    }
    foreign_receipt(path) {
        en: "The receipt {path} names files that rootfix would not have made for this store.",
        zh: "回执 {path} 中的文件不像是 rootfix 为此信任库创建的。",
    }
    look_at_receipt() {
        en: "Look at the receipt, and take back by hand what it names.",
        zh: "请查看该回执，并手工撤销其中列出的内容。",
    }
    restored(path) {
        en: "Restored: what was added for {path} at its source is gone again.",
        zh: "已恢复：为 {path} 在来源处添加的内容已全部撤销。",
    }
    busy() {
        en: "Another rootfix is at work on this store.",
        zh: "另一个 rootfix 正在处理此信任库。",
    }
    addition(time, path, names) {
        en: "{time}  {path}  (added at the source: {names})",
        zh: "{time}  {path}（在来源处加入：{names}）",
    }
}
