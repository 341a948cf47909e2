//! Keys from passwords: the PKCS#12 derivation (RFC 7292, appendix B) and PBKDF2 (RFC 8018), with their hashes.
//!
//! The two disagree about what a password is. PKCS#12 takes UTF-16 with a final zero, so that *no* password and the
//! *empty* one are two things; PBKDF2 takes UTF-8 without, and the two are one.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use x509_parser::asn1_rs::oid;
use zeroize::Zeroizing;

use crate::password::Password;

pub type Secret = Zeroizing<Vec<u8>>;

/// The hashes that PKCS#12 files are seen with. MD5 and the national ones (GOST, SM3) are refused, not guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512_224,
    Sha512_256,
}

/// Runs the expression with `$D` as the hash's type.
macro_rules! with_hash {
    ($hash:expr, $D:ident => $do:expr) => {
        match $hash {
            Hash::Sha1 => {
                type $D = Sha1;
                $do
            }
            Hash::Sha224 => {
                type $D = Sha224;
                $do
            }
            Hash::Sha256 => {
                type $D = Sha256;
                $do
            }
            Hash::Sha384 => {
                type $D = Sha384;
                $do
            }
            Hash::Sha512 => {
                type $D = Sha512;
                $do
            }
            Hash::Sha512_224 => {
                type $D = Sha512_224;
                $do
            }
            Hash::Sha512_256 => {
                type $D = Sha512_256;
                $do
            }
        }
    };
}

impl Hash {
    /// By the content octets of the hash's own OID (FIPS 180-4, RFC 8017 appendix B.1).
    pub fn by_oid(oid: &[u8]) -> Option<Self> {
        const HASHES: [(&[u8], Hash); 7] = [
            (&oid!(raw 1.3.14.3.2.26), Hash::Sha1),
            (&oid!(raw 2.16.840.1.101.3.4.2.4), Hash::Sha224),
            (&oid!(raw 2.16.840.1.101.3.4.2.1), Hash::Sha256),
            (&oid!(raw 2.16.840.1.101.3.4.2.2), Hash::Sha384),
            (&oid!(raw 2.16.840.1.101.3.4.2.3), Hash::Sha512),
            (&oid!(raw 2.16.840.1.101.3.4.2.5), Hash::Sha512_224),
            (&oid!(raw 2.16.840.1.101.3.4.2.6), Hash::Sha512_256),
        ];
        HASHES.iter().find(|(known, _)| *known == oid).map(|(_, hash)| *hash)
    }

    /// By the content octets of the OID of its HMAC (RFC 8018, appendix B.1).
    pub fn by_hmac_oid(oid: &[u8]) -> Option<Self> {
        const HMACS: [(&[u8], Hash); 7] = [
            (&oid!(raw 1.2.840.113549.2.7), Hash::Sha1),
            (&oid!(raw 1.2.840.113549.2.8), Hash::Sha224),
            (&oid!(raw 1.2.840.113549.2.9), Hash::Sha256),
            (&oid!(raw 1.2.840.113549.2.10), Hash::Sha384),
            (&oid!(raw 1.2.840.113549.2.11), Hash::Sha512),
            (&oid!(raw 1.2.840.113549.2.12), Hash::Sha512_224),
            (&oid!(raw 1.2.840.113549.2.13), Hash::Sha512_256),
        ];
        HMACS.iter().find(|(known, _)| *known == oid).map(|(_, hash)| *hash)
    }

    /// Octets of its output.
    pub fn size(self) -> usize {
        with_hash!(self, D => <D as Digest>::output_size())
    }

    /// Octets that it takes in at once: `v` of RFC 7292.
    fn block(self) -> usize {
        match self {
            Hash::Sha1 | Hash::Sha224 | Hash::Sha256 => 64,
            Hash::Sha384 | Hash::Sha512 | Hash::Sha512_224 | Hash::Sha512_256 => 128,
        }
    }

    pub fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        with_hash!(self, D => {
            let mut mac = Hmac::<D>::new_from_slice(key).expect("an HMAC takes keys of any length");
            mac.update(data);
            mac.finalize().into_bytes().to_vec()
        })
    }
}

/// What a derived key is for: the diversifier of RFC 7292, appendix B.3.
#[derive(Debug, Clone, Copy)]
pub enum Use {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// How often a hash is called; the measure of what a file may cost.
pub fn cost(hash: Hash, iterations: u32, len: usize) -> u64 {
    u64::from(iterations) * len.div_ceil(hash.size()) as u64
}

/// RFC 7292, appendix B.2. Costs [`cost`], the first time.
pub fn pkcs12(hash: Hash, r#use: Use, password: &Password, salt: &[u8], iterations: u32, len: usize) -> Secret {
    password.derived(
        parameters(r#use as u8, hash, salt, iterations, len),
        || with_hash!(hash, D => pkcs12_with::<D>(hash.block(), r#use, &utf16(password), salt, iterations, len)),
    )
}

/// All that a derived key depends on but for the password; `how` is what it is for, or 0 for PBKDF2.
fn parameters(how: u8, hash: Hash, salt: &[u8], iterations: u32, len: usize) -> Vec<u8> {
    [&[how, hash as u8][..], &iterations.to_be_bytes(), &len.to_be_bytes(), salt].concat()
}

fn pkcs12_with<D: Digest + Clone>(
    block: usize,
    r#use: Use,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    len: usize,
) -> Secret {
    // S and P of the RFC: repeated up to a multiple of the block, and nothing where there is nothing to repeat.
    let filled =
        |part: &[u8]| part.iter().copied().cycle().take(part.len().div_ceil(block) * block).collect::<Vec<_>>();
    let mut state = Zeroizing::new([filled(salt), filled(password)].concat());
    let diversifier = vec![r#use as u8; block];
    let mut key = Zeroizing::new(Vec::with_capacity(len.next_multiple_of(<D as Digest>::output_size())));
    loop {
        let mut hash = D::new().chain_update(&diversifier).chain_update(&state[..]).finalize();
        for _ in 1..iterations {
            hash = D::digest(&hash);
        }
        key.extend_from_slice(&hash);
        if key.len() >= len {
            key.truncate(len);
            return key;
        }
        // Each block of the state becomes (block + B + 1) mod 2^v.
        let addend: Vec<u8> = hash.iter().copied().cycle().take(block).collect();
        for chunk in state.chunks_mut(block) {
            let mut carry = 1;
            for (byte, add) in chunk.iter_mut().zip(&addend).rev() {
                carry += u16::from(*byte) + u16::from(*add);
                *byte = carry as u8;
                carry >>= 8;
            }
        }
    }
}

/// PBKDF2 with the HMAC of that hash. Costs twice [`cost`], the first time.
pub fn pbkdf2(hash: Hash, password: &Password, salt: &[u8], iterations: u32, len: usize) -> Secret {
    password.derived(parameters(0, hash, salt, iterations, len), || {
        let mut key = Zeroizing::new(vec![0; len]);
        with_hash!(hash, D => pbkdf2::pbkdf2_hmac::<D>(utf8(password), salt, iterations, &mut key));
        key
    })
}

/// PBKDF2 knows no difference between no password and the empty one.
pub fn same_to_pbkdf2(one: &Password, other: &Password) -> bool {
    utf8(one) == utf8(other)
}

fn utf8(password: &Password) -> &[u8] {
    password.as_str().unwrap_or_default().as_bytes()
}

fn utf16(password: &Password) -> Secret {
    let Some(text) = password.as_str() else { return Secret::default() };
    // The capacity is the longest that it can be, so that no half of it is left behind by a reallocation.
    let mut octets = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
    text.encode_utf16().for_each(|unit| octets.extend(unit.to_be_bytes()));
    octets.extend([0, 0]);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    // Expected values computed with `openssl kdf`, version 3.0.19: PKCS12KDF (which takes the password as UTF-16) and
    // PBKDF2. Lengths over one hash go through the state's carry.
    #[test]
    fn keys_are_those_that_openssl_derives() {
        let password = Password::text("changeit");
        for (hash, iterations, len, expected) in PKCS12 {
            let key = pkcs12(*hash, Use::Key, &password, b"12345678", *iterations, *len);
            assert_eq!(key[..], hex(expected), "{hash:?}");
        }
        for (hash, len, expected) in PBKDF2 {
            let key = pbkdf2(*hash, &password, b"12345678", 1000, *len);
            assert_eq!(key[..], hex(expected), "{hash:?}");
        }
    }

    #[test]
    fn no_password_is_not_the_empty_one_in_pkcs12_and_is_in_pbkdf2() {
        let derive = |password| pkcs12(Hash::Sha1, Use::Mac, &password, b"12345678", 10, 20);
        assert_ne!(derive(Password::None), derive(Password::text("")));
        let derive = |password| pbkdf2(Hash::Sha1, &password, b"12345678", 10, 20);
        assert_eq!(derive(Password::None), derive(Password::text("")));
    }

    const PKCS12: &[(Hash, u32, usize, &str)] = &[
        (
            Hash::Sha1,
            100,
            100,
            "1c8a831dc0191b3986900807dfa1eb6f9007f301101b50892815c936d729aba628850037609be5874a6165448483cb627b40d66ec5e8f787a210661d0ce80e86b7e693e65bc25653f327c04d7b9fddb67fef5f662f1302e51f44ca7b5043bdb221d48e33",
        ),
        (
            Hash::Sha224,
            100,
            100,
            "112d18fce4f82b8c262654ba5f8cc5817927b1d17d153f18470ad12ebb6a9315087c9bb203869f7ddab356b66d29b8192c29d51b6f7de8ce0db5239065e94be8823838d3f9ea7fb4c455c2e09a51d5523c2ef653f002859b3cce8ce64ce5e1e6613893fd",
        ),
        (
            Hash::Sha256,
            100,
            100,
            "5b509585b0b82841cb973bb330c3ece34986622ef1bcb81a711c2cbe44cca565848ff76c0eec17fc4aeb5f0d9677e70f29e27c38a7d9140b0fdf35442441803352e3a95b16da69d7abff87b02403a67590a4409952362934c82d1a0586a7840438afcac5",
        ),
        (
            Hash::Sha384,
            100,
            100,
            "a7919009d6ed2afe41e77c422121b30be169bd5e6c85e83b0f455ac8d8bc0ac8951cb37b94d688810085eae31c417d6ab2d193213bb0762823187789fe001c5f302dc824badc28c7ed305e5388c3f2bb9a47956a7f3039ec33e81c686d9d792b368c3473",
        ),
        (
            Hash::Sha512,
            100,
            100,
            "d337f331b798a763e5666bae46c7894b394d67993f31662992324243c27ac067c538234a611eb89ac22f57218dcd78f8e72e3f029462f4fd46baf5847e995f7a1d263e43a9ef734f23f1ad7c1294b256186026f84e0f055d8f2d7950ec4d48e3c9d4735a",
        ),
        (
            Hash::Sha512_224,
            100,
            100,
            "d056ff681e74d5dd77d5b6249293f37c96fa801fee63e75a5ed65e12e9879776ee6dfdc9ef0b11887a173428053c34d5b4a30abdded87a7222af0c71e4e226c1cfc6e03d7ae8f80bd8f6e46a66839ca3c895e4257ecb1e7da9e46d71427ee0cc6ff1edc9",
        ),
        (
            Hash::Sha512_256,
            100,
            100,
            "0b3c3b1c077baf52ab8a6aaac4d09f8f2583e606def02eee7724d9237d70ce5719aeaaf07ff35498f2bb307c88c1ccca3322022616615f16d19cf90da78aafbc070334208a0f1fef6d85c7a53bcee1f4a51f5a54eed0ec6d3be48ce685897a56af4b9ec4",
        ),
    ];
    const PBKDF2: &[(Hash, usize, &str)] = &[
        (Hash::Sha1, 32, "68c20887610bf451dd3bf58550c780a9b45cf657a81c677a1bb1e2891c2d454a"),
        (Hash::Sha224, 32, "77e5c708b38c63612311f6e8a543667d9e797de46400181a9707d1764d4d2e7b"),
        (Hash::Sha256, 32, "6a2f3ee953ce5791c619956c9655286a1c92bfa065e1a6b6140dd0f94b4624ac"),
        (Hash::Sha384, 32, "0da93b24777d37bc749bae2a508888e68584b9652a704da3d864079ddccc94af"),
        (Hash::Sha512, 32, "85790ee8c16e5e421e8945a44c36b721690d7b46af48ef5a9c12a8d0016f38f7"),
        (Hash::Sha512_224, 32, "9ed4a044009c3fcc52a0d56eb17e4af306a546c83f3f0657710281c5726157b4"),
        (Hash::Sha512_256, 32, "146d7f2b5f739d997494dee4f88bf99801a1aaeb44332c3dadd74f99760c1643"),
    ];
}
