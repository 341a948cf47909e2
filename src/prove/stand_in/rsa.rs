//! RSA-2048 keys for stand-ins.
//!
//! Old clients know nothing but RSA, and ring, which signs here, can use RSA keys but not make them. Keys are made
//! anew for every rehearsal and never leave its memory: a fixed key in the program would be a published private key,
//! and whoever trusted its root by accident would trust everyone.
//!
//! Not guarded against: observers of timing. The key lives for seconds and protects nothing.

use crypto_bigint::{NonZero, Odd, U1024, U2048, Uint};
use crypto_primes::hazmat::{SetBits, SmallFactorsSieveFactory};
use crypto_primes::{Flavor, is_prime, sieve_and_find};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use zeroize::{Zeroize, Zeroizing};

/// The public exponent of every public root.
const EXPONENT: u64 = 65537;

/// A new RSA-2048 key as PKCS#8 DER (RFC 5958, and RFC 8017 appendix A.1.2).
///
/// # Errors
/// The operating system gives no random numbers.
pub fn generate() -> Result<Zeroizing<Vec<u8>>, getrandom::Error> {
    // The prime search takes a source that cannot fail: once these bytes have come, later ones come too.
    getrandom::fill(&mut [0; 32])?;
    loop {
        // It fails once in some 2^15 tries, where 65537 divides p - 1 or q - 1.
        if let Some(key) = assemble(&prime(), &prime()) {
            return Ok(key);
        }
    }
}

/// A prime of 1024 bits whose two highest are set, so that the product of two has 2048.
fn prime() -> U1024 {
    let sieve = SmallFactorsSieveFactory::new(Flavor::Any, 1024, SetBits::TwoMsb).expect("1024 bits fit into U1024");
    sieve_and_find(&mut UnwrapErr(SysRng), sieve, |_, candidate| is_prime(Flavor::Any, candidate))
        .expect("1024 bits fit into U1024")
        .expect("the sieve goes on until a prime is found")
}

fn assemble(a: &U1024, b: &U1024) -> Option<Zeroizing<Vec<u8>>> {
    // RFC 8017 leaves the order open; ring wants the larger prime first.
    let (p, q) = if a > b { (a, b) } else { (b, a) };
    let (p_less, q_less) = (p.wrapping_sub(&U1024::ONE), q.wrapping_sub(&U1024::ONE));
    let modulus: U2048 = p.concatenating_mul(q);
    let order = Option::<NonZero<U2048>>::from(NonZero::new(p_less.concatenating_mul(&q_less)))?;
    let d = Option::<U2048>::from(U2048::from(EXPONENT).invert_mod(&order))?;
    let wide = |narrow: &U1024| narrow.resize::<{ U2048::LIMBS }>();
    let reduced = |by: &U1024| Some(d.rem(&Option::<NonZero<U2048>>::from(NonZero::new(wide(by)))?));
    let q_inverse = Option::<U1024>::from(q.invert_odd_mod(&Option::<Odd<U1024>>::from(Odd::new(*p))?))?;

    let mut numbers = Zeroizing::new(integer(&[0]));
    for number in [modulus, U2048::from(EXPONENT), d, wide(p), wide(q), reduced(&p_less)?, reduced(&q_less)?] {
        let mut bytes = bytes_of(&number);
        numbers.append(&mut integer(&bytes));
        bytes.zeroize();
    }
    numbers.append(&mut integer(&bytes_of(&q_inverse)));
    let key = Zeroizing::new(tagged(0x30, &numbers));
    // PrivateKeyInfo: version 0, rsaEncryption (1.2.840.113549.1.1.1) with NULL, the key in an OCTET STRING.
    const ALGORITHM: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let mut info = Zeroizing::new(integer(&[0]));
    info.extend_from_slice(ALGORITHM);
    info.append(&mut tagged(0x04, &key));
    Some(Zeroizing::new(tagged(0x30, &info)))
}

fn bytes_of<const LIMBS: usize>(number: &Uint<LIMBS>) -> Vec<u8> {
    number.as_limbs().iter().rev().flat_map(|limb| limb.0.to_be_bytes()).collect()
}

/// DER INTEGER of a number that is not negative.
fn integer(big_endian: &[u8]) -> Vec<u8> {
    let start = big_endian.iter().position(|byte| *byte != 0).unwrap_or(big_endian.len() - 1);
    let digits = &big_endian[start..];
    if digits[0] & 0x80 == 0 { tagged(0x02, digits) } else { tagged(0x02, &[&[0], digits].concat()) }
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut der = match length {
        0..=0x7f => vec![tag, length as u8],
        0x80..=0xff => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    debug_assert!(length <= 0xffff, "a key of 2048 bits takes some 1200 bytes");
    der.extend_from_slice(content);
    der
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    #[test]
    fn openssl_finds_nothing_wrong_with_a_key() {
        if !crate::rehearse::tests::installed("openssl") {
            return;
        }
        let key = generate().unwrap();
        let mut openssl = Command::new("openssl")
            .args(["pkey", "-inform", "DER", "-check", "-noout", "-text"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        openssl.stdin.take().unwrap().write_all(&key).unwrap();
        let output = openssl.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("Key is valid") && text.contains("2048 bit"), "{text}");
    }

    #[test]
    fn ring_signs_with_a_key_and_no_two_are_alike() {
        let [one, other] = [generate().unwrap(), generate().unwrap()];
        for key in [&one, &other] {
            let der = rustls::pki_types::PrivatePkcs8KeyDer::from(key.as_slice());
            rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256).unwrap();
        }
        assert_ne!(one, other);
    }

    #[test]
    fn an_integer_is_shortest_and_never_negative() {
        assert_eq!(integer(&[0]), [2, 1, 0]);
        assert_eq!(integer(&[0, 0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
    }
}
