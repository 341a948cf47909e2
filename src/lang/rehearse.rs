//! What is said about rehearsals and their stand-ins.

use super::{Sentence, sentences};
use crate::rehearse::verdict::Exit;

sentences! {
    not_a_host(name) {
        en: "\"{name}\" is not a host name.",
        zh: "“{name}”不是有效的主机名。",
    }
    name_a_host() {
        en: "Give the name that the program connects to, for example `--host api.mch.weixin.qq.com`.",
        zh: "请填写程序所连接的主机名，例如 `--host api.mch.weixin.qq.com`。",
    }
    no_entropy() {
        en: "The operating system gives no random numbers, so that no stand-in keys can be made.",
        zh: "操作系统无法提供随机数，因此不能生成替身证书的密钥。",
    }
    mount_dev() {
        en: "See that /dev/urandom exists (in a chroot: mount /dev).",
        zh: "请确认 /dev/urandom 存在（在 chroot 中请先挂载 /dev）。",
    }
    no_namespaces(error) {
        en: "The kernel does not let this user have a private network and private mounts ({error}).",
        zh: "内核不允许当前用户使用私有网络和私有挂载（{error}）。",
    }
    without_namespaces() {
        en: "Run it as root, outside of a container, or have user namespaces allowed (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns). Else `rootfix verify --clients` tests the bundle with the clients found here, and `rootfix rehearse --serve` runs the stand-in, to which you point the program by hand.",
        zh: "请以 root 身份在容器之外运行，或放开用户命名空间（sysctl user.max_user_namespaces、kernel.unprivileged_userns_clone、kernel.apparmor_restrict_unprivileged_userns）。否则可用 `rootfix verify --clients` 以本机的各种客户端测试证书包，或用 `rootfix rehearse --serve` 启动替身服务器，再手工让程序连接它。",
    }
    port_taken(address) {
        en: "The stand-in cannot listen on {address}, because another server of this machine has the port.",
        zh: "替身服务器无法监听 {address}：该端口已被本机的另一个服务占用。",
    }
    free_the_port() {
        en: "Leave out --share-network, or stop the other server for a moment.",
        zh: "请去掉 --share-network，或暂时停止占用端口的服务。",
    }
    not_started(command, error) {
        en: "`{command}` cannot be started: {error}.",
        zh: "无法启动 `{command}`：{error}。",
    }
    check_command() {
        en: "Give the command as you would type it in this directory; a shell's own words need `sh -c '...'`.",
        zh: "请按在当前目录中输入的方式填写命令；若用到 shell 语法，请写成 `sh -c '...'`。",
    }
    no_shadow(path, error) {
        en: "A shadow copy cannot be put over {path}: {error}.",
        zh: "无法用影子副本覆盖 {path}：{error}。",
    }
    no_network(error) {
        en: "The private network cannot be set up: {error}.",
        zh: "无法建立私有网络：{error}。",
    }
    not_traced(error) {
        en: "What the program opens cannot be seen: {error}",
        zh: "无法查看程序打开了哪些文件：{error}",
    }
    run_lost(error) {
        en: "The process that ran the command went away ({error}).",
        zh: "运行该命令的进程意外退出（{error}）。",
    }

    no_command() {
        en: "No command was given.",
        zh: "没有给出要演练的命令。",
    }
    bundle_unreadable(path, error) {
        en: "{path} cannot be read: {error}.",
        zh: "无法读取 {path}：{error}。",
    }
    no_bundle_known(how_en, how_zh) {
        en: "It refuses this chain ({how_en}), and no bundle is known that it would read.",
        zh: "它拒绝了此证书链（{how_zh}），而且不清楚它会读取哪个证书包。",
    }
    name_a_bundle() {
        en: "Give the bundle that the program reads with --bundle; `rootfix locate` finds it.",
        zh: "请用 --bundle 指定程序所读取的证书包；可用 `rootfix locate` 查找。",
    }
    linux_alone() {
        en: "Programs can be rehearsed on Linux alone.",
        zh: "只有在 Linux 上才能演练程序。",
    }
    without_linux() {
        en: "`rootfix verify --clients` tests the bundle with the clients found here, and `rootfix rehearse --serve` runs the stand-in, to which you point the program by hand.",
        zh: "可用 `rootfix verify --clients` 以本机的各种客户端测试证书包，或用 `rootfix rehearse --serve` 启动替身服务器，再手工让程序连接它。",
    }

    no_copy(directory, error) {
        en: "The shadow copies cannot be written to {directory}: {error}.",
        zh: "无法将影子副本写入 {directory}：{error}。",
    }
    another_directory() {
        en: "Give a directory that this user may write to.",
        zh: "请指定当前用户可写的目录。",
    }
    cannot_listen(address, error) {
        en: "The stand-in cannot listen on {address}: {error}.",
        zh: "替身服务器无法监听 {address}：{error}。",
    }
    another_address() {
        en: "Give another address or port; ports below 1024 are root's.",
        zh: "请换用其他地址或端口；1024 以下的端口需要 root 权限。",
    }

    // Verdicts. `seen` is a request line and a TLS version; `how` is one of the sentences that follow.
    works(seen) {
        en: "The program works with the bundle as it is and the old chain ({seen}).",
        zh: "使用现有证书包和旧证书链，程序工作正常（{seen}）。",
    }
    works_partly(seen) {
        en: "The program gets through with the bundle as it is and the old chain ({seen}), though not with every connection.",
        zh: "使用现有证书包和旧证书链，程序能够连通（{seen}），但并非每个连接都成功。",
    }
    reads_another_bundle(how_en, how_zh) {
        en: "The program refuses even the chain that this bundle vouches for ({how_en}): it reads another bundle, or keeps a copy of what it once read. Nothing can be shown with this one; find the right one with `rootfix locate` and give it with --bundle.",
        zh: "程序连该证书包所信任的证书链也拒绝（{how_zh}）：说明它读取的是另一个证书包，或使用了以前保存的副本。用此证书包无法得出结论；请用 `rootfix locate` 找到正确的证书包，并用 --bundle 指定。",
    }
    old_root_is_missing(how_en, how_zh) {
        en: "The bundle does not hold the old root, and the program refuses the old chain ({how_en}).",
        zh: "证书包中没有旧根证书，程序拒绝旧证书链（{how_zh}）。",
    }
    survives(seen) {
        en: "The program works with the bundle as it is and the new chain ({seen}): the rollover does not harm it.",
        zh: "使用现有证书包和新证书链，程序工作正常（{seen}）：根证书更换不会影响它。",
    }
    accepts_as_it_does_all() {
        en: "The program accepts the new chain although its bundle does not vouch for it, as it accepts every chain.",
        zh: "现有证书包并不信任新证书链，程序却接受了它，因为它对任何证书链都接受。",
    }
    accepts_unvouched() {
        en: "The program accepts the new chain although none of the bundles given vouches for it; what it trusts was not found out.",
        zh: "所给的证书包都不信任新证书链，程序却接受了它；它究竟信任什么，未能查明。",
    }
    partly() {
        en: "Some of the program's connections are accepted and others refused: it uses more than one bundle, and not all of them were given with --bundle.",
        zh: "程序的连接有的成功、有的被拒绝：它使用了不止一个证书包，而 --bundle 没有全部列出。",
    }
    new_root_is_not_seen(how_en, how_zh) {
        en: "The bundle holds the new root, yet the program refuses the new chain ({how_en}): it does not see what stands there.",
        zh: "证书包中已有新根证书，程序仍拒绝新证书链（{how_zh}）：它读不到该证书。",
    }
    stops(how_en, how_zh) {
        en: "Once the server shows the new chain, this program no longer connects ({how_en}).",
        zh: "服务器换用新证书链后，该程序将无法连接（{how_zh}）。",
    }
    ends_otherwise(now_en, then_en, now_zh, then_zh) {
        en: "With the repaired bundle the program accepts the new chain, but then {now_en}, where before it {then_en}.",
        zh: "使用修复后的证书包，程序接受新证书链，但随后{now_zh}，而此前是{then_zh}。",
    }
    works_repaired(seen) {
        en: "With the repaired bundle the program works with the new chain ({seen}).",
        zh: "使用修复后的证书包和新证书链，程序工作正常（{seen}）。",
    }
    append_does_not_help(how_en, how_zh) {
        en: "Even with the repaired bundle the program refuses the new chain ({how_en}): for this it reads another bundle.",
        zh: "即使使用修复后的证书包，程序仍拒绝新证书链（{how_zh}）：它在此处读取的是另一个证书包。",
    }
    does_not_verify() {
        en: "The program does not verify at all: it accepts a chain from a root that nobody trusts. Anyone on the way can read and change its payments. Switch verification on first; the rollover is the smaller matter.",
        zh: "该程序根本不验证证书：它接受了任何人都不信任的根证书签发的证书链，链路上的任何人都能窃听和篡改支付数据。请先开启证书验证，根证书更换是次要问题。",
    }
    refuses_rogue(how_en, how_zh) {
        en: "The program refuses a chain from a root that nobody trusts ({how_en}), as it must.",
        zh: "程序拒绝了不受信任的根证书签发的证书链（{how_zh}），符合要求。",
    }
    refuses_everything() {
        en: "The program refuses a chain from a root that nobody trusts; but it refused every other chain too, so that this shows nothing.",
        zh: "程序拒绝了不受信任的根证书签发的证书链；但它对其他证书链也一概拒绝，因此说明不了问题。",
    }

    // How a chain is refused.
    by_alert(name) {
        en: "TLS alert {name}",
        zh: "TLS 警报 {name}",
    }
    after_the_handshake() {
        en: "it left after the handshake, without a request",
        zh: "握手完成后即断开，未发送请求",
    }
    by_closing() {
        en: "it closed the connection during the handshake",
        zh: "握手过程中断开了连接",
    }

    // Why there is nothing to judge.
    incompatible(why) {
        en: "The program and the stand-in have no way of TLS in common ({why}); the stand-in speaks TLS 1.2 and 1.3 with forward secrecy.",
        zh: "程序与替身服务器没有共同支持的 TLS 方式（{why}）；替身服务器支持带前向保密的 TLS 1.2 和 1.3。",
    }
    went_silent() {
        en: "The program began a TLS handshake and did not go on with it.",
        zh: "程序开始了 TLS 握手，但没有继续。",
    }
    without_tls(line) {
        en: "The program connects without TLS and says \"{line}\".",
        zh: "程序未使用 TLS 即发送了“{line}”。",
    }
    closed_before_tls() {
        en: "The program connects and closes again before it speaks.",
        zh: "程序建立连接后未发送任何内容便断开。",
    }
    asked_for_others(names_en, names_zh) {
        en: "The program does not connect to a host of this rehearsal. It looks up {names_en}; if that is the server, add it with --host.",
        zh: "程序没有连接本次演练的主机。它查询了 {names_zh}；如果这就是要连接的服务器，请用 --host 添加。",
    }
    never_connected_in_time() {
        en: "The program does not connect to anything before its time is over. A server needs a command that makes it pay; a client of a service that runs elsewhere (Docker, systemd) connects from there, where nothing can be seen.",
        zh: "程序在时限内没有发起任何连接。若它是服务程序，请换用能触发支付请求的命令；若它只是把请求交给别处运行的服务（Docker、systemd），连接会从那里发出，这里无法观察。",
    }
    never_connected(exit_en, exit_zh) {
        en: "The program {exit_en} before it connects to anything; its last lines may say why.",
        zh: "程序没有发起任何连接便{exit_zh}；原因请看它的最后几行输出。",
    }

    exited(code) {
        en: "exits with code {code}",
        zh: "以退出码 {code} 结束",
    }
    killed(signal) {
        en: "is killed by signal {signal}",
        zh: "被信号 {signal} 终止",
    }
    stopped() {
        en: "runs until it is stopped",
        zh: "一直运行到被停止",
    }
}

/// How a program ends, as a part of a sentence.
pub fn exit(exit: Exit) -> Sentence {
    match exit {
        Exit::Code(code) => exited(code),
        Exit::Signal(signal) => killed(signal),
        Exit::TimeLimit => stopped(),
    }
}
