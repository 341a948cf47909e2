//! Help texts, by command and argument.

use super::Sentence;

/// `command => (english, chinese)`, and `None` for what is not in the list; a test holds that nothing is missing.
macro_rules! texts {
    ($($(#[$attribute:meta])* $name:ident { $($key:literal => $en:literal, $zh:literal;)* })*) => {
        $(
            $(#[$attribute])*
            pub fn $name(key: &str) -> Option<Sentence> {
                match key {
                    $($key => Some(Sentence::new($en, $zh)),)*
                    _ => None,
                }
            }
        )*
    };
}

texts! {
    /// What a command is for; the empty path is the program itself.
    command {
        "" => "rootfix repairs the trust bundle that your program was told to use, proves the repair, and can undo it.",
              "rootfix 修复程序所使用的证书包，验证修复结果，并可随时撤销。";
        "locate" => "Find the bundles that programs are told to use", "查找程序被指定使用的证书包";
        "check" => "Say which bundles are ready for the rollover", "检查哪些证书包已为根证书更换做好准备";
        "append" => "Keep the old root, add the new one, with a backup and a proof", "保留旧根证书，追加新根证书，自动备份并验证";
        "restore" => "Put a backup back, byte for byte", "逐字节恢复备份";
        "verify" => "Prove a bundle with test chains, saved chains, or real clients", "用测试证书链、已保存的证书链或真实客户端验证证书包";
        "probe" => "Handshake with a live server and judge it by your bundles", "与真实服务器握手，并用您的证书包判断";
        "rehearse" => "Run your own program against a stand-in of the new server", "在隔离环境中让您自己的程序连接新服务器的替身";
        "inspect" => "List what is inside a bundle, whatever its format", "列出证书包中的内容（支持各种格式）";
        "roots" => "Show the embedded roots and rollovers, with their dates", "显示内置的根证书与更换方案，含指纹与日期";
        "roots export" => "Write one embedded root to standard output", "将某个内置根证书写到标准输出";
        "explain" => "What a finding means, why it comes up, and what to do", "解释某项检查结果的含义、原因与处理方法";
        "report" => "Show the results of many runs or hosts in one picture", "汇总多次运行或多台主机的结果";
        "wizard" => "Find and repair, step by step; `rootfix` alone starts it too", "逐步引导查找与修复；直接运行 `rootfix` 也会进入";
        "completions" => "Print a script with which a shell completes rootfix's commands", "输出 Shell 自动补全脚本";
        "man" => "Print the manual page of rootfix, or of one of its commands", "输出 rootfix 或其某个命令的手册页";
        "help" => "Show this help, or that of a command", "显示本帮助，或某个命令的帮助";
    }

    /// Examples below the help of a command.
    examples {
        "" => "Most people need one command:\n  rootfix append ./rootca.pem\nTo see first what it would do:\n  rootfix append -n ./rootca.pem",
              "多数人只需要一条命令：\n  rootfix append ./rootca.pem\n想先看会改什么：\n  rootfix append -n ./rootca.pem";
        "locate" => "Examples:\n  rootfix locate --json /www/wwwroot/shop\n  rootfix locate -- php pay.php",
                    "示例：\n  rootfix locate --json /www/wwwroot/shop\n  rootfix locate -- php pay.php";
        "check" => "Examples:\n  rootfix check rootca.pem\n  rootfix check --html report.html /www/wwwroot/shop",
                   "示例：\n  rootfix check rootca.pem\n  rootfix check --html report.html /www/wwwroot/shop";
        "append" => "Examples:\n  rootfix append ./rootca.pem\n  rootfix append -n ./rootca.pem | patch -p0\nUndo:\n  rootfix restore ./rootca.pem",
                    "示例：\n  rootfix append ./rootca.pem\n  rootfix append -n ./rootca.pem | patch -p0\n撤销：\n  rootfix restore ./rootca.pem";
        "restore" => "Examples:\n  rootfix restore ./rootca.pem\n  rootfix restore --list ./rootca.pem",
                     "示例：\n  rootfix restore ./rootca.pem\n  rootfix restore --list ./rootca.pem";
        "verify" => "Examples:\n  rootfix verify ./rootca.pem\n  rootfix verify --chain saved.pem --host api.mch.weixin.qq.com ./rootca.pem",
                    "示例：\n  rootfix verify ./rootca.pem\n  rootfix verify --chain saved.pem --host api.mch.weixin.qq.com ./rootca.pem";
        "probe" => "Examples:\n  rootfix probe api.mch.weixin.qq.com --bundle ./rootca.pem\n  rootfix probe pay.example.com:8443 --connect 127.0.0.1 --save chain.pem",
                   "示例：\n  rootfix probe api.mch.weixin.qq.com --bundle ./rootca.pem\n  rootfix probe pay.example.com:8443 --connect 127.0.0.1 --save chain.pem";
        "rehearse" => "Examples:\n  rootfix rehearse --bundle ./rootca.pem -- php pay.php\n  rootfix rehearse --bundle cacerts.jks --host pay.example.com -- java -jar pay.jar",
                      "示例：\n  rootfix rehearse --bundle ./rootca.pem -- php pay.php\n  rootfix rehearse --bundle cacerts.jks --host pay.example.com -- java -jar pay.jar";
        "inspect" => "Examples:\n  rootfix inspect rootca.pem\n  rootfix inspect --export pem ./out truststore.jks",
                     "示例：\n  rootfix inspect rootca.pem\n  rootfix inspect --export pem ./out truststore.jks";
        "roots" => "Examples:\n  rootfix roots\n  rootfix roots export digicert-global-root-g2 > g2.pem",
                   "示例：\n  rootfix roots\n  rootfix roots export digicert-global-root-g2 > g2.pem";
        "roots export" => "Examples:\n  rootfix roots export digicert-global-root-g2\n  rootfix roots export --format der digicert-global-root-g2 > g2.cer",
                          "示例：\n  rootfix roots export digicert-global-root-g2\n  rootfix roots export --format der digicert-global-root-g2 > g2.cer";
        "explain" => "Examples:\n  rootfix explain old-root-missing\n  rootfix explain",
                     "示例：\n  rootfix explain old-root-missing\n  rootfix explain";
        "report" => "Examples:\n  rootfix report web1.jsonl web2.jsonl\n  rootfix report --html all.html hosts/*.jsonl\nOn each host:\n  rootfix check --json /www/wwwroot > web1.jsonl",
                    "示例：\n  rootfix report web1.jsonl web2.jsonl\n  rootfix report --html all.html hosts/*.jsonl\n在每台主机上：\n  rootfix check --json /www/wwwroot > web1.jsonl";
        "wizard" => "Examples:\n  rootfix\n  rootfix --lang zh wizard", "示例：\n  rootfix\n  rootfix --lang en wizard";
        "completions" => "Examples:\n  rootfix completions bash > /etc/bash_completion.d/rootfix\n  rootfix completions fish > ~/.config/fish/completions/rootfix.fish",
                         "示例：\n  rootfix completions bash > /etc/bash_completion.d/rootfix\n  rootfix completions fish > ~/.config/fish/completions/rootfix.fish";
        "man" => "Examples:\n  rootfix man append | man -l -\n  rootfix man > /usr/local/share/man/man1/rootfix.1",
                 "示例：\n  rootfix man append | man -l -\n  rootfix --lang zh man > /usr/local/share/man/zh_CN/man1/rootfix.1";
    }

    /// An argument that means the same everywhere.
    common_argument {
        "rollover" => "The rollover to prepare for: digicert-g2 (default), digicert-g5, baltimore-g2", "要准备的更换方案：digicert-g2（默认）、digicert-g5、baltimore-g2";
        "root" => "A root of your own instead, as PEM or DER; needs --sha256", "改用您自己的根证书（PEM 或 DER），须同时给出 --sha256";
        "sha256" => "The fingerprint that this root must have", "该根证书必须具有的 SHA-256 指纹";
        "json" => "Print JSON Lines, one record per fact, in English", "输出 JSON Lines，每行一条记录（英文）";
        "lang" => "The language: zh or en (else from LC_ALL, LC_MESSAGES, LANG, or Windows)", "语言：zh 或 en（默认取自 LC_ALL、LC_MESSAGES、LANG 或 Windows）";
        "color" => "Use colour: auto (default), always, never", "是否使用颜色：auto（默认）、always、never";
        "quiet" => "Say the answer only", "只输出结论";
        "verbose" => "Say everything, notes included", "输出全部细节，包括提示";
        "password_file" => "Read the store's password from the first line of a file", "从文件首行读取密钥库密码";
        "password_env" => "Take the store's password from an environment variable", "从环境变量读取密钥库密码";
        "password_stdin" => "Read the store's password from standard input", "从标准输入读取密钥库密码";
        "prefix" => "Look at the system below this directory (a container or a mounted image)", "检查该目录下的系统（容器或挂载的镜像）";
        "places" => "Files or directories, or - for standard input", "文件或目录，- 表示标准输入";
        "pid" => "The bundles that a running process uses", "运行中的进程所使用的证书包";
        "machine" => "The stores of this machine: the system's, Java's, Python's, PHP's and others", "本机的信任库：系统、Java、Python、PHP 等";
        "html" => "Write a report to hand on to this file, as one HTML page", "将报告写入该文件（单个 HTML 页面，便于转发或打印）";
        "backup_dir" => "Where backups and receipts are kept (else beside the file)", "备份与回执的存放目录（默认与文件同目录）";
    }

    /// An argument of one command, as `command argument`.
    own_argument {
        "locate command" => "Run this command and say which trust stores it really opened", "运行此命令，并报告它实际打开了哪些信任库";
        "locate sarif" => "Print one SARIF 2.1.0 log, for code hosts", "输出 SARIF 2.1.0，供代码托管平台使用";
        "locate no_ignore" => "Read what .gitignore leaves out too (node_modules, build output)", "同时读取 .gitignore 排除的内容（node_modules、构建输出）";
        "report files" => "What `rootfix check --json` wrote; each file is named after its host", "`rootfix check --json` 的输出；文件以主机命名";
        "append dry_run" => "Show the change as a diff that `patch -p0` takes; touch nothing", "只以 diff 显示改动（可供 `patch -p0` 使用），不动任何文件";
        "append yes" => "Do not ask", "不询问，直接执行";
        "append output" => "Write the result to this file and leave the source alone", "将结果写入该文件，不动原文件";
        "append engine" => "Who writes Java key stores: auto (default), keytool, native", "由谁写 Java 密钥库：auto（默认）、keytool、native";
        "append alias" => "The name of the new entry in a key store", "新条目在密钥库中的别名";
        "append with_old" => "Add the old root too where it is missing", "如缺少旧根证书，一并补上";
        "append repair" => "Also mend what keeps programs from loading the file", "同时修复使程序无法读取的问题";
        "append force" => "Add to a file that is no trust store; write in place where a file cannot be replaced", "即使不是信任库也追加；无法原子替换时就地写入";
        "restore files" => "The repaired file", "修复过的文件";
        "restore list" => "List the backups instead", "仅列出备份";
        "restore force" => "Restore although the file was changed since", "即使文件之后又被改动也恢复";
        "verify chain" => "A chain saved from a real server (`openssl s_client -showcerts`)", "从真实服务器保存的证书链（`openssl s_client -showcerts` 的输出）";
        "verify clients" => "Let every TLS client on this machine shake hands with a stand-in of the server", "让本机的每个 TLS 客户端与服务器的替身真实握手";
        "verify key" => "The stand-in's keys: rsa (default) or ec", "替身的密钥类型：rsa（默认）或 ec";
        "verify host" => "The name that the chain must be valid for", "证书链须对应的主机名";
        "verify at_time" => "Judge the chain as of this time", "按此时间判断证书链";
        "probe host" => "The server, as HOST or HOST:PORT", "服务器，写成 HOST 或 HOST:PORT";
        "probe connect" => "Connect to this address (IP or IP:PORT) instead of resolving the name", "直接连接该地址（IP 或 IP:PORT），不解析主机名";
        "probe sni" => "The name that is sent to the server, if it is another", "发送给服务器的名称（SNI），如与主机名不同";
        "probe bundle" => "Judge by this bundle; may be given several times (default: those found here, and the system's)", "用此证书包判断；可多次指定（默认：此处找到的及系统的）";
        "probe identity" => "Show this client certificate and its key (PKCS#12, or both in one PEM file) where the server asks for one", "服务器要求时出示此客户端证书及私钥（PKCS#12 或同含两者的 PEM）";
        "probe save" => "Save the chain as served, for verify --chain", "保存服务器发送的证书链，供 verify --chain 使用";
        "probe time_limit" => "Seconds to wait for a connection and an answer", "等待连接和应答的秒数";
        "rehearse bundle" => "A bundle that the program reads; may be given several times", "程序读取的证书包；可多次指定";
        "rehearse host" => "A server name (NAME or NAME:PORT) beside those of the rollover", "除更换方案中的主机外，另一个服务器名（NAME 或 NAME:PORT）";
        "rehearse reply" => "What the stand-in answers (default: a small JSON error)", "替身返回的内容（默认：一段简短的 JSON 错误）";
        "rehearse key" => "The stand-in's keys: rsa (default, as old clients know nothing else) or ec", "替身的密钥类型：rsa（默认，兼容旧客户端）或 ec";
        "rehearse share_network" => "Keep the machine's network, for a program that needs a local database (root only)", "保留本机网络，供需要本地数据库的程序使用（仅 root）";
        "rehearse ask_for_certificate" => "Ask the program for a client certificate, as in mutual TLS", "向程序索取客户端证书（双向 TLS）";
        "rehearse time_limit" => "Seconds for each of the four runs", "四次运行中每次的时限（秒）";
        "rehearse serve" => "Keep the stand-in running and say how to point a program at it by hand", "让替身持续运行，并说明如何手工把程序指向它";
        "rehearse command" => "The program and its arguments, after --", "程序及其参数，写在 -- 之后";
        "inspect files" => "Files, hashed directories, or - for standard input", "文件、按哈希命名的证书目录，或 - 表示标准输入";
        "inspect export" => "Write every certificate (never a key) to DIR, as pem or der", "将全部证书（不含私钥）以 pem 或 der 格式写入目录";
        "roots export name" => "The root's name, as `rootfix roots` shows it", "根证书名称，见 `rootfix roots`";
        "roots export format" => "pem (default) or der", "pem（默认）或 der";
        "explain code" => "The code in brackets behind a finding; none lists all", "检查结果方括号中的代码；省略则列出全部";
        "completions shell" => "bash, zsh, fish or powershell", "bash、zsh、fish 或 powershell";
        "man command" => "The command, as in `rootfix man append`; none means rootfix itself", "命令，如 `rootfix man append`；省略则为 rootfix 本身";
    }
}

/// The help of an argument of a command.
pub fn argument(command: &str, id: &str) -> Option<Sentence> {
    own_argument(&format!("{command} {id}")).or_else(|| common_argument(id))
}
