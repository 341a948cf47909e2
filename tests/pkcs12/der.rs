//! PKCS#12 files put together by hand, in every form that programs write and in some that only attackers do.
#![allow(dead_code, reason = "each test file uses its own part")]

/// How elements say how long they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Definite,
    /// Constructed elements end with two zero octets, and OCTET STRINGs come in pieces: Bouncy Castle, NSS.
    Indefinite,
    /// Lengths of four octets even where fewer would do, as BER allows and Java does not.
    Long,
}

impl Form {
    pub const ALL: [Form; 3] = [Form::Definite, Form::Indefinite, Form::Long];

    pub fn wrap(self, tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Form::Definite => tlv(tag, parts),
            Form::Indefinite if tag & 0x20 != 0 => [&[tag, 0x80], &parts.concat()[..], &[0, 0]].concat(),
            Form::Indefinite => tlv(tag, parts),
            Form::Long => {
                let content = parts.concat();
                [&[tag, 0x84], &(content.len() as u32).to_be_bytes()[..], &content].concat()
            }
        }
    }

    pub fn seq(self, parts: &[&[u8]]) -> Vec<u8> {
        self.wrap(0x30, parts)
    }

    pub fn explicit(self, part: &[u8]) -> Vec<u8> {
        self.wrap(0xa0, &[part])
    }

    /// In pieces of 1000 octets where lengths are indefinite.
    pub fn octets(self, octets: &[u8]) -> Vec<u8> {
        self.octets_as(0x04, octets)
    }

    pub fn octets_as(self, tag: u8, octets: &[u8]) -> Vec<u8> {
        match self {
            Form::Indefinite => {
                let pieces: Vec<Vec<u8>> = octets.chunks(1000).map(|piece| tlv(0x04, &[piece])).collect();
                self.wrap(tag | 0x20, &[&pieces.concat()])
            }
            _ => self.wrap(tag, &[octets]),
        }
    }

    /// A ContentInfo of the type `data`.
    pub fn data(self, content: &[u8]) -> Vec<u8> {
        self.seq(&[&oid(DATA), &self.explicit(&self.octets(content))])
    }

    /// A ContentInfo with SafeContents in clear.
    pub fn safe(self, bags: &[Vec<u8>]) -> Vec<u8> {
        self.data(&self.seq(&[&bags.concat()]))
    }

    /// A ContentInfo of the type `encryptedData`.
    pub fn encrypted(self, algorithm: &[u8], ciphertext: &[u8]) -> Vec<u8> {
        let info = self.seq(&[&oid(DATA), algorithm, &self.octets_as(0x80, ciphertext)]);
        self.seq(&[&oid(ENCRYPTED_DATA), &self.explicit(&self.seq(&[&int(0), &info]))])
    }

    /// A whole file.
    pub fn pfx(self, contents: &[Vec<u8>], mac_data: &[u8]) -> Vec<u8> {
        self.seq(&[&int(3), &self.data(&self.seq(&[&contents.concat()])), mac_data])
    }
}

pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|octet| **octet == 0).count()..];
    let header =
        if content.len() < 0x80 { vec![content.len() as u8] } else { [&[0x80 | length.len() as u8], length].concat() };
    [&[tag][..], &header, &content].concat()
}

pub fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

pub fn set(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x31, parts)
}

pub fn octets(octets: &[u8]) -> Vec<u8> {
    tlv(0x04, &[octets])
}

pub fn int(value: u64) -> Vec<u8> {
    let octets = value.to_be_bytes();
    let mut octets = &octets[octets.iter().take_while(|octet| **octet == 0).count().min(7)..];
    let padded = [&[0], octets].concat();
    if octets[0] & 0x80 != 0 {
        octets = &padded;
    }
    tlv(0x02, &[octets])
}

/// From its dotted text.
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut content = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let groups = (0..10).rev().map(|n| (arc >> (7 * n)) as u8 & 0x7f).skip_while(|group| *group == 0);
        let mut groups: Vec<u8> = groups.collect();
        if groups.is_empty() {
            groups.push(0);
        }
        let last = groups.len() - 1;
        content.extend(groups.into_iter().enumerate().map(|(at, group)| if at < last { group | 0x80 } else { group }));
    }
    tlv(0x06, &[&content])
}

pub const DATA: &str = "1.2.840.113549.1.7.1";
pub const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
pub const ENVELOPED_DATA: &str = "1.2.840.113549.1.7.3";
pub const ENCRYPTED_DATA: &str = "1.2.840.113549.1.7.6";
pub const FRIENDLY_NAME: &str = "1.2.840.113549.1.9.20";
pub const LOCAL_KEY_ID: &str = "1.2.840.113549.1.9.21";
/// Microsoft's name of the cryptographic service provider that is to hold a key.
pub const CSP_NAME: &str = "1.3.6.1.4.1.311.17.1";
pub const TRUSTED_KEY_USAGE: &str = "2.16.840.1.113894.746875.1.1";

pub fn attribute(id: &str, value: &[u8]) -> Vec<u8> {
    seq(&[&oid(id), &set(&[value])])
}

pub fn bmp(text: &str) -> Vec<u8> {
    tlv(0x1e, &[&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()])
}

pub fn name(text: &str) -> Vec<u8> {
    attribute(FRIENDLY_NAME, &bmp(text))
}

pub fn key_id(id: &[u8]) -> Vec<u8> {
    attribute(LOCAL_KEY_ID, &octets(id))
}

/// The mark of a certificate that Java trusts, as keytool writes it.
pub fn mark() -> Vec<u8> {
    attribute(TRUSTED_KEY_USAGE, &oid("2.5.29.37.0"))
}

pub fn csp() -> Vec<u8> {
    attribute(CSP_NAME, &bmp("Microsoft Enhanced RSA and AES Cryptographic Provider"))
}

/// An attribute that nobody knows, with a tag number over 30 and an indefinite length in it.
pub fn foreign() -> Vec<u8> {
    attribute("1.3.6.1.4.1.99999.7", &[0xbf, 0x8a, 0x39, 0x80, 0x02, 0x01, 0x07, 0, 0])
}

/// An attribute of somebody's own that every program can read.
pub fn note() -> Vec<u8> {
    attribute("1.3.6.1.4.1.99999.8", &tlv(0x0c, &["a note of somebody's".as_bytes()]))
}

/// A bag of the type with this last arc; its attributes stay in this order.
pub fn bag(kind: u8, value: &[u8], attributes: &[&[u8]]) -> Vec<u8> {
    let attributes = if attributes.is_empty() { Vec::new() } else { set(attributes) };
    seq(&[&oid(&format!("1.2.840.113549.1.12.10.1.{kind}")), &tlv(0xa0, &[value]), &attributes])
}

pub fn certificate_bag(certificate: &[u8], attributes: &[&[u8]]) -> Vec<u8> {
    let value = seq(&[&oid("1.2.840.113549.1.9.22.1"), &tlv(0xa0, &[&octets(certificate)])]);
    bag(3, &value, attributes)
}

/// What is expected of `append`: its attributes in the order that DER wants.
pub fn appended_bag(certificate: &[u8], alias: &str) -> Vec<u8> {
    let mut attributes = [name(alias), mark()];
    attributes.sort();
    certificate_bag(certificate, &[&attributes[0], &attributes[1]])
}

/// A key in clear, as `openssl pkcs12 -keypbe NONE` writes it.
pub fn key_bag(pkcs8: &[u8], attributes: &[&[u8]]) -> Vec<u8> {
    bag(1, pkcs8, attributes)
}

/// A shrouded key that nobody can open.
pub fn shrouded_key_bag(attributes: &[&[u8]]) -> Vec<u8> {
    let algorithm = seq(&[&oid("1.2.840.113549.1.12.1.3"), &seq(&[&octets(b"saltsalt"), &int(2048)])]);
    bag(2, &seq(&[&algorithm, &octets(&[7; 64])]), attributes)
}

pub fn crl_bag() -> Vec<u8> {
    bag(4, &seq(&[&oid("1.2.840.113549.1.9.23.1"), &tlv(0xa0, &[&octets(b"no list at all")])]), &[&name("a list")])
}

pub fn secret_bag() -> Vec<u8> {
    bag(5, &seq(&[&oid("1.2.840.113549.1.12.10.1.2"), &tlv(0xa0, &[&octets(b"a secret")])]), &[&name("a secret")])
}

pub fn nested_bag(bags: &[Vec<u8>]) -> Vec<u8> {
    bag(6, &seq(&[&bags.concat()]), &[])
}
