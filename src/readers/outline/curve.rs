//! Elliptic curves: which of them each library knows, and whether a point lies on its own.
//!
//! Go decodes the point of a key when it decodes the certificate, and leaves out one whose point is none; all others
//! look only when the key is used.

use std::sync::LazyLock;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U576};

/// The widest field has 521 bits.
type Field = FixedMontyParams<{ U576::LIMBS }>;

/// y² = x³ - 3x + b over a prime field: the curves of FIPS 186-4, appendix D.1.2, that Go knows.
struct Curve {
    oid: &'static [u8],
    octets: usize,
    p: &'static str,
    b: &'static str,
}

const CURVES: [Curve; 4] = [
    Curve {
        oid: &[0x2b, 0x81, 4, 0, 33],
        octets: 28,
        p: "ffffffffffffffffffffffffffffffff000000000000000000000001",
        b: "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
    },
    Curve {
        oid: &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
        octets: 32,
        p: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        b: "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    },
    Curve {
        oid: &[0x2b, 0x81, 4, 0, 34],
        octets: 48,
        p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        b: "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
    },
    Curve {
        oid: &[0x2b, 0x81, 4, 0, 35],
        octets: 66,
        p: "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
            ffffffffffffffffffffffffffffffffffffffff",
        b: "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd\
            3bb1bf073573df883d2c34f1ef451fd46b503f00",
    },
];

/// What a key's point is, of a curve that Go knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    OnCurve,
    OffCurve,
    /// Not two coordinates as long as the field is wide.
    Malformed,
}

/// `None` if Go does not know the curve.
pub(super) fn point(oid: &[u8], key: &[u8]) -> Option<Point> {
    let at = CURVES.iter().position(|curve| curve.oid == oid)?;
    let curve = &CURVES[at];
    let [4, coordinates @ ..] = key else { return Some(Point::Malformed) };
    if coordinates.len() != 2 * curve.octets {
        return Some(Point::Malformed);
    }
    static FIELDS: LazyLock<[Field; 4]> =
        LazyLock::new(|| CURVES.map(|curve| Field::new_vartime(Odd::<U576>::from_be_hex(&whole(curve.p)))));
    let field = &FIELDS[at];
    let (x, y) = coordinates.split_at(curve.octets);
    let (x, y) = (number(x), number(y));
    let on_curve = x < **field.modulus() && y < **field.modulus() && {
        let [x, y, b] = [x, y, U576::from_be_hex(&whole(curve.b))].map(|number| FixedMontyForm::new(&number, field));
        // y² + 3x = x³ + b
        y * y + x + x + x == x * x * x + b
    };
    Some(if on_curve { Point::OnCurve } else { Point::OffCurve })
}

/// Whether Java knows the curve: `CurveDB` of the JDK, which has those of SEC 2, of X9.62 without its normal bases, and
/// Brainpool's that are not twisted.
pub(super) fn is_known_to_java(oid: &[u8]) -> bool {
    match oid {
        [0x2b, 0x81, 4, 0, curve] => !matches!(curve, 0 | 5 | 11..=14 | 18..=21 | 40..),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, curve] => matches!(curve, 1..=7),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 0, curve] => matches!(curve, 1..=7 | 10..=13 | 16..=20),
        [0x2b, 0x24, 3, 3, 2, 8, 1, 1, curve] => matches!(curve, 1 | 3 | 5 | 7 | 9 | 11 | 13),
        _ => false,
    }
}

/// Octets that may be fewer than a number has.
fn number(octets: &[u8]) -> U576 {
    let mut whole = [0; U576::BYTES];
    whole[U576::BYTES - octets.len()..].copy_from_slice(octets);
    U576::from_be_slice(&whole)
}

/// Hexadecimal digits, to as many as a number has.
fn whole(digits: &str) -> String {
    format!("{digits:0>width$}", width = 2 * U576::BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_keys_lie_on_their_curves_and_changed_ones_do_not() {
        for algorithm in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384] {
            let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
            let mut raw = rcgen::PublicKeyData::der_bytes(&key).to_vec();
            let curve = CURVES.iter().find(|curve| raw.len() == 1 + 2 * curve.octets).unwrap();
            assert_eq!(point(curve.oid, &raw), Some(Point::OnCurve));
            raw[10] ^= 1;
            assert_eq!(point(curve.oid, &raw), Some(Point::OffCurve));
            assert_eq!(point(curve.oid, &raw[1..]), Some(Point::Malformed));
        }
    }

    #[test]
    fn the_base_points_lie_on_their_curves() {
        // FIPS 186-4, appendix D.1.2: P-224 and P-521, of which ring makes no keys.
        let bases = [
            (
                0,
                "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
                "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
            ),
            (
                3,
                "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
                "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
            ),
        ];
        for (curve, x, y) in bases {
            let hex = |text: &str| -> Vec<u8> {
                text.as_bytes()
                    .chunks(2)
                    .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
                    .collect()
            };
            let key = [vec![4], hex(x), hex(y)].concat();
            assert_eq!(point(CURVES[curve].oid, &key), Some(Point::OnCurve));
        }
    }
}
