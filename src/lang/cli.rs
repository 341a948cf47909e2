//! What the command line itself says.

use super::sentences;

sentences! {
    unchanged() { en: "It is unchanged.", zh: "文件未被改动。" }
    append_needs_a_place() {
        en: "`append` changes files, so it wants to be told which.",
        zh: "`append` 会改动文件，因此必须指明是哪一个。",
    }
    name_a_bundle() {
        en: "For example: `rootfix append ./rootca.pem`. To find the bundle: `rootfix locate`",
        zh: "例如：`rootfix append ./rootca.pem`。查找证书包：`rootfix locate`",
    }
    bad_sha256(text) {
        en: "{text} is not a SHA-256: it has 64 hexadecimal digits, with or without colons.",
        zh: "{text} 不是 SHA-256：应为 64 位十六进制数，可带冒号。",
    }
    get_the_sha256() {
        en: "Take the fingerprint from the authority's own page or letter, not from the file itself.",
        zh: "请从证书机构的官方页面或函件获取指纹，不要从该文件自身计算。",
    }
    password_unreadable(place, why) {
        en: "The password could not be read from {place}: {why}.",
        zh: "无法从 {place} 读取密码：{why}。",
    }
    password_too_long(place, most) {
        en: "The password from {place} is longer than {most} bytes.",
        zh: "来自 {place} 的密码超过 {most} 字节。",
    }
    password_not_written(place) {
        en: "{place} is a pipe, and nobody writes a password into it.",
        zh: "{place} 是管道，但没有程序向其中写入密码。",
    }
    give_a_password() {
        en: "Give it with --password-file FILE, --password-env VAR or --password-stdin.",
        zh: "请用 --password-file 文件、--password-env 变量 或 --password-stdin 提供密码。",
    }
    unknown_code(code) {
        en: "There is no finding with the code {code}.",
        zh: "没有代码为 {code} 的检查结果。",
    }
    list_codes() { en: "All codes: `rootfix explain`", zh: "全部代码：`rootfix explain`" }
    meaning() { en: "Meaning", zh: "含义" }
    cause() { en: "Cause", zh: "原因" }
    remedy() { en: "Remedy", zh: "处理" }
    source() { en: "Source", zh: "依据" }
    is_a_directory() {
        en: "It is a directory.",
        zh: "这是一个目录。",
    }
    roots_title() { en: "Embedded roots (SHA-256 checked):", zh: "内置根证书（SHA-256 已校验）：" }
    rollovers_title() { en: "Rollovers:", zh: "根证书更换方案：" }
    next(step) { en: "Next: {step}", zh: "下一步：{step}" }
    output_lost() {
        en: "What was to be written to standard output could not be written.",
        zh: "无法写入标准输出。",
    }
    changed_all_the_same(files) {
        en: "The work itself was done, and these files are changed: {files}.",
        zh: "操作本身已完成，以下文件已改动：{files}。",
    }
    free_the_output() {
        en: "Look whether the disk that it goes to is full; what was written so far is not whole.",
        zh: "请检查输出所在的磁盘是否已满；已写出的内容不完整。",
    }
    stdin_with_json() {
        en: "With --json, standard output carries records, so there is no place for the bundle.",
        zh: "使用 --json 时标准输出用于记录，没有位置输出证书包。",
    }
    output_is_no_record() {
        en: "Standard output carries what this command makes, so there is no place for records.",
        zh: "该命令的结果本身要写到标准输出，没有位置输出记录。",
    }
    leave_json_out() { en: "Leave --json out.", zh: "请去掉 --json。" }
    give_an_output() {
        en: "Name a file for it with --output, or leave --json out.",
        zh: "请用 --output 指定输出文件，或去掉 --json。",
    }
    export_as(format) {
        en: "Certificates are exported as pem or der, not as {format}.",
        zh: "证书只能导出为 pem 或 der，而不是 {format}。",
    }
    export_example() {
        en: "For example: `rootfix inspect --export pem ./out truststore.jks`",
        zh: "例如：`rootfix inspect --export pem ./out truststore.jks`",
    }
    not_written(path, error) {
        en: "{path} could not be written: {error}.",
        zh: "无法写入 {path}：{error}。",
    }
    choose_directory() {
        en: "Name a directory that is empty or not there yet.",
        zh: "请指定一个空目录或尚不存在的目录。",
    }
    asks_first(count) {
        en: "Bundles that would be changed: {count}. Nobody is here to say yes.",
        zh: "将改动 {count} 个证书包；当前无人确认。",
    }
    say_yes() {
        en: "Look with -n first; then repeat the command with --yes.",
        zh: "请先用 -n 查看；然后加上 --yes 重新运行。",
    }
    change_them(count) {
        en: "Change these bundles ({count})?",
        zh: "是否改动这 {count} 个证书包？",
    }
    change_nothing() { en: "No: change nothing", zh: "否：不改动" }
    searching() { en: "Looking for bundles …", zh: "正在查找证书包……" }
    judging() { en: "Judging the bundles …", zh: "正在检查证书包……" }
    repairing(path) { en: "Repairing {path} and proving it …", zh: "正在修复并验证 {path}……" }
    proving(path) { en: "Proving {path} …", zh: "正在验证 {path}……" }
    no_manual(path) {
        en: "There is no command {path}, so there is no page about it.",
        zh: "没有 {path} 这个命令，因此没有它的手册页。",
    }
    commands_are_listed() { en: "All commands: `rootfix help`", zh: "全部命令：`rootfix help`" }
    nothing_changed() { en: "Nothing was changed.", zh: "未改动任何内容。" }
    pinned_and_not_here(file, line) {
        en: "{file}, line {line}, tells its program to use this file, and it is not here.",
        zh: "{file} 第 {line} 行指定程序使用该文件，但这里没有它。",
    }
    check_where_it_runs() {
        en: "If the program runs elsewhere (another machine, a container), run `rootfix check` there.",
        zh: "如果程序在别处运行（其他机器、容器），请在那里运行 `rootfix check`。",
    }
    probably_the_api_certificate() {
        en: "By its name this is your own API certificate, which proves who you are; a rollover of roots changes nothing in it.",
        zh: "从文件名看，这是商户自己的 API 证书，用于证明您的身份；根证书更换与它无关，无需改动。",
    }
    no_bundle_in(place) {
        en: "No bundle was found in `{place}`.",
        zh: "在 `{place}` 中没有找到证书包。",
    }
    no_other_root(path, error) {
        en: "`{path}`, which --prefix names, is no directory that could be looked into: {error}.",
        zh: "--prefix 指定的 `{path}` 不是可以检查的目录：{error}。",
    }
    name_another_root() {
        en: "Name the directory that is the root of the container or of the mounted image.",
        zh: "请指定容器或已挂载镜像的根目录。",
    }
    outside_the_prefix(place, root) {
        en: "`{place}` does not lie in {root}, the root that --prefix names.",
        zh: "`{place}` 不在 --prefix 指定的根目录 {root} 之内。",
    }
    name_what_is_inside(root) {
        en: "Name a file or a directory below {root}; for this machine's own files, leave --prefix out.",
        zh: "请指定 {root} 之下的文件或目录；要检查本机自己的文件，请去掉 --prefix。",
    }
    source_repair_needed(command) {
        en: "This file is generated: what is added to it is lost when {command} runs next.",
        zh: "此文件由程序生成：下次运行 {command} 时，追加的内容会丢失。",
    }
    directory_by_hand() {
        en: "It is a hashed certificate directory; this wants a bundle in one file.",
        zh: "这是按哈希命名的证书目录；此处需要单个文件形式的证书包。",
    }
    name_its_file() {
        en: "`rootfix check FILE`, `rootfix verify FILE` and `rootfix append FILE` take the directory as it is.",
        zh: "`rootfix check 文件`、`rootfix verify 文件` 和 `rootfix append 文件` 可直接用于该目录。",
    }
}
