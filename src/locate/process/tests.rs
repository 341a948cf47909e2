use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::super::found::{Found, Holds};
use super::*;
use crate::finding::Code;

/// A child that is ended with the test, whatever comes of it.
struct Running(Child);

impl Running {
    /// Starts it, and waits for the line that it prints when it is ready.
    fn start(command: &mut Command) -> Option<Self> {
        let started = spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::piped()));
        let mut child = match started {
            Ok(child) => child,
            Err(error) if std::env::var_os("CI").is_some() => panic!("{command:?}: {error}"),
            Err(error) => {
                eprintln!("SKIPPED: {command:?}: {error}");
                return None;
            }
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let running = Running(child);
        assert_eq!(line.trim(), "ready", "{command:?}");
        Some(running)
    }

    fn process(&self) -> Process {
        process(self.0.id()).unwrap()
    }
}

/// A program that was copied here cannot be started while another test's child still holds the copy open for writing,
/// which it does between its fork and its exec.
fn spawn(command: &mut Command) -> std::io::Result<Child> {
    loop {
        match command.spawn() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            done => return done,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const WAIT: &str = "import sys; print('ready', flush=True); sys.stdin.read()";

fn python(arguments: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command.args(["-c", WAIT]).args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command
}

fn bundle(path: &Path) -> PathBuf {
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    fs::write(path, params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()).unwrap();
    path.to_owned()
}

fn at<'p>(process: &'p Process, path: &Path) -> &'p Found {
    let names: Vec<_> = process.found.iter().map(|found| &found.path).collect();
    process.found.iter().find(|found| found.path == path).unwrap_or_else(|| panic!("{path:?} is not in {names:?}"))
}

fn is_stale(found: &Found) -> bool {
    found.findings.iter().any(|finding| finding.code == Code::ProcessOlderThanBundle)
}

/// Sets a file's times so far back that any process is younger.
fn age(path: &Path) {
    let status = Command::new("touch").args(["-d", "2001-01-01"]).arg(path).status().unwrap();
    assert!(status.success());
}

#[test]
fn the_environment_and_the_command_line_of_a_process_name_its_bundles() {
    let directory = tempfile::tempdir().unwrap();
    let [own, extra, option, odd] =
        ["own.pem", "extra.pem", "option.pem", "odd.txt"].map(|n| bundle(&directory.path().join(n)));
    let mut command = python(&["--cacert", "option.pem", "--any", "x,y=odd.txt", "--capath=/nonexistent/ca"]);
    command.current_dir(directory.path()).env("SSL_CERT_FILE", "own.pem").env("NODE_EXTRA_CA_CERTS", &extra);
    command.env("JAVA_TOOL_OPTIONS", "-Djavax.net.ssl.trustStore=/nonexistent/t.jks");
    let Some(running) = Running::start(&mut command) else { return };
    let process = running.process();
    assert!(process.program.file_name().unwrap().to_str().unwrap().starts_with("python3"));
    assert!(!process.contained);
    for (path, language) in
        [(&own, "environment"), (&extra, "environment"), (&option, "command-line"), (&odd, "command-line")]
    {
        let found = at(&process, path);
        assert!(found.exists, "{path:?}");
        assert_eq!(found.pin.as_ref().unwrap().language, language, "{path:?}");
    }
    for missing in ["/nonexistent/ca", "/nonexistent/t.jks"] {
        assert!(!at(&process, Path::new(missing)).exists);
    }
}

#[test]
fn open_stores_are_known_by_content_even_when_they_were_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let [kept, gone] = ["kept.dat", "gone.dat"].map(|name| bundle(&directory.path().join(name)));
    let text = directory.path().join("plain.pem");
    fs::write(&text, "-----BEGIN NOTHING-----".repeat(10)).unwrap();
    let code = format!("import sys; f = [open(a) for a in sys.argv[1:]]; {}", &WAIT["import sys; ".len()..]);
    let mut command = Command::new("python3");
    command.args(["-c", &code]).args([&kept, &gone, &text]);
    let Some(running) = Running::start(&mut command) else { return };
    fs::remove_file(&gone).unwrap();
    let process = running.process();
    let open: Vec<_> = process.found.iter().filter(|f| f.used_by.iter().any(|by| by.en.contains("open"))).collect();
    assert_eq!(open.len(), 2, "{open:?}");
    assert!(open.iter().any(|found| found.path == kept));
    let descriptor = &open.iter().find(|found| found.path != kept).unwrap().path;
    assert!(descriptor.starts_with("/proc") && fs::read(descriptor).unwrap().starts_with(b"-----BEGIN"));
}

#[test]
fn a_process_that_is_older_than_its_bundle_is_told_to_restart() {
    let directory = tempfile::tempdir().unwrap();
    let [changed, replaced, same] = ["a.pem", "b.pem", "c.pem"].map(|name| bundle(&directory.path().join(name)));
    // Long ago for the process: an hour's difference is made by the clock of the files alone.
    let Some(running) = Running::start(python(&[]).args([&changed, &replaced, &same])) else { return };
    let started = running.process().started;
    let set = |path: &Path, time: SystemTime| {
        fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
    };
    set(&changed, started + std::time::Duration::from_secs(60));
    // Put in place with an old time, as tar and rsync do: only the inode tells. The clock of the test cannot wait, so
    // the control below is a file that changed at no time after the start.
    age(&replaced);
    let process = running.process();
    assert!(is_stale(at(&process, &changed)));
    assert!(is_stale(at(&process, &replaced)), "its inode changed now");
    let system = process.found.iter().find(|found| found.pin.is_none() && found.holds == Holds::File);
    assert!(system.is_none_or(|found| !is_stale(found)), "the control: the system's bundle has not changed");
}

#[test]
fn a_jvm_takes_its_own_store_unless_it_is_told_another() {
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("Wait.java");
    let code = "class Wait { public static void main(String[] a) throws Exception { System.out.println(\"ready\"); System.in.read(); } }";
    fs::write(&source, code).unwrap();
    let store = "-Djavax.net.ssl.trustStore=/nonexistent/my store.jks";
    let Some(running) = Running::start(Command::new("java").arg(store).arg(&source)) else { return };
    let process = running.process();
    assert_eq!(at(&process, Path::new("/nonexistent/my store.jks")).pin.as_ref().unwrap().language, "command-line");
    let own = process.found.iter().find(|found| found.used_by.iter().any(|by| by.en.starts_with("Java in "))).unwrap();
    assert!(own.exists && own.path.ends_with("lib/security/cacerts"), "{own:?}");
}

#[test]
fn an_fpm_master_is_followed_to_the_php_ini_beside_its_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let etc = directory.path().join("www/server/php/74/etc");
    fs::create_dir_all(etc.join("php-fpm.d")).unwrap();
    fs::write(etc.join("php.ini"), "[curl]\ncurl.cainfo = \"/nonexistent/cacert.pem\"\n;openssl.cafile=/no\n").unwrap();
    fs::write(etc.join("php-fpm.conf"), "include=php-fpm.d/*.conf\n").unwrap();
    // No FPM is needed for it: a program of that name which calls itself what FPM's master calls itself.
    let program = directory.path().join("php-fpm");
    fs::copy("/bin/sleep", &program).unwrap();
    let title = format!("php-fpm: master process ({})", etc.join("php-fpm.conf").display());
    let child = spawn(Command::new(&program).arg0(title).arg("600")).unwrap();
    let running = Running(child);
    // The parent is let go before the kernel has laid the arguments out.
    let arguments = format!("/proc/{}/cmdline", running.0.id());
    while fs::read(&arguments).unwrap().is_empty() {
        std::thread::yield_now();
    }
    let process = running.process();
    let found = at(&process, Path::new("/nonexistent/cacert.pem"));
    let pin = found.pin.as_ref().unwrap();
    assert_eq!((pin.path.as_path(), pin.line), (etc.join("php.ini").as_path(), 2));
    assert!(!process.found.iter().any(|found| found.path == Path::new("/no")));
}

#[test]
fn a_proxy_is_followed_to_the_configuration_that_it_was_started_with() {
    let directory = tempfile::tempdir().unwrap();
    let (configuration, program) = (directory.path().join("own.cfg"), directory.path().join("haproxy"));
    let line = "backend b\n  server s 192.0.2.1:443 ssl verify required ca-file /nonexistent/pay.pem\n";
    fs::write(&configuration, line).unwrap();
    fs::copy("/bin/sh", &program).unwrap();
    let mut command = Command::new(&program);
    let Some(running) = Running::start(command.args(["-c", "echo ready; read x", "-f"]).arg(&configuration)) else {
        return;
    };
    let process = running.process();
    let pin = at(&process, Path::new("/nonexistent/pay.pem")).pin.clone().unwrap();
    assert_eq!((pin.path, pin.line), (configuration, 2));
}

#[test]
fn a_process_in_another_mount_namespace_has_files_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let outside = bundle(&directory.path().join("ca.pem"));
    let script = format!(
        "mount -t tmpfs none '{0}' && cp /proc/self/environ '{0}/x' && printf '%s' \"$CA\" > '{0}/ca.pem' && exec python3 -c \"{WAIT}\"",
        directory.path().display()
    );
    let other = fs::read_to_string(bundle(&directory.path().join("other.pem"))).unwrap();
    let may = Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
    if !may {
        assert!(std::env::var_os("CI").is_none(), "unshare -m");
        return eprintln!("SKIPPED: unshare -m");
    }
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &script]).env("SSL_CERT_FILE", &outside).env("CA", &other);
    let Some(running) = Running::start(&mut command) else { return };
    let process = running.process();
    assert!(process.contained);
    assert_eq!(process.root, Path::new(&format!("/proc/{}/root", running.0.id())));
    let found =
        process.found.iter().find(|f| f.pin.as_ref().is_some_and(|p| p.target == outside.to_str().unwrap())).unwrap();
    assert!(found.path.starts_with(format!("/proc/{}/root", running.0.id())), "{:?}", found.path);
    assert_eq!(fs::read_to_string(&found.path).unwrap(), other, "the container's file");
    assert_ne!(fs::read_to_string(&outside).unwrap(), other);
}

#[test]
fn a_process_that_is_gone_and_one_of_another_user_get_a_sentence() {
    let mut child = Command::new("true").spawn().unwrap();
    let pid = child.id();
    // A zombie first, then nothing.
    while !fs::read_to_string(format!("/proc/{pid}/stat")).unwrap().contains(") Z ") {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(process(pid).unwrap_err().code, Code::ProcessGone);
    child.wait().unwrap();
    assert_eq!(process(pid).unwrap_err().code, Code::ProcessGone);
    assert_eq!(process(u32::MAX).unwrap_err().code, Code::ProcessGone);
    assert_eq!(process(0).unwrap_err().code, Code::ProcessGone);
}

/// Run by the test below as another user.
#[test]
#[ignore = "only as another user"]
fn as_another_user() {
    let trouble = process(1).unwrap_err();
    assert_eq!(trouble.code, Code::ProcessNotPermitted, "{}", trouble.message.en);
}

#[test]
fn what_may_not_be_read_is_said() {
    let own = std::env::current_exe().unwrap();
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(own);
        command
    } else {
        Command::new(own)
    };
    command.args(["--ignored", "--exact", "locate::process::tests::as_another_user"]);
    match command.output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && text.contains("1 passed"), "{text}");
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{error}");
            eprintln!("SKIPPED: {error}");
        }
    }
}

#[test]
fn this_very_process_can_be_read() {
    let own = process(std::process::id()).unwrap();
    assert_eq!(own.program, std::env::current_exe().unwrap());
}
