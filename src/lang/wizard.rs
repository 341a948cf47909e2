//! The questions of the wizard.

use super::sentences;

sentences! {
    welcome() {
        en: "rootfix finds the trust bundles that your programs use, and adds the new root\nwhere it is missing. Nothing is changed before you say yes at the end.",
        zh: "rootfix 会查找程序所使用的证书包，并修复缺少新根证书的证书包。\n在最后一步确认之前，不会改动任何内容。",
    }
    plain_keys() { en: "Type the number, or Enter for the one with >; b: back; q: quit", zh: "输入编号，或按回车选择带 > 的一项；b：返回；q：退出" }
    keys() {
        en: "arrow keys and Enter, or the number; Esc: back; q: quit",
        zh: "用方向键和回车选择，或直接按数字；Esc：返回；q：退出",
    }
    line_keys() { en: "Esc: back; Ctrl-C: quit", zh: "Esc：返回；Ctrl-C：退出" }
    needs_a_terminal() {
        en: "The wizard asks questions, and there is no terminal to ask them on.",
        zh: "向导需要在终端中提问，而当前不是终端。",
    }
    commands_instead() {
        en: "These do the same without questions: `rootfix check [WHERE]`, `rootfix append -n FILE` (look), `rootfix append --yes FILE` (repair). All commands: `rootfix help`",
        zh: "以下命令无需提问：`rootfix check [位置]`、`rootfix append -n 文件`（预览）、`rootfix append --yes 文件`（修复）。全部命令：`rootfix help`",
    }

    where_to_look() { en: "Where should rootfix look?", zh: "在哪里查找？" }
    this_directory(path) { en: "This directory: {path}", zh: "当前目录：{path}" }
    a_program() { en: "A running program, by its process ID or name", zh: "正在运行的程序（按进程号或程序名）" }
    this_machine() {
        en: "This machine: the stores of the system, Java, Python, PHP, ...",
        zh: "本机：系统、Java、Python、PHP 等的信任库",
    }
    a_file() { en: "A file or directory that I name", zh: "我指定的文件或目录" }
    quit() { en: "Quit", zh: "退出" }
    which_process() { en: "Process ID, or the name of its program", zh: "进程号或程序名" }
    not_a_process(text) { en: "{text} is no process ID, and no running program has that name; `ps -e` shows both.", zh: "{text} 不是进程号，也没有同名的运行中程序；`ps -e` 可查看两者。" }
    which_file() { en: "File or directory", zh: "文件或目录" }
    no_such_file(path) { en: "{path} does not exist.", zh: "{path} 不存在。" }

    password_of(path) { en: "Password of {path}", zh: "{path} 的密码" }
    wrong_password(left) { en: "That password does not open it. Tries left: {left}.", zh: "密码不正确。还可尝试 {left} 次。" }

    advise_append() {
        en: "Recommended: add the new root and keep the old one. Every program that reads this file then accepts both.",
        zh: "建议：追加新根证书并保留旧根证书。读取此文件的所有程序将同时接受两者。",
    }
    advise_repair() {
        en: "Recommended: mend the file and add the new root. As it is, most programs cannot load all of it.",
        zh: "建议：修复文件并追加新根证书。目前多数程序无法完整读取它。",
    }
    advise_another_key_store() {
        en: "Recommended: put an intact copy in its place. As it is, Java loads nothing of it, and a root that is added would not help.",
        zh: "建议：换上完好的副本。目前 Java 完全无法加载它，追加根证书没有用处。",
    }
    advise_by_hand() {
        en: "Recommended: mend the certificates in this code by hand; rootfix adds only beside certificates that read.",
        zh: "建议：手工修正代码中的证书；rootfix 只会在能读取的证书旁追加。",
    }
    advise_source(command) {
        en: "Recommended: add the new root where this file is made from, and let {command} make it anew. What is there stays.",
        zh: "建议：在生成此文件的来源处添加新根证书，再由 {command} 重新生成。原有证书原样保留。",
    }
    users(whom, more) { en: "{whom}, and {more} more", zh: "{whom}，另有 {more} 处" }
    advise_nothing() {
        en: "Recommended: nothing here; rootfix does not change it. The program's real bundle may be another file.",
        zh: "建议：无需改动，rootfix 不会修改它。程序实际使用的证书包可能是另一个文件。",
    }
    or_delete(place) {
        en: "Or: take the pin at {place} away, so that the program uses its default store.",
        zh: "或者：删除 {place} 处的指定，让程序使用默认信任库。",
    }

    what_to_do() { en: "What should be done?", zh: "要做什么？" }
    nothing_to_repair() { en: "There is nothing for rootfix to repair here.", zh: "这里没有需要由 rootfix 修复的证书包。" }
    repair_all(count) { en: "Repair all {count} bundles", zh: "修复全部 {count} 个证书包" }
    repair_one(path) { en: "Repair {path}", zh: "修复 {path}" }
    show_unpin() {
        en: "Show the code without the pin, as a patch (changes nothing)",
        zh: "以补丁形式显示删除指定后的代码（不改动任何内容）",
    }
    look_elsewhere() { en: "Look elsewhere", zh: "查找其他位置" }

    by_hand(place, target) {
        en: "{place} ({target}): take this pin away by hand; it is not a line that can be cut out safely.",
        zh: "{place}（{target}）：请手工删除此处指定；直接删去该行并不安全。",
    }
    save_question() { en: "Save this patch?", zh: "保存此补丁？" }
    save_patch(path) { en: "Save it as {path}", zh: "保存为 {path}" }
    do_not_save() { en: "Do not save it", zh: "不保存" }
    saved_patch(path) {
        en: "Saved. Nothing was applied; to apply it: patch -p0 < {path}",
        zh: "已保存，未应用。应用补丁：patch -p0 < {path}",
    }

    preview() { en: "This is what would be changed:", zh: "将进行以下改动：" }
    really() { en: "Make this change?", zh: "确认改动？" }
    go_ahead(count) {
        en: "Yes: change it now, with a backup (files: {count})",
        zh: "是：立即改动，并自动备份（文件数：{count}）",
    }
    not_now() { en: "No: change nothing, and go back", zh: "否：不改动，返回" }
    restart_these() {
        en: "Found to use what was changed; restart what of it is running:",
        zh: "已发现以下程序或配置使用了改动过的文件，其中正在运行的需要重启：",
    }
    password_file() { en: "FILE", zh: "密码文件" }
    next_time() { en: "The same next time, in one line:", zh: "下次可用一条命令完成：" }
}
