//! `probe` against real servers on loopback: what they show, and what each bundle makes of it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// root -> intermediate -> leaf for localhost, made with openssl.
struct Pki(TempDir);

impl Pki {
    fn new() -> Pki {
        let pki = Pki(TempDir::new().unwrap());
        let script = "
            set -e
            key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
            openssl req -x509 $key -keyout root.key -out root.pem -subj '/CN=Probe Root' -days 30
            openssl req -x509 $key -keyout other.key -out other.pem -subj '/CN=Other Root' -days 30
            openssl req $key -keyout middle.key -out middle.csr -subj '/CN=Probe Middle'
            printf 'basicConstraints=critical,CA:TRUE\\nkeyUsage=keyCertSign\\n' > ca.ext
            openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key -CAcreateserial -out middle.pem -days 30 -extfile ca.ext
            openssl req $key -keyout leaf.key -out leaf.csr -subj '/CN=localhost'
            printf 'subjectAltName=DNS:localhost\\n' > leaf.ext
            openssl x509 -req -in leaf.csr -CA middle.pem -CAkey middle.key -CAcreateserial -out leaf.pem -days 30 -extfile leaf.ext
        ";
        let made = Command::new("sh").args(["-c", script]).current_dir(pki.0.path()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        pki
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

/// An `openssl s_server` that ends with the test.
struct Server(Child, u16);

impl Server {
    fn start(pki: &Pki, arguments: &[&str]) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("openssl")
            .args([
                "s_server",
                "-quiet",
                "-accept",
                &format!("127.0.0.1:{port}"),
                "-cert",
                "leaf.pem",
                "-key",
                "leaf.key",
            ])
            .args(arguments)
            .current_dir(pki.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "openssl s_server did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Server(child, port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The records and the exit code of one probe.
fn probe(directory: &Path, port: u16, arguments: &[&str]) -> (Vec<Value>, i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rootfix"))
        .args([
            "--json",
            "--lang",
            "en",
            "probe",
            &format!("localhost:{port}"),
            "--connect",
            "127.0.0.1",
            "--time-limit",
            "5",
        ])
        .args(arguments)
        .current_dir(directory)
        .env_remove("HTTPS_PROXY")
        .env_remove("https_proxy")
        .output()
        .unwrap();
    let records = String::from_utf8(output.stdout).unwrap();
    let records = records.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (records, output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn of<'r>(records: &'r [Value], kind: &str) -> Vec<&'r Value> {
    records.iter().filter(|record| record["type"] == kind).collect()
}

#[test]
fn a_server_passes_by_the_bundle_that_holds_its_root_and_by_no_other() {
    let pki = Pki::new();
    for versions in [&["-tls1_2"][..], &["-tls1_3"], &[]] {
        let server = Server::start(&pki, &[&["-cert_chain", "middle.pem"], versions].concat());
        let (records, code, _) = probe(pki.0.path(), server.1, &["--bundle", &pki.path("root.pem")]);
        assert_eq!(code, 0, "{records:#?}");
        let shown = of(&records, "server")[0];
        assert_eq!(shown["chain"].as_array().unwrap().len(), 2);
        assert_eq!(shown["asked_for_certificate"], false);
        let protocol = if versions == ["-tls1_2"] { "TLSv1.2" } else { "TLSv1.3" };
        assert_eq!(shown["protocol"], protocol);
        assert_eq!(of(&records, "proof")[0]["verdict"], "pass");
        let (records, code, _) = probe(pki.0.path(), server.1, &["--bundle", &pki.path("other.pem")]);
        assert_eq!((code, &of(&records, "proof")[0]["verdict"]), (1, &Value::from("fail")));
    }
}

#[test]
fn order_and_extra_certificates_do_not_matter_but_a_missing_one_does() {
    let pki = Pki::new();
    let write = |name: &str, parts: &[&str]| {
        let text: String = parts.iter().map(|part| std::fs::read_to_string(pki.path(part)).unwrap()).collect();
        std::fs::write(pki.path(name), text).unwrap();
    };
    write("mixed.pem", &["other.pem", "root.pem", "middle.pem"]);
    let mixed = Server::start(&pki, &["-cert_chain", "mixed.pem"]);
    assert_eq!(probe(pki.0.path(), mixed.1, &["--bundle", &pki.path("root.pem")]).1, 0);
    let missing = Server::start(&pki, &[]);
    let (records, code, _) = probe(pki.0.path(), missing.1, &["--bundle", &pki.path("root.pem")]);
    assert_eq!(code, 1);
    assert!(of(&records, "proof")[0]["detail"].as_str().unwrap().contains("Probe Middle"), "{records:#?}");
}

#[test]
fn a_demanded_client_certificate_is_noticed_and_the_chain_is_seen_all_the_same() {
    let pki = Pki::new();
    for version in ["-tls1_2", "-tls1_3"] {
        let server = Server::start(&pki, &["-cert_chain", "middle.pem", "-Verify", "2", version]);
        let (records, code, _) = probe(pki.0.path(), server.1, &["--bundle", &pki.path("root.pem")]);
        assert_eq!((code, &of(&records, "server")[0]["asked_for_certificate"]), (0, &Value::from(true)), "{version}");
    }
}

#[test]
fn what_keeps_a_handshake_from_happening_is_said() {
    let pki = Pki::new();
    let old = Server::start(&pki, &["-tls1_1", "-cipher", "ALL@SECLEVEL=0"]);
    let (_, code, errors) = probe(pki.0.path(), old.1, &["--bundle", &pki.path("root.pem")]);
    assert!(code == 2 && errors.contains("TLS 1.0 or 1.1"), "{errors}");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let (_, code, errors) = probe(pki.0.path(), port, &["--bundle", &pki.path("root.pem")]);
    assert!(code == 2 && errors.contains("said nothing"), "{errors}");
    drop(silent);
    let (_, code, errors) = probe(pki.0.path(), port, &["--bundle", &pki.path("root.pem")]);
    assert!(code == 2 && errors.contains("could not be reached"), "{errors}");
}

#[test]
fn a_saved_chain_is_judged_as_the_live_one_was() {
    let pki = Pki::new();
    let server = Server::start(&pki, &["-cert_chain", "middle.pem"]);
    let saved = pki.path("saved.pem");
    assert_eq!(probe(pki.0.path(), server.1, &["--bundle", &pki.path("root.pem"), "--save", &saved]).1, 0);
    let verdict = |bundle: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_rootfix"))
            .args(["--json", "verify", "--chain", &saved, "--host", "localhost", &pki.path(bundle)])
            .output()
            .unwrap();
        let records: Vec<Value> =
            String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let proof = records.iter().find(|record| record["rung"] == "saved-chain").unwrap();
        proof["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("root.pem"), "pass");
    assert_eq!(verdict("other.pem"), "fail");
}
