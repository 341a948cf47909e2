//! The certificate stores of Windows: trust stores that are no files, and that only its own calls change.
//!
//! A user's store shows the machine's certificates too, so a root that the machine trusts is never added to both.
//! Windows decides who may write: the machine's store takes an administrator, and the user's asks in a window.

use std::io;

use crate::certificate::Certificate;

/// Whose roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Location {
    LocalMachine,
    CurrentUser,
}

impl Location {
    /// That of the machine first: what lies in it need not be added to the user's.
    pub const ALL: [Location; 2] = [Location::LocalMachine, Location::CurrentUser];

    /// As PowerShell and Windows' own tools name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Location::LocalMachine => r"LocalMachine\Root",
            Location::CurrentUser => r"CurrentUser\Root",
        }
    }

    /// The store of this name, on Windows.
    pub fn named(name: &str) -> Option<Self> {
        let same = |location: &Self| location.as_str().eq_ignore_ascii_case(name);
        Location::ALL.into_iter().filter(|_| cfg!(windows)).find(same)
    }

    /// The certificates that are trusted as roots. Those that do not read are passed over, as Windows does.
    ///
    /// # Errors
    /// The store cannot be opened.
    pub fn roots(self) -> io::Result<Vec<Certificate>> {
        calls::read(self, "Root")
    }

    /// The certificates that are never trusted, whatever the roots.
    ///
    /// # Errors
    /// The store cannot be opened.
    pub fn disallowed(self) -> io::Result<Vec<Certificate>> {
        calls::read(self, "Disallowed")
    }

    /// Adds a root; one that is there already is an error of the system (CRYPT_E_EXISTS).
    ///
    /// # Errors
    /// Windows, or the person whom it asked, refused.
    pub fn add_root(self, root: &Certificate) -> io::Result<()> {
        calls::add(self, root.der())
    }

    /// Takes a root away; nothing is done where it is not there.
    ///
    /// # Errors
    /// Windows, or the person whom it asked, refused.
    pub fn remove(self, root: &Certificate) -> io::Result<()> {
        calls::remove(self, root.der())
    }
}

#[cfg(windows)]
mod calls {
    use std::io;

    use schannel::cert_context::CertContext;
    use schannel::cert_store::{CertAdd, CertStore, CertStoreBuilder};

    use super::Location;
    use crate::certificate::Certificate;

    fn open(location: Location, read_only: bool, store: &str) -> io::Result<CertStore> {
        let mut builder = CertStoreBuilder::new();
        if read_only {
            builder.read_only();
        }
        match location {
            Location::LocalMachine => builder.open_local_machine(store),
            Location::CurrentUser => builder.open_current_user(store),
        }
    }

    pub fn read(location: Location, store: &str) -> io::Result<Vec<Certificate>> {
        let store = open(location, true, store)?;
        Ok(store.certs().filter_map(|context| Certificate::from_der(context.to_der()).ok()).collect())
    }

    pub fn add(location: Location, der: &[u8]) -> io::Result<()> {
        // The store is closed at the end, and so written, before anyone reads it again.
        open(location, false, "Root")?.add_cert(&CertContext::new(der)?, CertAdd::New).map(drop)
    }

    pub fn remove(location: Location, der: &[u8]) -> io::Result<()> {
        let store = open(location, false, "Root")?;
        match store.certs().find(|context| context.to_der() == der) {
            Some(context) => context.delete(),
            None => Ok(()),
        }
    }
}

#[cfg(not(windows))]
mod calls {
    use std::io;

    use super::Location;
    use crate::certificate::Certificate;

    fn none<T>() -> io::Result<T> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn read(_: Location, _: &str) -> io::Result<Vec<Certificate>> {
        none()
    }

    pub fn add(_: Location, _: &[u8]) -> io::Result<()> {
        none()
    }

    pub fn remove(_: Location, _: &[u8]) -> io::Result<()> {
        none()
    }
}
