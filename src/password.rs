//! Passwords of key stores: tried in order, never shown, wiped from memory when dropped.

use std::fmt;
use std::process::Command;
use std::sync::OnceLock;

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
    Text(Zeroizing<String>),
}

impl Password {
    pub fn text(text: &str) -> Self {
        Password::Text(Zeroizing::new(text.to_owned()))
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Password::None => None,
            Password::Text(text) => Some(text),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Password::None => "Password::None",
            Password::Text(_) => "Password::Text(…)",
        })
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
