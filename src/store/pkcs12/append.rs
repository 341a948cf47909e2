//! Adding trusted certificates: new bags at the end of SafeContents that hold certificates already.
//!
//! A ContentInfo of its own would be simpler, and most programs read it; Go's `x/crypto/pkcs12` wants exactly two
//! and stops reading the file. So the bag goes where the others are, and what changes is this: the SafeContents by
//! the bag, their encryption (see [`Scheme::reseal`](super::scheme::Scheme::reseal)), the lengths of what is around
//! them, and the integrity value.

use zeroize::Zeroizing;

use super::bags::{self, Bag, Kind};
use super::ber::{self, CONTEXT_0, Element, OCTET_STRING, OID, SEQUENCE, tlv};
use super::chain::Chains;
use super::java;
use super::pfx::{Content, DATA, Pfx};
use super::problem::{malformed, not_supported};
use crate::finding::{Code, Finding, Trouble};
use crate::lang::pkcs12 as say;
use crate::password::Password;
use crate::rollover::Root;
use crate::store::{AppendOptions, Appended};

/// An alias longer than this is no name; it would be written into the file as it is.
const MAX_ALIAS: usize = 255;

pub fn append(
    bytes: &[u8],
    password: Option<&Password>,
    roots: &[&Root],
    options: &AppendOptions,
) -> Result<Appended, Trouble> {
    let pfx = Pfx::open(bytes, &password.into_iter().cloned().collect::<Vec<_>>())?;
    let mut sorted = java::sort(&pfx);
    let chains = Chains::of(&sorted);
    let (mut new, mut findings) = (Vec::new(), Vec::new());
    for root in roots {
        let wish = options.alias.as_ref().unwrap_or(&root.alias);
        if wish.is_empty() || wish.chars().count() > MAX_ALIAS {
            return Err(Trouble::new(
                Code::AliasNotUsable,
                say::alias_not_usable(MAX_ALIAS),
                say::choose_another_alias(),
            ));
        }
        new.extend(bags::trusted(&root.certificate, &sorted.free_alias(wish)));
        if chains.would_grow_by(&root.certificate) {
            findings.push(Finding::new(Code::KeyChainLonger, say::key_chain_longer(&root.name)));
        }
    }
    let safe = match place(&pfx.contents) {
        Some(content) => grown(&pfx.safe, content, &new)?,
        None => with_a_content_of_its_own(&pfx.safe, &pfx.list, &new),
    };
    Ok(Appended { bytes: with_safe(&pfx, &safe)?, findings })
}

/// Where certificates are: among trusted ones, if there are any.
fn place(contents: &[Content]) -> Option<&Content> {
    let holds = |wanted: fn(&Bag) -> bool| contents.iter().find(|content| content.bags.iter().any(wanted));
    holds(|bag| matches!(bag.kind, Kind::Certificate(_)) && bag.trusted_key_usage).or_else(|| holds(has_certificate))
}

fn has_certificate(bag: &Bag) -> bool {
    match &bag.kind {
        Kind::Certificate(_) => true,
        Kind::Nested(bags) => bags.iter().any(has_certificate),
        _ => false,
    }
}

/// The AuthenticatedSafe with the new bags at the end of this content.
fn grown(safe: &[u8], content: &Content, new: &[u8]) -> Result<Vec<u8>, Trouble> {
    let Content { path, encryption, plain, list, .. } = content;
    let bags = Zeroizing::new([list.content(plain), new].concat());
    let sequence = Zeroizing::new(list.with_content(plain, &bags));
    let plain = Zeroizing::new([&plain[..list.span.start], &sequence, &plain[list.span.end..]].concat());

    let octets = path.last().expect("a path to the octets");
    let (safe, octets) = match encryption {
        None => (safe.to_vec(), octets.with_octets(safe, &plain)),
        Some((scheme, password)) => {
            let resealed = scheme.reseal(safe, password, &plain).ok_or_else(|| not_supported(say::no_place()))?;
            let octets = octets.with_octets(safe, &resealed.ciphertext);
            // As long as before, so that every span stays where it is.
            let mut safe = safe.to_vec();
            safe[resealed.place].copy_from_slice(&resealed.fresh);
            (safe, octets)
        }
    };
    let list = Element::read(&safe, 0..safe.len()).map_err(malformed("AuthenticatedSafe"))?;
    let path: Vec<&Element> = std::iter::once(&list).chain(path).collect();
    Ok(ber::replace(&safe, &path, octets.map_err(malformed("ContentInfo"))?))
}

/// The AuthenticatedSafe with a new content behind the others, not encrypted: certificates are public, and the
/// integrity value, where the file has one, guards them as well.
fn with_a_content_of_its_own(safe: &[u8], list: &Element, new: &[u8]) -> Vec<u8> {
    let info = content_info(&tlv(SEQUENCE, &[new]));
    let sequence = list.with_content(safe, &[list.content(safe), &info].concat());
    ber::replace(safe, &[list], sequence)
}

/// A ContentInfo of the type `data`.
pub fn content_info(content: &[u8]) -> Vec<u8> {
    let octets = tlv(OCTET_STRING, &[content]);
    tlv(SEQUENCE, &[&tlv(OID, &[DATA]), &tlv(CONTEXT_0, &[&octets])])
}

/// The file round another AuthenticatedSafe, with the integrity value that goes with it.
fn with_safe(pfx: &Pfx<'_>, safe: &[u8]) -> Result<Vec<u8>, Trouble> {
    let mut bytes = pfx.bytes.to_vec();
    if let Some((mac, password)) = &pfx.mac {
        bytes[mac.value.clone()].copy_from_slice(&mac.compute(password, safe));
    }
    let octets = pfx.path.last().expect("a path to the octets").with_octets(&bytes, safe);
    let path: Vec<&Element> = pfx.path.iter().collect();
    Ok(ber::replace(&bytes, &path, octets.map_err(malformed("PFX"))?))
}
