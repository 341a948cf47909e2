//! The certificate stores of Windows, that only its own calls change.
//!
//! A user's store shows the machine's certificates too, so a root that the machine trusts is never added to both.
//! Windows decides who may write: the machine's store takes an administrator, and the user's asks in a window.

use std::io;

use crate::certificate::{Certificate, Fingerprint};
use crate::store::Trust;

/// Whose roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WindowsStore {
    LocalMachine,
    CurrentUser,
}

impl WindowsStore {
    /// That of the machine first: what lies in it need not be added to the user's.
    pub const ALL: [WindowsStore; 2] = [WindowsStore::LocalMachine, WindowsStore::CurrentUser];

    /// As PowerShell and Windows' own tools name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            WindowsStore::LocalMachine => r"LocalMachine\Root",
            WindowsStore::CurrentUser => r"CurrentUser\Root",
        }
    }

    /// Every certificate among the roots, and whether it is trusted. Those that do not read are passed over, as
    /// Windows does.
    ///
    /// # Errors
    /// The store cannot be opened.
    pub fn certificates(self) -> io::Result<Vec<(Certificate, Trust)>> {
        let never = self.disallowed();
        let trust = |certificate: Certificate| {
            let trust = if never.contains(&certificate.fingerprint()) { Trust::NotTrusted } else { Trust::Trusted };
            (certificate, trust)
        };
        Ok(calls::read(self, "Root")?.into_iter().map(trust).collect())
    }

    /// What the machine or the user never trusts, whatever the roots. A list that does not open forbids nothing.
    pub fn disallowed(self) -> Vec<Fingerprint> {
        let lists = match self {
            WindowsStore::LocalMachine => &WindowsStore::ALL[..1],
            WindowsStore::CurrentUser => &WindowsStore::ALL[..],
        };
        let lists = lists.iter().filter_map(|list| calls::read(*list, "Disallowed").ok());
        lists.flatten().map(|certificate| certificate.fingerprint()).collect()
    }

    /// Whether this very certificate lies among the roots.
    pub fn holds(self, root: &Certificate) -> bool {
        let roots = calls::read(self, "Root").unwrap_or_default();
        roots.iter().any(|there| there.fingerprint() == root.fingerprint())
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

    use super::WindowsStore;
    use crate::certificate::Certificate;

    fn open(whose: WindowsStore, read_only: bool, store: &str) -> io::Result<CertStore> {
        let mut builder = CertStoreBuilder::new();
        if read_only {
            builder.read_only();
        }
        match whose {
            WindowsStore::LocalMachine => builder.open_local_machine(store),
            WindowsStore::CurrentUser => builder.open_current_user(store),
        }
    }

    pub fn read(whose: WindowsStore, store: &str) -> io::Result<Vec<Certificate>> {
        let store = open(whose, true, store)?;
        Ok(store.certs().filter_map(|context| Certificate::from_der(context.to_der()).ok()).collect())
    }

    pub fn add(whose: WindowsStore, der: &[u8]) -> io::Result<()> {
        // The store is closed at the end, and so written, before anyone reads it again.
        open(whose, false, "Root")?.add_cert(&CertContext::new(der)?, CertAdd::New).map(drop)
    }

    pub fn remove(whose: WindowsStore, der: &[u8]) -> io::Result<()> {
        let store = open(whose, false, "Root")?;
        match store.certs().find(|context| context.to_der() == der) {
            Some(context) => context.delete(),
            None => Ok(()),
        }
    }
}

#[cfg(not(windows))]
mod calls {
    use std::io;

    use super::WindowsStore;
    use crate::certificate::Certificate;

    fn none<T>() -> io::Result<T> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn read(_: WindowsStore, _: &str) -> io::Result<Vec<Certificate>> {
        none()
    }

    pub fn add(_: WindowsStore, _: &[u8]) -> io::Result<()> {
        none()
    }

    pub fn remove(_: WindowsStore, _: &[u8]) -> io::Result<()> {
        none()
    }
}
