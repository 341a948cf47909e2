//! To come.

use super::{AppendOptions, Appended, Store, StoreFormat};
use crate::finding::Trouble;
use crate::password::Passwords;
use crate::rollover::Root;

#[derive(Debug)]
pub struct Pem;

impl StoreFormat for Pem {
    fn sniff(&self, _: &[u8]) -> bool {
        false
    }

    fn decode(&self, _: &[u8], _: &Passwords) -> Result<Store, Trouble> {
        unreachable!("never sniffed")
    }

    fn append(&self, _: &[u8], _: &Store, _: &[&Root], _: &AppendOptions) -> Result<Appended, Trouble> {
        unreachable!("never sniffed")
    }
}
