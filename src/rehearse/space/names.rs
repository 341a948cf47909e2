//! Names in the private world: the hosts of the rollover are the stand-in, and nothing else resolves.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::rehearse::shadow::Shadow;

/// Files that decide how names are resolved, as the command shall see them. What does not exist here cannot be
/// shadowed; without a hosts file the stand-in name server answers, which glibc and musl ask by default.
pub(super) fn shadows(hosts: &[String], shared_at: Option<Ipv4Addr>) -> Vec<Shadow> {
    let mut shadows = Vec::new();
    let mut add = |path: &str, change: &dyn Fn(&str) -> String| {
        if let Ok(path) = fs::canonicalize(path)
            && let Ok(bytes) = fs::read(&path)
        {
            let bytes = change(&String::from_utf8_lossy(&bytes)).into_bytes();
            shadows.push(Shadow::File { path, bytes });
        }
    };
    let mut addresses = vec![IpAddr::V4(shared_at.unwrap_or(Ipv4Addr::LOCALHOST))];
    if shared_at.is_none() && Path::new("/proc/net/if_inet6").exists() {
        addresses.push(IpAddr::V6(std::net::Ipv6Addr::LOCALHOST));
    }
    add("/etc/hosts", &|text| hosts_file(text, hosts, &addresses));
    add("/etc/nsswitch.conf", &nsswitch);
    if shared_at.is_none() {
        add("/etc/resolv.conf", &|_| "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n".to_owned());
    }
    // A name service cache answers from outside.
    if let Ok(path) = fs::canonicalize("/var/run/nscd/socket") {
        shadows.push(Shadow::File { path, bytes: Vec::new() });
    }
    shadows
}

/// Addresses that are tried; the first is nearly always free.
const ATTEMPTS: u32 = 16;

/// A loopback address at which nobody else listens on these ports, for a stand-in beside the machine's own servers.
/// Each call begins with another one, and so does each process; where none of those tried is free, the last.
pub(super) fn own_loopback(ports: &[u16]) -> Ipv4Addr {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    // 127.64.0.0/10 has as many addresses as Linux has process numbers; what one process takes after its first lies
    // far from what its neighbours begin with.
    const FIRST: u32 = 0x7f40_0000;
    const NUMBERS: u32 = 1 << 22;
    let next = || {
        let step = TAKEN.fetch_add(1, Ordering::Relaxed).wrapping_mul(1_299_709);
        Ipv4Addr::from(FIRST | (std::process::id().wrapping_add(step) % NUMBERS))
    };
    (1..ATTEMPTS).map(|_| next()).find(|address| free(*address, ports)).unwrap_or_else(next)
}

fn free(address: Ipv4Addr, ports: &[u16]) -> bool {
    ports.iter().all(|port| TcpListener::bind((address, *port)).is_ok())
}

fn hosts_file(text: &str, hosts: &[String], addresses: &[IpAddr]) -> String {
    let mut own: String = String::new();
    for address in addresses {
        for host in hosts.iter().filter(|host| *host != "localhost") {
            own.push_str(&format!("{address} {host}\n"));
        }
    }
    let names_a_host = |line: &&str| {
        let entry = line.split('#').next().unwrap_or_default();
        entry.split_whitespace().skip(1).any(|name| {
            name != "localhost" && hosts.iter().any(|host| host.eq_ignore_ascii_case(name.trim_end_matches('.')))
        })
    };
    // An entry of the machine's own for one of the hosts would send the command elsewhere.
    own.extend(text.lines().filter(|line| !names_a_host(line)).flat_map(|line| [line, "\n"]));
    own
}

/// Without the services that ask a daemon outside (nss-resolve, mdns, mymachines, sss).
fn nsswitch(text: &str) -> String {
    let is_hosts = |line: &str| line.trim_start().starts_with("hosts:");
    text.lines().flat_map(|line| [if is_hosts(line) { "hosts: files dns" } else { line }, "\n"]).collect()
}

/// The machine's name servers, and those that are often written into configurations: in the private world all of them
/// are the stand-in's.
pub(super) fn name_servers() -> Vec<IpAddr> {
    const OFTEN: [&str; 10] = [
        "127.0.0.1",
        "127.0.0.53",
        "114.114.114.114",
        "223.5.5.5",
        "223.6.6.6",
        "119.29.29.29",
        "180.76.76.76",
        "8.8.8.8",
        "8.8.4.4",
        "1.1.1.1",
    ];
    let text = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let own = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver")).map(str::trim);
    let mut servers: Vec<IpAddr> = own.chain(OFTEN).filter_map(|address| address.parse().ok()).collect();
    servers.truncate(16);
    servers.sort_unstable();
    servers.dedup();
    servers
}

/// Answers DNS queries (RFC 1035): the hosts are at 127.0.0.1, everything else does not exist. `asked` is given each
/// name that does not.
pub(super) fn answer(query: &[u8], hosts: &[String], asked: &mut dyn FnMut(String)) -> Option<Vec<u8>> {
    const TYPE_A: u16 = 1;
    const TYPE_PTR: u16 = 12;
    // One question, and a query rather than an answer.
    if query.len() < 17 || query[2] & 0x80 != 0 || query[4..6] != [0, 1] {
        return None;
    }
    let mut at = 12;
    let mut name = String::new();
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        let label = (length < 64).then(|| query.get(at..at + length)).flatten()?;
        if !name.is_empty() {
            name.push('.');
        }
        name.extend(label.iter().map(|byte| if byte.is_ascii_graphic() { *byte as char } else { '?' }));
        at += length;
    }
    let kind = u16::from_be_bytes(query.get(at..at + 2)?.try_into().ok()?);
    let question = query.get(12..at + 4)?;
    name.make_ascii_lowercase();
    let known = hosts.contains(&name);
    if !known && kind != TYPE_PTR {
        asked(name);
    }
    let address = known && kind == TYPE_A;
    let mut answer = query[..2].to_vec();
    // A response, authoritative, recursion as desired; NXDOMAIN for what is not known.
    answer.extend([0x84 | query[2] & 1, if known { 0x80 } else { 0x83 }]);
    answer.extend([0, 1, 0, u8::from(address), 0, 0, 0, 0]);
    answer.extend_from_slice(question);
    if address {
        // The name of the question, A, IN, no time to live, 127.0.0.1.
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
    }
    Some(answer)
}

/// Answers on a socket until it fails.
pub(super) fn serve(socket: &std::net::UdpSocket, hosts: &[String], asked: &mut dyn FnMut(String)) -> io::Result<()> {
    let mut query = [0; 1500];
    loop {
        let (length, from) = socket.recv_from(&mut query)?;
        if let Some(answer) = answer(&query[..length], hosts, asked) {
            let _ = socket.send_to(&answer, from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Vec<String> {
        vec!["pay.example.com".into(), "localhost".into()]
    }

    #[test]
    fn the_machines_own_entries_for_a_host_do_not_survive_and_all_others_do() {
        let text = "127.0.0.1 localhost\n10.1.1.1 PAY.example.com shop # by hand\n10.1.1.2 db # pay.example.com";
        let own = hosts_file(text, &hosts(), &[Ipv4Addr::LOCALHOST.into(), std::net::Ipv6Addr::LOCALHOST.into()]);
        let lines: Vec<_> = own.lines().collect();
        assert_eq!(
            lines,
            [
                "127.0.0.1 pay.example.com",
                "::1 pay.example.com",
                "127.0.0.1 localhost",
                "10.1.1.2 db # pay.example.com"
            ]
        );
    }

    #[test]
    fn an_address_of_ones_own_is_another_one_each_time_and_never_one_at_which_somebody_listens() {
        let first = own_loopback(&[]);
        assert_eq!(first.octets()[0], 127);
        let held: Vec<_> = (0..50).map(|_| TcpListener::bind((own_loopback(&[]), 0)).unwrap()).collect();
        let mut addresses: Vec<_> = held.iter().map(|listener| listener.local_addr().unwrap().ip()).collect();
        addresses.push(first.into());
        addresses.sort_unstable();
        addresses.dedup();
        assert_eq!(addresses.len(), 51);
        // A port that is taken at every address.
        let everywhere = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = everywhere.local_addr().unwrap().port();
        assert!(!free(own_loopback(&[port]), &[port]));
    }

    #[test]
    fn names_are_looked_up_in_files_and_at_the_stand_in_alone() {
        let text = "passwd: files sss\n hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\n";
        assert_eq!(nsswitch(text), "passwd: files sss\nhosts: files dns\n");
    }

    #[test]
    fn the_stand_in_name_server_knows_the_hosts_and_notes_other_names() {
        let query = |name: &str, kind: u8| {
            let mut query = vec![7, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
            for label in name.split('.') {
                query.push(label.len() as u8);
                query.extend(label.as_bytes());
            }
            query.extend([0, 0, kind, 0, 1]);
            query
        };
        let mut asked = Vec::new();
        let mut ask = |name, kind| answer(&query(name, kind), &hosts(), &mut |name| asked.push(name)).unwrap();
        let found = ask("PAY.example.com", 1);
        assert_eq!(found[..4], [7, 9, 0x85, 0x80]);
        assert_eq!(found[found.len() - 4..], [127, 0, 0, 1]);
        let no_six = ask("pay.example.com", 28);
        assert_eq!((no_six[3], no_six[7]), (0x80, 0));
        assert_eq!(ask("other.example.com", 1)[3] & 0xf, 3);
        assert_eq!(asked, ["other.example.com"]);
        // Cut off anywhere, it is no query.
        let whole = query("pay.example.com", 1);
        for length in 0..whole.len() {
            assert_eq!(answer(&whole[..length], &hosts(), &mut |_| {}), None, "{length}");
        }
        let mut pointer = whole;
        pointer[12] = 0xc0;
        assert_eq!(answer(&pointer, &hosts(), &mut |_| {}), None);
    }
}
