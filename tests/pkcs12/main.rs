//! PKCS#12: what is read, what is refused, and that an addition loses nothing.
//!
//! Files made by the programs that people use, and every reader on them, are in `pkcs12_matrix`.

#[path = "../common/mod.rs"]
mod common;
mod der;
mod pki;

mod adding;
mod clients;
mod reading;
mod refusing;

use rootfix::finding::Trouble;
use rootfix::password::{Password, Passwords};
use rootfix::rollover::Root;
use rootfix::store::pkcs12::Pkcs12;
use rootfix::store::{AppendOptions, Store, StoreFormat, Trust};

fn decode(bytes: &[u8]) -> Store {
    Pkcs12.decode(bytes, &Passwords::default()).unwrap_or_else(|trouble| panic!("{}", trouble.message.en))
}

fn decode_with(bytes: &[u8], password: &str) -> Store {
    Pkcs12.decode(bytes, &Passwords::with(password)).unwrap_or_else(|trouble| panic!("{}", trouble.message.en))
}

fn trouble(bytes: &[u8]) -> Trouble {
    Pkcs12.decode(bytes, &Passwords::default()).expect_err("this is refused")
}

fn append(bytes: &[u8], root: &Root) -> Vec<u8> {
    Pkcs12.append(bytes, &decode(bytes), &[root], &AppendOptions::default()).unwrap().bytes
}

/// Aliases of the entries that Java trusts, in order.
fn trusted(store: &Store) -> Vec<&str> {
    let trusted = store.entries.iter().filter(|entry| entry.trust == Trust::Trusted);
    trusted.map(|entry| entry.alias.as_deref().unwrap_or("-")).collect()
}

fn codes(store: &Store) -> Vec<&'static str> {
    store.findings.iter().map(|finding| finding.code.as_str()).collect()
}

fn password_text(password: Option<&Password>) -> Option<Option<&str>> {
    password.map(Password::as_str)
}
