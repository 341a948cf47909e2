//! `probe` against real servers on loopback: what they show, and what each bundle makes of it.

mod common;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rootfix::rehearse::chain::{KeyKind, Shown, StandIns};
use rootfix::rehearse::server::{Reply, Server as Own};
use rootfix::rollover::Catalogue;
use serde_json::Value;
use tempfile::TempDir;

/// A server in this process, for what is not about the server; the root of its chain lies in `root.pem`.
struct StandIn {
    dir: TempDir,
    server: Own,
}

impl StandIn {
    fn start() -> StandIn {
        let (dir, catalogue, now) =
            (TempDir::new().unwrap(), Catalogue::load().unwrap(), time::OffsetDateTime::now_utc());
        let made = StandIns::make(catalogue.default_rollover(), &[], KeyKind::Ec, now).unwrap();
        std::fs::write(dir.path().join("root.pem"), made.new.root.pem()).unwrap();
        std::fs::write(dir.path().join("other.pem"), made.old.root.pem()).unwrap();
        let server = Own::on_loopback(&made.chain(Shown::New).into(), Reply::default(), false).unwrap();
        StandIn { dir, server }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn address(&self) -> SocketAddr {
        self.server.addresses()[0]
    }
}

/// root -> intermediate -> leaf for localhost, made with openssl.
struct Pki(TempDir);

impl Pki {
    /// `None` after saying that openssl is missing.
    fn new() -> Option<Pki> {
        common::program("openssl")?;
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
        Some(pki)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

/// An `openssl s_server` that ends with the test.
struct Server(#[expect(dead_code, reason = "dropped at the end")] common::server::Running, SocketAddr);

impl Server {
    fn start(pki: &Pki, arguments: &[&str]) -> Server {
        let address = common::server::own_address();
        let mut openssl = Command::new("openssl");
        openssl.args(["s_server", "-quiet", "-accept", &address.to_string(), "-cert", "leaf.pem", "-key", "leaf.key"]);
        openssl.args(arguments).current_dir(pki.0.path());
        Server(common::server::listening(&mut openssl, address).expect("openssl s_server listens"), address)
    }
}

/// The records and the exit code of one probe.
fn probe(directory: &Path, at: SocketAddr, arguments: &[&str]) -> (Vec<Value>, i32, String) {
    let (host, address) = (format!("localhost:{}", at.port()), at.ip().to_string());
    run(directory, &[], &[&[&*host, "--connect", &address], arguments].concat())
}

fn of<'r>(records: &'r [Value], kind: &str) -> Vec<&'r Value> {
    records.iter().filter(|record| record["type"] == kind).collect()
}

#[test]
fn a_server_passes_by_the_bundle_that_holds_its_root_and_by_no_other() {
    let Some(pki) = Pki::new() else { return };
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
    let Some(pki) = Pki::new() else { return };
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
    let Some(pki) = Pki::new() else { return };
    for version in ["-tls1_2", "-tls1_3"] {
        let server = Server::start(&pki, &["-cert_chain", "middle.pem", "-Verify", "2", version]);
        let (records, code, _) = probe(pki.0.path(), server.1, &["--bundle", &pki.path("root.pem")]);
        assert_eq!((code, &of(&records, "server")[0]["asked_for_certificate"]), (0, &Value::from(true)), "{version}");
    }
}

#[test]
fn what_keeps_a_handshake_from_happening_is_said() {
    let Some(pki) = Pki::new() else { return };
    for version in ["-tls1", "-tls1_1"] {
        let old = Server::start(&pki, &[version, "-cipher", "ALL@SECLEVEL=0"]);
        let (_, code, errors) = probe(pki.0.path(), old.1, &["--bundle", &pki.path("root.pem")]);
        assert!(code == 2 && errors.contains("TLS 1.0 or 1.1"), "{version}: {errors}");
    }
}

#[test]
fn who_says_nothing_and_who_is_not_there_is_said() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("root.pem"), common::bundles::block(&common::bundles::g1())).unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = silent.local_addr().unwrap().to_string();
    let (_, code, errors) = run_within("2", dir.path(), &[], &[&at, "--bundle", "root.pem"]);
    assert!(code == 2 && errors.contains("no whole answer within the time limit"), "{errors}");
    // Nobody has port 1.
    let (_, code, errors) = probe(dir.path(), ([127, 0, 0, 1], 1).into(), &["--bundle", "root.pem"]);
    assert!(code == 2 && errors.contains("could not be reached"), "{errors}");
}

/// Answers the first caller with this and then a byte now and then, for a minute; whether he waited for the last.
fn dribble(first: &'static [u8]) -> (u16, std::thread::JoinHandle<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let waited = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(first).unwrap();
        (0..600).all(|_| {
            std::thread::sleep(Duration::from_millis(100));
            stream.write_all(b"x").is_ok()
        })
    });
    (port, waited)
}

#[test]
fn who_answers_byte_by_byte_is_not_waited_for_beyond_the_time_limit() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("root.pem"), common::bundles::block(&common::bundles::g1())).unwrap();
    // The head of a TLS record of 16 KiB.
    let (port, waited) = dribble(b"\x16\x03\x03\x40\x00");
    let at = format!("127.0.0.1:{port}");
    let (_, code, errors) = run_within("5", dir.path(), &[], &[&at, "--bundle", "root.pem"]);
    assert!(code == 2 && errors.contains("no whole answer within the time limit"), "{errors}");
    assert!(!waited.join().unwrap());
    let (port, waited) = dribble(b"HTTP/1.1 200 ");
    let variables = [("HTTPS_PROXY", format!("http://127.0.0.1:{port}"))];
    let (_, code, errors) = run_within("5", dir.path(), &variables, &["localhost:1", "--bundle", "root.pem"]);
    assert!(code == 2 && errors.contains("The proxy"), "{errors}");
    assert!(!waited.join().unwrap());
    for limit in ["0", "18446744073709551615"] {
        for command in [&["probe", "localhost"][..], &["rehearse", "--serve"]] {
            let refused = common::cli::run(dir.path(), &[command, &["--time-limit", limit]].concat());
            assert_eq!(refused.code, 2);
            assert!(refused.stderr.contains(&format!("{limit} is no value for --time-limit")), "{refused:?}");
        }
    }
}

#[test]
fn a_saved_chain_is_judged_as_the_live_one_was() {
    let stand_in = StandIn::start();
    let save = ["--bundle", "root.pem", "--save", "saved.pem"];
    assert_eq!(probe(stand_in.path(), stand_in.address(), &save).1, 0);
    let verdict = |bundle: &str| {
        let output = common::cli::rootfix(stand_in.path())
            .args(["--json", "verify", "--chain", "saved.pem", "--host", "localhost", bundle])
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

/// A probe as a user types it, with these variables and no proxy else: records, exit code, errors.
fn run(directory: &Path, variables: &[(&str, String)], arguments: &[&str]) -> (Vec<Value>, i32, String) {
    // Longer than any answer takes on a busy machine.
    run_within("60", directory, variables, arguments)
}

fn run_within(
    seconds: &str,
    directory: &Path,
    variables: &[(&str, String)],
    arguments: &[&str],
) -> (Vec<Value>, i32, String) {
    let mut command = common::cli::rootfix(directory);
    command.args(["--json", "--lang", "en", "probe", "--time-limit", seconds]).args(arguments);
    let output = command.envs(variables.iter().map(|(name, value)| (name, value))).output().unwrap();
    let records = String::from_utf8(output.stdout).unwrap();
    let records = records.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (records, output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_client_certificate_is_shown_where_it_is_asked_for_and_what_becomes_of_it_is_said() {
    let Some(pki) = Pki::new() else { return };
    let script = "
        set -e
        key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
        for ca in root other; do
            openssl req $key -keyout own.key -out own.csr -subj '/CN=1900000109'
            openssl x509 -req -in own.csr -CA $ca.pem -CAkey $ca.key -CAcreateserial -out own.pem -days 30
            cat own.key own.pem > $ca-own.pem
            openssl pkcs12 -export -inkey own.key -in own.pem -certfile $ca.pem -out $ca-own.p12 -passout pass:1900000109
            openssl pkcs12 -export -legacy -inkey own.key -in own.pem -out $ca-old.p12 -passout pass:1900000109
        done
    ";
    let made = Command::new("sh").args(["-c", script]).current_dir(pki.0.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let bundle = pki.path("root.pem");
    let password = [("MERCHANT", String::from("1900000109"))];
    for version in ["-tls1_2", "-tls1_3"] {
        let demands = ["-cert_chain", "middle.pem", "-Verify", "2", "-verify_return_error", "-CAfile", "root.pem"];
        let server = Server::start(&pki, &[&demands[..], &[version]].concat());
        let (at, address) = (format!("localhost:{}", server.1.port()), server.1.ip().to_string());
        let show = |file: &str| {
            let named = ["--bundle", &bundle, "--identity", file, "--password-env", "MERCHANT"];
            let (records, code, errors) =
                run(pki.0.path(), &password, &[&[&*at, "--connect", &address], &named[..]].concat());
            let shown = of(&records, "server").first().map(|server| server["identity"].clone());
            (shown.unwrap_or_else(|| Value::from(errors)), code)
        };
        for file in ["root-own.pem", "root-own.p12", "root-old.p12"] {
            assert_eq!(show(file), (Value::from("accepted"), 0), "{file} {version}");
        }
        for file in ["other-own.pem", "other-own.p12", "other-old.p12"] {
            assert_eq!(show(file), (Value::from("refused"), 1), "{file} {version}");
        }
        let (said, code) = show("root.pem");
        assert!(code == 2 && said.as_str().unwrap().contains("private key"), "{said}");
    }
    // One that nobody asks for is not shown.
    let server = Server::start(&pki, &["-cert_chain", "middle.pem"]);
    let (records, code, _) = probe(pki.0.path(), server.1, &["--bundle", &bundle, "--identity", "root-own.pem"]);
    assert_eq!((code, &of(&records, "server")[0]["identity"]), (0, &Value::Null));
}

/// A proxy that answers CONNECT with this line, and passes everything on if that is a yes; its port.
fn proxy(answer: &'static str, server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut near = stream.unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && near.read(&mut byte).unwrap() == 1 {
                request.push(byte[0]);
            }
            assert!(request.starts_with(b"CONNECT localhost:1 HTTP/1.1\r\n"), "{}", String::from_utf8_lossy(&request));
            near.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes()).unwrap();
            if !answer.starts_with('2') {
                continue;
            }
            let mut far = TcpStream::connect(("127.0.0.1", server)).unwrap();
            let (mut back, mut home) = (far.try_clone().unwrap(), near.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut back, &mut home));
            let _ = std::io::copy(&mut near, &mut far);
        }
    });
    port
}

#[test]
fn a_proxy_is_gone_through_and_one_that_refuses_is_told_of() {
    let stand_in = StandIn::start();
    // Nobody listens on port 1: what is seen came through the proxy.
    let through = |answer: &'static str, spared: &str| {
        let url = format!("http://127.0.0.1:{}", proxy(answer, stand_in.server.port()));
        let variables = [("HTTPS_PROXY", url), ("NO_PROXY", spared.to_owned())];
        run(stand_in.path(), &variables, &["localhost:1", "--bundle", "root.pem"])
    };
    let (records, code, errors) = through("200 Connection established", "");
    assert_eq!((code, of(&records, "server").len()), (0, 1), "{errors}");
    let (_, code, errors) = through("407 Proxy Authentication Required", "");
    assert!(code == 2 && errors.contains("407 Proxy Authentication Required"), "{errors}");
    let (_, code, errors) = through("200 Connection established", "localhost");
    assert!(code == 2 && errors.contains("could not be reached"), "{errors}");
}

#[test]
fn every_address_of_a_name_is_probed() {
    let stand_in = StandIn::start();
    let port = stand_in.server.port();
    let addresses: BTreeSet<_> = ("localhost", port).to_socket_addrs().unwrap().collect();
    let listens: BTreeSet<_> = stand_in.server.addresses().iter().copied().collect();
    let (records, code, errors) = run(stand_in.path(), &[], &[&format!("localhost:{port}"), "--bundle", "root.pem"]);
    let seen: BTreeSet<_> =
        of(&records, "server").iter().map(|server| server["address"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(seen, &addresses & &listens, "{errors}");
    assert!(seen.contains(&stand_in.address()), "control");
    // Each of the others is told of, and the answer is not a yes.
    let others = addresses.len() - seen.len();
    assert_eq!(errors.matches("could not be reached").count(), others, "{errors}");
    assert_eq!(code, if others == 0 { 0 } else { 2 }, "{errors}");
    assert_eq!(of(&records, "summary")[0]["counts"]["addresses"], addresses.len());
}

/// A certificate under `issuer`, made to measure, and its key.
fn issue(
    issuer: &rcgen::Issuer<'_, rcgen::KeyPair>,
    names: &[&str],
    shape: impl FnOnce(&mut rcgen::CertificateParams),
) -> (rcgen::CertificateParams, rcgen::KeyPair, rcgen::Certificate) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(names).unwrap();
    params.not_after = rcgen::date_time_ymd(2099, 1, 1);
    shape(&mut params);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    (params, key, certificate)
}

#[test]
fn expired_and_cross_signed_chains_are_told_apart() {
    use rcgen::{BasicConstraints, DnType, DnValue, IsCa};
    let Some(pki) = Pki::new() else { return };
    let write = |name: &str, text: String| std::fs::write(pki.path(name), text).unwrap();
    let ca = |params: &mut rcgen::CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Old Root");
    ca(&mut params);
    let key = rcgen::KeyPair::generate().unwrap();
    write("old.pem", params.self_signed(&key).unwrap().pem());
    let old = rcgen::Issuer::new(params, key);

    let (_, key, leaf) = issue(&old, &["localhost"], |params| params.not_after = rcgen::date_time_ymd(2021, 1, 1));
    write("expired.pem", leaf.pem());
    write("expired.key", key.serialize_pem());
    let server = Server::start(&pki, &["-cert", "expired.pem", "-key", "expired.key"]);
    let (records, code, _) = probe(pki.0.path(), server.1, &["--bundle", &pki.path("old.pem")]);
    let proof = of(&records, "proof")[0];
    assert_eq!((code, &proof["verdict"]), (1, &Value::from("fail")));
    assert!(proof["detail"].as_str().unwrap().contains("2021-01-01"), "{proof}");

    // Under the old root, a certificate with the new one's name.
    let (params, key, cross) = issue(&old, &[], |params| {
        ca(params);
        let name = &mut params.distinguished_name;
        *name = rcgen::DistinguishedName::new();
        for (kind, text) in [
            (DnType::CountryName, "US"),
            (DnType::OrganizationName, "DigiCert Inc"),
            (DnType::OrganizationalUnitName, "www.digicert.com"),
            (DnType::CommonName, "DigiCert Global Root G2"),
        ] {
            name.push(kind, DnValue::PrintableString(text.try_into().unwrap()));
        }
    });
    write("cross.pem", cross.pem());
    let (_, key, leaf) = issue(&rcgen::Issuer::new(params, key), &["localhost"], |_| {});
    write("crossed.pem", leaf.pem());
    write("crossed.key", key.serialize_pem());
    let server = Server::start(&pki, &["-cert", "crossed.pem", "-key", "crossed.key", "-cert_chain", "cross.pem"]);
    let (at, address) = (format!("localhost:{}", server.1.port()), server.1.ip().to_string());
    let say = |bundle: &str| {
        let mut rootfix = common::cli::rootfix(pki.0.path());
        rootfix.args(["--lang", "en", "probe", &at, "--connect", &address, "--bundle", &pki.path(bundle)]);
        let output = rootfix.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = say("old.pem");
    assert!(code == Some(0) && text.contains("signed by CN=Old Root: a cross-certificate"), "{text}");
    assert!(text.contains("When does this break next?") && text.contains("2099-01-01"), "{text}");
    // The name proves nothing: whoever has the real root alone does not pass.
    let g2 = common::cli::rootfix(pki.0.path()).args(["roots", "export", "digicert-global-root-g2"]).output();
    write("g2.pem", String::from_utf8(g2.unwrap().stdout).unwrap());
    let (code, text) = say("g2.pem");
    assert_ne!(code, Some(0), "{text}");
}

#[test]
fn what_a_bundle_would_do_with_the_new_root_missing_is_told_beside_what_it_does_today() {
    let stand_in = StandIn::start();
    let port = stand_in.server.port();
    let pem = std::fs::read(stand_in.path().join("root.pem")).unwrap();
    let der = pem::parse(pem).unwrap();
    let sha256 = rootfix::certificate::Fingerprint::of(der.contents()).to_string();
    let new_root = ["--root", "root.pem", "--sha256", &sha256, "--bundle", "root.pem"];
    let (records, code, errors) = probe(stand_in.path(), stand_in.address(), &new_root);
    assert_eq!(code, 0, "{errors}");
    let verdict = |case: &str| {
        let proofs = of(&records, "proof");
        let proof = proofs.iter().find(|proof| proof["subject"].as_str().unwrap().ends_with(case));
        proof.unwrap_or_else(|| panic!("{records:#?}"))["verdict"].clone()
    };
    assert_eq!(verdict(&port.to_string()), "pass");
    assert_eq!(verdict("(with the old root alone)"), "fail");
    assert_eq!(verdict("(with the new root alone)"), "pass");
}

#[test]
fn nginx_is_judged_as_s_server_is() {
    if common::program("nginx").is_none() {
        return;
    }
    let Some(pki) = Pki::new() else { return };
    let read = |name: &str| std::fs::read_to_string(pki.path(name)).unwrap();
    std::fs::write(pki.path("chain.pem"), read("leaf.pem") + &read("middle.pem")).unwrap();
    let address = common::server::own_address();
    let text = format!(
        "daemon off; master_process off; pid pid; error_log stderr; events {{}} http {{ access_log off;
         client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
         server {{ listen {address} ssl; ssl_certificate chain.pem; ssl_certificate_key leaf.key; }} }}"
    );
    std::fs::write(pki.path("nginx.conf"), text).unwrap();
    let mut nginx = Command::new("nginx");
    nginx.arg("-p").arg(pki.0.path()).arg("-c").arg(pki.path("nginx.conf"));
    let _nginx = common::server::listening(&mut nginx, address).expect("nginx listens");
    for (bundle, code) in [("root.pem", 0), ("other.pem", 1)] {
        assert_eq!(probe(pki.0.path(), address, &["--bundle", &pki.path(bundle)]).1, code, "{bundle}");
    }
}
