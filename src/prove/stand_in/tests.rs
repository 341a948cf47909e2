use std::path::Path;
use std::slice::from_ref;

use super::*;
use crate::finding::Code;
use crate::prove::made::NOW;
use crate::rollover::Catalogue;
use crate::store::{Appended, Entry, Format, Nature, Store};

/// A store format that could not be simpler, with the mistakes that a real one might make.
#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    None,
    /// Says that it added the root, and did not.
    AddsNothing,
    /// Adds it where readers do not look.
    AddsUntrusted,
    /// Overwrites what was there.
    LosesTheRest,
    /// Adds a genuine root in place of the one that it was given.
    AddsAnother,
    /// Writes what it cannot read.
    WritesRubbish,
}

/// `TRUST`, and one certificate after another with its length before it.
struct Plain(Mistake);

const TRUST: &[u8] = b"TRUST";

impl StoreFormat for Plain {
    fn sniff(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(TRUST)
    }

    fn decode(&self, bytes: &[u8], _: &Passwords) -> Result<Store, Trouble> {
        let unreadable =
            || Trouble::new(Code::StandInNotMade, Sentence::new("Rubbish.", "无法识别。"), Sentence::same("-"));
        let mut rest = bytes.strip_prefix(TRUST).ok_or_else(unreadable)?;
        let mut entries = Vec::new();
        while let Some((&[trust, high, low], tail)) = rest.split_first_chunk() {
            let (der, tail) = tail.split_at_checked(u16::from_be_bytes([high, low]).into()).ok_or_else(unreadable)?;
            let trust = if trust == 1 { Trust::Trusted } else { Trust::NotTrusted };
            let certificate = Certificate::from_der(der).map_err(|_| unreadable())?;
            entries.push(Entry { certificate, alias: None, line: None, file: None, trust });
            rest = tail;
        }
        Ok(Store {
            format: Format::Pem,
            nature: Nature::TrustStore,
            entries,
            others: 0,
            findings: Vec::new(),
            views: Vec::new(),
            broken: false,
            password: None,
        })
    }

    fn append(&self, bytes: &[u8], _: &Store, roots: &[&Root], _: &AppendOptions) -> Result<Appended, Trouble> {
        let g1 = &Catalogue::load().unwrap().roots[0];
        let mut bytes = if self.0 == Mistake::LosesTheRest { TRUST.to_vec() } else { bytes.to_vec() };
        for root in roots {
            let der = if self.0 == Mistake::AddsAnother { g1.der() } else { root.der() };
            if self.0 != Mistake::AddsNothing {
                bytes.push(u8::from(self.0 != Mistake::AddsUntrusted));
                bytes.extend(u16::try_from(der.len()).unwrap().to_be_bytes());
                bytes.extend(der);
            }
        }
        if self.0 == Mistake::WritesRubbish {
            bytes.reverse();
        }
        Ok(Appended { bytes, findings: Vec::new() })
    }
}

fn proofs(mistake: Mistake, rollover: &str) -> Vec<(String, Verdict, String)> {
    proofs_of(&Plain(mistake), TRUST, rollover)
}

fn proofs_of(format: &dyn StoreFormat, bytes: &[u8], rollover: &str) -> Vec<(String, Verdict, String)> {
    let catalogue = Catalogue::load().unwrap();
    let rollover = catalogue.rollover(rollover).unwrap();
    let options = AppendOptions { alias: Some("the-users-own".to_owned()), ..AppendOptions::default() };
    let proofs = prove(Path::new("store"), bytes, format, &Passwords::default(), &options, rollover, NOW);
    let told = |proof: Proof| {
        assert_eq!(proof.rung, Rung::StandIn);
        assert!(proof.detail.en.ends_with('.') && proof.detail.zh.ends_with('。'), "{:?}", proof.detail);
        (proof.subject, proof.verdict, proof.detail.en)
    };
    proofs.into_iter().map(told).collect()
}

fn verdicts(mistake: Mistake) -> Vec<Verdict> {
    proofs(mistake, "digicert-g2").into_iter().map(|(_, verdict, _)| verdict).collect()
}

#[test]
fn a_store_that_takes_roots_passes_for_the_old_the_new_and_the_rogue() {
    let proofs = proofs(Mistake::None, "digicert-g2");
    let subjects: Vec<_> = proofs.iter().map(|(subject, ..)| subject.as_str()).collect();
    assert_eq!(subjects, ["DigiCert Global Root CA", "DigiCert Global Root G2", "DigiCert Global Root G2 (rogue)"]);
    assert!(proofs.iter().all(|(_, verdict, _)| *verdict == Verdict::Pass), "{proofs:?}");
}

#[test]
fn each_added_root_has_its_own_proof() {
    let proofs = proofs(Mistake::None, "digicert-g5");
    assert_eq!(proofs.len(), 5);
    assert!(proofs.iter().all(|(_, verdict, _)| *verdict == Verdict::Pass), "{proofs:?}");
    assert!(proofs[3].0.contains("DigiCert TLS ECC P384 Root G5"), "{proofs:?}");
}

#[test]
fn a_store_that_does_not_get_the_root_fails() {
    use Verdict::{Fail, Pass};
    assert_eq!(verdicts(Mistake::AddsNothing), [Fail, Fail, Pass]);
    assert_eq!(verdicts(Mistake::AddsUntrusted), [Fail, Fail, Pass]);
    assert_eq!(verdicts(Mistake::AddsAnother), [Fail, Fail, Pass]);
    // The new root is there, but the old one is gone with the second addition.
    assert_eq!(verdicts(Mistake::LosesTheRest), [Fail, Pass, Pass]);
    assert_eq!(verdicts(Mistake::WritesRubbish), [Fail]);
}

#[test]
fn a_store_that_cannot_be_read_is_not_proven() {
    let proofs = proofs_of(&Plain(Mistake::None), b"something else", "digicert-g2");
    assert_eq!(proofs.len(), 1);
    assert_eq!(proofs[0].1, Verdict::NotProven, "{proofs:?}");
}

#[test]
fn a_control_that_passes_where_it_must_fail_fails_the_proof() {
    let stand_in = StandIn::new("added1", "Root", &["pay.example.test"], NOW).unwrap();
    let accepted = judge(&stand_in.chain, from_ref(&stand_in.root.certificate), "pay.example.test", NOW);
    let rejected = judge(&stand_in.chain, &[], "pay.example.test", NOW);
    let undecided = Judgement::Undecided(Sentence::same("?"));
    let both = |before: &Judgement, after: &Judgement| accepted_from(&stand_in, from_ref(before), from_ref(after)).0;
    assert_eq!(both(&rejected, &accepted), Verdict::Pass);
    assert_eq!(both(&accepted, &accepted), Verdict::Fail);
    assert_eq!(both(&rejected, &rejected), Verdict::Fail);
    assert_eq!(both(&undecided, &accepted), Verdict::NotProven);
    assert_eq!(both(&rejected, &undecided), Verdict::NotProven);
    let namesake = StandIn::new("added1", "Root", &["pay.example.test"], NOW).unwrap();
    assert_eq!(accepted_from(&namesake, from_ref(&rejected), from_ref(&accepted)).0, Verdict::Fail);

    let rogue = |control: &Judgement, state: &Judgement| always_rejected(control, from_ref(state)).0;
    assert_eq!(rogue(&accepted, &rejected), Verdict::Pass);
    assert_eq!(rogue(&accepted, &accepted), Verdict::Fail);
    assert_eq!(rogue(&rejected, &rejected), Verdict::NotProven);
    assert_eq!(rogue(&accepted, &undecided), Verdict::NotProven);
}

#[test]
fn a_real_pem_bundle_is_proven_before_and_after_its_edit() {
    let catalogue = Catalogue::load().unwrap();
    let [g1, g2, ..] = catalogue.roots.as_slice() else { panic!() };
    let without_final_newline = g1.pem().trim_end().replace('\n', "\r\n");
    let ready = format!("{}# DigiCert Global Root G2\n{}", g1.pem(), g2.pem());
    for bundle in [without_final_newline, ready] {
        let proofs = proofs_of(&crate::store::pem::Pem, bundle.as_bytes(), "digicert-g2");
        assert_eq!(proofs.len(), 3);
        assert!(proofs.iter().all(|(_, verdict, _)| *verdict == Verdict::Pass), "{proofs:?}");
    }
    let broken = g1.pem().replace("-----END", " -----END");
    let proofs = proofs_of(&crate::store::pem::Pem, broken.as_bytes(), "digicert-g2");
    assert!(proofs.iter().all(|(_, verdict, _)| *verdict == Verdict::NotProven), "{proofs:?}");
}

#[test]
fn stand_ins_are_shaped_like_the_real_ones_and_say_what_they_are() {
    let catalogue = Catalogue::load().unwrap();
    let longest = "x".repeat(300);
    for name in catalogue.roots.iter().map(|root| root.name.as_str()).chain(["", "根证书", longest.as_str()]) {
        let made = StandIn::new("kept", name, &["localhost", "127.0.0.1", "api.mch.weixin.qq.com"], NOW).unwrap();
        for certificate in made.chain.iter().chain([&made.root.certificate]) {
            let facts = certificate.facts();
            assert!(facts.subject.contains(MARKER) && facts.issuer.contains(MARKER), "{facts:?}");
            assert!(facts.not_before < NOW && NOW < facts.not_after);
            assert_eq!((facts.key.as_str(), facts.version), ("EC-256", 3));
        }
        for host in ["localhost", "127.0.0.1", "api.mch.weixin.qq.com"] {
            assert!(judge(&made.chain, from_ref(&made.root.certificate), host, NOW).root().is_some());
        }
        let facts = made.root.certificate.facts();
        assert!(facts.self_issued && facts.is_ca);
        assert!(facts.name.chars().count() <= LONGEST_COMMON_NAME);
        assert_eq!(made.root.check(), Ok(()));
    }
    assert_eq!(StandIn::new("kept", "Root", &["名.example"], NOW).unwrap_err().code, Code::StandInNotMade);
}
