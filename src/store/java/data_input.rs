//! The primitives of `java.io.DataInput` and `DataOutput`, which JKS, JCEKS and BKS are written with: big-endian
//! integers, and texts in "modified UTF-8" behind a two-byte length.
//!
//! Nothing is allocated by a length that the file claims: a length is first held against the bytes that are there.

/// Why bytes could not be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Stop {
    /// They end too early.
    CutOff,
    /// They are there, but are not what the format allows at this place.
    NotUnderstood,
}

/// Bytes, read from the front.
#[derive(Debug, Clone)]
pub(in crate::store) struct DataInput<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> DataInput<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        DataInput { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Stop> {
        let taken = self.bytes[self.at..].get(..length).ok_or(Stop::CutOff)?;
        self.at += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        Ok(self.take(N)?.try_into().expect("take gives as many bytes as asked for"))
    }

    pub fn u8(&mut self) -> Result<u8, Stop> {
        Ok(self.array::<1>()?[0])
    }

    pub fn u16(&mut self) -> Result<u16, Stop> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Stop> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Stop> {
        self.array().map(u64::from_be_bytes)
    }

    /// A four-byte length and as many bytes. Java's lengths are signed; a negative one is longer than any file here.
    pub fn block(&mut self) -> Result<&'a [u8], Stop> {
        let length = self.u32()?;
        self.take(usize::try_from(length).map_err(|_| Stop::CutOff)?)
    }

    /// What `DataInput.readUTF` reads. Half a surrogate pair, which Java allows in a string, becomes U+FFFD.
    pub fn utf(&mut self) -> Result<String, Stop> {
        let length = self.u16()?;
        decode_utf(self.take(usize::from(length))?).ok_or(Stop::NotUnderstood)
    }
}

/// Modified UTF-8 (`java.io.DataInput`): sequences of one to three bytes, each one UTF-16 unit; overlong ones pass.
fn decode_utf(bytes: &[u8]) -> Option<String> {
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied();
    while let Some(first) = rest.next() {
        let mut more = || rest.next().filter(|byte| byte & 0xc0 == 0x80).map(|byte| u16::from(byte & 0x3f));
        units.push(match first {
            0x00..=0x7f => u16::from(first),
            0xc0..=0xdf => u16::from(first & 0x1f) << 6 | more()?,
            0xe0..=0xef => u16::from(first & 0x0f) << 12 | more()? << 6 | more()?,
            _ => return None,
        });
    }
    Some(String::from_utf16_lossy(&units))
}

/// What `DataOutput.writeUTF` writes; `None` where the text takes more than the 65535 bytes that the length can say.
pub(in crate::store) fn encode_utf(text: &str) -> Option<Vec<u8>> {
    let mut encoded = vec![0, 0];
    for unit in text.encode_utf16() {
        let low = |shift: u16| 0x80 | (unit >> shift & 0x3f) as u8;
        match unit {
            0x0001..=0x007f => encoded.push(unit as u8),
            0x0000 | 0x0080..=0x07ff => encoded.extend([0xc0 | (unit >> 6) as u8, low(0)]),
            _ => encoded.extend([0xe0 | (unit >> 12) as u8, low(6), low(0)]),
        }
    }
    let length = u16::try_from(encoded.len() - 2).ok()?;
    encoded[..2].copy_from_slice(&length.to_be_bytes());
    Some(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_java_writes_them() {
        // The bytes are what JDK 17's DataOutputStream.writeUTF wrote.
        let cases: [(&str, &[u8]); 4] = [
            ("abc", b"\x00\x03abc"),
            ("a\0b", b"\x00\x04a\xc0\x80b"),
            ("根é", b"\x00\x05\xe6\xa0\xb9\xc3\xa9"),
            ("😀", b"\x00\x06\xed\xa0\xbd\xed\xb8\x80"),
        ];
        for (text, bytes) in cases {
            assert_eq!(encode_utf(text).as_deref(), Some(bytes));
            assert_eq!(DataInput::new(bytes).utf().as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_text_too_long_for_its_length_is_refused_not_cut() {
        assert!(encode_utf(&"a".repeat(65535)).is_some());
        assert_eq!(encode_utf(&"a".repeat(65536)), None);
    }

    #[test]
    fn what_is_cut_off_or_malformed_stops() {
        assert_eq!(DataInput::new(b"\x00\x03ab").utf(), Err(Stop::CutOff));
        assert_eq!(DataInput::new(b"\xff\xff\xff\xffabc").block(), Err(Stop::CutOff));
        for malformed in [&b"\x00\x01\x80"[..], b"\x00\x01\xc3", b"\x00\x02\xe6\xa0", b"\x00\x01\xf0"] {
            assert_eq!(DataInput::new(malformed).utf(), Err(Stop::NotUnderstood));
        }
    }
}
