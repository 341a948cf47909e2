//! The quartets of base64, which all readers decode alike once each has chosen, in its own way, which characters
//! belong to them.

/// The value of a character of the standard alphabet (RFC 4648, section 4).
fn value(character: u8) -> Option<u32> {
    Some(match character {
        b'A'..=b'Z' => u32::from(character - b'A'),
        b'a'..=b'z' => u32::from(character - b'a') + 26,
        b'0'..=b'9' => u32::from(character - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

pub(super) fn is_base64(character: u8) -> bool {
    value(character).is_some()
}

/// What a run of base64 without padding means, and the bits that are left over: none, two or four of them.
///
/// `None` where a character is not of the alphabet, or where a single one is left over, which means no byte.
pub(super) fn decode(characters: &[u8]) -> Option<(Vec<u8>, u32)> {
    // Whole quartets go through the fast decoder; the last, shorter one cannot.
    let (whole, rest) = characters.split_at(characters.len() - characters.len() % 4);
    let mut bytes = base64_simd::STANDARD_NO_PAD.decode_to_vec(whole).ok()?;
    let mut bits = 0;
    for character in rest {
        bits = bits << 6 | value(*character)?;
    }
    match rest.len() {
        0 => Some((bytes, 0)),
        2 => {
            bytes.push((bits >> 4) as u8);
            Some((bytes, bits & 0xf))
        }
        3 => {
            bytes.extend([(bits >> 10) as u8, (bits >> 2) as u8]);
            Some((bytes, bits & 0x3))
        }
        _ => None,
    }
}

/// Decodes base64 that is padded to whole quartets, whatever the left-over bits are.
pub(super) fn decode_padded(characters: &[u8]) -> Option<Vec<u8>> {
    if !characters.len().is_multiple_of(4) {
        return None;
    }
    let unpadded = match characters {
        [unpadded @ .., b'=', b'='] | [unpadded @ .., b'='] => unpadded,
        _ => characters,
    };
    decode(unpadded).map(|(bytes, _)| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartets_are_whole_or_padded() {
        assert_eq!(decode_padded(b"AAEC").as_deref(), Some(&[0, 1, 2][..]));
        assert_eq!(decode_padded(b"AAECAw==").as_deref(), Some(&[0, 1, 2, 3][..]));
        assert_eq!(decode_padded(b"AAECAwQ=").as_deref(), Some(&[0, 1, 2, 3, 4][..]));
        assert_eq!(decode_padded(b"AAECAx==").as_deref(), Some(&[0, 1, 2, 3][..]), "left-over bits do not matter");
        for wrong in [&b"AAECA"[..], b"AAECAw", b"AAECA===", b"A=EC", b"AA\nC", b"AAE\x80"] {
            assert_eq!(decode_padded(wrong), None, "{wrong:?}");
        }
        assert_eq!(decode(b"AAECAx"), Some((vec![0, 1, 2, 3], 1)));
    }
}
