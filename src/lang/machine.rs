//! What is said of the stores of a machine, of processes and of traced commands.

use super::sentences;

sentences! {
    system(name) {
        en: "the operating system ({name})",
        zh: "操作系统（{name}）",
    }
    openssl(library) {
        en: "OpenSSL's default, of {library}",
        zh: "OpenSSL 默认位置（{library}）",
    }
    java(home) {
        en: "Java in {home}",
        zh: "{home} 中的 Java",
    }
    python_package(package, directory) {
        en: "Python's {package} in {directory}",
        zh: "{directory} 中的 Python 包 {package}",
    }
    node_built_in(program) {
        en: "Node.js ({program}), with the roots that are built into it",
        zh: "Node.js（{program}），使用内置根证书",
    }
    ruby(home) {
        en: "Ruby's OpenSSL in {home}",
        zh: "{home} 中 Ruby 的 OpenSSL",
    }
    configuration(file) {
        en: "the configuration {file}",
        zh: "配置文件 {file}",
    }
    variable(name, readers) {
        en: "the environment variable {name} ({readers})",
        zh: "环境变量 {name}（{readers}）",
    }
    java_option() {
        en: "Java's option javax.net.ssl.trustStore",
        zh: "Java 参数 javax.net.ssl.trustStore",
    }
    without_the_variable() {
        en: "Without the variable its readers take their default, mostly the system's store; add the new root to the file where the variable must stay.",
        zh: "去掉该变量后，相关程序使用各自的默认信任库（通常是系统证书）；必须保留时，请向该文件追加新根证书。",
    }
    without_the_property() {
        en: "Without the option the JVM takes lib/security/jssecacerts or cacerts; add the new root to the file where the option must stay.",
        zh: "去掉该参数后，JVM 使用 lib/security/jssecacerts 或 cacerts；必须保留时，请向该文件追加新根证书。",
    }
    adds_to_the_built_in_roots() {
        en: "Node.js adds these to its built-in roots, and reads them once, at its start: add the new root, then restart.",
        zh: "Node.js 会把它们追加到内置根证书，且只在启动时读取一次：追加新根证书后请重启。",
    }
    switch_in_environment() {
        en: "The variable switches verification off for every program that is started with it.",
        zh: "该变量会让所有继承它的程序都关闭校验。",
    }
    named_at_start() {
        en: "The program was started with this file: add the new root to it, then restart the program.",
        zh: "程序启动时指定了该文件：追加新根证书后请重启程序。",
    }
    option(name) {
        en: "the option {name} of the command line",
        zh: "命令行选项 {name}",
    }
    argument() {
        en: "an argument of the command line",
        zh: "命令行参数",
    }
    open_file(pid) {
        en: "process {pid}, which has it open",
        zh: "进程 {pid}（已打开该文件）",
    }
    mapped_file(pid) {
        en: "process {pid}, which has it in memory",
        zh: "进程 {pid}（已映射到内存）",
    }
    older_than_bundle() {
        en: "The process was started before this file last changed. If it reads the file at its start, as most programs do, restart it.",
        zh: "该进程的启动时间早于此文件的最后修改时间。多数程序只在启动时读取它，请重启该进程。",
    }
    process_gone(pid) {
        en: "There is no process {pid}, or it has ended.",
        zh: "进程 {pid} 不存在或已结束。",
    }
    look_for_the_process() {
        en: "Find the process with `ps -ef`; a program that was restarted has a new number.",
        zh: "请用 `ps -ef` 查找进程；程序重启后进程号会改变。",
    }
    process_not_permitted(pid) {
        en: "Process {pid} belongs to another user; what it uses may not be read.",
        zh: "进程 {pid} 属于其他用户，无权读取其使用情况。",
    }
    be_root_or_the_user() {
        en: "Run this as root (sudo), or as the user of the process.",
        zh: "请用 root（sudo）或该进程所属用户运行。",
    }
    processes_need_linux() {
        en: "What a process uses can be read on Linux alone.",
        zh: "仅支持在 Linux 上读取进程的使用情况。",
    }
    name_the_bundle() {
        en: "Give the bundle, or the project's directory, instead.",
        zh: "请改为指定证书包或项目目录。",
    }
    opened_by(program) {
        en: "{program}, which opened it",
        zh: "{program}（打开了该文件）",
    }
    looked_for_by(program) {
        en: "{program}, which looked for it in vain",
        zh: "{program}（曾查找但未找到）",
    }
    command_not_started(command, error) {
        en: "`{command}` could not be started: {error}.",
        zh: "无法启动 `{command}`：{error}。",
    }
    check_the_command() {
        en: "Check the name and its permissions; a shell's own words need `sh -c`.",
        zh: "请检查命令名和权限；shell 内置命令需要用 `sh -c` 运行。",
    }
    tracing_refused(error) {
        en: "The system does not let this process trace another: {error}.",
        zh: "系统不允许跟踪其他进程：{error}。",
    }
    allow_tracing() {
        en: "In a container, start it with --cap-add SYS_PTRACE; elsewhere look at kernel.yama.ptrace_scope. Linux before 3.4 cannot do it. `--pid` needs no tracing.",
        zh: "容器请用 --cap-add SYS_PTRACE 启动；其他环境请检查 kernel.yama.ptrace_scope。3.4 之前的 Linux 不支持。`--pid` 不需要跟踪。",
    }
    no_command() {
        en: "No command was given.",
        zh: "没有给出命令。",
    }
    command_after_dashes() {
        en: "Write the command and its arguments after `--`.",
        zh: "请把命令及其参数写在 `--` 之后。",
    }
}
