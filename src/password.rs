//! Passwords of key stores: tried in order, never shown, wiped from memory when dropped.

use std::fmt;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use zeroize::Zeroizing;

/// The environment variable that a password was taken from.
static VARIABLE: OnceLock<String> = OnceLock::new();

/// Notes that a password was taken from this environment variable: see [`keep_from`].
pub fn came_from(variable: &str) {
    // There is one option for it, so that the first is the only one.
    let _ = VARIABLE.set(variable.to_owned());
}

/// Starts a program of the machine's without the variable that the password came from. A program of the user's own
/// has the environment that the user gave it.
pub fn keep_from(command: &mut Command) -> &mut Command {
    if let Some(variable) = VARIABLE.get() {
        command.env_remove(variable);
    }
    command
}

/// A password; its text never reaches `Debug`, a log or an error.
#[derive(Clone, PartialEq, Eq)]
pub enum Password {
    /// No password at all: PKCS#12 derives its keys from nothing, as against an empty text.
    None,
    Text(Text),
}

/// A text, and the last keys that were derived from it: a repair reads a store, writes it, reads it back and proves
/// it on copies, and slow derivations are all that a small PKCS#12 file costs. Clones share them.
#[derive(Clone)]
pub struct Text {
    text: Zeroizing<String>,
    derived: Arc<Mutex<Vec<Derived>>>,
}

type Key = Zeroizing<Vec<u8>>;

/// A key, and all that it depends on but for the password.
type Derived = (Vec<u8>, Key);

/// A store has two, of its integrity value and of its certificates; several are read at once.
const MOST_DERIVED: usize = 16;

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

impl Password {
    pub fn text(text: &str) -> Self {
        Password::Text(Text { text: Zeroizing::new(text.to_owned()), derived: Arc::default() })
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Password::None => None,
            Password::Text(Text { text, .. }) => Some(text),
        }
    }

    /// The key that `derive` makes of this password and of `parameters`, which must hold all else that it depends on.
    pub fn derived(&self, parameters: Vec<u8>, derive: impl FnOnce() -> Key) -> Key {
        let Password::Text(Text { derived, .. }) = self else { return derive() };
        let lock = || derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = lock().iter().find(|(known, _)| *known == parameters) {
            return key.clone();
        }
        let key = derive();
        let mut derived = lock();
        if derived.len() == MOST_DERIVED {
            derived.remove(0);
        }
        derived.push((parameters, key.clone()));
        key
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Password::None => f.write_str("Password::None"),
            Password::Text(text) => text.fmt(f),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password::Text(…)")
    }
}

/// The passwords to try, in order.
#[derive(Debug, Clone)]
pub struct Passwords(Vec<Password>);

impl Default for Passwords {
    /// What key stores that hold public certificates alone are locked with: `changeit`, the empty text, nothing.
    fn default() -> Self {
        Passwords(vec![Password::text("changeit"), Password::text(""), Password::None])
    }
}

impl Passwords {
    /// The defaults, and after them the one that the user gave.
    pub fn with(given: &str) -> Self {
        let Passwords(mut all) = Passwords::default();
        all.push(Password::text(given));
        Passwords(all)
    }

    /// One more to try, after all others.
    pub fn also(&mut self, given: &str) {
        self.0.push(Password::text(given));
    }

    /// The one that the user gave.
    pub fn given(&self) -> Option<&Password> {
        self.0.get(Passwords::default().0.len())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Password> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_derived_once_and_for_other_parameters_again() {
        let password = Password::text("changeit");
        let key = |password: &Password, parameters: u8, key: u8| {
            password.derived(vec![parameters], || Zeroizing::new(vec![key]))[0]
        };
        assert_eq!(key(&password, 1, 10), 10);
        assert_eq!(key(&password.clone(), 1, 11), 10, "a clone knows it");
        assert_eq!(key(&password, 2, 12), 12);
        assert_eq!(key(&Password::text("changeit"), 1, 13), 13, "another password of the same text does not");
        for parameters in 100..=100 + MOST_DERIVED as u8 {
            assert_eq!(key(&password, parameters, parameters), parameters);
        }
        assert_eq!(key(&password, 1, 14), 14, "the oldest are forgotten");
    }
}
