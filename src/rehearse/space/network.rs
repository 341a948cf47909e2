//! The private network: a loopback that takes every address for its own, so that a program that connects to a fixed
//! address is seen, and none gets out.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

// rtnetlink(7), netlink(7), netdevice(7): numbers of the kernel's interface, the same on every architecture.
const RTM_NEWLINK: u16 = 16;
const RTM_NEWROUTE: u16 = 24;
const NLM_F_REQUEST_ACK: u16 = 1 | 4;
const NLM_F_CREATE: u16 = 0x400;
const NLMSG_ERROR: u16 = 2;
const IFF_UP: u32 = 1;
const RTA_OIF: u16 = 4;
const RT_TABLE_LOCAL: u8 = 255;
const RTPROT_BOOT: u8 = 3;
const RT_SCOPE_HOST: u8 = 254;
const RTN_LOCAL: u8 = 2;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
/// The loopback is the first interface of every network namespace.
const LOOPBACK: u32 = 1;

/// Brings the loopback up and makes it take every address.
///
/// # Errors
/// The loopback does not come up. Where only the routes are refused, fixed addresses are out of reach, as they are
/// without a network.
pub(super) fn bring_up() -> io::Result<()> {
    let mut link = vec![0, 0, 0, 0];
    for part in [LOOPBACK, IFF_UP, IFF_UP] {
        link.extend(part.to_ne_bytes());
    }
    request(RTM_NEWLINK, NLM_F_REQUEST_ACK, &link)?;
    for family in [AF_INET, AF_INET6] {
        let mut route = vec![family, 0, 0, 0, RT_TABLE_LOCAL, RTPROT_BOOT, RT_SCOPE_HOST, RTN_LOCAL, 0, 0, 0, 0];
        route.extend(8_u16.to_ne_bytes());
        route.extend(RTA_OIF.to_ne_bytes());
        route.extend(LOOPBACK.to_ne_bytes());
        let _ = request(RTM_NEWROUTE, NLM_F_REQUEST_ACK | NLM_F_CREATE, &route);
    }
    Ok(())
}

/// Sends one netlink request (NETLINK_ROUTE is protocol 0) and waits for its acknowledgement.
fn request(kind: u16, flags: u16, body: &[u8]) -> io::Result<()> {
    let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    rustix::net::bind(&socket, &SocketAddrNetlink::new(0, 0))?;
    let mut message = Vec::new();
    message.extend((16 + body.len() as u32).to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    message.extend([0; 8]);
    message.extend_from_slice(body);
    rustix::net::send(&socket, &message, SendFlags::empty())?;
    let mut answer = [0; 1024];
    let (length, _) = rustix::net::recv(&socket, &mut answer, RecvFlags::empty())?;
    // The header (length, type, flags, sequence, port), and of an acknowledgement the error, 0 for none.
    match (answer.get(4..6), answer[..length].get(16..20)) {
        (Some(kind), Some(error)) if kind == NLMSG_ERROR.to_ne_bytes() => {
            match i32::from_ne_bytes(error.try_into().expect("four bytes")) {
                0 => Ok(()),
                error => Err(io::Error::from_raw_os_error(-error)),
            }
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Listens on every address of the private network, or on the one given in a shared one.
pub(super) fn listen(ports: &[u16], shared_at: Option<Ipv4Addr>) -> Result<Vec<TcpListener>, (String, io::Error)> {
    let mut listeners = Vec::new();
    for &port in ports {
        if let Some(address) = shared_at {
            let address = SocketAddr::from((address, port));
            listeners.push(TcpListener::bind(address).map_err(|error| (address.to_string(), error))?);
            continue;
        }
        // One socket for both where the kernel has IPv6 and no rule against it; else two, or one.
        let six = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port));
        match (six, TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))) {
            (Ok(six), Ok(four)) => listeners.extend([six, four]),
            (Ok(one), Err(_)) | (Err(_), Ok(one)) => listeners.push(one),
            (Err(_), Err(error)) => return Err((SocketAddr::from((IpAddr::from([0; 4]), port)).to_string(), error)),
        }
    }
    Ok(listeners)
}
