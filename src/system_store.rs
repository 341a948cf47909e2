//! The trust stores that the system keeps and that are no files: the certificate stores of Windows, the keychains of
//! macOS. Each system's own calls are made here alone; elsewhere there is no such store.

pub mod keychain;
pub mod windows;

use std::io;

use crate::certificate::Certificate;
use crate::store::Trust;

pub use keychain::Keychain;
pub use windows::WindowsStore;

/// One such store, by the system that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Location {
    Windows(WindowsStore),
    /// Read alone. A change to a keychain that could not be tried out is not made.
    MacOs(Keychain),
}

impl Location {
    /// Those of this system, the machine's before the user's.
    pub fn here() -> impl Iterator<Item = Self> {
        let windows = WindowsStore::ALL.into_iter().filter(|_| cfg!(windows)).map(Location::Windows);
        let mac_os = Keychain::ALL.into_iter().filter(|_| cfg!(target_os = "macos")).map(Location::MacOs);
        windows.chain(mac_os)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Location::Windows(store) => store.as_str(),
            Location::MacOs(keychain) => keychain.as_str(),
        }
    }

    /// The store of this name, on the system that has it.
    pub fn named(name: &str) -> Option<Self> {
        Location::here().find(|location| location.as_str().eq_ignore_ascii_case(name))
    }

    /// Every certificate that lies there, and whether programs trust it as a root. Those that do not read are passed
    /// over, as the systems do.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn certificates(self) -> io::Result<Vec<(Certificate, Trust)>> {
        match self {
            Location::Windows(store) => store.certificates(),
            Location::MacOs(keychain) => keychain.certificates(),
        }
    }
}
