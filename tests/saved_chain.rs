//! A chain that `openssl s_client -showcerts` saved is judged as openssl itself judges it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rootfix::certificate::Certificate;
use rootfix::proof::Verdict;
use rootfix::prove::saved_chain::{SavedChain, prove};
use rootfix::prove::stand_in::StandIn;
use rootfix::rollover::{Rollover, Root};
use time::OffsetDateTime;

const HOST: &str = "pay.example.test";

fn pem(label: &str, der: &[u8]) -> String {
    pem::encode(&pem::Pem::new(label, der))
}

/// Ends its program when the test ends, also when it fails.
struct Server(Child, #[expect(dead_code, reason = "a closed pipe would end the server")] BufReader<ChildStdout>);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that presents the stand-in, and the port that it listens on.
fn serve(stand_in: &StandIn, dir: &Path) -> (Server, String) {
    let write = |name: &str, text: String| std::fs::write(dir.join(name), text).unwrap();
    write("server.pem", pem("CERTIFICATE", stand_in.chain[0].der()));
    write("intermediate.pem", pem("CERTIFICATE", stand_in.chain[1].der()));
    write("key.pem", pem("PRIVATE KEY", &stand_in.key));
    let mut child = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0", "-cert", "server.pem", "-key", "key.pem"])
        .args(["-cert_chain", "intermediate.pem", "-naccept", "4"])
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    // It says where it listens; at its end, should it fail, the text ends too.
    while told.read_line(&mut line).unwrap() > 0 && !line.contains("ACCEPT ") {}
    let port = line.trim_end().rsplit_once("ACCEPT ").expect("it listens").1.to_owned();
    let server = Server(child, told);
    (server, port)
}

fn s_client(address: &str, arguments: &[&str], dir: &Path) -> std::process::Output {
    let mut client = Command::new("openssl")
        .args(["s_client", "-connect", address, "-servername", HOST])
        .args(arguments)
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(b"Q\n").unwrap();
    client.wait_with_output().unwrap()
}

#[test]
fn a_chain_saved_by_openssl_is_judged_as_openssl_judges_it() {
    if Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_err() {
        assert!(std::env::var_os("CI").is_none(), "openssl is not installed");
        eprintln!("\n*** SKIPPED: openssl is not installed ***\n");
        return;
    }
    let now = OffsetDateTime::now_utc();
    let dir = tempfile::tempdir().unwrap();
    let old = StandIn::new("kept", "Old", &[HOST], now).unwrap();
    let new = StandIn::new("added1", "New", &[HOST], now).unwrap();
    let rogue = StandIn::new("added1", "New", &[HOST], now).unwrap();
    let (_server, address) = serve(&new, dir.path());

    let saved = SavedChain::parse(&s_client(&address, &["-showcerts"], dir.path()).stdout).unwrap();
    assert_eq!(saved.certificates(), new.chain);

    let rollover = |keep: &Root, add: &Root| Rollover {
        id: "made".to_owned(),
        keep: vec![keep.clone()],
        add: vec![add.clone()],
        hosts: Vec::new(),
        steps: Vec::new(),
    };
    let rollover = rollover(&old.root, &new.root);
    let stores = [
        (vec![&old.root, &new.root], Verdict::Pass),
        (vec![&new.root], Verdict::Pass),
        (vec![&old.root], Verdict::Fail),
        (vec![&old.root, &rogue.root], Verdict::Fail),
    ];
    for (number, (roots, expected)) in stores.into_iter().enumerate() {
        let anchors: Vec<Certificate> = roots.iter().map(|root| root.certificate.clone()).collect();
        let proof = prove(Path::new("store"), &saved, None, now, &anchors, &rollover);
        assert_eq!(proof.verdict, expected, "store {number}: {}", proof.detail.en);
        assert_eq!(proof.subject, HOST);

        std::fs::write(dir.path().join("store.pem"), roots.iter().map(|root| root.pem()).collect::<String>()).unwrap();
        let verify = Command::new("openssl")
            .args(["verify", "-no-CApath", "-no-CAstore", "-verify_hostname", HOST, "-CAfile", "store.pem"])
            .args(["-untrusted", "intermediate.pem", "server.pem"])
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert_eq!(verify.status.success(), expected == Verdict::Pass, "store {number}: {verify:?}");
    }
}
