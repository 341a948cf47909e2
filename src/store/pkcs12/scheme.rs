//! Password-based encryption: the schemes of PKCS#12 itself (RFC 7292, appendix C) and PBES2 (RFC 8018).

use std::ops::Range;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use des::{TdesEde2, TdesEde3};
use rc2::Rc2;
use x509_parser::asn1_rs::oid;
use zeroize::Zeroizing;

use super::ber::{Element, INTEGER, OCTET_STRING, OID, SEQUENCE};
use super::kdf::{self, Hash, Secret, Use};
use super::problem::{damaged, dotted, malformed, not_supported, too_many_iterations};
use crate::finding::Trouble;
use crate::lang::pkcs12 as say;
use crate::password::Password;

/// What the JDK allows (`MAX_ITERATION_COUNT` of its `PKCS12KeyStore`); a file with more opens nowhere in Java.
pub const MAX_ITERATIONS: u32 = 5_000_000;

/// An AlgorithmIdentifier, taken apart: its OID's content octets and its parameters.
pub struct Algorithm<'a> {
    pub oid: &'a [u8],
    pub parameters: Option<Element>,
}

impl<'a> Algorithm<'a> {
    pub fn read(bytes: &'a [u8], element: Element) -> Result<Self, Trouble> {
        let bad = malformed("AlgorithmIdentifier");
        let mut parts = element.expect(SEQUENCE).map_err(&bad)?.children(bytes);
        let oid = parts.next().ok_or_else(|| damaged("AlgorithmIdentifier"))?;
        let oid = oid.and_then(|oid| oid.expect(OID)).map_err(&bad)?.content(bytes);
        Ok(Algorithm { oid, parameters: parts.next().transpose().map_err(&bad)? })
    }

    fn parameters(&self) -> Result<&Element, Trouble> {
        self.parameters.as_ref().ok_or_else(|| damaged("AlgorithmIdentifier"))
    }
}

/// An iteration count, within what is allowed.
pub fn iterations(bytes: &[u8], element: &Element) -> Result<u32, Trouble> {
    match element.number(bytes).map_err(malformed("iteration count"))? {
        0 => Err(damaged("iteration count")),
        given => match u32::try_from(given) {
            Ok(iterations) if iterations <= MAX_ITERATIONS => Ok(iterations),
            _ => Err(too_many_iterations(given, MAX_ITERATIONS)),
        },
    }
}

/// Where the octets of a salt, an IV or a digest lie: always in one piece, in every file that was ever seen.
pub fn octets_at(element: &Element) -> Result<Range<usize>, Trouble> {
    if element.tag == OCTET_STRING { Ok(element.content.clone()) } else { Err(damaged("OCTET STRING")) }
}

/// PBKDF2-params of RFC 8018, appendix A.2.
#[derive(Debug, Clone)]
pub struct Pbkdf2 {
    salt: Vec<u8>,
    iterations: u32,
    /// As the file says; what it means for is the caller's.
    pub key_length: Option<u64>,
    prf: Hash,
}

impl Pbkdf2 {
    /// Takes the AlgorithmIdentifier of a key derivation.
    pub fn read(bytes: &[u8], element: Element) -> Result<Self, Trouble> {
        const PBKDF2: &[u8] = &oid!(raw 1.2.840.113549.1.5.12);
        const SCRYPT: &[u8] = &oid!(raw 1.3.6.1.4.1.11591.4.11);
        let algorithm = Algorithm::read(bytes, element)?;
        match algorithm.oid {
            PBKDF2 => {}
            SCRYPT => return Err(not_supported(say::unknown_derivation("scrypt"))),
            other => return Err(not_supported(say::unknown_derivation(dotted(other)))),
        }
        let bad = malformed("PBKDF2-params");
        let mut parts = algorithm.parameters()?.children(bytes).peekable();
        let mut next = || parts.next().ok_or_else(|| damaged("PBKDF2-params"))?.map_err(&bad);
        let salt = bytes[octets_at(&next()?)?].to_vec();
        let iterations = iterations(bytes, &next()?)?;
        let key_length = match parts.peek() {
            Some(Ok(part)) if part.tag == INTEGER => Some(part.number(bytes).map_err(&bad)?),
            _ => None,
        };
        if key_length.is_some() {
            parts.next();
        }
        let prf = match parts.next().transpose().map_err(&bad)? {
            None => Hash::Sha1,
            Some(prf) => {
                let oid = Algorithm::read(bytes, prf)?.oid;
                Hash::by_hmac_oid(oid).ok_or_else(|| not_supported(say::unknown_derivation(dotted(oid))))?
            }
        };
        Ok(Pbkdf2 { salt, iterations, key_length, prf })
    }

    pub fn derive(&self, password: &Password, len: usize) -> Secret {
        kdf::pbkdf2(self.prf, password, &self.salt, self.iterations, len)
    }

    /// How often a hash is called.
    pub fn cost(&self, len: usize) -> u64 {
        2 * kdf::cost(self.prf, self.iterations, len)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cipher {
    TripleDes,
    TripleDes2,
    /// With this many bits of key.
    Rc2(usize),
    Aes128,
    Aes192,
    Aes256,
}

impl Cipher {
    fn key_len(self) -> usize {
        match self {
            Cipher::TripleDes | Cipher::Aes192 => 24,
            Cipher::TripleDes2 | Cipher::Aes128 => 16,
            Cipher::Rc2(bits) => bits / 8,
            Cipher::Aes256 => 32,
        }
    }

    fn block(self) -> usize {
        match self {
            Cipher::TripleDes | Cipher::TripleDes2 | Cipher::Rc2(_) => 8,
            Cipher::Aes128 | Cipher::Aes192 | Cipher::Aes256 => 16,
        }
    }
}

/// Where the key and the IV come from.
#[derive(Debug, Clone)]
enum Keying {
    /// Both from the password; the hash is SHA-1 in every scheme of RFC 7292.
    Pkcs12 {
        salt: Range<usize>,
        iterations: u32,
    },
    Pbes2 {
        derivation: Pbkdf2,
        iv: Range<usize>,
    },
}

/// How a content is encrypted.
#[derive(Debug, Clone)]
pub struct Scheme {
    cipher: Cipher,
    keying: Keying,
}

/// A derived key and its IV.
#[derive(Clone)]
pub struct Keys {
    key: Secret,
    iv: Vec<u8>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Scheme {
    /// Takes the AlgorithmIdentifier of an encryption; its salt and IV are remembered as places in `bytes`.
    pub fn read(bytes: &[u8], element: Element) -> Result<Self, Trouble> {
        const PBES2: &[u8] = &oid!(raw 1.2.840.113549.1.5.13);
        const SCHEMES: [(&[u8], Cipher); 4] = [
            (&oid!(raw 1.2.840.113549.1.12.1.3), Cipher::TripleDes),
            (&oid!(raw 1.2.840.113549.1.12.1.4), Cipher::TripleDes2),
            (&oid!(raw 1.2.840.113549.1.12.1.5), Cipher::Rc2(128)),
            (&oid!(raw 1.2.840.113549.1.12.1.6), Cipher::Rc2(40)),
        ];
        const RC4: [&[u8]; 2] = [&oid!(raw 1.2.840.113549.1.12.1.1), &oid!(raw 1.2.840.113549.1.12.1.2)];
        let algorithm = Algorithm::read(bytes, element)?;
        if algorithm.oid == PBES2 {
            return Self::pbes2(bytes, algorithm.parameters()?);
        }
        if RC4.contains(&algorithm.oid) {
            return Err(not_supported(say::unknown_encryption("RC4")));
        }
        let Some((_, cipher)) = SCHEMES.iter().find(|(oid, _)| *oid == algorithm.oid) else {
            return Err(not_supported(say::unknown_encryption(dotted(algorithm.oid))));
        };
        let mut parts = algorithm.parameters()?.children(bytes);
        let mut next =
            || parts.next().ok_or_else(|| damaged("pkcs-12PbeParams"))?.map_err(malformed("pkcs-12PbeParams"));
        let salt = octets_at(&next()?)?;
        let iterations = iterations(bytes, &next()?)?;
        Ok(Scheme { cipher: *cipher, keying: Keying::Pkcs12 { salt, iterations } })
    }

    fn pbes2(bytes: &[u8], parameters: &Element) -> Result<Self, Trouble> {
        const CIPHERS: [(&[u8], Cipher); 4] = [
            (&oid!(raw 1.2.840.113549.3.7), Cipher::TripleDes),
            (&oid!(raw 2.16.840.1.101.3.4.1.2), Cipher::Aes128),
            (&oid!(raw 2.16.840.1.101.3.4.1.22), Cipher::Aes192),
            (&oid!(raw 2.16.840.1.101.3.4.1.42), Cipher::Aes256),
        ];
        let mut parts = parameters.children(bytes);
        let mut next = || parts.next().ok_or_else(|| damaged("PBES2-params"))?.map_err(malformed("PBES2-params"));
        let derivation = Pbkdf2::read(bytes, next()?)?;
        let encryption = Algorithm::read(bytes, next()?)?;
        let Some((_, cipher)) = CIPHERS.iter().find(|(oid, _)| *oid == encryption.oid) else {
            return Err(not_supported(say::unknown_encryption(dotted(encryption.oid))));
        };
        let iv = octets_at(encryption.parameters()?)?;
        let key_length = derivation.key_length.unwrap_or(cipher.key_len() as u64);
        if iv.len() != cipher.block() || key_length != cipher.key_len() as u64 {
            return Err(damaged("PBES2-params"));
        }
        Ok(Scheme { cipher: *cipher, keying: Keying::Pbes2 { derivation, iv } })
    }

    /// How often a hash is called for one password.
    pub fn cost(&self) -> u64 {
        match &self.keying {
            Keying::Pkcs12 { iterations, .. } => {
                kdf::cost(Hash::Sha1, *iterations, self.cipher.key_len())
                    + kdf::cost(Hash::Sha1, *iterations, self.cipher.block())
            }
            Keying::Pbes2 { derivation, .. } => derivation.cost(self.cipher.key_len()),
        }
    }

    /// Whether two passwords yield one key.
    pub fn same_key(&self, one: &Password, other: &Password) -> bool {
        match self.keying {
            Keying::Pkcs12 { .. } => one == other,
            Keying::Pbes2 { .. } => kdf::same_to_pbkdf2(one, other),
        }
    }

    /// Derives what the scheme needs. Costs [`Scheme::cost`].
    pub fn keys(&self, bytes: &[u8], password: &Password) -> Keys {
        match &self.keying {
            Keying::Pkcs12 { salt, .. } => self.pkcs12_keys(password, &bytes[salt.clone()]),
            Keying::Pbes2 { derivation, iv } => {
                Keys { key: derivation.derive(password, self.cipher.key_len()), iv: bytes[iv.clone()].to_vec() }
            }
        }
    }

    fn pkcs12_keys(&self, password: &Password, salt: &[u8]) -> Keys {
        let Keying::Pkcs12 { iterations, .. } = self.keying else { unreachable!("asked for by its own kind") };
        let derive = |r#use, len| kdf::pkcs12(Hash::Sha1, r#use, password, salt, iterations, len);
        Keys { key: derive(Use::Key, self.cipher.key_len()), iv: derive(Use::Iv, self.cipher.block()).to_vec() }
    }

    /// `None` where the padding is wrong, as it nearly always is with a wrong key.
    pub fn decrypt(&self, keys: &Keys, ciphertext: &[u8]) -> Option<Secret> {
        match self.cipher {
            Cipher::TripleDes => decrypt(TdesEde3::new_from_slice(&keys.key).ok()?, &keys.iv, ciphertext),
            Cipher::TripleDes2 => decrypt(TdesEde2::new_from_slice(&keys.key).ok()?, &keys.iv, ciphertext),
            Cipher::Rc2(bits) => decrypt(Rc2::new_with_eff_key_len(&keys.key, bits), &keys.iv, ciphertext),
            Cipher::Aes128 => decrypt(aes::Aes128::new_from_slice(&keys.key).ok()?, &keys.iv, ciphertext),
            Cipher::Aes192 => decrypt(aes::Aes192::new_from_slice(&keys.key).ok()?, &keys.iv, ciphertext),
            Cipher::Aes256 => decrypt(aes::Aes256::new_from_slice(&keys.key).ok()?, &keys.iv, ciphertext),
        }
    }

    fn encrypt(&self, keys: &Keys, plain: &[u8]) -> Option<Vec<u8>> {
        match self.cipher {
            Cipher::TripleDes => encrypt(TdesEde3::new_from_slice(&keys.key).ok()?, &keys.iv, plain),
            Cipher::TripleDes2 => encrypt(TdesEde2::new_from_slice(&keys.key).ok()?, &keys.iv, plain),
            Cipher::Rc2(bits) => encrypt(Rc2::new_with_eff_key_len(&keys.key, bits), &keys.iv, plain),
            Cipher::Aes128 => encrypt(aes::Aes128::new_from_slice(&keys.key).ok()?, &keys.iv, plain),
            Cipher::Aes192 => encrypt(aes::Aes192::new_from_slice(&keys.key).ok()?, &keys.iv, plain),
            Cipher::Aes256 => encrypt(aes::Aes256::new_from_slice(&keys.key).ok()?, &keys.iv, plain),
        }
    }

    /// Encrypts changed content as the old was: same scheme, hash, iterations, key length and length of salt.
    ///
    /// CBC must not encrypt two texts under one key and one IV, and both files, the old one in its backup, may be
    /// seen. So the place that sets the IV gets new octets: of PBES2 the IV itself (salt and key stay), of the
    /// PKCS#12 schemes, whose IV comes from the salt, the salt. They are not drawn at random but are a keyed hash of
    /// the new content: as unpredictable to whoever has no password, never the same for two contents, and an append
    /// stays a function of its input, so that a rehearsal yields the bytes that the real one will.
    ///
    /// Gives the ciphertext, and the place in `bytes` with what must stand there from now on.
    pub fn reseal(&self, bytes: &[u8], password: &Password, plain: &[u8]) -> Option<Resealed> {
        let keys = self.keys(bytes, password);
        let (place, fresh, keys) = match &self.keying {
            Keying::Pkcs12 { salt, .. } => {
                let fresh = keyed_hash(&keys.key, plain, salt.len());
                let keys = self.pkcs12_keys(password, &fresh);
                (salt.clone(), fresh, keys)
            }
            Keying::Pbes2 { iv, .. } => {
                let fresh = keyed_hash(&keys.key, plain, iv.len());
                (iv.clone(), fresh.clone(), Keys { iv: fresh, ..keys })
            }
        };
        Some(Resealed { place, fresh, ciphertext: self.encrypt(&keys, plain)? })
    }
}

/// What [`Scheme::reseal`] gives.
#[derive(Debug)]
pub struct Resealed {
    pub place: Range<usize>,
    pub fresh: Vec<u8>,
    pub ciphertext: Vec<u8>,
}

fn keyed_hash(key: &[u8], plain: &[u8], len: usize) -> Vec<u8> {
    let seed = Hash::Sha256.hmac(key, &[b"rootfix IV or salt", plain].concat());
    (0..len.div_ceil(seed.len()) as u64).flat_map(|n| Hash::Sha256.hmac(&seed, &n.to_be_bytes())).take(len).collect()
}

fn decrypt<C: BlockCipherDecrypt>(cipher: C, iv: &[u8], ciphertext: &[u8]) -> Option<Secret> {
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let decryptor = cbc::Decryptor::inner_iv_slice_init(cipher, iv).ok()?;
    let len = decryptor.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(len);
    Some(buffer)
}

fn encrypt<C: BlockCipherEncrypt>(cipher: C, iv: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    // Padding adds one octet at least and one block at most; blocks are as long as the IV.
    let mut buffer = vec![0; (plain.len() / iv.len() + 1) * iv.len()];
    buffer[..plain.len()].copy_from_slice(plain);
    let encryptor = cbc::Encryptor::inner_iv_slice_init(cipher, iv).ok()?;
    encryptor.encrypt_padded::<Pkcs7>(&mut buffer, plain.len()).ok()?;
    Some(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pkcs12::ber::tlv;

    /// The AlgorithmIdentifier of a PKCS#12 scheme, and of PBES2 with AES-256.
    fn algorithms() -> [Vec<u8>; 2] {
        let oid = |oid: &[u8]| tlv(OID, &[oid]);
        let (salt, iterations) = (tlv(OCTET_STRING, &[&[1; 20]]), tlv(INTEGER, &[&[100]]));
        let pkcs12 = [oid(&oid!(raw 1.2.840.113549.1.12.1.3)), tlv(SEQUENCE, &[&salt, &iterations])];
        let pbkdf2 = [oid(&oid!(raw 1.2.840.113549.1.5.12)), tlv(SEQUENCE, &[&salt, &iterations])];
        let aes = [oid(&oid!(raw 2.16.840.1.101.3.4.1.42)), tlv(OCTET_STRING, &[&[2; 16]])];
        let pbes2 = tlv(SEQUENCE, &[&tlv(SEQUENCE, &[&pbkdf2.concat()]), &tlv(SEQUENCE, &[&aes.concat()])]);
        [tlv(SEQUENCE, &[&pkcs12.concat()]), tlv(SEQUENCE, &[&oid(&oid!(raw 1.2.840.113549.1.5.13)), &pbes2])]
    }

    #[test]
    fn no_two_contents_are_encrypted_with_one_key_and_one_iv() {
        let password = Password::text("changeit");
        for algorithm in algorithms() {
            let read = |bytes: &[u8]| Scheme::read(bytes, Element::read(bytes, 0..bytes.len()).unwrap()).unwrap();
            let scheme = read(&algorithm);
            let reseal = |plain: &[u8]| {
                let resealed = scheme.reseal(&algorithm, &password, plain).unwrap();
                let mut algorithm = algorithm.clone();
                algorithm[resealed.place].copy_from_slice(&resealed.fresh);
                let keys = read(&algorithm).keys(&algorithm, &password);
                assert_eq!(scheme.decrypt(&keys, &resealed.ciphertext).unwrap()[..], *plain);
                (keys.key.to_vec(), keys.iv)
            };
            let old = scheme.keys(&algorithm, &password);
            let old = (old.key.to_vec(), old.iv);
            let (one, two) = (reseal(b"one content"), reseal(b"two contents"));
            assert!(one != two && one != old && two != old);
            assert_eq!(reseal(b"one content"), one, "but the same content is the same");
        }
    }
}
