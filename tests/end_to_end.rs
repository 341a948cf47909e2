//! The promise, language by language: `locate` finds the pin of a payment program and the file that it leads to,
//! `check` of the project says what is missing, `append` of the project repairs it, and `locate -- CMD` sees the
//! program open that very file. In namespaces of the test's own, where the payment service is a stand-in on loopback.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod common;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::bundles::{G2_NAME, block, g1, plain_addition};
use common::cli::{Ran, run};
use rootfix::rehearse::chain::{KeyKind, StandIns};
use rootfix::rehearse::server::{Reply, Server};
use rootfix::rollover::Rollover;
use serde_json::Value;

const HOST: &str = "api.mch.weixin.qq.com";
const INSIDE: &str = "ROOTFIX_TEST_OWN_NAMESPACES";

/// A program of `tests/payment`, and where it pins its bundle.
struct Program {
    language: &'static str,
    file: &'static str,
    /// The line of the pin holds this.
    pin: &'static str,
    build: &'static [&'static str],
    command: &'static [&'static str],
}

impl Program {
    fn repairs(&self) {
        let project = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payment").join(self.file);
        fs::copy(&source, project.path().join(self.file)).unwrap();
        self.has_no_pin_where_its_line_is_gone(&fs::read_to_string(source).unwrap());
        let bundle = project.path().join("cert/rootca.pem");
        fs::create_dir(project.path().join("cert")).unwrap();
        let before = block(&g1());
        fs::write(&bundle, &before).unwrap();

        let located = run(project.path(), &["locate", "--json", "."]);
        assert_eq!(located.code, 1, "a pin blocks the rollover: {located:?}");
        let pin = located.record("pin");
        assert_eq!((text(&pin, "language"), text(&pin, "class")), (self.language, "server-trust"));
        let line = usize::try_from(pin["line"].as_u64().unwrap()).unwrap();
        let code = fs::read_to_string(project.path().join(self.file)).unwrap();
        assert!(code.lines().nth(line - 1).unwrap().contains(self.pin), "{pin}");
        assert_eq!(resolved(project.path(), &pin), [bundle.canonicalize().unwrap()]);

        assert_eq!(self.status(project.path(), 1), "new-root-missing");
        let appended = run(project.path(), &["append", "-y", "--json", "."]);
        assert_eq!(appended.code, 0, "{appended:?}");
        let change = appended.record("change");
        assert_eq!((text(&change, "action"), &change["added"][0]["name"]), ("appended", &G2_NAME.into()));
        assert_eq!(fs::read_to_string(&bundle).unwrap(), format!("{before}{}", plain_addition()));
        assert_eq!(self.status(project.path(), 0), "ready");

        self.is_seen_to_open(project.path(), &bundle);
    }

    /// The control of what `locate` finds.
    fn has_no_pin_where_its_line_is_gone(&self, code: &str) {
        let project = tempfile::tempdir().unwrap();
        let kept: Vec<&str> = code.lines().filter(|line| !line.contains(self.pin)).collect();
        fs::write(project.path().join(self.file), kept.join("\n")).unwrap();
        assert_eq!(run(project.path(), &["locate", "--json", "."]).code, 0);
    }

    /// What `check` of the project says about its only bundle, and that it is this program's.
    fn status(&self, project: &Path, code: i32) -> String {
        let checked = run(project, &["check", "--json", "."]);
        assert_eq!(checked.code, code, "{checked:?}");
        let bundle = checked.record("bundle");
        assert!(bundle["used_by"][0].as_str().unwrap().contains(self.file), "{bundle}");
        text(&bundle, "status").to_owned()
    }

    fn is_seen_to_open(&self, project: &Path, bundle: &Path) {
        if let Some((compiler, arguments)) = self.build.split_first() {
            let mut build = Command::new(compiler);
            build.args(arguments).current_dir(project).env("GOCACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/go"));
            assert!(build.status().unwrap().success(), "{build:?}");
        }
        let command: Vec<&str> = ["locate", "--json", "--"].iter().chain(self.command).copied().collect();
        let traced = run(project, &command);
        let opened = |ran: &Ran, bundle: &Path| {
            let there = bundle.canonicalize().unwrap();
            ran.records().iter().any(|record| record["type"] == "store" && Path::new(text(record, "path")) == there)
        };
        assert!(opened(&traced, bundle), "{traced:?}");
        // The controls: a file of the same bytes that it does not open, and a command that opens nothing.
        let twin = project.join("cert/twin.pem");
        fs::copy(bundle, &twin).unwrap();
        assert!(!opened(&run(project, &command), &twin));
        assert!(!opened(&run(project, &["locate", "--json", "--", "true"]), bundle));
    }
}

#[track_caller]
fn text<'r>(record: &'r Value, field: &str) -> &'r str {
    record[field].as_str().unwrap_or_else(|| panic!("{field} in {record}"))
}

fn resolved(project: &Path, record: &Value) -> Vec<PathBuf> {
    let paths = record["resolved"].as_array().into_iter().flatten();
    paths.map(|path| project.join(path.as_str().unwrap()).canonicalize().unwrap()).collect()
}

/// Runs the test in a process of its own, for which the payment service's name leads to loopback, and nothing else is
/// to be reached.
fn in_own_namespaces(test: &str, needs: &[&str], program: &Program) {
    if std::env::var_os(INSIDE).is_some() {
        let rollover =
            Rollover { id: "test".into(), keep: vec![], add: vec![], hosts: vec![HOST.into()], steps: vec![] };
        let stand_ins = StandIns::make(&rollover, &[], KeyKind::Rsa, time::OffsetDateTime::now_utc()).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 443)).unwrap();
        let _service = Server::start(&(&stand_ins.old).into(), vec![listener], Reply::default(), false).unwrap();
        return program.repairs();
    }
    if !needs.iter().chain(&["unshare", "ip"]).all(|program| common::program(program).is_some()) {
        return;
    }
    let namespaces = ["-r", "-n", "-m"];
    if !Command::new("unshare").args(namespaces).arg("true").status().is_ok_and(|status| status.success()) {
        return common::missing("the right to make namespaces");
    }
    let directory = tempfile::tempdir().unwrap();
    let hosts = directory.path().join("hosts");
    fs::write(&hosts, format!("127.0.0.1 localhost {HOST}\n")).unwrap();
    let script = "set -e; ip link set lo up; mount --bind \"$0\" /etc/hosts; exec \"$@\"";
    let own = std::env::current_exe().unwrap();
    let output = Command::new("unshare")
        .args(namespaces)
        .args(["sh", "-c", script])
        .args([hosts.as_path(), own.as_path()])
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "yes")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "it ran: {said}");
}

macro_rules! programs {
    ($($test:ident: $needs:expr, $language:literal, $file:literal, $pin:literal, $build:expr, $command:expr;)*) => {$(
        #[test]
        fn $test() {
            let program =
                Program { language: $language, file: $file, pin: $pin, build: &$build, command: &$command };
            in_own_namespaces(stringify!($test), &$needs, &program);
        }
    )*};
}

programs! {
    java: ["javac", "java"], "java", "Pay.java", "managers.init(store)", ["javac", "Pay.java"], ["java", "Pay"];
    c_with_libcurl:
        ["cc", "curl-config"], "c", "pay.c", "CURLOPT_CAINFO", ["cc", "-o", "pay", "pay.c", "-lcurl"], ["./pay"];
    php: ["php"], "php", "pay.php", "CURLOPT_CAINFO", [], ["php", "pay.php"];
    csharp:
        ["mcs", "mono"], "csharp", "Pay.cs", "ServerCertificateCustomValidationCallback",
        ["mcs", "-r:System.Net.Http.dll", "Pay.cs"], ["mono", "Pay.exe"];
    python: ["python3"], "python", "pay.py", "verify=root", [], ["/usr/bin/python3", "pay.py"];
    go: ["go"], "go", "pay.go", "RootCAs: roots", ["go", "build", "-o", "pay", "pay.go"], ["./pay"];
    ruby: ["ruby"], "ruby", "pay.rb", "http.ca_file", [], ["ruby", "pay.rb"];
    node: ["node"], "node", "pay.js", "ca: fs.readFileSync", [], ["node", "pay.js"];
}
