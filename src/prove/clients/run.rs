//! Runs a client for a bounded time, with nothing of the user's settings that would change whom it trusts.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::password::keep_from;

/// Proxies, bundles, switches and options that programs take from the environment; either case of the first four.
const SETTINGS: &[&str] = &[
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "CURL_HOME",
    "CURL_SSL_BACKEND",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "NODE_USE_ENV_PROXY",
    "NODE_USE_SYSTEM_CA",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "IBM_JAVA_OPTIONS",
    "OPENJ9_JAVA_OPTIONS",
    "CLASSPATH",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONHTTPSVERIFY",
    "RUBYOPT",
    "RUBYLIB",
    "PERL5OPT",
    "PERL5LIB",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "GODEBUG",
    "GOROOT",
    // Python ends where it cannot write there.
    "SSLKEYLOGFILE",
    "SYSTEM_SSL_CERT_FILE",
    "WGETRC",
    "SYSTEM_WGETRC",
    "GNUTLS_SYSTEM_PRIORITY_FILE",
    "MONO_TLS_PROVIDER",
];

const POLL: Duration = Duration::from_millis(5);
/// Of what a client says, the rest is a stack trace.
const MAX_SAID: u64 = 64 << 10;

/// What came of it.
#[derive(Debug)]
pub(super) struct Ended {
    /// `None` where it did not end in time, and was killed.
    pub success: Option<bool>,
    /// Standard output, then standard error; the beginning.
    pub said: String,
}

/// Runs it in `directory` until it ends or the time is over.
///
/// # Errors
/// It could not be started.
pub(super) fn run(
    program: &OsStr,
    arguments: impl IntoIterator<Item = String>,
    variables: impl IntoIterator<Item = (String, String)>,
    directory: &Path,
    time: Duration,
) -> io::Result<Ended> {
    let mut command = Command::new(program);
    keep_from(&mut command);
    command.args(arguments).current_dir(directory).stdin(Stdio::null());
    for name in SETTINGS {
        command.env_remove(name).env_remove(name.to_ascii_uppercase());
    }
    // Texts in one language; temporary files where they go away.
    command.env("LC_ALL", "C.UTF-8").env("TMPDIR", directory).envs(variables);
    // Files rather than pipes, which a process that is left behind could keep open.
    let (output, errors) = (tempfile::tempfile_in(directory)?, tempfile::tempfile_in(directory)?);
    command.stdout(Stdio::from(output.try_clone()?)).stderr(Stdio::from(errors.try_clone()?));
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    let end = Instant::now() + time;
    let success = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status.success()),
            Ok(None) if Instant::now() < end => std::thread::sleep(POLL),
            _ => break None,
        }
    };
    kill(&mut child);
    let mut said = Vec::new();
    for mut file in [output, errors] {
        io::Seek::rewind(&mut file)?;
        file.take(MAX_SAID).read_to_end(&mut said)?;
    }
    Ok(Ended { success, said: String::from_utf8_lossy(&said).into_owned() })
}

/// Ends it with all that it started; what has ended already is fine.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::lifeline::Lifeline;

    fn shell(script: &str, time: Duration) -> Ended {
        let directory = tempfile::tempdir().unwrap();
        let arguments = ["-c".to_owned(), script.to_owned()];
        run(OsStr::new("sh"), arguments, [("OWN".to_owned(), "1".to_owned())], directory.path(), time).unwrap()
    }

    #[test]
    fn a_client_that_hangs_is_killed_with_what_it_started() {
        Lifeline::is_let_go_by(|line, time| {
            assert_eq!(shell(&format!("{} wait", line.sleeper()), time).success, None);
        });
    }

    #[test]
    fn a_client_has_its_own_variables_and_says_what_it_says() {
        let ended = shell("echo $OWN; echo wrong >&2; exit 3", Duration::from_secs(20));
        assert_eq!((ended.success, &*ended.said), (Some(false), "1\nwrong\n"));
    }
}
