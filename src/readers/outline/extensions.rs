//! What stands in the extensions.

use super::Flaw;
use super::walk::Walk;
use crate::readers::der::*;

/// Flaws that an extension is not the worse for: noted for themselves.
const TOLERABLE: u64 = Flaw::BooleanWithin as u64
    | Flaw::BitStringUnusedWithin as u64
    | Flaw::AlternativeNames as u64
    | Flaw::NoHost as u64;

impl Walk {
    pub(super) fn extensions(&mut self, mut extensions: &[u8]) -> Option<()> {
        let mut seen = Vec::new();
        while !extensions.is_empty() {
            let mut extension = self.take(&mut extensions, SEQUENCE)?;
            let oid = self.take(&mut extension, OBJECT_IDENTIFIER)?;
            self.oid(oid);
            let critical = match self.optional(&mut extension, BOOLEAN)? {
                Some([critical]) => *critical,
                Some(_) => return None,
                None => 0,
            };
            self.note_if(Flaw::Boolean, !matches!(critical, 0 | 0xff));
            let value = self.take(&mut extension, OCTET_STRING)?;
            self.ends(extension);
            self.note_if(Flaw::DuplicateExtension, seen.contains(&oid));
            seen.push(oid);
            if self.extension(oid, value).is_none() {
                let subject_or_issuer = matches!(oid, [0x55, 0x1d, 17 | 18]);
                self.note_if(Flaw::AlternativeNames, subject_or_issuer);
                match oid {
                    _ if critical != 0 => self.note(Flaw::CriticalExtension),
                    // Nobody but GnuTLS looks at the issuer's.
                    [0x55, 0x1d, 18] => {}
                    _ => self.note(Flaw::Extension),
                }
            }
        }
        Some(())
    }

    /// A well-known extension of RFC 5280, as far as its outline goes; what is not known is always sound.
    fn extension(&mut self, oid: &[u8], value: &[u8]) -> Option<()> {
        let mut within = Walk { flaws: 0 };
        within.value(oid, value)?;
        self.flaws |= within.flaws & TOLERABLE;
        (within.flaws & !TOLERABLE == 0).then_some(())
    }

    fn value(&mut self, oid: &[u8], value: &[u8]) -> Option<()> {
        const AUTHORITY_INFORMATION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
        let mut rest = value;
        let kind = match oid {
            [0x55, 0x1d, kind] => kind,
            AUTHORITY_INFORMATION => {
                let mut list = self.take(&mut rest, SEQUENCE)?;
                while !list.is_empty() {
                    let mut item = self.take(&mut list, SEQUENCE)?;
                    let oid = self.take(&mut item, OBJECT_IDENTIFIER)?;
                    self.oid(oid);
                }
                return Some(());
            }
            _ => return Some(()),
        };
        match kind {
            // Subject key identifier.
            14 => drop(self.take(&mut rest, OCTET_STRING)?),
            // Key usage.
            15 => {
                let bits = self.take(&mut rest, BIT_STRING)?;
                self.bits(bits, Flaw::BitStringUnusedWithin);
            }
            // Alternative names.
            17 | 18 => {
                let mut names = self.take(&mut rest, SEQUENCE)?;
                self.note_if(Flaw::AlternativeNames, !rest.is_empty());
                while !names.is_empty() {
                    let name = self.element(names, 0)?;
                    self.note_if(Flaw::NoHost, *kind == 17 && !is_name(name.tag, name.contents));
                    names = name.rest;
                }
            }
            // Basic constraints.
            19 => {
                let mut constraints = self.take(&mut rest, SEQUENCE)?;
                let ca = self.optional(&mut constraints, BOOLEAN)?;
                self.note_if(Flaw::BooleanWithin, ca.is_some_and(|ca| !matches!(ca, [0] | [0xff])));
                if let Some(length) = self.optional(&mut constraints, INTEGER)? {
                    self.integer(length);
                }
            }
            // Name constraints.
            30 => {
                let constraints = self.take(&mut rest, SEQUENCE)?;
                let sound = self.constraints(constraints) == Some(()) && rest.is_empty();
                self.note_if(Flaw::NoHost, !sound);
            }
            // Distribution points, policies.
            31 | 32 => {
                let mut list = self.take(&mut rest, SEQUENCE)?;
                while !list.is_empty() {
                    let mut item = self.take(&mut list, SEQUENCE)?;
                    if *kind == 32 {
                        let oid = self.take(&mut item, OBJECT_IDENTIFIER)?;
                        self.oid(oid);
                    } else if let Some(point) = self.optional(&mut item, 0xa0)? {
                        // A name relative to that of the list's issuer is beyond Go.
                        self.note_if(Flaw::NoHost, point.first() != Some(&0xa0));
                    }
                }
            }
            // Authority key identifier.
            35 => drop(self.take(&mut rest, SEQUENCE)?),
            // Extended key usage.
            37 => {
                let mut purposes = self.take(&mut rest, SEQUENCE)?;
                while !purposes.is_empty() {
                    let oid = self.take(&mut purposes, OBJECT_IDENTIFIER)?;
                    self.oid(oid);
                }
            }
            _ => return Some(()),
        }
        Some(())
    }

    /// Permitted and excluded subtrees, as Go reads them; `None` where it does not.
    fn constraints(&mut self, mut constraints: &[u8]) -> Option<()> {
        let permitted = self.optional(&mut constraints, 0xa0)?.unwrap_or_default();
        let excluded = self.optional(&mut constraints, 0xa1)?.unwrap_or_default();
        if !constraints.is_empty() || permitted.is_empty() && excluded.is_empty() {
            return None;
        }
        for mut subtrees in [permitted, excluded] {
            while !subtrees.is_empty() {
                let subtree = self.take(&mut subtrees, SEQUENCE)?;
                let base = self.element(subtree, 0)?;
                if !is_constraint(base.tag, base.contents) {
                    return None;
                }
            }
        }
        Some(())
    }
}

const MAIL: u8 = 0x81;
const HOST: u8 = 0x82;
const URI: u8 = 0x86;
const ADDRESS: u8 = 0x87;

/// Whether Go takes this for a general name (RFC 5280, section 4.2.1.6).
fn is_name(tag: u8, contents: &[u8]) -> bool {
    match tag {
        MAIL | HOST => contents.is_ascii(),
        URI => contents.is_ascii() && is_uri(contents),
        ADDRESS => matches!(contents.len(), 4 | 16),
        _ => true,
    }
}

/// The most frequent of what `net/url.Parse` refuses: control characters, escapes that are none; and then a host that
/// is none.
fn is_uri(uri: &[u8]) -> bool {
    let escapes = uri
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'%')
        .all(|(at, _)| uri.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    if !escapes || uri.iter().any(u8::is_ascii_control) {
        return false;
    }
    let behind = match uri.windows(3).position(|three| three == b"://") {
        Some(at) => &uri[at + 3..],
        None => return true,
    };
    let host = behind.split(|byte| matches!(byte, b'/' | b'?' | b'#')).next().unwrap_or_default();
    let host = host.rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    host.is_empty() || is_domain(host)
}

/// Whether Go takes this for a constraint (RFC 5280, section 4.2.1.10); of other kinds it only remembers that there was
/// one.
fn is_constraint(tag: u8, contents: &[u8]) -> bool {
    let domain = |name: &[u8]| is_domain(name.strip_prefix(b".").unwrap_or(name));
    match tag {
        ADDRESS => match contents.len() {
            8 | 32 => is_mask(&contents[contents.len() / 2..]),
            _ => false,
        },
        MAIL => contents.is_ascii() && (contents.contains(&b'@') || domain(contents)),
        HOST => contents.is_ascii() && domain(contents),
        URI => {
            let address = std::str::from_utf8(contents).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok());
            contents.is_ascii() && !address && domain(contents)
        }
        _ => true,
    }
}

/// `domainToReverseLabels`: nothing, or labels of visible characters with dots between them.
fn is_domain(name: &[u8]) -> bool {
    let label = |label: &[u8]| !label.is_empty() && label.iter().all(u8::is_ascii_graphic);
    name.is_empty() || name.split(|byte| *byte == b'.').all(label)
}

/// Ones, then zeros.
fn is_mask(mask: &[u8]) -> bool {
    let ones = mask.iter().take_while(|octet| **octet == 0xff).count();
    let rest = &mask[ones..];
    rest.first().is_none_or(|octet| octet.leading_ones() == octet.count_ones())
        && rest.iter().skip(1).all(|octet| *octet == 0)
}
