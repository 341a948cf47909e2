//! Real clients judge a bundle before and after its repair, and read as the models of readers say that they do.

mod common;
#[path = "readers/roots.rs"]
mod roots;
#[path = "readers/variants.rs"]
#[allow(dead_code, reason = "shared with the tests of readers")]
mod variants;

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use rootfix::certificate::Fingerprint;
use rootfix::finding::Trouble;
use rootfix::locate::machine::java_homes;
use rootfix::password::Password;
use rootfix::proof::Verdict;
use rootfix::prove::clients::{Answer, Row, Subject, find, handshakes, prove};
use rootfix::readers::{Reader, views};
use rootfix::rehearse::chain::{KeyKind, Presented, StandIns};
use rootfix::rehearse::server::{Reply, Server};
use rootfix::rehearse::verdict::Holds;
use rootfix::rollover::{Rollover, Root};
use rootfix::store::Format;

const HOLDS_OLD: Holds = Holds { old_root: true, new_root: false };

/// What the machine that builds this has; elsewhere fewer will do.
const ALL: [&str; 15] = [
    "curl",
    "wget",
    "openssl",
    "gnutls-cli",
    "python ssl",
    "python requests",
    "node ca",
    "node extra",
    "php curl",
    "php stream",
    "ruby",
    "perl",
    "go",
    "mono",
    "java",
];

fn stand_ins() -> &'static StandIns {
    static MADE: OnceLock<StandIns> = OnceLock::new();
    MADE.get_or_init(|| {
        let rollover = Rollover { id: "test".into(), keep: vec![], add: vec![], hosts: vec![], steps: vec![] };
        StandIns::make(&rollover, &[], KeyKind::Rsa, time::OffsetDateTime::now_utc()).unwrap()
    })
}

fn concatenate(_: &Path, bytes: &[u8], roots: &[&Root]) -> Result<Vec<u8>, Trouble> {
    Ok(roots.iter().fold(bytes.to_vec(), |bytes, root| [bytes, root.pem().into_bytes()].concat()))
}

fn another_root() -> rcgen::CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed(["another root".to_owned()]).unwrap()
}

fn homes() -> Vec<PathBuf> {
    java_homes(&|name| std::env::var_os(name))
}

fn pem(bytes: &[u8], holds: Holds) -> Subject<'_> {
    Subject { path: Path::new("rootca.pem"), bytes, format: Format::Pem, holds, password: None }
}

fn verdicts(rows: &[Row]) -> Vec<(&str, Verdict)> {
    rows.iter().map(|row| (row.client.name, row.proof.verdict)).collect()
}

/// The clients with these names, and no others, so that a test takes seconds.
fn some(names: &[&str]) -> Vec<rootfix::prove::clients::Client> {
    find(Format::Pem, &[]).into_iter().filter(|client| names.contains(&client.name)).collect()
}

#[test]
fn every_client_passes_with_a_bundle_that_is_as_it_should_be() {
    let clients = find(Format::Pem, &homes());
    for name in ALL {
        if !clients.iter().any(|client| client.name == name) {
            common::missing(name);
        }
    }
    let bundle = another_root().cert.pem();
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &concatenate, &clients, &|_| {}).unwrap();
    assert_eq!(rows.len(), clients.len());
    for row in rows {
        assert_eq!(row.proof.verdict, Verdict::Pass, "{row:?}");
    }
}

#[test]
fn a_repair_that_repairs_nothing_fails_and_a_bundle_that_vouches_for_everything_is_not_proven() {
    let clients = some(&["curl", "openssl", "wget"]);
    let bundle = another_root().cert.pem();
    let forgets = |path: &Path, bytes: &[u8], roots: &[&Root]| match roots {
        [root] if root.id.ends_with("new") => Ok(bytes.to_vec()),
        roots => concatenate(path, bytes, roots),
    };
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &forgets, &clients, &|_| {}).unwrap();
    assert!(rows.iter().all(|row| row.proof.verdict == Verdict::Fail), "{rows:?}");
    // Whoever adds the new stand-in where the old one was asked for has no control that fails.
    let both = |path: &Path, bytes: &[u8], _: &[&Root]| {
        concatenate(path, bytes, &[&stand_ins().old.root, &stand_ins().new.root])
    };
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &both, &clients, &|_| {}).unwrap();
    assert!(rows.iter().all(|row| row.proof.verdict == Verdict::NotProven), "{rows:?}");
    let rogue = |path: &Path, bytes: &[u8], roots: &[&Root]| {
        concatenate(path, &concatenate(path, bytes, roots)?, &[&stand_ins().rogue.root])
    };
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &rogue, &clients, &|_| {}).unwrap();
    assert!(rows.iter().all(|row| row.proof.verdict == Verdict::NotProven), "{rows:?}");
}

#[test]
fn clients_that_read_a_broken_bundle_differently_are_told_apart() {
    // OpenSSL loads nothing of a file with one block that is damaged; PHP's streams and Go pass over it.
    let bundle = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    let clients = some(&["curl", "openssl", "php stream"]);
    let rows = prove(&pem(bundle.as_bytes(), HOLDS_OLD), stand_ins(), &concatenate, &clients, &|_| {}).unwrap();
    for (name, verdict) in verdicts(&rows) {
        assert_eq!(verdict, if name == "php stream" { Verdict::Pass } else { Verdict::Fail }, "{name}");
    }
}

#[test]
fn every_java_judges_key_stores_as_they_are() {
    let keytool = common::jdk(17).map(|home| home.join("bin/keytool"));
    let homes: Vec<PathBuf> = [11, 25].into_iter().filter_map(common::jdk).collect();
    let Some(keytool) = keytool else { return };
    for (format, name) in [(Format::Jks, "JKS"), (Format::Jceks, "JCEKS"), (Format::Pkcs12, "PKCS12")] {
        let directory = tempfile::tempdir().unwrap();
        let import = |store: &Path, alias: &str, der: &[u8]| {
            let file = directory.path().join("certificate");
            fs::write(&file, der).unwrap();
            let mut command = Command::new(&keytool);
            command.args(["-importcert", "-noprompt", "-storetype", name, "-storepass", "a secret", "-alias", alias]);
            command.arg("-keystore").arg(store).arg("-file").arg(file).stderr(Stdio::null());
            assert!(command.status().unwrap().success());
        };
        let store = directory.path().join("store");
        import(&store, "other", another_root().cert.der());
        let append = |_: &Path, bytes: &[u8], roots: &[&Root]| {
            let copy = directory.path().join("copy");
            fs::write(&copy, bytes).unwrap();
            roots.iter().for_each(|root| import(&copy, &root.alias, root.certificate.der()));
            Ok(fs::read(copy).unwrap())
        };
        let (bytes, password) = (fs::read(&store).unwrap(), Password::text("a secret"));
        let subject = Subject { path: &store, bytes: &bytes, format, holds: HOLDS_OLD, password: Some(&password) };
        let clients = find(format, &homes);
        assert!(clients.iter().all(|client| client.name == "java") && clients.len() == homes.len());
        for row in prove(&subject, stand_ins(), &append, &clients, &|_| {}).unwrap() {
            assert_eq!(row.proof.verdict, Verdict::Pass, "{name}: {row:?}");
        }
    }
}

/// A program that is no client of `verify`, started for one question: does it accept this server by this bundle?
struct Other {
    name: &'static str,
    needs: &'static str,
    reader: Reader,
    accepts: fn(&Path, &Path, u16) -> bool,
}

const OTHERS: [Other; 3] = [
    Other { name: "nginx", needs: "nginx", reader: Reader::Openssl, accepts: nginx },
    Other { name: "haproxy", needs: "haproxy", reader: Reader::Openssl, accepts: haproxy },
    Other { name: "curl with GnuTLS", needs: "cc", reader: Reader::Gnutls, accepts: curl_with_gnutls },
];

struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether a proxy, started by this command, gives an answer from behind it. One that does not start does not.
fn through(mut command: Command, port: u16) -> bool {
    let mut proxy = Stopped(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    for _ in 0..3000 {
        if let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) {
            let mut answer = String::new();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
            let _ = std::io::Read::read_to_string(&mut stream, &mut answer);
            return answer.contains(" 200 ");
        }
        if proxy.0.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{command:?} neither listens nor ends");
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn nginx(directory: &Path, bundle: &Path, server: u16) -> bool {
    let port = free_port();
    let text = format!(
        "daemon off; master_process off; pid pid; error_log stderr; events {{}} http {{ access_log off;
         client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
         server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass https://127.0.0.1:{server};
         proxy_ssl_server_name on; proxy_ssl_name localhost; proxy_ssl_verify on; proxy_ssl_verify_depth 4;
         proxy_ssl_trusted_certificate {}; }} }} }}",
        bundle.display()
    );
    fs::write(directory.join("nginx.conf"), text).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(directory).arg("-c").arg(directory.join("nginx.conf"));
    through(command, port)
}

fn haproxy(directory: &Path, bundle: &Path, server: u16) -> bool {
    let port = free_port();
    let text = format!(
        "defaults\n mode http\n timeout connect 10s\n timeout client 10s\n timeout server 10s\n retries 0\n\
         listen proxy\n bind 127.0.0.1:{port}\n\
         server s 127.0.0.1:{server} ssl verify required ca-file {} sni str(localhost) verifyhost localhost\n",
        bundle.display()
    );
    fs::write(directory.join("haproxy.cfg"), text).unwrap();
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-f").arg(directory.join("haproxy.cfg"));
    through(command, port)
}

/// Debian has the library beside that with OpenSSL, and no program for it: the same C program with the other library.
fn curl_with_gnutls(directory: &Path, bundle: &Path, server: u16) -> bool {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let source = "#include <curl/curl.h>\nint main(int n, char **a) { CURL *c = curl_easy_init();\
                      curl_easy_setopt(c, CURLOPT_URL, a[1]); curl_easy_setopt(c, CURLOPT_CAINFO, a[2]);\
                      return n != 3 || curl_easy_perform(c) != CURLE_OK; }";
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("curl-gnutls-{}", std::process::id()));
        fs::write(made.with_extension("c"), source).unwrap();
        let mut cc = Command::new("cc");
        cc.arg("-o").arg(&made).arg(made.with_extension("c")).arg("-l:libcurl-gnutls.so.4");
        assert!(cc.status().unwrap().success());
        made
    });
    let mut command = Command::new(program);
    command.arg(format!("https://localhost:{server}/")).arg(bundle).current_dir(directory);
    command.env_remove("https_proxy").env_remove("HTTPS_PROXY").env_remove("ALL_PROXY").env_remove("all_proxy");
    command.stdout(Stdio::null()).status().unwrap().success()
}

/// What is predicted of a reader is what each program does that reads so: those of `verify --clients` that the tests
/// of readers do not try, and the proxies.
#[test]
fn what_is_predicted_of_a_bundle_is_what_clients_and_proxies_do() {
    let roots = roots::make();
    let variants = variants::all(&variants::Parts::new(&roots));
    let names = [
        "plain",
        "noeol",
        "crlf",
        "bom",
        "bom_with_comment",
        "glued",
        "glued_last",
        "cr_only",
        "oneline_b64",
        "indent_all",
        "indent_first_begin",
        "trusted_second",
        "x509_second",
        "der_garbled_second",
        "missing_end_second",
        "hash_commented_second",
        "hash_begin_only_second",
        "key_between",
        "nul_tail",
        "nul_between",
        "ctrlz_tail",
        "blank_in_body",
        "x509_all",
        "trusted_all",
        "certificates_plural",
        "two_blanks_in_begin",
        "four_dashes_begin",
        "en_dashes",
        "cut_in_last_body",
        "cut_dash_of_last_end",
    ];
    let variants: Vec<_> = variants.iter().filter(|variant| names.contains(&variant.name.as_str())).collect();
    assert_eq!(variants.len(), names.len(), "each name is one of a variant");
    let clients = some(&["curl", "wget", "openssl", "gnutls-cli", "php curl", "php stream", "perl", "python requests"]);
    let others: Vec<&Other> = OTHERS.iter().filter(|other| common::program(other.needs).is_some()).collect();

    let next = std::sync::atomic::AtomicUsize::new(0);
    let disagreements = std::sync::Mutex::new(Vec::new());
    let compared = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let servers = [1, 2].map(|number| {
            let root = &roots.roots[number];
            let presented = Presented { certificates: vec![root.leaf.clone()], key: root.leaf_key.clone().into() };
            Server::on_loopback(&presented, Reply::with_body(b"{}".to_vec()), false).unwrap()
        });
        while let Some(variant) = variants.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            let directory = tempfile::tempdir().unwrap();
            let bundle = directory.path().join("bundle.pem");
            fs::write(&bundle, &variant.bytes).unwrap();
            let predicted = views(&variant.bytes);
            let compare = |name: &str, reader: Reader, number: usize, accepts: Option<bool>| {
                let root = &roots.roots[number + 1];
                let view = predicted.iter().find(|view| view.reader == reader).unwrap();
                let expected = view.trusted.contains(&Fingerprint::of(&root.der));
                compared.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if accepts != Some(expected) {
                    let line = format!(
                        "{}: {name}, root {}: predicted {expected}, seen {accepts:?}",
                        variant.name, root.letter
                    );
                    disagreements.lock().unwrap().push(line);
                }
            };
            for client in &clients {
                let questions: Vec<_> = servers.iter().map(|server| (&*bundle, server)).collect();
                let own = directory.path().join(client.name);
                fs::create_dir(&own).unwrap();
                let answers = handshakes(client, Format::Pem, None, &questions, &own).unwrap();
                for (number, answer) in answers.iter().enumerate() {
                    let accepts = match answer {
                        Answer::Accepts => Some(true),
                        Answer::Refuses(_) => Some(false),
                        Answer::Unclear(_) => None,
                    };
                    compare(client.name, client.reader.unwrap(), number, accepts);
                }
            }
            for other in &others {
                for (number, server) in servers.iter().enumerate() {
                    let accepts = (other.accepts)(directory.path(), &bundle, server.port());
                    // What the next client is judged by is its own.
                    server.take_observations();
                    compare(other.name, other.reader, number, Some(accepts));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(work);
        }
    });
    let disagreements = disagreements.into_inner().unwrap();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    assert!(compared.into_inner() >= 25 * 9 * 2 || clients.len() + others.len() < 9);
}
