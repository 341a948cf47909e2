//! What the stand-in saw of each client.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::{AlertDescription, ProtocolVersion};

/// More connections than this are counted, not kept.
const MAX_KEPT: usize = 256;

/// One connection, as the server saw it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Connection {
    /// The address and port that the client called.
    pub to: String,
    /// The client began to speak TLS.
    pub hello: bool,
    /// What it said instead: its first line, cut where a query begins.
    pub plain: Option<String>,
    /// The name that it asked for (RFC 6066 server_name).
    pub sni: Option<String>,
    /// `TLS 1.2`, `TLS 1.3`.
    pub version: Option<String>,
    /// The handshake was finished. Some clients judge the chain only afterwards, so this alone is not consent.
    pub handshake: bool,
    /// The first line that came under TLS, cut where a query begins. A client that judged and refused sends none.
    pub request: Option<String>,
    /// The subject of the certificate that the client gave, when asked for one.
    pub client_certificate: Option<String>,
    pub end: End,
}

/// How a connection ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It has not, or only because the client was stopped: this says nothing about what the client would have done.
    #[default]
    Open,
    /// The client got its answer.
    Answered,
    /// The client sent this alert, by its name in RFC 8446.
    Alert(String),
    /// The client closed without a word.
    Closed,
    /// The two had no protocol version, cipher suite or the like in common, or the client broke the protocol; the
    /// text is rustls's own.
    Incompatible(String),
    /// The client did not speak TLS.
    NotTls,
    /// The client went silent.
    TimedOut,
}

impl End {
    pub(super) fn of(error: &io::Error) -> End {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(tls) => End::of_tls(tls),
            None if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => End::TimedOut,
            None => End::Closed,
        }
    }

    pub(super) fn of_tls(error: &rustls::Error) -> End {
        match error {
            rustls::Error::AlertReceived(alert) => End::Alert(alert_name(*alert)),
            other => End::Incompatible(other.to_string()),
        }
    }
}

/// All that the stand-in saw.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Observations {
    /// In the order in which they were opened.
    pub connections: Vec<Connection>,
    /// Connections beyond what is kept or served.
    pub more: usize,
}

#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    observations: Observations,
    /// Connections that were handed out before.
    taken: usize,
    /// Clients are being stopped.
    stopping: bool,
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on clients are stopped, and one that closes does not do so because of what it was shown.
    pub(super) fn clients_are_stopped(&self) {
        self.lock().stopping = true;
    }

    pub(super) fn end(&self, place: usize, end: End) {
        let told = !self.lock().stopping || matches!(end, End::Answered | End::Alert(_));
        self.note(place, |connection| connection.end = if told { end } else { End::Open });
    }

    /// A place for a new connection, counted since the log was made.
    pub(super) fn begin(&self, to: String) -> usize {
        let Kept { observations, taken, .. } = &mut *self.lock();
        let place = *taken + observations.connections.len() + observations.more;
        if observations.connections.len() < MAX_KEPT {
            observations.connections.push(Connection { to, ..Connection::default() });
        } else {
            observations.more += 1;
        }
        place
    }

    pub(super) fn turn_away(&self) {
        self.lock().observations.more += 1;
    }

    pub(super) fn note(&self, place: usize, change: impl FnOnce(&mut Connection)) {
        let Kept { observations, taken, .. } = &mut *self.lock();
        if let Some(connection) = place.checked_sub(*taken).and_then(|at| observations.connections.get_mut(at)) {
            change(connection);
        }
    }

    pub(super) fn observations(&self) -> Observations {
        self.lock().observations.clone()
    }

    pub(super) fn take(&self) -> Observations {
        let Kept { observations, taken, .. } = &mut *self.lock();
        *taken += observations.connections.len() + observations.more;
        std::mem::take(observations)
    }
}

pub(super) fn version_name(version: ProtocolVersion) -> &'static str {
    match version {
        ProtocolVersion::TLSv1_2 => "TLS 1.2",
        ProtocolVersion::TLSv1_3 => "TLS 1.3",
        _ => "TLS",
    }
}

/// The name in RFC 8446, section 6, and for what that no longer lists in RFC 5246.
fn alert_name(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CloseNotify => "close_notify",
        AlertDescription::UnexpectedMessage => "unexpected_message",
        AlertDescription::BadRecordMac => "bad_record_mac",
        AlertDescription::HandshakeFailure => "handshake_failure",
        AlertDescription::BadCertificate => "bad_certificate",
        AlertDescription::UnsupportedCertificate => "unsupported_certificate",
        AlertDescription::CertificateRevoked => "certificate_revoked",
        AlertDescription::CertificateExpired => "certificate_expired",
        AlertDescription::CertificateUnknown => "certificate_unknown",
        AlertDescription::IllegalParameter => "illegal_parameter",
        AlertDescription::UnknownCA => "unknown_ca",
        AlertDescription::AccessDenied => "access_denied",
        AlertDescription::DecodeError => "decode_error",
        AlertDescription::DecryptError => "decrypt_error",
        AlertDescription::ProtocolVersion => "protocol_version",
        AlertDescription::InsufficientSecurity => "insufficient_security",
        AlertDescription::InternalError => "internal_error",
        AlertDescription::UserCanceled => "user_canceled",
        AlertDescription::UnrecognisedName => "unrecognized_name",
        AlertDescription::CertificateRequired => "certificate_required",
        other => return format!("alert {}", u8::from(other)),
    }
    .to_owned()
}
