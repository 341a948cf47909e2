use std::path::Path;
use std::slice::from_ref;

use time::macros::datetime;

use super::*;
use crate::finding::Code;
use crate::prove::made::{HOST, Made, NOW, ca_with, intermediate, leaf, leaf_with, rollover, root};

fn pem(certificate: &Certificate) -> String {
    pem::encode(&pem::Pem::new("CERTIFICATE", certificate.der()))
}

/// As `openssl s_client -showcerts` prints it, with a session in PEM below.
fn shown(chain: &[&Certificate]) -> String {
    let mut text = "CONNECTED(00000003)\n---\nCertificate chain\n".to_owned();
    for (depth, certificate) in chain.iter().enumerate() {
        let facts = certificate.facts();
        text += &format!(" {depth} s:{}\n   i:{}\n{}", facts.subject, facts.issuer, pem(certificate));
    }
    text + "---\nServer certificate\nsubject=CN = x\n---\n-----BEGIN SSL SESSION PARAMETERS-----\nMA==\n-----END SSL SESSION PARAMETERS-----\nDONE\n"
}

struct Scene {
    old: Made,
    new: Made,
    middle: Made,
    chain: SavedChain,
    rollover: Rollover,
}

fn scene() -> Scene {
    let (old, new) = (root("Old"), root("New"));
    let middle = intermediate("Middle", &new);
    let chain = SavedChain::parse(shown(&[&leaf(&middle), &middle.certificate]).as_bytes()).unwrap();
    let rollover = rollover(&old, &new);
    Scene { old, new, middle, chain, rollover }
}

fn told(saved: &SavedChain, anchors: &[Certificate], rollover: &Rollover) -> (Verdict, String) {
    let proof = prove(Path::new("bundle.pem"), saved, Some(HOST), NOW, anchors, rollover);
    assert!(proof.detail.zh.ends_with('。'), "{}", proof.detail.zh);
    (proof.verdict, proof.detail.en)
}

#[test]
fn what_s_client_prints_is_taken_as_it_is() {
    let Scene { chain, middle, .. } = scene();
    assert_eq!(chain.certificates().len(), 2);
    assert_eq!(chain.certificates()[1], middle.certificate);
    let crlf = shown(&chain.certificates().iter().collect::<Vec<_>>()).replace('\n', "\r\n    ");
    assert_eq!(SavedChain::parse(crlf.as_bytes()), Ok(chain.clone()));
    let twice = [pem(&chain.certificates()[0]), pem(&middle.certificate), pem(&chain.certificates()[0])].concat();
    assert_eq!(SavedChain::parse(twice.as_bytes()), Ok(chain));
}

#[test]
fn the_root_is_named_by_its_fingerprint_and_what_the_old_root_alone_would_do_is_said() {
    let Scene { old, new, chain, rollover, .. } = scene();
    let both = [old.certificate.clone(), new.certificate.clone()];
    let (verdict, detail) = told(&chain, &both, &rollover);
    assert_eq!(verdict, Verdict::Pass);
    assert!(detail.contains(&new.certificate.fingerprint().to_string()), "{detail}");
    assert!(detail.contains("The rollover adds this root."), "{detail}");
    assert!(detail.contains("A store with Old alone would have refused it."), "{detail}");

    let (verdict, detail) = told(&chain, &both[..1], &rollover);
    assert_eq!(verdict, Verdict::Fail, "control: without the new root it fails");
    assert!(detail.contains("its issuer (CN=New) is not trusted"), "{detail}");
    assert!(detail.ends_with("With New added it would accept it."), "{detail}");

    let stranger = root("Stranger");
    let (verdict, detail) = told(&chain, from_ref(&stranger.certificate), &rollover);
    assert_eq!(verdict, Verdict::Fail);
    assert!(detail.ends_with("With New added it would accept it."), "{detail}");
}

#[test]
fn a_chain_that_the_old_root_accepts_says_nothing_about_the_new_one() {
    let Scene { old, new, rollover, .. } = scene();
    let chain = SavedChain::parse(pem(&leaf(&old)).as_bytes()).unwrap();
    let both = [old.certificate.clone(), new.certificate.clone()];
    let (verdict, detail) = told(&chain, &both, &rollover);
    assert_eq!(verdict, Verdict::Pass);
    assert!(detail.contains("an old root") && detail.contains("says nothing about the new root"), "{detail}");
    let other = root("Other");
    let chain = SavedChain::parse(pem(&leaf(&other)).as_bytes()).unwrap();
    assert!(told(&chain, from_ref(&other.certificate), &rollover).1.contains("no part in the rollover"));
    let (verdict, detail) = told(&chain, &both, &rollover);
    assert_eq!(verdict, Verdict::Fail);
    assert!(!detail.contains("would accept it"), "{detail}");
}

#[test]
fn a_chain_that_has_grown_old_is_to_be_judged_at_its_time() {
    let Scene { new, middle, rollover, .. } = scene();
    let past = leaf_with(&middle, |params| {
        params.not_before = datetime!(2023-03-01 12:00 UTC);
        params.not_after = datetime!(2024-03-01 12:00 UTC);
    });
    let chain = SavedChain::parse(shown(&[&past, &middle.certificate]).as_bytes()).unwrap();
    let (verdict, detail) = told(&chain, from_ref(&new.certificate), &rollover);
    assert_eq!(verdict, Verdict::NotProven);
    assert!(detail.contains("expired on 2024-03-01") && detail.contains("`--at 2023-03-02`"), "{detail}");
    let at = parse_at("2023-03-02").unwrap();
    let proof = prove(Path::new("b"), &chain, Some(HOST), at, from_ref(&new.certificate), &rollover);
    assert_eq!(proof.verdict, Verdict::Pass);
    assert!(proof.detail.en.starts_with("At 2023-03-02 00:00 UTC, the chain of pay.example.test ends at New"));
}

#[test]
fn the_host_comes_from_the_certificate_when_none_is_given() {
    let Scene { new, middle, rollover, .. } = scene();
    let named = |names: &[&str]| {
        let server = leaf_with(&middle, |params| {
            params.subject_alt_names =
                names.iter().map(|name| rcgen::SanType::DnsName((*name).try_into().unwrap())).collect();
        });
        SavedChain::parse(shown(&[&server, &middle.certificate]).as_bytes()).unwrap()
    };
    let proof =
        |chain: &SavedChain, host| prove(Path::new("b"), chain, host, NOW, from_ref(&new.certificate), &rollover);
    for (names, host) in
        [(&["*.a.test", "b.test"][..], "b.test"), (&["*.a.test"], "www.a.test"), (&[HOST, "b.test"], HOST)]
    {
        let proven = proof(&named(names), None);
        assert_eq!((proven.verdict, proven.subject.as_str()), (Verdict::Pass, host), "{proven:?}");
        assert!(proven.detail.en.contains(&format!("The host {host} was taken from the certificate")));
        let wrong = proof(&named(names), Some("other.test"));
        assert_eq!(wrong.verdict, Verdict::NotProven, "control: {wrong:?}");
    }
    let nameless = proof(&named(&[]), None);
    assert_eq!((nameless.verdict, nameless.subject.as_str()), (Verdict::NotProven, HOST), "{nameless:?}");
}

#[test]
fn a_trap_for_old_clients_and_a_wrong_order_are_said() {
    let Scene { new, middle, rollover, .. } = scene();
    let expired = ca_with("Expired", None, |params| params.not_after = datetime!(2025-05-12 23:59 UTC));
    let cross = new.crossed_by(&expired);
    let chain = SavedChain::parse(shown(&[&middle.certificate, &cross, &leaf(&middle)]).as_bytes()).unwrap();
    let anchors = [new.certificate.clone(), expired.certificate.clone()];
    let (verdict, detail) = told(&chain, &anchors, &rollover);
    assert_eq!(verdict, Verdict::Pass);
    assert!(detail.contains("as it was sent to Expired, which expired on 2025-05-12"), "{detail}");
    assert!(detail.contains("does not begin with the server's certificate"), "{detail}");
    let (_, detail) = told(&chain, &anchors[..1], &rollover);
    assert!(!detail.contains("Old clients"), "control: {detail}");
}

#[test]
fn what_is_no_chain_is_refused_with_a_sentence() {
    let Scene { chain, .. } = scene();
    let server = pem(&chain.certificates()[0]);
    let cut = server[..server.len() - 40].to_owned();
    let damaged = server.replacen("MII", "MI!", 1);
    let many: String = (0..=MAX_CERTIFICATES).map(|n| pem(&root(&format!("Root {n}")).certificate)).collect();
    let code = |text: &str| SavedChain::parse(text.as_bytes()).unwrap_err().code;
    for text in ["", "<html></html>", "-----BEGIN CERTIFICATE-----", &cut, &damaged, &many, &" ".repeat(MAX_BYTES + 1)]
    {
        assert_eq!(code(text), Code::SavedChainUnreadable, "{:.60}", text);
    }
    let second = SavedChain::parse(format!("{server}{damaged}").as_bytes()).unwrap_err();
    assert!(second.message.en.contains("Certificate 2"), "{second:?}");
    // A BEGIN after every BEGIN costs no more than its bytes.
    let begins = "-----BEGIN CERTIFICATE-----".repeat(MAX_BYTES / 27);
    assert_eq!(code(&begins), Code::SavedChainUnreadable);
}

#[test]
fn a_time_is_a_day_or_a_moment_with_its_zone() {
    assert_eq!(parse_at("2024-12-01"), Ok(datetime!(2024-12-01 00:00 UTC)));
    assert_eq!(parse_at("2024-12-01T08:00:00+08:00"), Ok(datetime!(2024-12-01 00:00 UTC)));
    for text in ["", "yesterday", "2024-02-30", "2024-12-01T08:00:00", "01.12.2024", "2024-12-01 08:00"] {
        assert_eq!(parse_at(text).unwrap_err().code, Code::NotATime, "{text}");
    }
}

#[test]
fn no_text_makes_it_panic() {
    use proptest::prelude::*;
    let Scene { chain, .. } = scene();
    let text = shown(&chain.certificates().iter().collect::<Vec<_>>());
    proptest!(ProptestConfig::with_cases(200), |(at in 0..text.len(), junk in proptest::collection::vec(any::<u8>(), 0..40))| {
        let mut bytes = text.clone().into_bytes();
        bytes.splice(at..(at + junk.len() / 2).min(text.len()), junk);
        if let Ok(saved) = SavedChain::parse(&bytes) {
            let _ = (saved.host(), saved.valid_from());
            let _ = judge(saved.certificates(), saved.certificates(), HOST, NOW);
        }
    });
}
