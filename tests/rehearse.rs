//! A rehearsal says what the rollover does to a program, by running it.
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use rootfix::finding::{Code, Trouble};
use rootfix::proof::Verdict;
use rootfix::rehearse::chain::{KeyKind, StandIns};
use rootfix::rehearse::server::Reply;
use rootfix::rehearse::shadow::{Bundle, BundleKind};
use rootfix::rehearse::verdict::{Conclusion, Exit, Holds, Judged};
use rootfix::rehearse::{Options, Rehearsal, opened_stores, rehearse};
use rootfix::rollover::{Rollover, Root};

const HOST: &str = "api.mch.weixin.qq.com";
const URL: &str = "https://api.mch.weixin.qq.com/v3/pay/transactions/native";
/// Where the project is, for a test that runs as another user.
const PROJECT: &str = "ROOTFIX_TEST_PROJECT";
const HOLDS_OLD: Holds = Holds { old_root: true, new_root: false };

/// A directory with programs of `tests/payment` and their `cert/rootca.pem`, all readable by anybody.
struct Project {
    path: PathBuf,
    _directory: Option<tempfile::TempDir>,
}

impl Project {
    /// Copies the files and runs a compiler, if there is one to run. Where a test starts itself anew as another user,
    /// the project is there already.
    fn new(files: &[&str], build: &[&str]) -> Project {
        if let Some(path) = std::env::var_os(PROJECT) {
            return Project { path: path.into(), _directory: None };
        }
        let directory = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o777)).tempdir().unwrap();
        let project = Project { path: directory.path().to_owned(), _directory: Some(directory) };
        fs::create_dir(project.path.join("cert")).unwrap();
        for file in files {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payment").join(file);
            fs::copy(from, project.path.join(file)).unwrap();
        }
        // A root of its own, so that nothing hangs on the bundle being empty.
        let other = rcgen::generate_simple_self_signed(["another root".to_owned()]).unwrap();
        fs::write(project.bundle(), other.cert.pem()).unwrap();
        if let Some((compiler, arguments)) = build.split_first() {
            let mut build = Command::new(compiler);
            build.args(arguments).current_dir(&project.path);
            // Go compiles its library anew for every empty cache.
            build.env("GOCACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/go"));
            assert!(build.status().unwrap().success(), "{build:?}");
        }
        project
    }

    fn bundle(&self) -> PathBuf {
        self.path.join("cert/rootca.pem")
    }

    fn options(&self, command: &[&str]) -> Options {
        // The command runs where the caller is; a test cannot change its directory for itself alone.
        let enter = ["sh", "-c", "cd \"$0\" && exec \"$@\"", self.path.to_str().unwrap()];
        // Whoever runs the tests may have bundles and options of their own; that proxies go is for the product to see to.
        let own = common::cli::surroundings().filter(|name| !name.to_string_lossy().to_lowercase().ends_with("_proxy"));
        let unset = own.flat_map(|name| ["-u".into(), name]);
        let words = enter.iter().chain(command).map(OsString::from);
        let command = std::iter::once("env".into()).chain(unset).chain(words).collect();
        let bundle = Bundle { path: self.bundle(), kind: BundleKind::File, holds: HOLDS_OLD };
        let mut options = Options::new(command, vec![bundle]);
        options.helper = Some(env!("CARGO_BIN_EXE_rootfix").into());
        options
    }
}

/// Plain concatenation of PEM; what the product's own code does to a bundle is for other tests.
fn append(_: &Path, bytes: &[u8], roots: &[&Root]) -> Result<Vec<u8>, Trouble> {
    let mut bytes = bytes.to_vec();
    for root in roots {
        bytes.extend(pem::encode(&pem::Pem::new("CERTIFICATE", root.certificate.der())).into_bytes());
    }
    Ok(bytes)
}

/// Made once: an RSA key takes a part of a second.
fn stand_ins(kind: KeyKind) -> &'static StandIns {
    static KINDS: [OnceLock<StandIns>; 2] = [OnceLock::new(), OnceLock::new()];
    KINDS[usize::from(kind == KeyKind::Ec)].get_or_init(|| {
        let rollover =
            Rollover { id: "test".into(), keep: vec![], add: vec![], hosts: vec![HOST.into()], steps: vec![] };
        StandIns::make(&rollover, &["shop.Example.com".into()], kind, time::OffsetDateTime::now_utc()).unwrap()
    })
}

fn run(options: &Options) -> Rehearsal {
    run_with(KeyKind::Ec, options)
}

fn run_with(kind: KeyKind, options: &Options) -> Rehearsal {
    rehearse(stand_ins(kind), options, &append, &mut |_| {}).unwrap_or_else(|trouble| panic!("{trouble:?}"))
}

/// The same for a command that pays and then hangs, which takes all the time that it has: little, or, where the machine
/// is too busy for that, more.
fn run_hanging(options: &mut Options) -> Rehearsal {
    options.time_limit = Duration::from_secs(2);
    let rehearsal = run(options);
    if verdicts(&rehearsal) == HELPED {
        return rehearsal;
    }
    options.time_limit = Duration::from_secs(20);
    run(options)
}

fn verdicts(rehearsal: &Rehearsal) -> Vec<Verdict> {
    rehearsal.judged.iter().map(|judged| judged.verdict).collect()
}

fn installed(programs: &[&str]) -> bool {
    programs.iter().all(|program| common::program(program).is_some())
}

/// Runs a body as the user of the tests, and where that is root, as nobody too.
fn as_each_user(test: &str, project: &Project, body: impl FnOnce()) {
    body();
    if rustix::process::geteuid().is_root() {
        let status = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(PROJECT, &project.path)
            .env("HOME", "/nonexistent")
            // A private network has no proxy, and a program must not look for it.
            .env("https_proxy", "http://127.0.0.1:9")
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env("TMPDIR", "/tmp")
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "as nobody");
    }
}

/// The four verdicts of a program that is pinned and verifies.
const HELPED: [Verdict; 4] = [Verdict::Pass, Verdict::Fail, Verdict::Pass, Verdict::Pass];

fn is_helped(kind: KeyKind, options: &Options) {
    let rehearsal = run_with(kind, options);
    assert_eq!(rehearsal.conclusion, Conclusion::AppendHelps, "{rehearsal:#?}");
    assert_eq!(verdicts(&rehearsal), HELPED);
    for outcome in [&rehearsal.outcomes[0], &rehearsal.outcomes[2]] {
        let connection = outcome.observations.connections.last().unwrap();
        assert_eq!(connection.sni.as_deref(), Some(HOST));
        let request = connection.request.as_deref().unwrap();
        assert!(request.starts_with("POST /v3/pay/transactions/native HTTP/1."), "{request}");
    }
}

/// One test per language: the programs it needs, the files, how they are compiled, and the command. As another user
/// it is run with the other kind of keys, where it knows both.
macro_rules! programs {
    ($($test:ident: $needs:expr, $files:expr, $build:expr, $command:expr, $other_key:ident;)*) => {$(
        #[test]
        fn $test() {
            if installed(&$needs) {
                let project = Project::new(&$files, &$build);
                as_each_user(stringify!($test), &project, || {
                    let other_user = std::env::var_os(PROJECT).is_some();
                    let kind = if other_user { KeyKind::$other_key } else { KeyKind::Rsa };
                    is_helped(kind, &project.options(&$command));
                });
            }
        }
    )*};
}

programs! {
    a_python_program_is_helped: ["python3"], ["pay.py"], [], ["/usr/bin/python3", "pay.py"], Ec;
    a_php_program_is_helped: ["php"], ["pay.php"], [], ["php", "pay.php"], Ec;
    a_ruby_program_is_helped: ["ruby"], ["pay.rb"], [], ["ruby", "pay.rb"], Ec;
    a_node_program_is_helped: ["node"], ["pay.js"], [], ["node", "pay.js"], Ec;
    a_java_program_is_helped: ["javac", "java"], ["Pay.java"], ["javac", "Pay.java"], ["java", "Pay"], Ec;
    a_c_program_with_libcurl_is_helped:
        ["cc", "curl-config"], ["pay.c"], ["cc", "-o", "pay", "pay.c", "-lcurl"], ["./pay"], Ec;
    // Mono's own X509Chain cannot check a signature of an EC key.
    a_csharp_program_is_helped:
        ["mcs", "mono"], ["Pay.cs"], ["mcs", "-r:System.Net.Http.dll", "Pay.cs"], ["mono", "Pay.exe"], Rsa;
    a_go_program_is_helped: ["go"], ["pay.go"], ["go", "build", "-o", "pay", "pay.go"], ["./pay"], Ec;
    a_program_behind_nginx_is_helped:
        ["nginx", "curl"], ["nginx.conf", "through-nginx.sh"], [], ["sh", "through-nginx.sh"], Ec;
}

/// The same program on .NET itself.
#[test]
fn a_dotnet_program_is_helped() {
    let Some(program) = common::dotnet_program(include_str!("payment/Pay.cs")) else { return };
    let project = Project::new(&[], &[]);
    let command = ["env", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", program.to_str().unwrap()];
    for kind in [KeyKind::Rsa, KeyKind::Ec] {
        is_helped(kind, &project.options(&command));
    }
}

/// A shell command that is run with the project's bundle.
fn shell(project: &Project, script: &str) -> Options {
    project.options(&["sh", "-c", script])
}

const PAY: &str =
    "curl -q -sS --cacert cert/rootca.pem -d a=b https://api.mch.weixin.qq.com/v3/pay/transactions/native";

#[test]
fn a_program_that_does_not_verify_is_caught() {
    if !installed(&["curl", "node", "php"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    as_each_user("a_program_that_does_not_verify_is_caught", &project, || {
        let node = "NODE_TLS_REJECT_UNAUTHORIZED=0 node -e \"require('https').get('URL').on('error', process.exit)\"";
        let falls_back = format!("{PAY} || curl -q -ksS URL");
        for script in ["curl -q -ksS URL", node, &falls_back] {
            let rehearsal = run(&shell(&project, &script.replace("URL", URL)));
            assert_eq!(rehearsal.conclusion, Conclusion::DoesNotVerify, "{script}: {rehearsal:#?}");
            assert_eq!(verdicts(&rehearsal)[3], Verdict::Fail);
        }
    });
}

#[test]
fn a_program_that_never_gets_to_tls_is_told_why() {
    if !installed(&["curl"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    as_each_user("a_program_that_never_gets_to_tls_is_told_why", &project, || {
        let plain = "curl -q -sS http://api.mch.weixin.qq.com:443/pay?key=secret";
        let cases = [
            ("echo no such order >&2; exit 3", "exits with code 3"),
            ("kill -SEGV $$", "signal 11"),
            ("sleep 1000", "before its time is over"),
            ("curl -q -sS https://api2.mch.weixin.qq.com/pay", "api2.mch.weixin.qq.com"),
            (plain, "without TLS and says \"GET /pay?… HTTP/1.1\""),
        ];
        for (script, why) in cases {
            let mut options = shell(&project, script);
            options.time_limit = Duration::from_secs(if script.starts_with("sleep") { 1 } else { 20 });
            let rehearsal = run(&options);
            assert_eq!(rehearsal.conclusion, Conclusion::NotProven, "{script}");
            assert_eq!(verdicts(&rehearsal), [Verdict::NotProven], "{script}");
            let sentence = &rehearsal.judged[0].sentence.en;
            assert!(sentence.contains(why), "{script}: {sentence}");
        }
        assert_eq!(run(&shell(&project, cases[0].0)).outcomes[0].output, "no such order\n");
    });
}

#[test]
fn a_program_that_reads_another_bundle_is_not_said_to_be_helped() {
    if !installed(&["curl"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    fs::copy(project.bundle(), project.path.join("other.pem")).unwrap();
    let rehearsal = run(&shell(&project, &PAY.replace("cert/rootca.pem", "other.pem")));
    assert_eq!(rehearsal.conclusion, Conclusion::NotProven, "{rehearsal:#?}");
    assert!(rehearsal.judged[0].sentence.en.contains("reads another bundle"));
}

#[test]
fn a_program_that_forks_into_the_background_or_hangs_afterwards_is_judged_all_the_same() {
    if !installed(&["curl"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    as_each_user(
        "a_program_that_forks_into_the_background_or_hangs_afterwards_is_judged_all_the_same",
        &project,
        || {
            for (script, exit) in [
                (format!("(sleep 0.3; {PAY}) & exit 0"), Exit::Code(0)),
                (format!("(sleep 0.1; {PAY}; sleep 1000) & exit 0"), Exit::Code(0)),
                (format!("{PAY}; exec sleep 1000"), Exit::TimeLimit),
            ] {
                let mut options = shell(&project, &script);
                let rehearsal = if exit == Exit::TimeLimit { run_hanging(&mut options) } else { run(&options) };
                assert_eq!(rehearsal.conclusion, Conclusion::AppendHelps, "{script}: {rehearsal:#?}");
                assert_eq!(rehearsal.outcomes[0].exit, exit, "{script}");
            }
        },
    );
}

/// Shows a server the first bytes of a handshake, and waits.
const HALF: &str = "import socket, time
s = socket.create_connection(('api.mch.weixin.qq.com', 443))
s.send(b'\\x16\\x03\\x01\\x00\\xff\\x01')
time.sleep(1000)";

#[test]
fn a_program_that_is_stopped_in_the_middle_of_a_handshake_has_refused_nothing() {
    if !installed(&["curl", "python3"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    fs::write(project.path.join("half.py"), HALF).unwrap();
    for stopped in [2, 3] {
        let stops = format!("echo >> runs; test $(wc -l < runs) != {stopped} || exec python3 half.py");
        let mut options = shell(&project, &format!("{stops}; {PAY}; exec sleep 1000"));
        let mut expected = HELPED;
        expected[stopped - 1] = Verdict::NotProven;
        // A busy machine needs more time to come as far as that.
        let seen = [2, 20].map(Duration::from_secs).into_iter().any(|time_limit| {
            options.time_limit = time_limit;
            let _ = fs::remove_file(project.path.join("runs"));
            let rehearsal = run(&options);
            let begun = |judged: &Judged| judged.sentence.en.contains("did not go on with it");
            (rehearsal.conclusion, verdicts(&rehearsal)) == (Conclusion::NotProven, expected.to_vec())
                && begun(&rehearsal.judged[stopped - 1])
        });
        assert!(seen, "run {stopped}");
    }
}

#[test]
fn a_program_has_its_directory_arguments_environment_input_and_user() {
    if !installed(&["curl"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    let config = format!("cacert = \"{}\"\n", project.bundle().display());
    if std::env::var_os(PROJECT).is_none() {
        fs::write(project.path.join("config.ini"), config).unwrap();
    }
    as_each_user("a_program_has_its_directory_arguments_environment_input_and_user", &project, || {
        // Its own configuration beside it, with the pin in it.
        let script = "id -u; cat; pwd; echo \"$1\"; curl -q -K config.ini -sS -o /dev/null URL";
        let mut options = project.options(&["sh", "-c", &script.replace("URL", URL), "x", "a 'b' \u{4e2d}"]);
        options.input = b"from the input\n".to_vec();
        let rehearsal = run(&options);
        assert_eq!(rehearsal.conclusion, Conclusion::AppendHelps, "{rehearsal:#?}");
        let user = rustix::process::geteuid().as_raw();
        let here = project.path.display();
        assert_eq!(rehearsal.outcomes[2].output, format!("{user}\nfrom the input\n{here}\na 'b' \u{4e2d}\n"));
    });
}

#[test]
fn a_key_store_is_repaired_by_the_callers_own_code() {
    if !installed(&["javac", "java", "keytool"]) {
        return;
    }
    let project = Project::new(&["Pay.java"], &["javac", "Pay.java"]);
    let store = project.path.join("trust.jks");
    let import = |store: &Path, alias: &str, der: &[u8]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), der).unwrap();
        let status = Command::new("keytool")
            .args(["-importcert", "-noprompt", "-storetype", "JKS", "-storepass", "changeit", "-alias", alias])
            .arg("-keystore")
            .arg(store)
            .arg("-file")
            .arg(file.path())
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success());
    };
    import(&store, "other", rcgen::generate_simple_self_signed(["other".to_owned()]).unwrap().cert.der());
    let before = fs::read(&store).unwrap();
    let append = |path: &Path, bytes: &[u8], roots: &[&Root]| {
        assert_eq!(path.file_name(), store.file_name());
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("copy.jks");
        fs::write(&copy, bytes).unwrap();
        for root in roots {
            import(&copy, &root.alias, root.certificate.der());
        }
        Ok(fs::read(copy).unwrap())
    };
    let trust = format!("-Djavax.net.ssl.trustStore={}", store.display());
    let mut options = project.options(&["java", &trust, "Pay", "default"]);
    options.bundles[0].path = store.clone();
    let rehearsal = rehearse(stand_ins(KeyKind::Ec), &options, &append, &mut |_| {}).unwrap();
    assert_eq!(rehearsal.conclusion, Conclusion::AppendHelps, "{rehearsal:#?}");
    assert_eq!(fs::read(&store).unwrap(), before);
}

#[test]
fn the_stores_of_the_system_are_covered_and_stay_as_they_are() {
    const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
    if !installed(&["curl", "openssl"]) || !Path::new(BUNDLE).exists() {
        return;
    }
    let project = Project::new(&[], &[]);
    as_each_user("the_stores_of_the_system_are_covered_and_stay_as_they_are", &project, || {
        let before = (listing(Path::new("/etc/ssl/certs")), fs::read(BUNDLE).unwrap());
        // The first reads the file, the second the directory, where certificates are found by the hash of their names.
        let client = format!("openssl s_client -connect {HOST}:443 -verify_return_error -no-CAfile -quiet -ign_eof");
        let by_hash = format!("echo 'GET / HTTP/1.0' | (cat; echo) | {client} -CApath /etc/ssl/certs");
        for script in [format!("curl -q -sS {URL}"), by_hash] {
            let mut options = shell(&project, &script);
            options.bundles = [("/etc/ssl/certs", BundleKind::Directory), (BUNDLE, BundleKind::File)]
                .map(|(path, kind)| Bundle { path: path.into(), kind, holds: HOLDS_OLD })
                .to_vec();
            let rehearsal = run(&options);
            assert_eq!(rehearsal.conclusion, Conclusion::AppendHelps, "{script}: {rehearsal:#?}");
        }
        assert_eq!((listing(Path::new("/etc/ssl/certs")), fs::read(BUNDLE).unwrap()), before);
    });
}

fn listing(directory: &Path) -> BTreeMap<PathBuf, (u64, i64)> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| {
        let meta = entry.as_ref().unwrap().metadata().unwrap();
        (entry.unwrap().path(), (meta.size(), meta.mtime_nsec()))
    });
    entries.collect()
}

#[test]
fn a_program_that_connects_to_a_fixed_address_or_another_port_or_host_is_seen() {
    if !installed(&["curl"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    let fixed = PAY.replace("-d a=b", &format!("--resolve {HOST}:443:203.0.113.9"));
    let rehearsal = run(&shell(&project, &fixed));
    assert_eq!(rehearsal.conclusion, Conclusion::AppendHelps, "{rehearsal:#?}");
    assert_eq!(rehearsal.outcomes[0].observations.connections[0].to, "203.0.113.9:443");
    let mut options = shell(&project, &PAY.replace(HOST, "shop.example.com:8443"));
    options.ports = vec![443, 8443];
    let rehearsal = run(&options);
    assert_eq!(rehearsal.conclusion, Conclusion::AppendHelps, "{rehearsal:#?}");
    assert_eq!(rehearsal.outcomes[0].observations.connections[0].sni.as_deref(), Some("shop.example.com"));
}

#[test]
fn the_stand_in_answers_and_asks_for_a_certificate_as_it_is_told() {
    if !installed(&["curl"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    let own = rcgen::generate_simple_self_signed(["merchant".to_owned()]).unwrap();
    fs::write(project.path.join("own.pem"), own.cert.pem()).unwrap();
    fs::write(project.path.join("own.key"), own.signing_key.serialize_pem()).unwrap();
    let mut options = shell(&project, &format!("{PAY} --cert own.pem --key own.key"));
    options.reply = Reply::with_body(b"<xml><return_code>SUCCESS</return_code></xml>".to_vec());
    options.ask_for_certificate = true;
    let rehearsal = run(&options);
    assert_eq!(rehearsal.conclusion, Conclusion::AppendHelps, "{rehearsal:#?}");
    assert!(rehearsal.outcomes[2].output.contains("<return_code>SUCCESS"));
    let presented = rehearsal.outcomes[2].observations.connections[0].client_certificate.clone();
    assert!(presented.unwrap().contains("rcgen"));
}

#[test]
fn the_machines_network_is_out_of_reach_unless_it_is_shared() {
    if !installed(&["curl"]) || !rustix::process::geteuid().is_root() {
        return;
    }
    // What a local database would be.
    let local = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = local.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in local.incoming() {
            let mut stream = stream.unwrap();
            let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.0 200 OK\r\n\r\nhere");
        }
    });
    let project = Project::new(&[], &[]);
    let script = format!("curl -q -s http://127.0.0.1:{port}/ || echo not here; echo; {PAY} -o /dev/null");
    for (share, said) in [(false, "not here\n\n"), (true, "here\n")] {
        let mut options = shell(&project, &script);
        options.share_network = share;
        let rehearsal = run(&options);
        assert_eq!(rehearsal.conclusion, Conclusion::AppendHelps, "{rehearsal:#?}");
        assert_eq!(rehearsal.outcomes[0].output, said);
    }
}

#[test]
fn two_rehearsals_in_the_machines_network_do_not_get_in_each_others_way() {
    if !installed(&["curl"]) || !rustix::process::geteuid().is_root() {
        return;
    }
    let project = Project::new(&[], &[]);
    // The first run of each waits for the other's.
    let run = |own: &str, other: &str| {
        let wait = format!("touch {own}; until test -e {other}; do sleep 0.05; done; {PAY}");
        let mut options = shell(&project, &wait);
        options.share_network = true;
        run(&options).conclusion
    };
    let both = std::thread::scope(|scope| {
        let one = scope.spawn(|| run("one", "two"));
        [run("two", "one"), one.join().unwrap()]
    });
    assert_eq!(both, [Conclusion::AppendHelps; 2]);
}

#[test]
fn a_command_that_cannot_be_started_and_a_bundle_that_is_not_there_are_troubles() {
    let project = Project::new(&[], &[]);
    let trouble = |options: &Options| rehearse(stand_ins(KeyKind::Ec), options, &append, &mut |_| {}).unwrap_err();
    let mut options = project.options(&[]);
    options.command = vec!["./no-such-program".into()];
    assert_eq!(trouble(&options).code, Code::CommandNotStarted);
    options.command = vec![];
    assert_eq!(trouble(&options).code, Code::CommandNotStarted);
    let mut options = project.options(&["true"]);
    options.bundles[0].path = project.path.join("no-such-bundle.pem");
    assert_eq!(trouble(&options).code, Code::RehearsalBundle);
}

/// What must be the same before and after, on the outside.
fn outside(project: &Project) -> impl PartialEq + std::fmt::Debug + use<> {
    let files = ["/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf"].map(|path| fs::read(path).ok());
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let ours = [project.path.to_str().unwrap(), "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl"];
    let mounts: Vec<String> =
        mounts.lines().filter(|line| ours.iter().any(|path| line.contains(path))).map(str::to_owned).collect();
    // A stand-in of a private world listens on port 443 of every address; no other test does so out here.
    let listening = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| {
        let sockets = fs::read_to_string(path).unwrap_or_default();
        let is_such = |line: &&str| {
            let words: Vec<_> = line.split_whitespace().collect();
            words[1].trim_start_matches('0') == ":01BB" && words[3] == "0A"
        };
        sockets.lines().skip(1).filter(is_such).count()
    });
    (
        files,
        fs::read(project.bundle()).unwrap(),
        mounts,
        listening,
        listing(&project.path).into_keys().collect::<Vec<_>>(),
    )
}

/// The namespaces of a process, and every process that is in one of them.
fn inhabitants(worlds: &str) -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let lives_there = |process: &PathBuf| {
        ["mnt", "net", "pid"].iter().any(|kind| {
            let world = fs::read_link(process.join("ns").join(kind));
            world.is_ok_and(|world| worlds.contains(world.to_str().unwrap()))
        })
    };
    processes.filter(lives_there).collect()
}

/// Not a promise of its own: the process that the next test kills.
#[test]
fn a_rehearsal_to_be_killed() {
    if std::env::var_os("ROOTFIX_TEST_KILLED").is_some() {
        let project = Project::new(&[], &[]);
        let say_where = "readlink /proc/self/ns/mnt /proc/self/ns/net /proc/self/ns/pid > cert/worlds.part";
        let appear = format!("{say_where}; mv cert/worlds.part cert/worlds; exec sleep 1000");
        run(&shell(&project, &format!("sh -c '{appear}' & {PAY}; sleep 1000")));
    }
}

#[test]
fn nothing_is_left_of_a_rehearsal_that_ends_or_is_killed() {
    if !installed(&["curl"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    let scratch = project.path.join("scratch");
    fs::create_dir(&scratch).unwrap();
    fs::set_permissions(&scratch, fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(project.path.join("cert"), fs::Permissions::from_mode(0o777)).unwrap();
    let before = outside(&project);
    run(&shell(&project, PAY));
    assert_eq!(outside(&project), before);

    let users: &[&[&str]] = match rustix::process::geteuid().is_root() {
        true => &[&["env"], &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]],
        false => &[&["env"]],
    };
    for user in users {
        let mut killed = Command::new(user[0])
            .args(&user[1..])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "a_rehearsal_to_be_killed"])
            .env(PROJECT, &project.path)
            .env("ROOTFIX_TEST_KILLED", "1")
            .env("TMPDIR", &scratch)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let worlds = project.path.join("cert/worlds");
        let wait = |what: &str, done: &dyn Fn() -> bool| {
            for _ in 0..6000 {
                if done() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            panic!("{what}");
        };
        wait("the command does not start", &|| worlds.exists());
        let text = fs::read_to_string(&worlds).unwrap();
        fs::remove_file(&worlds).unwrap();
        assert!(inhabitants(&text).len() >= 4, "who separates, the first process, the command, what it started");
        killed.kill().unwrap();
        killed.wait().unwrap();
        wait("somebody lives on", &|| inhabitants(&text).is_empty());
        assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0);
        assert_eq!(outside(&project), before);
    }
}

#[test]
fn the_bundles_of_a_program_are_found_by_what_it_opens() {
    if !installed(&["curl", "ruby"]) {
        return;
    }
    let project = Project::new(&["pay.rb"], &[]);
    as_each_user("the_bundles_of_a_program_are_found_by_what_it_opens", &project, || {
        let hangs = format!("{PAY}; sleep 1000");
        // One that hangs takes all of its time; a busy machine needs more of it before.
        for (script, limits) in [("ruby pay.rb", &[120][..]), (&hangs, &[2, 20])] {
            let found = limits.iter().any(|seconds| {
                let mut options = shell(&project, script);
                options.bundles = Vec::new();
                options.time_limit = Duration::from_secs(*seconds);
                let opened = opened_stores(stand_ins(KeyKind::Ec), &options).unwrap();
                let real = |path: &Path| fs::canonicalize(path).unwrap();
                opened.iter().any(|store| !store.is_directory && real(&store.path) == real(&project.bundle()))
            });
            assert!(found, "{script}");
        }
        let mut options = project.options(&[]);
        options.command = vec!["./no-such-program".into()];
        assert_eq!(opened_stores(stand_ins(KeyKind::Ec), &options).unwrap_err().code, Code::CommandNotStarted);
    });
}

/// What the program itself says, as root and as nobody: the record of a rehearsal in which no bundle was named.
#[test]
fn without_a_named_bundle_the_one_that_matters_is_found_and_proposed() {
    if !installed(&["python3"]) {
        return;
    }
    let project = Project::new(&["pay.py"], &[]);
    let g1 = rootfix::rollover::Catalogue::load().unwrap();
    let g1 = g1.roots.iter().find(|root| root.id == "digicert-global-root-ca").unwrap();
    if std::env::var_os(PROJECT).is_none() {
        fs::write(project.bundle(), g1.pem()).unwrap();
        // It is opened, and plays no part.
        fs::write(project.path.join("cert/other.pem"), g1.pem()).unwrap();
    }
    as_each_user("without_a_named_bundle_the_one_that_matters_is_found_and_proposed", &project, || {
        let before = listing(&project.path.join("cert"));
        let rehearse = |script: &str| {
            let mut rootfix = common::cli::rootfix(&project.path);
            rootfix.args(["--json", "--lang", "en", "rehearse", "--", "sh", "-c", script]);
            let output = rootfix.output().unwrap();
            let records = String::from_utf8(output.stdout).unwrap();
            let mut records = records.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            let record = records.find(|record| record["type"] == "rehearsal");
            (output.status.code(), record.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr))))
        };
        let real = |name: &str| fs::canonicalize(project.path.join(name)).unwrap().display().to_string();
        let (code, record) = rehearse("cat cert/other.pem >/dev/null; python3 pay.py");
        assert_eq!((code, &record["conclusion"]), (Some(1), &"append-helps".into()), "{record}");
        let found = record["bundles"].as_array().unwrap();
        for name in ["cert/rootca.pem", "cert/other.pem"] {
            assert!(found.contains(&real(name).into()), "{record}");
        }
        assert_eq!(record["needed"], serde_json::json!([real("cert/rootca.pem")]));
        // The control: nothing is proposed to a program that reads no bundle, and nothing is said to be proven.
        let (code, record) = rehearse("true");
        assert_eq!((code, &record["conclusion"]), (Some(2), &"not-proven".into()), "{record}");
        assert_eq!(record["needed"], serde_json::json!([]));
        assert_eq!(listing(&project.path.join("cert")), before);
    });
}

fn signal(process: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &process.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_stand_in_that_is_kept_running_says_how_to_reach_it_and_what_came() {
    if !installed(&["curl"]) {
        return;
    }
    let project = Project::new(&[], &[]);
    // With the old root in it, today's copy vouches for the old chain.
    let catalogue = rootfix::rollover::Catalogue::load().unwrap();
    let old = catalogue.roots.iter().find(|root| root.id == "digicert-global-root-ca").unwrap();
    fs::write(project.bundle(), old.pem()).unwrap();
    let mut serving = common::cli::rootfix(&project.path)
        .args(["--json", "rehearse", "--serve", "--key", "ec", "--time-limit", "120", "--bundle"])
        .arg(project.bundle())
        .env("TMPDIR", &project.path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(serving.stdout.take().unwrap()));
    let mut record = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();
    let how = record();
    let copy = |which: &str| how["copies"][0][which].as_str().unwrap().to_owned();
    let cases =
        [("old", "today", true), ("new", "today", false), ("new", "repaired", true), ("rogue", "repaired", false)];
    for (chain, bundle, accepts) in cases {
        let to = format!("{HOST}:443:{}", how[chain].as_str().unwrap());
        let mut curl = Command::new("curl");
        curl.args(["-q", "-s", "--noproxy", "*", "--capath", "/nonexistent", "--connect-to", &to, URL, "--cacert"]);
        let status = curl.arg(copy(bundle)).stdout(Stdio::null()).status().unwrap();
        assert_eq!(status.success(), accepts, "{chain} by {bundle}");
        let seen = record();
        assert_eq!((&seen["chain"], seen["request"].is_string()), (&chain.into(), accepts), "{seen}");
    }
    signal(&serving, "TERM");
    assert!(serving.wait().unwrap().success());
    assert!(!Path::new(&copy("today")).exists(), "nothing is left");
}

#[test]
fn a_stand_in_that_is_interrupted_leaves_nothing_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let left = || fs::read_dir(temporary.path()).unwrap().count();
    let serve = || {
        // A shell that starts the tests in the background lets them ignore Ctrl-C, and what they start inherits that.
        let mut serving = common::cli::without_surroundings(&mut Command::new("env"))
            .args(["--default-signal=INT,TERM", env!("CARGO_BIN_EXE_rootfix")])
            .args(["--json", "rehearse", "--serve", "--key", "ec", "--time-limit", "600"])
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(serving.stdout.as_mut().unwrap()), &mut line).unwrap();
        assert!(line.contains("serving") && left() > 0, "{line}");
        serving
    };
    for name in ["INT", "TERM", "KILL"] {
        let mut serving = serve();
        signal(&serving, name);
        let ended = serving.wait().unwrap();
        // The control: what nobody can catch leaves the copies where they are.
        assert_eq!((ended.success(), left() == 0), (name != "KILL", name != "KILL"), "{name}");
    }
    // The next one takes them away.
    let mut next = serve();
    signal(&next, "TERM");
    assert!(next.wait().unwrap().success());
    assert_eq!(left(), 0);
}
