//! A live handshake: what a server shows, without trusting it and without editing a hosts file.
//!
//! The handshake is completed whatever the certificate, so that the whole chain is seen; nothing is sent after it, and
//! a client certificate only where one was given.
//! What the chain is worth is judged afterwards, by `prove::chain`, against each bundle. That the peer holds the key
//! of the certificate that it shows is checked here, as part of the handshake.

mod connect;
mod identity;
mod witness;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub use connect::{Proxy, proxy_from};
pub use identity::Identity;

use crate::certificate::Certificate;
use crate::finding::{Code, Trouble};
use crate::lang::probe as say;

/// What is to be probed, and how.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The name that the certificate must be for.
    pub host: String,
    pub port: u16,
    /// Connect there instead of resolving the name.
    pub connect: Option<(String, u16)>,
    /// The name that is sent in SNI; the host itself if not given.
    pub sni: Option<String>,
    pub proxy: Option<Proxy>,
    /// Shown where the server asks for a client certificate.
    pub identity: Option<Identity>,
    /// For each address, from the call to the end of the handshake. The system's own search for the name is not in it.
    pub time_limit: Duration,
}

/// What one address showed.
#[derive(Debug, Clone)]
pub struct Served {
    /// `None` behind a proxy, which resolves the name itself.
    pub address: Option<SocketAddr>,
    /// `TLSv1.3`
    pub protocol: String,
    /// `TLS13_AES_256_GCM_SHA384`
    pub cipher: String,
    /// As served, the server's own first.
    pub chain: Vec<Certificate>,
    /// The server asked for a client certificate.
    pub asked_for_certificate: bool,
    /// What the server made of the identity; `None` where it did not ask for one, or none was given.
    pub identity: Option<Reception>,
}

/// How a client certificate was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reception {
    Accepted,
    /// With the alert's name, or what happened to the connection.
    Refused(String),
    /// In TLS 1.3 the answer comes after the handshake; none came.
    NoAnswer,
}

impl Reception {
    /// As records name it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Reception::Accepted => "accepted",
            Reception::Refused(_) => "refused",
            Reception::NoAnswer => "no-answer",
        }
    }
}

/// What came of one address; `None` is a name that only the proxy resolves.
pub type Outcome = (Option<SocketAddr>, Result<Served, Trouble>);

/// One outcome per address of the name, in the order in which the system gives them.
///
/// # Errors
/// The name does not resolve, or is not a name.
pub fn probe(peer: &Peer) -> Result<Vec<Outcome>, Trouble> {
    let config = witness::Config::new(peer)?;
    let end = || Instant::now() + peer.time_limit;
    if let (Some(proxy), None) = (&peer.proxy, &peer.connect) {
        let served = connect::through(proxy, peer, end()).and_then(|stream| witness::handshake(&config, stream, None));
        return Ok(vec![(None, served)]);
    }
    let addresses = connect::addresses(peer)?;
    let one = |address: SocketAddr| {
        let served =
            connect::direct(address, end()).and_then(|stream| witness::handshake(&config, stream, Some(address)));
        (Some(address), served)
    };
    Ok(addresses.into_iter().map(one).collect())
}

/// `HOST` or `HOST:PORT`, and `[IPv6]:PORT`.
///
/// # Errors
/// The port is not one.
pub fn host_and_port(text: &str, default: u16) -> Result<(String, u16), Trouble> {
    let wrong = || Trouble::new(Code::NotAHost, say::not_a_host(text), say::host_example());
    if let Some(rest) = text.strip_prefix('[') {
        let (host, behind) = rest.split_once(']').ok_or_else(wrong)?;
        let port = match behind.strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| wrong())?,
            None if behind.is_empty() => default,
            None => return Err(wrong()),
        };
        return Ok((host.to_owned(), port));
    }
    match text.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Ok((text.to_owned(), default)),
        Some((host, port)) if !host.is_empty() => Ok((host.to_owned(), port.parse().map_err(|_| wrong())?)),
        None if !text.is_empty() && !text.contains('/') => Ok((text.to_owned(), default)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_a_host_with_or_without_a_port() {
        let peer = |text| host_and_port(text, 443).ok();
        assert_eq!(peer("pay.example.com"), Some(("pay.example.com".into(), 443)));
        assert_eq!(peer("pay.example.com:8443"), Some(("pay.example.com".into(), 8443)));
        assert_eq!(peer("[::1]:8443"), Some(("::1".into(), 8443)));
        assert_eq!(peer("::1"), Some(("::1".into(), 443)));
        for wrong in ["", ":443", "a:b", "a:70000", "https://a.example", "[::1", "[::1]x"] {
            assert_eq!(peer(wrong), None, "{wrong}");
        }
    }
}
