//! What stops a PKCS#12 file from being read or changed, as troubles.

use std::borrow::Cow;

use x509_parser::asn1_rs::Oid;

use super::ber::Malformed;
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, pkcs12 as say};

/// `part` names what was being read, in RFC 7292's words. Only in the file itself (`PFX`) is an early end a file that
/// was cut off; further in, the end is where a length says, and that is damage.
pub fn malformed(part: &'static str) -> impl Fn(Malformed) -> Trouble {
    move |why| {
        let message = match why {
            Malformed::CutOff if part == "PFX" => say::cut_off(),
            Malformed::CutOff | Malformed::Damaged => say::damaged(part),
            Malformed::TooDeep => say::too_deep(),
        };
        Trouble::new(Code::KeyStoreDamaged, message, say::get_an_intact_copy())
    }
}

/// More things than any program writes, each of which would take memory.
pub fn too_many() -> Trouble {
    Trouble::new(Code::KeyStoreDamaged, say::too_many(), say::get_an_intact_copy())
}

pub fn damaged(part: &'static str) -> Trouble {
    malformed(part)(Malformed::Damaged)
}

pub fn not_supported(message: Sentence) -> Trouble {
    Trouble::new(Code::KeyStoreNotSupported, message, say::convert_it())
}

pub fn too_many_iterations(given: u64, most: u32) -> Trouble {
    Trouble::new(Code::TooManyIterations, say::too_many_iterations(given, most), say::make_it_anew())
}

/// Dotted, from the content octets.
pub fn dotted(oid: &[u8]) -> String {
    // What is too long to be an identifier is not worth showing.
    if oid.len() > 64 { "?".to_owned() } else { Oid::new(Cow::Borrowed(oid)).to_id_string() }
}
