//! A TLS client that completes the handshake whatever the certificate, and tells what it saw.

use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};

use super::{Identity, Peer, Reception, Served};
use crate::certificate::Certificate;
use crate::finding::{Code, Trouble};
use crate::lang::probe as say;
use crate::timed::Timed;

/// What is the same for every address.
pub struct Config {
    name: ServerName<'static>,
    provider: Arc<CryptoProvider>,
    identity: Option<Identity>,
}

/// How long a server of TLS 1.3 is given to refuse a client certificate.
const ANSWER: Duration = Duration::from_secs(2);

impl Config {
    pub fn new(peer: &Peer) -> Result<Self, Trouble> {
        let name = peer.sni.as_deref().unwrap_or(&peer.host);
        let name = ServerName::try_from(name.to_owned())
            .map_err(|_| Trouble::new(Code::NotAHost, say::not_a_host(name), say::host_example()))?;
        Ok(Config { name, provider: Arc::new(ring::default_provider()), identity: peer.identity.clone() })
    }
}

/// One handshake; the connection is closed behind it.
pub fn handshake(config: &Config, mut stream: Timed, address: Option<SocketAddr>) -> Result<Served, Trouble> {
    let witness = Arc::new(Witness { provider: config.provider.clone(), chain: Mutex::new(Vec::new()) });
    let asked = Arc::new(Asked(AtomicBool::new(false), config.identity.clone()));
    let tls = ClientConfig::builder_with_provider(config.provider.clone())
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(witness.clone())
        .with_client_cert_resolver(asked.clone());
    let mut connection = ClientConnection::new(Arc::new(tls), config.name.clone()).map_err(|error| refused(&error))?;
    let mut failure = None;
    while connection.is_handshaking() && failure.is_none() {
        failure = connection.complete_io(&mut stream).err();
    }
    let chain = std::mem::take(&mut *witness.chain.lock().unwrap_or_else(PoisonError::into_inner));
    // A server that wants a client certificate may hang up on us; its own chain came before.
    if let (Some(error), true) = (&failure, chain.is_empty()) {
        return Err(unfinished(error));
    }
    let asked = asked.0.load(Ordering::Relaxed);
    let identity = (asked && config.identity.is_some()).then(|| match &failure {
        Some(error) => Reception::Refused(reason(error)),
        None => received(&mut connection, &mut stream),
    });
    connection.send_close_notify();
    let _ = connection.write_tls(&mut stream).and_then(|_| stream.flush());
    let chain = (chain.iter())
        .map(|der| Certificate::from_der(der))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Trouble::new(Code::HandshakeFailed, say::unreadable_chain(), say::try_openssl()))?;
    Ok(Served {
        address,
        protocol: connection.protocol_version().and_then(|v| v.as_str()).unwrap_or("TLS").replace('_', "."),
        cipher: connection.negotiated_cipher_suite().map_or_else(String::new, |suite| format!("{:?}", suite.suite())),
        chain,
        asked_for_certificate: asked,
        identity,
    })
}

/// What comes of the client certificate. In TLS 1.2 the handshake was not over without it.
fn received(connection: &mut ClientConnection, stream: &mut Timed) -> Reception {
    if connection.protocol_version() != Some(rustls::ProtocolVersion::TLSv1_3) {
        return Reception::Accepted;
    }
    stream.shorten(ANSWER);
    match connection.read_tls(stream) {
        Ok(0) => Reception::Refused(reason(&ErrorKind::UnexpectedEof.into())),
        // Session tickets follow once the server has made up its mind.
        Ok(_) => match connection.process_new_packets() {
            Ok(_) => Reception::Accepted,
            Err(error) => Reception::Refused(alert(&error)),
        },
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Reception::NoAnswer,
        Err(error) => Reception::Refused(reason(&error)),
    }
}

fn reason(error: &std::io::Error) -> String {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    tls.map_or_else(|| error.to_string(), alert)
}

fn alert(error: &rustls::Error) -> String {
    match error {
        rustls::Error::AlertReceived(alert) => alert.as_str().unwrap_or("alert").to_lowercase(),
        error => error.to_string(),
    }
}

fn unfinished(error: &std::io::Error) -> Trouble {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(error) => refused(error),
        None if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Trouble::new(Code::HandshakeFailed, say::no_answer(), say::check_connection())
        }
        None => Trouble::new(Code::HandshakeFailed, say::broken_off(error), say::check_connection()),
    }
}

fn refused(error: &rustls::Error) -> Trouble {
    use rustls::{AlertDescription, Error, InvalidMessage, PeerIncompatible};
    let old = matches!(
        error,
        Error::AlertReceived(AlertDescription::ProtocolVersion)
            | Error::PeerIncompatible(
                PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
                    | PeerIncompatible::ServerDoesNotSupportTls12Or13
            )
    );
    if old {
        Trouble::new(Code::HandshakeFailed, say::too_old(), say::try_openssl())
    } else if matches!(error, Error::InvalidMessage(InvalidMessage::InvalidContentType)) {
        Trouble::new(Code::HandshakeFailed, say::not_tls(), say::check_connection())
    } else {
        Trouble::new(Code::HandshakeFailed, say::handshake_failed(error), say::try_openssl())
    }
}

/// Keeps the chain, and lets every certificate pass; the signatures of the handshake are checked.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    chain: Mutex<Vec<Vec<u8>>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let all = std::iter::once(end_entity).chain(intermediates).map(|der| der.to_vec());
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = all.collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Notes that a client certificate was asked for, and gives the one that it has.
#[derive(Debug)]
struct Asked(AtomicBool, Option<Identity>);

impl ResolvesClientCert for Asked {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::Relaxed);
        self.1.as_ref().map(|identity| identity.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}
