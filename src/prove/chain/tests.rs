use std::slice::from_ref;

use rcgen::{BasicConstraints, IsCa};
use time::macros::datetime;

use super::*;
use crate::prove::made::{HOST, Made, NOW, ca_with, intermediate, leaf, leaf_with, root};

fn ends_at(chain: &[&Certificate], anchors: &[&Certificate]) -> Option<Certificate> {
    judged(chain, anchors).root().cloned()
}

fn judged(chain: &[&Certificate], anchors: &[&Certificate]) -> Judgement {
    judged_at(chain, anchors, NOW)
}

fn judged_at(chain: &[&Certificate], anchors: &[&Certificate], at: OffsetDateTime) -> Judgement {
    let owned = |certificates: &[&Certificate]| certificates.iter().map(|c| (*c).clone()).collect::<Vec<_>>();
    judge(&owned(chain), &owned(anchors), HOST, at)
}

fn refusal(judgement: Judgement) -> Refusal {
    match judgement {
        Judgement::Rejected(refusal) => {
            let said = refusal.sentence();
            assert!(said.en.ends_with('.') && said.zh.ends_with('。'), "{said:?}");
            refusal
        }
        other => panic!("it was not rejected: {other:?}"),
    }
}

/// Root, intermediate and leaf.
fn three() -> (Made, Made, Certificate) {
    let root = root("Root");
    let middle = intermediate("Middle", &root);
    let leaf = leaf(&middle);
    (root, middle, leaf)
}

#[test]
fn a_chain_is_accepted_by_its_root_and_by_no_other() {
    let (root, middle, leaf) = three();
    let other = super::super::made::root("Other root");
    let chain = [&leaf, &middle.certificate];
    let accepted = judged(&chain, &[&other.certificate, &root.certificate]);
    assert_eq!(accepted, Judgement::Accepted(Accepted { root: root.certificate.clone(), trap: None }));
    for anchors in [&[][..], &[&other.certificate]] {
        let Refusal::NoIssuer { name, issuer, issuer_der } = refusal(judged(&chain, anchors)) else { panic!() };
        assert_eq!((name.as_str(), issuer.as_str()), ("Middle", "CN=Root"));
        assert_eq!(issuer_der, root.certificate.facts().subject_der);
    }
}

#[test]
fn the_order_of_the_chain_and_strangers_in_it_do_not_matter() {
    let (root, middle, leaf) = three();
    let upper = intermediate("Upper", &root);
    let lower = intermediate("Lower", &upper);
    let deep = super::super::made::leaf(&lower);
    let stranger = super::super::made::root("Stranger");
    let (u, l, r) = (&upper.certificate, &lower.certificate, &root.certificate);
    let s = &stranger.certificate;
    for chain in [&[&deep, u, l][..], &[&deep, s, u, r, l], &[r, u, l, &deep], &[&deep, l, l, u, u, s]] {
        assert_eq!(ends_at(chain, &[r]).as_ref(), Some(r));
        assert!(judged(chain, &[&middle.certificate]).is_rejected(), "control");
    }
    assert_eq!(position_of_leaf(&[r.clone(), u.clone(), leaf]), 2);
}

#[test]
fn a_missing_intermediate_is_named() {
    let (root, _, leaf) = three();
    let Refusal::NoIssuer { name, issuer, .. } = refusal(judged(&[&leaf], &[&root.certificate])) else { panic!() };
    assert_eq!((name.as_str(), issuer.as_str()), (HOST, "CN=Middle"));
}

#[test]
fn a_root_of_the_same_name_with_another_key_is_no_root_of_this_chain() {
    let (genuine, middle, leaf) = three();
    let impostor = root("Root");
    let chain = [&leaf, &middle.certificate];
    assert_eq!(
        refusal(judged(&chain, &[&impostor.certificate])),
        Refusal::AnotherKey { issuer: "Root".into(), trusted: impostor.certificate.fingerprint() }
    );
    let both = [&impostor.certificate, &genuine.certificate];
    assert_eq!(ends_at(&chain, &both), Some(genuine.certificate.clone()));
}

#[test]
fn a_cross_certificate_lets_either_root_do() {
    let (new, middle, leaf) = three();
    let old = root("Old root");
    let cross = new.crossed_by(&old);
    let chain = [&leaf, &middle.certificate, &cross];
    assert_eq!(ends_at(&chain, &[&old.certificate]), Some(old.certificate.clone()));
    assert_eq!(ends_at(&chain, &[&new.certificate]), Some(new.certificate.clone()));
    // A cross-certificate in the store is an anchor of its own, though it has the new root's name and key.
    assert_eq!(ends_at(&chain[..2], &[&cross]), Some(cross.clone()));
    assert!(judged(&chain[..2], &[&old.certificate]).is_rejected(), "control: not without the cross-certificate");
}

#[test]
fn an_expired_root_does_not_count_and_another_path_is_found_past_it() {
    let (new, middle, leaf) = three();
    let expired = ca_with("Old root", None, |params| params.not_after = datetime!(2025-05-12 23:59 UTC));
    let cross = new.crossed_by(&expired);
    let chain = [&leaf, &middle.certificate, &cross];
    let Refusal::RootExpired(facts) = refusal(judged(&chain, &[&expired.certificate])) else { panic!() };
    assert_eq!(facts.name, "Old root");
    assert_eq!(
        judged_at(&chain, &[&expired.certificate], datetime!(2025-05-12 00:00 UTC)).root(),
        Some(&expired.certificate),
        "control: accepted while it was valid"
    );
    for anchors in [[&expired.certificate, &new.certificate], [&new.certificate, &expired.certificate]] {
        let accepted = Accepted { root: new.certificate.clone(), trap: Some(expired.certificate.clone()) };
        assert_eq!(judged(&chain, &anchors), Judgement::Accepted(accepted));
        let without_cross = Accepted { root: new.certificate.clone(), trap: None };
        assert_eq!(judged(&chain[..2], &anchors), Judgement::Accepted(without_cross));
    }
}

#[test]
fn a_root_is_held_to_its_own_dates_and_constraints() {
    let refused = |change: &dyn Fn(&mut rcgen::CertificateParams)| {
        let root = ca_with("Root", None, change);
        let middle = intermediate("Middle", &root);
        refusal(judged(&[&leaf(&middle), &middle.certificate], &[&root.certificate]))
    };
    let path_length = |most| {
        move |params: &mut rcgen::CertificateParams| {
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(most));
        }
    };
    assert!(matches!(refused(&|p| p.not_before = datetime!(2026-01-01 00:00 UTC)), Refusal::RootNotYetValid(_)));
    assert!(matches!(refused(&|p| p.is_ca = IsCa::ExplicitNoCa), Refusal::RootNotCa(_)));
    assert!(matches!(
        refused(&|p| {
            p.is_ca = IsCa::NoCa;
            p.key_usages.clear()
        }),
        Refusal::RootNotCa(_)
    ));
    assert!(matches!(refused(&path_length(0)), Refusal::RootPathTooLong(_)));
    // Controls: long enough, and not needed.
    let root = ca_with("Root", None, path_length(1));
    let middle = intermediate("Middle", &root);
    assert!(ends_at(&[&leaf(&middle), &middle.certificate], &[&root.certificate]).is_some());
    let root = ca_with("Root", None, path_length(0));
    assert!(ends_at(&[&leaf(&root)], &[&root.certificate]).is_some());
}

#[test]
fn a_version_1_root_is_a_root_but_a_version_1_intermediate_is_none() {
    let (root, middle, leaf) = three();
    let version_1 = root.as_version_1();
    assert_eq!(version_1.facts().version, 1);
    assert_eq!(ends_at(&[&leaf, &middle.certificate], &[&version_1]), Some(version_1.clone()));
    assert!(judged(&[&leaf, &middle.as_version_1()], &[&root.certificate]).is_rejected());
}

#[test]
fn dates_and_names_of_the_chain_are_checked_and_named() {
    let (root, middle, _) = three();
    let anchors = [&root.certificate];
    let expired = leaf_with(&middle, |params| params.not_after = datetime!(2025-05-31 00:00 UTC));
    assert_eq!(
        refusal(judged(&[&expired, &middle.certificate], &anchors)),
        Refusal::Expired { name: HOST.into(), on: datetime!(2025-05-31 00:00 UTC) }
    );
    let early = leaf_with(&middle, |params| params.not_before = datetime!(2025-06-02 00:00 UTC));
    assert!(matches!(refusal(judged(&[&early, &middle.certificate], &anchors)), Refusal::NotYetValid { .. }));
    let stale = ca_with("Stale", Some(&root), |params| params.not_after = datetime!(2025-05-31 00:00 UTC));
    let Refusal::Expired { name, .. } = refusal(judged(&[&leaf(&stale), &stale.certificate], &anchors)) else {
        panic!()
    };
    assert_eq!(name, "Stale");
    let elsewhere = leaf_with(&middle, |params| {
        params.subject_alt_names = vec![rcgen::SanType::DnsName("other.test".try_into().unwrap())];
    });
    let wrong_host = Refusal::WrongHost { host: HOST.into(), names: vec!["other.test".into()] };
    assert_eq!(refusal(judged(&[&elsewhere, &middle.certificate], &anchors)), wrong_host);
    let client = leaf_with(&middle, |params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    });
    assert!(matches!(refusal(judged(&[&client, &middle.certificate], &anchors)), Refusal::Invalid(_)));
}

#[test]
fn what_cannot_be_judged_is_neither_yes_nor_no() {
    let (root, middle, leaf) = three();
    let anchors = [&leaf, &root.certificate];
    assert!(matches!(judged(&[&leaf, &middle.certificate], &anchors), Judgement::Undecided(_)));
}

#[test]
fn a_hostile_chain_is_refused_and_does_not_go_round_for_ever() {
    let (root, _, leaf) = three();
    assert_eq!(refusal(judged(&[], &[&root.certificate])), Refusal::NoCertificate);
    let many = vec![&leaf; MAX_CERTIFICATES + 1];
    assert_eq!(refusal(judged(&many, &[&root.certificate])), Refusal::TooMany);
    // Two that issued each other.
    let one = super::super::made::root("One");
    let two = super::super::made::root("Two");
    let (one_by_two, two_by_one) = (one.crossed_by(&two), two.crossed_by(&one));
    let lost = super::super::made::leaf(&one);
    let stops = refusal(judged(&[&lost, &one_by_two, &two_by_one], &[&root.certificate]));
    assert!(matches!(stops, Refusal::NoIssuer { .. }), "{stops:?}");
    for host in ["", "not a host", "a..b", "-----BEGIN"] {
        let judgement = judge(from_ref(&leaf), from_ref(&root.certificate), host, NOW);
        assert_eq!(refusal(judgement), Refusal::NotAHost(host.into()));
    }
    let steering = Refusal::NotAHost(format!("\u{1b}[2J\u{202e}{}", "x".repeat(1000))).sentence();
    assert!(!steering.en.contains(['\u{1b}', '\u{202e}']) && steering.en.len() < 300);
}
