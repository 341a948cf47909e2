//! What is said of the certificate stores of Windows.

use super::sentences;

sentences! {
    used_by(name) {
        en: "Windows ({name}): browsers, .NET, PowerShell, and whatever else has no roots of its own",
        zh: "Windows（{name}）：浏览器、.NET、PowerShell，以及其他没有自带根证书的程序",
    }
    cannot_open(name, error) {
        en: "Windows does not open its store {name}: {error}",
        zh: "Windows 无法打开证书存储 {name}：{error}",
    }
    see_certificate_console() {
        en: "Look at the store with certlm.msc (machine) or certmgr.msc (user).",
        zh: "请用 certlm.msc（计算机）或 certmgr.msc（用户）查看该存储。",
    }
    needs_an_administrator() {
        en: "LocalMachine\\Root is trusted by every user of this computer; only an administrator may change it.",
        zh: "LocalMachine\\Root 受本机所有用户信任，只有管理员可以修改。",
    }
    asks_in_a_window() {
        en: "Windows may now ask in a window whether CurrentUser\\Root is to be changed. Somebody must sit at the screen.",
        zh: "Windows 接下来可能弹出窗口，询问是否修改 CurrentUser\\Root，需要有人在屏幕前确认。",
    }
    run_as_administrator() {
        en: "Open a terminal with \"Run as administrator\", and run the command again.",
        zh: "请以“以管理员身份运行”打开终端，然后重新运行该命令。",
    }
    refused(name, error) {
        en: "Windows did not change {name}: {error}",
        zh: "Windows 未修改 {name}：{error}",
    }
    answer_the_window() {
        en: "If a window asked, answer it with yes; where there is no screen, add the root to LocalMachine\\Root as an administrator.",
        zh: "如果出现确认窗口，请选择“是”；没有桌面的环境请以管理员身份添加到 LocalMachine\\Root。",
    }
    disallowed(root) {
        en: "{root} lies among the certificates that this Windows never trusts (Disallowed).",
        zh: "{root} 位于本机 Windows 的“不信任的证书”（Disallowed）中。",
    }
    ask_who_disallowed() {
        en: "Somebody decided that, or a policy did. Ask the administrator; rootfix does not overrule it.",
        zh: "这是管理员或组策略的决定。请联系管理员，rootfix 不会绕过它。",
    }
    no_output() {
        en: "A store of Windows is no file, so there is nothing to write with --output.",
        zh: "Windows 证书存储不是文件，不能使用 --output。",
    }
    without_output() {
        en: "Leave --output out, or name a file.",
        zh: "请去掉 --output，或指定一个文件。",
    }
    no_place_for_receipts() {
        en: "Neither ProgramData nor LOCALAPPDATA says where a receipt could be kept.",
        zh: "环境变量 ProgramData 和 LOCALAPPDATA 均未设置，无处保存回执。",
    }
    set_the_variables() {
        en: "Run the command in an ordinary session of the user, or give --backup-dir.",
        zh: "请在普通用户会话中运行，或使用 --backup-dir。",
    }
    arrived(kept, names) {
        en: "Read back from Windows: {names} came, and all {kept} certificates that were there before are there.",
        zh: "已从 Windows 重新读取：{names} 已加入，原有的 {kept} 张证书全部保留。",
    }
    not_arrived(name) {
        en: "Windows reported no error, but {name} does not hold what it should.",
        zh: "Windows 未报错，但 {name} 中的内容与预期不符。",
    }
    nothing_to_take_back(name) {
        en: "No receipt says that rootfix added anything to {name}.",
        zh: "没有回执表明 rootfix 曾向 {name} 添加过证书。",
    }
}
