//! What is said of the trust stores that the system keeps: certificate stores of Windows, keychains of macOS.

use super::sentences;

sentences! {
    used_by_windows(name) {
        en: "Windows ({name}): browsers, .NET, PowerShell, and whatever else has no roots of its own",
        zh: "Windows（{name}）：浏览器、.NET、PowerShell，以及其他没有自带根证书的程序",
    }
    used_by_mac_os(name) {
        en: "macOS ({name}): Safari, Chrome, Go, .NET, and whatever else has no roots of its own",
        zh: "macOS（{name}）：Safari、Chrome、Go、.NET，以及其他没有自带根证书的程序",
    }
    no_file(name) {
        en: "{name} is no file: the system keeps it.",
        zh: "{name} 由系统保管，不是文件。",
    }
    what_reads_it() {
        en: "`rootfix check` and `rootfix inspect` read it. For anything else, name a file.",
        zh: "`rootfix check` 和 `rootfix inspect` 可以读取它；其他操作请指定文件。",
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
    no_output(name) {
        en: "{name} is kept by the system and is no file, so there is nothing to write with --output.",
        zh: "{name} 由系统保管，不是文件，不能使用 --output。",
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
    settings_not_read(name, error) {
        en: "macOS does not say what it trusts in {name}: {error}",
        zh: "macOS 没有给出 {name} 的信任设置：{error}",
    }
    see_keychain_access() {
        en: "Look at it with Keychain Access, or with `security dump-trust-settings -d` (administrator) and `security dump-trust-settings` (user).",
        zh: "请用“钥匙串访问”查看，或运行 `security dump-trust-settings -d`（管理员）和 `security dump-trust-settings`（用户）。",
    }
    keychain_by_hand(name) {
        en: "{name} lacks the new root, and rootfix reads keychains but changes none: on no Mac could that be tried.",
        zh: "{name} 缺少新的根证书。rootfix 只读取钥匙串，不做修改：修改功能没有在任何 Mac 上试过。",
    }
    settings_against(root, name) {
        en: "{root} has settings in {name} by which macOS does not trust it for servers.",
        zh: "{name} 中 {root} 的信任设置使 macOS 不信任它用于服务器。",
    }
    add_to_keychain(id) {
        en: "Run: `rootfix roots export {id} > {id}.pem && sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {id}.pem`",
        zh: "运行：`rootfix roots export {id} > {id}.pem && sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {id}.pem`",
    }
    add_own_to_keychain() {
        en: "Run, with the file that you gave to --root: `sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ROOT.pem`",
        zh: "用 --root 指定的文件运行：`sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ROOT.pem`",
    }
    keychain_not_restored(name) {
        en: "rootfix changes no keychain, so there is nothing of its own in {name} to take back.",
        zh: "rootfix 不修改钥匙串，{name} 中没有它添加的内容可以撤销。",
    }
    remove_from_keychain(id) {
        en: "If you trusted it with `security add-trusted-cert` yourself, run: `rootfix roots export {id} > {id}.pem && sudo security remove-trusted-cert -d {id}.pem`",
        zh: "如果您自己用 `security add-trusted-cert` 信任过它，请运行：`rootfix roots export {id} > {id}.pem && sudo security remove-trusted-cert -d {id}.pem`",
    }
    remove_own_from_keychain() {
        en: "If you trusted it with `security add-trusted-cert` yourself, run, with the file that you gave to --root: `sudo security remove-trusted-cert -d ROOT.pem`",
        zh: "如果您自己用 `security add-trusted-cert` 信任过它，请用 --root 指定的文件运行：`sudo security remove-trusted-cert -d ROOT.pem`",
    }
}
