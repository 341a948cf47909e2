//! The promise: whatever the language, the store that a command really opens is seen, by its content and not by its
//! name, and the command notices nothing of it.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod common;

use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rootfix::finding::Code;
use rootfix::locate::found::Holds;
use rootfix::locate::trace::{Traced, trace};
use rootfix::store::Format;

/// Whether this program is there; a missing one is no reason to pass where everything is expected to be there.
fn have(program: &str) -> bool {
    let there = Command::new("sh").args(["-c", &format!("command -v {program}")]).stdout(Stdio::null()).status();
    let there = there.is_ok_and(|status| status.success());
    if !there {
        assert!(std::env::var_os("CI").is_none(), "{program} is missing");
        eprintln!("SKIPPED: {program} is missing");
    }
    there
}

fn root_pem(name: &str) -> String {
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()
}

/// A directory with a bundle whose name tells nothing.
struct Fixture {
    directory: tempfile::TempDir,
    bundle: PathBuf,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let bundle = directory.path().join("notes.txt");
        fs::write(&bundle, format!("# roots\n{}{}", root_pem("Stand-in A"), root_pem("Stand-in B"))).unwrap();
        Fixture { directory, bundle }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn text(&self) -> &str {
        self.bundle.to_str().unwrap()
    }
}

/// A TLS server's stand-in: takes connections and hangs up. Clients load their stores before they greet.
fn server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = (&stream).read(&mut [0; 1024]);
        }
    });
    port
}

fn run(command: &[&str]) -> Traced {
    // What the machine's own environment names is not this test's business.
    let unset = common::cli::surroundings().flat_map(|name| ["-u".into(), name]);
    let all: Vec<OsString> =
        ["env".into()].into_iter().chain(unset).chain(command.iter().map(OsString::from)).collect();
    trace(&all).unwrap()
}

#[track_caller]
fn saw(traced: &Traced, bundle: &Path, program: &str) {
    let opened = traced.opened.iter().find(|opened| opened.path == bundle);
    let names: Vec<_> = traced.opened.iter().map(|opened| &opened.path).take(20).collect();
    let opened = opened.unwrap_or_else(|| panic!("{bundle:?} is not in {names:?}"));
    assert_eq!(opened.format, Some(Format::Pem));
    assert_eq!(opened.bytes, fs::read(bundle).unwrap());
    let by = opened.programs[0].file_name().unwrap().to_str().unwrap();
    assert!(by.starts_with(program), "opened by {by}");
    assert!(traced.stores().iter().any(|found| found.path == bundle && found.holds == Holds::File && found.exists));
}

#[test]
fn curl() {
    if have("curl") {
        let fixture = Fixture::new();
        let url = format!("https://localhost:{}", server());
        let traced = run(&["curl", "-s", "--cacert", fixture.text(), &url]);
        saw(&traced, &fixture.bundle, "curl");
        assert_eq!(traced.exit_code, 35, "curl's own code: the handshake failed");
        let control = run(&["curl", "-s", "--cacert", "/nonexistent/ca.pem", &url]);
        assert!(!control.opened.iter().any(|opened| opened.path == fixture.bundle));
        assert!(control.missing().iter().any(|found| found.path == Path::new("/nonexistent/ca.pem") && !found.exists));
        assert!(!control.stores().iter().any(|found| found.path == Path::new("/nonexistent/ca.pem")));
    }
}

#[test]
fn python() {
    if have("python3") {
        let fixture = Fixture::new();
        let code = "import ssl, sys; ssl.create_default_context(cafile=sys.argv[1])";
        saw(&run(&["python3", "-c", code, fixture.text()]), &fixture.bundle, "python3");
    }
}

#[test]
fn php() {
    if have("php") {
        let fixture = Fixture::new();
        let code = "$c = curl_init($argv[1]); curl_setopt($c, CURLOPT_CAINFO, $argv[2]); curl_exec($c);";
        let url = format!("https://localhost:{}", server());
        saw(&run(&["php", "-r", code, "--", &url, fixture.text()]), &fixture.bundle, "php");
    }
}

#[test]
fn node() {
    if have("node") {
        let fixture = Fixture::new();
        let code = "require('https').get(process.argv[1]).on('error', () => {})";
        let variable = format!("NODE_EXTRA_CA_CERTS={}", fixture.text());
        let url = format!("https://localhost:{}", server());
        saw(&run(&[&variable, "node", "-e", code, &url]), &fixture.bundle, "node");
    }
}

#[test]
fn java() {
    if have("java") && have("keytool") {
        let fixture = Fixture::new();
        let (root, store) = (fixture.path("root.pem"), fixture.path("store.dat"));
        fs::write(&root, root_pem("Stand-in")).unwrap();
        let made = Command::new("keytool")
            .args(["-importcert", "-noprompt", "-alias", "a", "-storetype", "JKS", "-storepass", "changeit"])
            .args([Path::new("-file"), &root, Path::new("-keystore"), &store])
            .output()
            .unwrap();
        assert!(made.status.success());
        let source = fixture.path("Load.java");
        let code = "class Load { public static void main(String[] a) throws Exception {
            javax.net.ssl.TrustManagerFactory f = javax.net.ssl.TrustManagerFactory.getInstance(\"PKIX\");
            f.init((java.security.KeyStore) null); } }";
        fs::write(&source, code).unwrap();
        let option = format!("-Djavax.net.ssl.trustStore={}", store.display());
        let traced = run(&["java", &option, source.to_str().unwrap()]);
        let opened = traced.opened.iter().find(|opened| opened.path == store).expect("the key store was opened");
        assert_eq!(opened.format, Some(Format::Jks));
    }
}

#[test]
fn a_static_go_program() {
    if have("go") {
        let fixture = Fixture::new();
        let source = fixture.path("main.go");
        let code = "package main\nimport (\"crypto/x509\"; \"os\")\n\
                    func main() { b, _ := os.ReadFile(os.Args[1]); if !x509.NewCertPool().AppendCertsFromPEM(b) { os.Exit(3) } }\n";
        fs::write(&source, code).unwrap();
        let program = fixture.path("program");
        let built = Command::new("go")
            .args([Path::new("build"), Path::new("-o"), &program, &source])
            .env("CGO_ENABLED", "0")
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let traced = run(&[program.to_str().unwrap(), fixture.text()]);
        assert_eq!(traced.exit_code, 0);
        saw(&traced, &fixture.bundle, "program");
    }
}

#[test]
fn certificates_that_are_opened_one_by_one_stand_for_their_directory() {
    if have("openssl") && have("python3") {
        let fixture = Fixture::new();
        let directory = fixture.path("ca");
        fs::create_dir(&directory).unwrap();
        for number in 0..5 {
            fs::write(directory.join(format!("{number}.pem")), root_pem(&format!("Stand-in {number}"))).unwrap();
        }
        assert!(Command::new("openssl").arg("rehash").arg(&directory).status().unwrap().success());
        let own = directory.join("3.pem");
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let by_hash = run(&["openssl", "verify", "-no-CAfile", "-CApath", &text(&directory), &text(&own)]);
        assert_eq!(by_hash.exit_code, 0);
        let found = by_hash.stores();
        assert!(found.iter().any(|found| found.path == directory && found.holds == Holds::Directory), "{found:?}");
        let code = "import sys, os; [open(os.path.join(sys.argv[1], n)).read() for n in os.listdir(sys.argv[1])]";
        let in_turn = run(&["python3", "-c", code, &text(&directory)]).stores();
        assert_eq!(in_turn.iter().filter(|found| found.path.starts_with(&directory)).count(), 1, "{in_turn:?}");
    }
}

#[test]
fn relative_paths_links_and_open_directories_are_followed() {
    if have("python3") {
        let fixture = Fixture::new();
        fs::create_dir(fixture.path("sub")).unwrap();
        std::os::unix::fs::symlink("../notes.txt", fixture.path("sub/link.dat")).unwrap();
        let code = "import os, sys; os.chdir(sys.argv[1]); open('notes.txt').read(); d = os.open('sub', os.O_RDONLY)\n\
                    os.read(os.open('link.dat', os.O_RDONLY, dir_fd=d), 1)";
        let traced = run(&["python3", "-c", code, fixture.directory.path().to_str().unwrap()]);
        saw(&traced, &fixture.bundle, "python3");
        let link = traced.opened.iter().find(|opened| opened.path == fixture.path("sub/link.dat")).unwrap();
        assert_eq!(link.real.as_deref(), Some(fixture.bundle.as_path()));
    }
}

#[test]
fn what_is_written_or_no_store_does_not_count() {
    let fixture = Fixture::new();
    let (other, key) = (fixture.path("other.txt"), fixture.path("server.txt"));
    let own = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&own).unwrap();
    fs::write(&key, format!("{}{}", leaf.pem(), own.serialize_pem())).unwrap();
    fs::write(&other, "nothing of the kind, but long enough to hold something: ".repeat(5)).unwrap();
    let script = format!("cat '{}' '{}' > /dev/null; : >> '{}'", other.display(), key.display(), fixture.text());
    let traced = run(&["sh", "-c", &script]);
    assert!(!traced.opened.iter().any(|opened| opened.path.starts_with(fixture.directory.path())), "{traced:?}");
}

#[test]
fn children_of_every_kind_are_followed() {
    if have("python3") {
        let fixture = Fixture::new();
        let read = format!("open({:?}).read()", fixture.text());
        let ways = [
            ("a thread", format!("import threading; t = threading.Thread(target=lambda: {read}); t.start(); t.join()")),
            ("fork", format!("import os; p = os.fork(); p or ({read}, os._exit(0)); os.waitpid(p, 0)")),
            (
                "vfork and exec",
                format!("import subprocess; subprocess.run(['cat', {:?}], stdout=subprocess.DEVNULL)", fixture.text()),
            ),
            (
                "posix_spawn",
                format!(
                    "import os; p = os.posix_spawnp('sh', ['sh', '-c', 'read x < {}'], os.environ); os.waitpid(p, 0)",
                    fixture.text()
                ),
            ),
            (
                "exec by a thread that is not the first",
                format!(
                    "import os, sys, threading, time\nt = threading.Thread(target=lambda: os.execvp('cat', ['cat', {:?}, '/dev/null']))\nt.start(); time.sleep(600)",
                    fixture.text()
                ),
            ),
            (
                "many at once",
                format!(
                    "import threading, subprocess\nts = [threading.Thread(target=lambda: subprocess.run(['sh', '-c', 'read x < {}; true'])) for _ in range(20)]\n[t.start() for t in ts]; [t.join() for t in ts]",
                    fixture.text()
                ),
            ),
        ];
        for (way, code) in ways {
            // Not into the harness's output.
            let code = format!("import os; os.dup2(os.open('/dev/null', os.O_WRONLY), 1)\n{code}");
            let traced = run(&["python3", "-c", &code]);
            assert_eq!(traced.exit_code, 0, "{way}");
            let opened = traced.opened.iter().find(|opened| opened.path == fixture.bundle);
            assert!(opened.is_some(), "{way}");
            if way == "many at once" {
                assert_eq!(opened.unwrap().times, 20);
            }
        }
    }
}

#[test]
fn a_stopped_child_stays_stopped_for_its_parent_and_goes_on() {
    if have("python3") {
        let fixture = Fixture::new();
        let code = format!(
            "import os, signal\np = os.fork()\nif p == 0:\n  os.kill(os.getpid(), signal.SIGSTOP); open({:?}).read(); os._exit(5)\n\
             s = os.waitpid(p, os.WUNTRACED)[1]; assert os.WIFSTOPPED(s), s\n\
             os.kill(p, signal.SIGCONT); s = os.waitpid(p, 0)[1]; assert os.WEXITSTATUS(s) == 5, s",
            fixture.text()
        );
        let traced = run(&["python3", "-c", &code]);
        assert_eq!(traced.exit_code, 0);
        saw(&traced, &fixture.bundle, "python3");
    }
}

#[test]
fn signals_and_exit_codes_are_the_commands_own() {
    assert_eq!(run(&["sh", "-c", "exit 7"]).exit_code, 7);
    assert_eq!(run(&["sh", "-c", "kill -9 $$"]).exit_code, 128 + 9);
    assert_eq!(run(&["sh", "-c", "trap 'exit 3' TERM; kill -TERM $$; exit 4"]).exit_code, 3);
    assert_eq!(run(&["sh", "-c", "sleep 600 & kill -9 $!; wait $!; exit 6"]).exit_code, 6);
}

#[test]
fn what_the_command_leaves_behind_runs_on_untraced() {
    let fixture = Fixture::new();
    let file = fixture.path("pid");
    let traced = run(&["sh", "-c", &format!("sleep 600 > /dev/null 2>&1 & echo $! > '{}'", file.display())]);
    let pid = fs::read_to_string(&file).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", pid.trim())).unwrap();
    Command::new("kill").arg(pid.trim()).status().unwrap();
    assert_eq!((traced.exit_code, traced.left_running), (0, 1));
    assert!(status.contains("TracerPid:\t0\n"), "{status}");
}

#[test]
fn a_command_that_cannot_be_started_gets_a_sentence() {
    let fixture = Fixture::new();
    for command in [vec!["/nonexistent/program"], vec![fixture.text()], vec![]] {
        let command: Vec<OsString> = command.into_iter().map(OsString::from).collect();
        assert_eq!(trace(&command).unwrap_err().code, Code::CommandNotStarted, "{command:?}");
    }
}

#[test]
fn another_thread_may_wait_for_its_own_children_meanwhile() {
    let other = std::thread::spawn(|| (0..20).all(|_| Command::new("true").status().unwrap().success()));
    for _ in 0..10 {
        assert_eq!(run(&["sh", "-c", "true; exit 2"]).exit_code, 2);
    }
    assert!(other.join().unwrap());
}

/// Run by the next test, with streams of its own and as a user without rights.
#[test]
#[ignore = "only in a process of its own"]
fn in_a_process_of_its_own() {
    let bundle = std::env::var("ROOTFIX_TEST_BUNDLE").unwrap();
    let traced = run(&["sh", "-c", "cat; cat \"$1\" | wc -c; echo problem >&2", "sh", &bundle]);
    assert_eq!(traced.exit_code, 0);
    saw(&traced, Path::new(&bundle), "cat");
}

#[test]
fn the_streams_stay_the_commands_own_and_no_rights_are_needed() {
    let fixture = Fixture::new();
    let own = std::env::current_exe().unwrap();
    let mut command = if rustix::process::geteuid().is_root() && have("setpriv") {
        Command::new("chmod").arg("-R").arg("a+rX").arg(fixture.directory.path()).status().unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"]).arg(own);
        command
    } else {
        Command::new(own)
    };
    command
        .args(["--ignored", "--exact", "in_a_process_of_its_own", "--nocapture"])
        .env("ROOTFIX_TEST_BUNDLE", &fixture.bundle);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"what was typed\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    let size = fs::metadata(&fixture.bundle).unwrap().len();
    assert!(out.contains(&format!("what was typed\n{size}\n")), "{out}");
    assert!(err.contains("problem\n"), "{err}");
}
