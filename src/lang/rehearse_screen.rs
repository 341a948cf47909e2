//! The frame in which `rehearse` shows what it saw.

use super::sentences;

sentences! {
    does_not_verify(program) {
        en: "{program} does not verify the server at all: it accepted a chain that nobody vouches for. Anyone on the way can read and change its payments.",
        zh: "{program} 完全没有验证服务器：它接受了没有任何信任来源的证书链。链路上的任何人都能读取和篡改支付内容。",
    }
    ready(program) {
        en: "Payments will keep working: {program} accepts the new server as it is.",
        zh: "支付将继续正常：{program} 无需改动即可接受新服务器。",
    }
    append_helps(program) {
        en: "Payments will stop when the server changes, and will keep working after `append`: {program} was refused the new chain today, and accepts it with the repaired bundle.",
        zh: "服务器更换后支付将中断，执行 `append` 后可继续正常：{program} 目前拒绝新证书链，使用修复后的证书包则接受。",
    }
    append_does_not_help(program) {
        en: "Payments will stop when the server changes, and `append` to these bundles does not help: {program} takes its roots from somewhere else.",
        zh: "服务器更换后支付将中断，而且对这些证书包执行 `append` 也没有用：{program} 的根证书来自其他地方。",
    }
    not_proven(program) {
        en: "Cannot tell whether payments will keep working: too little was seen of {program}.",
        zh: "无法判断支付是否会继续正常：观察到的 {program} 的行为不足以得出结论。",
    }
    cannot_begin() {
        en: "Cannot tell whether payments will keep working: there was no rehearsal.",
        zh: "无法判断支付是否会继续正常：演练未能进行。",
    }
    // The four runs of the program.
    baseline() { en: "today's bundle, old chain", zh: "现有证书包，旧证书链" }
    rollover() { en: "today's bundle, new chain", zh: "现有证书包，新证书链" }
    repaired() { en: "repaired bundle, new chain", zh: "修复后的证书包，新证书链" }
    rogue() { en: "repaired bundle, rogue chain", zh: "修复后的证书包，伪造的证书链" }
    running(number, part) { en: "{number}/4  {part} ...", zh: "{number}/4  {part}……" }
    searching() { en: "looking at what it opens ...", zh: "正在查看它打开了哪些文件……" }
    narrowing() { en: "looking which bundle matters ...", zh: "正在确定哪个证书包起作用……" }
    found(program, paths_en, paths_zh) {
        en: "{program} was seen to read: {paths_en}",
        zh: "观察到 {program} 读取了：{paths_zh}",
    }
    these_matter(paths_en, paths_zh) {
        en: "Of these it is enough to repair: {paths_en}",
        zh: "其中只需修复：{paths_zh}",
    }
    nothing_opened(program) {
        en: "{program} was not seen to open a file with roots: they may be built into it, or it may read them later than it got here. If you know its bundle, give it with --bundle; `rootfix locate` looks for it.",
        zh: "没有观察到 {program} 打开任何含根证书的文件：根证书可能内置于程序中，或者程序尚未运行到读取的步骤。如果知道它的证书包，请用 --bundle 指定；可用 `rootfix locate` 查找。",
    }
    nothing_was_touched() {
        en: "Nothing outside was changed, and nothing was sent to the real service.",
        zh: "没有改动外部的任何内容，也没有向真实服务发送任何数据。",
    }
    serving(address) {
        en: "A stand-in of the new server listens on {address}, until Ctrl-C.",
        zh: "新服务器的替身正在 {address} 监听，按 Ctrl-C 结束。",
    }
    old_chain() { en: "old chain", zh: "旧证书链" }
    new_chain() { en: "new chain", zh: "新证书链" }
    rogue_chain() { en: "rogue chain", zh: "伪造的证书链" }
    copies(today, repaired) {
        en: "    as it is today: {today}\n    repaired:       {repaired}",
        zh: "    目前的副本：{today}\n    修复后的副本：{repaired}",
    }
    root_alone(path) {
        en: "  The new chain's root, to be added to a copy of your bundle: {path}",
        zh: "  新证书链的根证书（请加入证书包的副本）：{path}",
    }
    serve_how(host) {
        en: "Let the program call {host} at one of these addresses and read a copy in the place of its bundle: with the copy of today it must accept the old chain, with the repaired one the new chain too, and never the rogue one. For instance:",
        zh: "让程序通过上述某个地址访问 {host}，并用副本代替它的证书包：使用目前的副本应接受旧证书链，使用修复后的副本还应接受新证书链，而伪造的证书链始终应被拒绝。例如：",
    }
    serve_ends(directory) {
        en: "Afterwards {directory} can be deleted.",
        zh: "结束后可删除 {directory}。",
    }
    came_through(request, version) {
        en: "accepted ({request}, {version})",
        zh: "已接受（{request}，{version}）",
    }
    was_refused(alert) { en: "refused (TLS alert {alert})", zh: "已拒绝（TLS 警报 {alert}）" }
    sent_nothing(version) {
        en: "the handshake was finished ({version}), but no request came: some programs judge the chain only then",
        zh: "握手已完成（{version}），但没有收到请求：有些程序在此之后才判断证书链",
    }
    no_handshake() { en: "closed before the handshake was finished", zh: "握手完成之前连接已关闭" }
}
