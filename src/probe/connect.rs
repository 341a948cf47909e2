//! A TCP connection, direct or through an HTTP proxy.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Instant;

use super::{Peer, host_and_port};
use crate::finding::{Code, Trouble};
use crate::lang::probe as say;
use crate::timed::{Timed, left};

/// A proxy's answer to CONNECT is a few lines.
const MAX_ANSWER: usize = 16 << 10;

/// An HTTP proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    pub host: String,
    pub port: u16,
}

/// The proxy that the environment names for this host: HTTPS_PROXY or https_proxy, unless NO_PROXY or no_proxy lists
/// the host, its domain, or `*`. Credentials in it are not used: rootfix sends no secrets.
pub fn proxy_from(host: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<Proxy> {
    let either =
        |upper: &str, lower: &str| variable(lower).or_else(|| variable(upper)).filter(|value| !value.is_empty());
    let spared = either("NO_PROXY", "no_proxy").is_some_and(|list| {
        list.split(',').map(str::trim).any(|entry| {
            let domain = entry.trim_start_matches('.');
            entry == "*" || (!domain.is_empty() && (host == domain || host.ends_with(&format!(".{domain}"))))
        })
    });
    let url = either("HTTPS_PROXY", "https_proxy").filter(|_| !spared)?;
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest).trim_end_matches('/');
    let (host, port) = host_and_port(rest, 3128).ok()?;
    Some(Proxy { host, port })
}

/// Every address of the peer, each once.
pub fn addresses(peer: &Peer) -> Result<Vec<SocketAddr>, Trouble> {
    let (host, port) = match &peer.connect {
        Some((host, port)) => (host.as_str(), *port),
        None => (peer.host.as_str(), peer.port),
    };
    let found = (host, port).to_socket_addrs();
    let found =
        found.map_err(|error| Trouble::new(Code::HostNotFound, say::not_found(host, error), say::check_name()))?;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in found {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

/// A connection that ends by then, whatever the peer does.
pub fn direct(address: SocketAddr, end: Instant) -> Result<Timed, Trouble> {
    let failed = |error: std::io::Error| {
        Trouble::new(Code::NotConnected, say::not_connected(address, error), say::check_connection())
    };
    let stream = left(end).and_then(|limit| TcpStream::connect_timeout(&address, limit));
    stream.and_then(|stream| Timed::new(stream, end)).map_err(failed)
}

/// A tunnel through the proxy (RFC 9110 section 9.3.6).
pub fn through(proxy: &Proxy, peer: &Peer, end: Instant) -> Result<Timed, Trouble> {
    let name = format!("{}:{}", proxy.host, proxy.port);
    let refused = |why: String| Trouble::new(Code::ProxyRefused, say::proxy_refused(&name, why), say::check_proxy());
    let address =
        (proxy.host.as_str(), proxy.port).to_socket_addrs().map_err(|error| refused(error.to_string()))?.next();
    let address = address.ok_or_else(|| refused(String::from("no address")))?;
    let mut stream = direct(address, end)?;
    let authority = match peer.host.contains(':') {
        true => format!("[{}]:{}", peer.host, peer.port),
        false => format!("{}:{}", peer.host, peer.port),
    };
    let request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(|error| refused(error.to_string()))?;
    let mut answer = Vec::new();
    let mut byte = [0];
    // One byte at a time: what follows the empty line belongs to TLS.
    while !answer.ends_with(b"\r\n\r\n") && answer.len() < MAX_ANSWER {
        match stream.read(&mut byte) {
            Ok(1) => answer.push(byte[0]),
            Ok(_) => return Err(refused(String::from("closed"))),
            Err(error) => return Err(refused(error.to_string())),
        }
    }
    let line = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
    let accepted = line.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
    if accepted { Ok(stream) } else { Err(refused(line)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_proxy_and_the_exceptions() {
        let proxy = |host: &str, env: &[(&str, &str)]| {
            proxy_from(host, &|name| env.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
        };
        let known = Some(Proxy { host: "proxy.example".into(), port: 3128 });
        assert_eq!(proxy("a.example", &[]), None);
        assert_eq!(proxy("a.example", &[("HTTPS_PROXY", "http://user:secret@proxy.example:3128/")]), known);
        assert_eq!(proxy("a.example", &[("https_proxy", "proxy.example"), ("NO_PROXY", "b.example")]), known);
        for spared in ["a.example", ".example", "example", "*", "x, a.example"] {
            assert_eq!(proxy("a.example", &[("HTTPS_PROXY", "proxy.example"), ("no_proxy", spared)]), None, "{spared}");
        }
    }
}
