//! The stand-ins alone, for programs that cannot be started here: on Windows and macOS, in containers, or by hand.
//!
//! Whoever points a program at them does by hand what a rehearsal does by itself: a line in the hosts file (or the
//! client's own way to name an address), and the shadow copy in the place of the bundle. Nothing of that is done here.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use super::chain::{Shown, StandIns};
use super::server::{Observations, Reply, Server};
use super::shadow::{Append, Bundle, Shadow, Shadows};
use crate::finding::{Code, Trouble};
use crate::lang::rehearse as say;

/// Where each chain is to be shown. Addresses of their own with one port (127.0.0.11, .12, .13 with 443) let a hosts
/// file choose the chain; port 0 lets the system choose.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    pub old: SocketAddr,
    pub new: SocketAddr,
    pub rogue: SocketAddr,
}

/// Running stand-ins; they stop when this is dropped. The files stay where the caller wanted them.
#[derive(Debug)]
pub struct Serving {
    servers: Vec<(Shown, Server)>,
    pub copies: Vec<Copy>,
    /// The stand-in roots as PEM, to be added by hand where no copy will do.
    pub old_root: PathBuf,
    pub new_root: PathBuf,
}

/// The shadow copies of one bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    pub original: PathBuf,
    /// A file; for a hashed directory, a directory with what is to be added to it.
    pub today: PathBuf,
    pub repaired: PathBuf,
}

impl Serving {
    /// Writes the shadow copies and the stand-in roots into a directory of the caller's, and serves.
    ///
    /// # Errors
    /// A bundle cannot be read or repaired, a copy cannot be written, or an address is taken or not permitted.
    pub fn start(
        stand_ins: &StandIns,
        bundles: &[Bundle],
        append: Append<'_>,
        addresses: Addresses,
        reply: &Reply,
        ask_for_certificate: bool,
        directory: &Path,
    ) -> Result<Serving, Trouble> {
        let shadows = Shadows::make(bundles, stand_ins, append)?;
        let mut servers = Vec::new();
        for (shown, address) in
            [(Shown::Old, addresses.old), (Shown::New, addresses.new), (Shown::Rogue, addresses.rogue)]
        {
            let listen = || {
                let listener = TcpListener::bind(address)?;
                Server::start(&stand_ins.chain(shown).into(), vec![listener], reply.clone(), ask_for_certificate)
            };
            servers.push((shown, listen().map_err(|error| cannot_listen(address, &error))?));
        }
        let unwritable = |error: io::Error| {
            Trouble::new(Code::RehearsalSetup, say::no_copy(directory.display(), error), say::another_directory())
        };
        let mut copies = Vec::new();
        for (number, (today, repaired)) in shadows.today.iter().zip(&shadows.repaired).enumerate() {
            let write = |part: &str, shadow: &Shadow| write(&directory.join(part).join(number.to_string()), shadow);
            let (Shadow::File { path, .. } | Shadow::Directory { path, .. }) = today;
            copies.push(Copy {
                original: path.clone(),
                today: write("today", today).map_err(unwritable)?,
                repaired: write("repaired", repaired).map_err(unwritable)?,
            });
        }
        let [old_root, new_root] = ["stand-in-old.pem", "stand-in-new.pem"].map(|name| directory.join(name));
        fs::write(&old_root, stand_ins.old.root.pem()).map_err(unwritable)?;
        fs::write(&new_root, stand_ins.new.root.pem()).map_err(unwritable)?;
        Ok(Serving { servers, copies, old_root, new_root })
    }

    /// Where a chain is shown, with the port that the system chose.
    pub fn address(&self, shown: Shown) -> SocketAddr {
        let server = self.servers.iter().find(|(own, _)| *own == shown);
        server.and_then(|(_, server)| server.addresses().first().copied()).expect("each chain has a server")
    }

    /// What has happened since this was last asked, one chain after the other.
    pub fn take_observations(&self) -> Vec<(Shown, Observations)> {
        self.servers.iter().map(|(shown, server)| (*shown, server.take_observations())).collect()
    }
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            Trouble::new(Code::StandInPortTaken, say::port_taken(address), say::another_address())
        }
        _ => Trouble::new(Code::RehearsalSetup, say::cannot_listen(address, error), say::another_address()),
    }
}

/// Under the original's own name, which some programs judge a store by.
fn write(directory: &Path, shadow: &Shadow) -> io::Result<PathBuf> {
    let (Shadow::File { path, .. } | Shadow::Directory { path, .. }) = shadow;
    let copy = directory.join(path.file_name().unwrap_or_default());
    match shadow {
        Shadow::File { bytes, .. } => {
            fs::create_dir_all(directory)?;
            fs::write(&copy, bytes)?;
        }
        Shadow::Directory { more, .. } => {
            fs::create_dir_all(&copy)?;
            more.iter().try_for_each(|(name, bytes)| fs::write(copy.join(name), bytes))?;
        }
    }
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::stand_in::KeyKind;
    use crate::rehearse::shadow::BundleKind;
    use crate::rehearse::tests::{installed, rollover};
    use crate::rehearse::verdict::Holds;
    use std::process::Command;

    #[test]
    fn a_program_that_is_pointed_at_the_stand_ins_by_hand_finds_copies_and_chains_that_fit() {
        if !installed("curl") {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let bundle = directory.path().join("rootca.pem");
        fs::write(&bundle, "").unwrap();
        let stand_ins = StandIns::make(&rollover(), &[], KeyKind::Ec, time::OffsetDateTime::now_utc()).unwrap();
        let append: Append<'_> =
            &|_, bytes, roots| Ok(roots.iter().fold(bytes.to_vec(), |b, root| [b, root.pem().into_bytes()].concat()));
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let addresses = Addresses { old: any, new: any, rogue: any };
        let holds = Holds { old_root: true, new_root: false };
        let bundles = [Bundle { path: bundle, kind: BundleKind::File, holds }];
        let place = directory.path().join("copies");
        let start =
            |addresses| Serving::start(&stand_ins, &bundles, append, addresses, &Reply::default(), false, &place);
        let serving = start(addresses).unwrap();
        let copy = &serving.copies[0];
        let cases = [
            (&copy.today, Shown::Old, true),
            (&copy.today, Shown::New, false),
            (&copy.repaired, Shown::New, true),
            (&copy.repaired, Shown::Rogue, false),
            (&serving.new_root, Shown::New, true),
        ];
        for (bundle, shown, accepts) in cases {
            assert!(bundle.starts_with(&place));
            let to = format!("pay.example.com:443:{}", serving.address(shown));
            let status = Command::new("curl")
                .args(["-q", "-s", "--noproxy", "*", "--connect-to", &to, "https://pay.example.com/", "--cacert"])
                .arg(bundle)
                .stdout(std::process::Stdio::null())
                .status();
            assert_eq!(status.unwrap().success(), accepts, "{shown:?} by {}", bundle.display());
            let seen = serving.take_observations();
            let (_, own) = seen.iter().find(|(own, _)| *own == shown).unwrap();
            assert_eq!(own.connections.iter().any(|connection| connection.request.is_some()), accepts);
        }
        // A second one on the same port is told so.
        let taken = Addresses { old: serving.address(Shown::Old), ..addresses };
        assert_eq!(start(taken).unwrap_err().code, Code::StandInPortTaken);
    }
}
