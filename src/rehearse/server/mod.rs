//! The stand-in server: TLS 1.2 and 1.3 with one of the stand-in chains, and notes of what every client did.
//!
//! What counts is seen from here and not from the client's output, because a program may swallow an error, retry, or
//! fail for a reason of its own. Every handshake is a full one: no session is resumed, so none can carry an earlier
//! decision into a later chain.
//!
//! A peer may be anything that finds the port: connections, bytes and time are bounded.

mod http;
mod record;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{Acceptor, NoServerSessionStorage, ServerConnection};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

pub use http::Reply;
use record::Log;
pub use record::{Connection, End, Observations};

use super::chain::Presented;
use crate::certificate::Certificate;
use crate::timed::Timed;

/// At once; a payment program has a handful.
const MAX_CONNECTIONS: usize = 64;
/// From the first byte to the last, answer included.
const CONNECTION_TIME: Duration = Duration::from_secs(30);

/// A running stand-in; it stops when dropped.
#[derive(Debug)]
pub struct Server {
    addresses: Vec<SocketAddr>,
    log: Arc<Log>,
    stopping: Arc<AtomicBool>,
    active: Arc<AtomicUsize>,
    acceptors: Vec<JoinHandle<()>>,
}

impl Server {
    /// Serves on listeners that are already bound.
    ///
    /// `ask_for_certificate` makes it ask every client for one, take any and take none: whether it is the right one
    /// only the real server knows.
    ///
    /// # Errors
    /// A listener has no address, or no thread can be started.
    pub fn start(
        presented: &Presented,
        listeners: Vec<TcpListener>,
        reply: Reply,
        ask_for_certificate: bool,
    ) -> io::Result<Server> {
        let service = Arc::new(Service { tls: Tls::new(presented, ask_for_certificate), reply });
        let mut server = Server {
            addresses: listeners.iter().map(TcpListener::local_addr).collect::<Result<_, _>>()?,
            log: Arc::default(),
            stopping: Arc::default(),
            active: Arc::default(),
            acceptors: Vec::new(),
        };
        for listener in listeners {
            let (service, log) = (Arc::clone(&service), Arc::clone(&server.log));
            let (stopping, active) = (Arc::clone(&server.stopping), Arc::clone(&server.active));
            let accept = move || {
                while let Ok((stream, _)) = listener.accept().or_else(|error| pause_and_retry(&listener, error)) {
                    if stopping.load(Ordering::SeqCst) {
                        break;
                    }
                    if active.fetch_add(1, Ordering::SeqCst) >= MAX_CONNECTIONS {
                        active.fetch_sub(1, Ordering::SeqCst);
                        log.turn_away();
                        continue;
                    }
                    let (service, log, active_here) = (Arc::clone(&service), Arc::clone(&log), Arc::clone(&active));
                    let serve = move || {
                        service.serve(stream, &log);
                        active_here.fetch_sub(1, Ordering::SeqCst);
                    };
                    if thread::Builder::new().name("stand-in".into()).spawn(serve).is_err() {
                        active.fetch_sub(1, Ordering::SeqCst);
                    }
                }
            };
            server.acceptors.push(thread::Builder::new().name("stand-in".into()).spawn(accept)?);
        }
        Ok(server)
    }

    /// Serves on a port of 127.0.0.1 that the system chooses, and on the same port of ::1 where that is to be had.
    ///
    /// # Errors
    /// There is no loopback to listen on.
    pub fn on_loopback(presented: &Presented, reply: Reply, ask_for_certificate: bool) -> io::Result<Server> {
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let six = TcpListener::bind((Ipv6Addr::LOCALHOST, four.local_addr()?.port()));
        Server::start(presented, [Some(four), six.ok()].into_iter().flatten().collect(), reply, ask_for_certificate)
    }

    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    pub fn port(&self) -> u16 {
        self.addresses.first().map_or(0, SocketAddr::port)
    }

    /// What clients have done so far.
    pub fn observations(&self) -> Observations {
        self.log.observations()
    }

    /// What clients have done since this was last asked; what is still going on is waited for, though not long.
    pub fn take_observations(&self) -> Observations {
        self.settle(Duration::from_secs(10));
        self.log.take()
    }

    /// To be said before clients are stopped: a handshake that this cuts off is no refusal.
    pub fn clients_are_stopped(&self) {
        self.log.clients_are_stopped();
    }

    /// Waits until no connection is open, or until the time is over.
    pub fn settle(&self, at_most: Duration) {
        let end = Instant::now() + at_most;
        while self.active.load(Ordering::SeqCst) > 0 && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        for (address, acceptor) in self.addresses.iter().zip(self.acceptors.drain(..)) {
            // An acceptor notices when somebody comes.
            let mut near = *address;
            match near.ip() {
                std::net::IpAddr::V4(ip) if ip.is_unspecified() => near.set_ip(Ipv4Addr::LOCALHOST.into()),
                std::net::IpAddr::V6(ip) if ip.is_unspecified() => near.set_ip(Ipv6Addr::LOCALHOST.into()),
                _ => {}
            }
            if TcpStream::connect_timeout(&near, Duration::from_secs(1)).is_ok() {
                let _ = acceptor.join();
            }
        }
    }
}

/// A peer that gave up while it waited, or a moment without file descriptors, does not end the service.
fn pause_and_retry(listener: &TcpListener, mut error: io::Error) -> io::Result<(TcpStream, SocketAddr)> {
    for _ in 0..1000 {
        if error.kind() == io::ErrorKind::InvalidInput {
            break;
        }
        thread::sleep(Duration::from_millis(5));
        match listener.accept() {
            Ok(accepted) => return Ok(accepted),
            Err(next) => error = next,
        }
    }
    Err(error)
}

struct Service {
    tls: Tls,
    reply: Reply,
}

impl Service {
    fn serve(&self, stream: TcpStream, log: &Log) {
        let Ok(stream) = Timed::new(stream, Instant::now() + CONNECTION_TIME) else { return };
        let place = log.begin(called(&stream));
        let end = self.converse(stream, log, place).unwrap_or_else(|error| End::of(&error));
        log.end(place, end);
    }

    fn converse(&self, mut stream: Timed, log: &Log, place: usize) -> io::Result<End> {
        let mut first = [0; 256];
        let seen = stream.peek(&mut first)?;
        // 22 begins a TLS record; bit 7 the hello of SSL 2.0, which old clients send for compatibility.
        match first[..seen].first() {
            None => return Ok(End::Closed),
            Some(byte) if *byte != 22 && byte & 0x80 == 0 => {
                log.note(place, |connection| connection.plain = Some(http::first_line(&first[..seen])));
                return Ok(End::NotTls);
            }
            Some(_) => {}
        }
        log.note(place, |connection| connection.hello = true);
        let mut acceptor = Acceptor::default();
        let accepted = loop {
            if acceptor.read_tls(&mut stream)? == 0 {
                return Ok(End::Closed);
            }
            match acceptor.accept() {
                Ok(Some(accepted)) => break accepted,
                Ok(None) => {}
                Err((error, mut alert)) => {
                    let _ = alert.write_all(&mut stream);
                    return Ok(End::of_tls(&error));
                }
            }
        };
        let hello = accepted.client_hello();
        let name = hello.server_name().map(str::to_owned);
        log.note(place, |connection| connection.sni = name);
        let speaks_http = hello.alpn().is_none_or(|mut protocols| protocols.any(|protocol| protocol == b"http/1.1"));
        let config = if speaks_http { &self.tls.http } else { &self.tls.anything };
        let mut tls = match accepted.into_connection(Arc::clone(config)) {
            Ok(tls) => tls,
            Err((error, mut alert)) => {
                let _ = alert.write_all(&mut stream);
                return Ok(End::of_tls(&error));
            }
        };
        while tls.is_handshaking() {
            tls.complete_io(&mut stream)?;
        }
        log.note(place, |connection| {
            connection.handshake = true;
            connection.version = tls.protocol_version().map(|version| record::version_name(version).to_owned());
            connection.client_certificate = subject_of_peer(&tls);
        });
        http::answer(&mut tls, &mut stream, &self.reply, |line| {
            log.note(place, |connection| connection.request = Some(line));
        })
    }
}

fn subject_of_peer(tls: &ServerConnection) -> Option<String> {
    let der = tls.peer_certificates()?.first()?;
    Some(Certificate::from_der(der).map_or_else(|_| "?".to_owned(), |certificate| certificate.facts().subject))
}

/// The same chain with and without "http/1.1" as the protocol offered (RFC 7301): a client that knows only others
/// would be turned away for a reason that has nothing to do with certificates.
struct Tls {
    http: Arc<ServerConfig>,
    anything: Arc<ServerConfig>,
}

impl Tls {
    fn new(presented: &Presented, ask_for_certificate: bool) -> Tls {
        let served = presented.certificates.iter().map(|der| CertificateDer::from(der.clone())).collect();
        let key = PrivatePkcs8KeyDer::from(presented.key.to_vec());
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has suites for both versions");
        let builder = if ask_for_certificate {
            builder.with_client_cert_verifier(Arc::new(AnyClient))
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(served, key.into()).expect("key and leaf were made together");
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        let anything = Arc::new(config.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Tls { http: Arc::new(config), anything }
    }
}

/// Takes any client certificate, and none.
#[derive(Debug)]
struct AnyClient;

impl ClientCertVerifier for AnyClient {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    // Not checked: that the client holds the key. webpki parses strictly, and a merchant's certificate that it does
    // not like must not fail a rehearsal that is about the server's chain.
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// The address that the client called.
fn called(stream: &Timed) -> String {
    let canonical = |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
    stream.tcp().local_addr().map_or_else(|_| String::new(), |address| canonical(address).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::stand_in::StandIn;
    use crate::rehearse::chain::{KeyKind, Shown, StandIns};
    use crate::rehearse::tests::{installed, rollover};
    use std::io::{Read as _, Write as _};
    use std::process::{Command, Output, Stdio};

    fn stand_ins(kind: KeyKind) -> StandIns {
        StandIns::make(&rollover(), &[], kind, time::OffsetDateTime::now_utc()).unwrap()
    }

    fn write_root(directory: &std::path::Path, chain: &StandIn) -> String {
        let path = directory.join(format!("{}.pem", chain.root.certificate.fingerprint()));
        let pem = pem::encode(&pem::Pem::new("CERTIFICATE", chain.root.certificate.der()));
        std::fs::write(&path, pem).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn openssl(server: &Server, root: &str, more: &[&str], say: &str) -> Output {
        let address = server.addresses()[0].to_string();
        let mut openssl = Command::new("openssl")
            .args(["s_client", "-connect", &address, "-servername", "pay.example.com", "-verify_return_error"])
            .args(["-verify_hostname", "pay.example.com", "-CAfile", root, "-no-CApath", "-no-CAstore", "-ign_eof"])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = openssl.stdin.take().unwrap().write_all(say.as_bytes());
        openssl.wait_with_output().unwrap()
    }

    #[test]
    fn openssl_accepts_the_chain_of_the_trusted_root_and_the_server_sees_request_and_refusal() {
        if !installed("openssl") {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        for kind in [KeyKind::Rsa, KeyKind::Ec] {
            let stand_ins = stand_ins(kind);
            let new_root = write_root(directory.path(), &stand_ins.new);
            for (shown, version) in [(Shown::New, "-tls1_3"), (Shown::New, "-tls1_2"), (Shown::Rogue, "-tls1_2")] {
                let server = Server::on_loopback(&stand_ins.chain(shown).into(), Reply::default(), false).unwrap();
                let get = "GET /v3/certificates?secret=1 HTTP/1.1\r\nHost: pay.example.com\r\n\r\n";
                let output = openssl(&server, &new_root, &[version], get);
                let seen = server.take_observations();
                let [connection] = &seen.connections[..] else { panic!("{seen:?}") };
                assert_eq!(connection.sni.as_deref(), Some("pay.example.com"));
                if shown == Shown::Rogue {
                    assert!(!connection.handshake && connection.request.is_none(), "{seen:?}");
                    assert_eq!(connection.end, End::Alert("unknown_ca".into()), "{output:?}");
                } else {
                    assert!(output.status.success(), "{output:?}");
                    assert!(String::from_utf8_lossy(&output.stdout).contains("SIGN_ERROR"), "{output:?}");
                    assert_eq!(connection.request.as_deref(), Some("GET /v3/certificates?… HTTP/1.1"));
                    assert_eq!(connection.version.as_deref(), Some(&*version.replace("-tls1_", "TLS 1.")));
                    assert_eq!(connection.end, End::Answered);
                }
            }
        }
    }

    #[test]
    fn bodies_of_every_kind_are_taken_before_the_answer() {
        if !installed("curl") {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let stand_ins = stand_ins(KeyKind::Ec);
        let root = write_root(directory.path(), &stand_ins.old);
        let server =
            Server::on_loopback(&(&stand_ins.old).into(), Reply::with_body(b"<xml>ok</xml>".to_vec()), false).unwrap();
        let url = format!("https://localhost:{}/pay", server.port());
        let big = directory.path().join("big");
        std::fs::write(&big, vec![b'a'; 300_000]).unwrap();
        let big = format!("@{}", big.display());
        let ways: [&[&str]; 5] = [
            &["-d", "a=b"],
            &["--data-binary", &big, "-H", "Expect: 100-continue", "--expect100-timeout", "20"],
            &["--data-binary", &big, "-H", "Transfer-Encoding: chunked"],
            &["-I"],
            &["-T", &big[1..]],
        ];
        for way in ways {
            let output = Command::new("curl")
                .args(["-q", "-sS", "--noproxy", "*", "--max-time", "20", "--cacert", &root, &url])
                .args(way)
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && text.contains(if way == ["-I"] { "200 OK" } else { "<xml>" }),
                "{output:?}"
            );
            let seen = server.take_observations();
            assert_eq!(seen.connections[0].end, End::Answered, "{way:?}: {seen:?}");
        }
    }

    #[test]
    fn a_client_certificate_is_taken_when_asked_for_and_none_is_no_error() {
        if !installed("openssl") {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let stand_ins = stand_ins(KeyKind::Ec);
        let root = write_root(directory.path(), &stand_ins.old);
        let own = rcgen::generate_simple_self_signed(["merchant".to_owned()]).unwrap();
        let [certificate, key] = ["own.pem", "own.key"].map(|name| directory.path().join(name));
        std::fs::write(&certificate, own.cert.pem()).unwrap();
        std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
        let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
        let server = Server::on_loopback(&(&stand_ins.old).into(), Reply::default(), true).unwrap();
        for version in ["-tls1_2", "-tls1_3"] {
            for identity in [&[version, "-cert", certificate, "-key", key][..], &[version]] {
                openssl(&server, &root, identity, "GET / HTTP/1.0\r\n\r\n");
                let seen = server.take_observations();
                let connection = &seen.connections[0];
                assert_eq!(connection.client_certificate.is_some(), identity.len() > 1, "{seen:?}");
                assert_eq!(connection.end, End::Answered, "{seen:?}");
            }
        }
    }

    #[test]
    fn a_handshake_that_was_cut_off_by_stopping_the_client_is_no_end_of_its_own() {
        let stand_ins = stand_ins(KeyKind::Ec);
        for stopped in [false, true] {
            let server = Server::on_loopback(&(&stand_ins.old).into(), Reply::default(), false).unwrap();
            let mut stream = TcpStream::connect(server.addresses()[0]).unwrap();
            stream.write_all(&[22, 3, 1, 0, 45, 1]).unwrap();
            while !server.observations().connections.iter().any(|connection| connection.hello) {
                thread::sleep(Duration::from_millis(1));
            }
            if stopped {
                server.clients_are_stopped();
            }
            drop(stream);
            let seen = server.take_observations();
            assert_eq!(seen.connections[0].end, if stopped { End::Open } else { End::Closed }, "{seen:?}");
        }
    }

    #[test]
    fn what_is_not_tls_or_too_old_is_seen_as_such() {
        let stand_ins = stand_ins(KeyKind::Ec);
        let server = Server::on_loopback(&(&stand_ins.old).into(), Reply::default(), false).unwrap();
        let talk = |bytes: &[u8]| {
            let mut stream = TcpStream::connect(server.addresses()[0]).unwrap();
            stream.write_all(bytes).unwrap();
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
            server.take_observations().connections.remove(0)
        };
        let plain = talk(b"GET /pay?key=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!((plain.end, plain.plain.as_deref()), (End::NotTls, Some("GET /pay?… HTTP/1.1")));
        let silent = talk(b"");
        assert_eq!((silent.end, silent.hello), (End::Closed, false));
        // A ClientHello of TLS 1.0 with one suite and nothing else.
        let mut hello = vec![22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2, 0, 0x2f, 1, 0]);
        let old = talk(&hello);
        assert!(matches!(old.end, End::Incompatible(_)) && old.hello && !old.handshake, "{old:?}");
        let broken = talk(&[22, 3, 1, 0, 4, 1, 0, 0, 0]);
        assert!(matches!(broken.end, End::Incompatible(_) | End::Closed), "{broken:?}");
    }
}
