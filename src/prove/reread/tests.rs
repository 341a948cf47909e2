use super::*;
use crate::prove::made::{Made, as_root, root};
use crate::store::StoreFormat;

fn pem_of(certificate: &Certificate) -> String {
    pem::encode(&pem::Pem::new("CERTIFICATE", certificate.der())).replace("\r\n", "\n")
}

struct Scene {
    roots: Vec<Made>,
    new: Root,
}

fn scene() -> Scene {
    let roots = ["A", "B", "C"].map(root).into();
    Scene { roots, new: as_root(&root("New")) }
}

impl Scene {
    fn old(&self) -> Vec<Certificate> {
        self.roots.iter().map(|made| made.certificate.clone()).collect()
    }

    fn with_new(&self) -> Vec<Certificate> {
        [self.old(), vec![self.new.certificate.clone()]].concat()
    }

    fn text(&self) -> String {
        self.old().iter().map(pem_of).collect::<Vec<_>>().join("# a title\n").trim_end().to_owned()
    }

    /// The text before and after, judged with what a decoder would say.
    fn proof(&self, before: &[u8], after: &[u8]) -> Proof {
        self.proof_as(Format::Pem, before, after, &self.old(), &self.with_new())
    }

    fn proof_as(
        &self,
        format: Format,
        before: &[u8],
        after: &[u8],
        decoded_before: &[Certificate],
        decoded_after: &[Certificate],
    ) -> Proof {
        let path = Path::new("bundle");
        let (added, wanted) = (&[&self.new][..], &[&self.new][..]);
        Reread { path, format, before, after, decoded_before, decoded_after, added, wanted, mended: false }.prove()
    }
}

fn told(proof: &Proof) -> (Verdict, &str) {
    assert_eq!(proof.rung, Rung::Reread);
    assert!(proof.detail.zh.ends_with('。'), "{:?}", proof.detail);
    (proof.verdict, &proof.detail.en)
}

#[test]
fn an_addition_passes_wherever_it_stands_and_however_lines_end() {
    let scene = scene();
    let before = scene.text();
    let new = pem_of(&scene.new.certificate);
    let middle = before.find("# a title").unwrap();
    let afters = [
        format!("{before}\n# New\n{new}"),
        format!("{before}\r\n{}", new.replace('\n', "\r\n")),
        format!("{}{new}{}", &before[..middle], &before[middle..]),
        format!("{new}{before}"),
    ];
    for after in afters {
        let proof = scene.proof(before.as_bytes(), after.as_bytes());
        let (verdict, detail) = told(&proof);
        assert_eq!(verdict, Verdict::Pass, "{detail}");
        assert!(detail.contains("The 3 certificates from before are there byte for byte, and New came in"), "{detail}");
        assert_eq!(proof.subject, "New");
    }
}

#[test]
fn what_was_not_added_or_was_lost_or_came_uninvited_fails() {
    let scene = scene();
    let before = scene.text();
    let new = pem_of(&scene.new.certificate);
    let good = format!("{before}\n{new}");
    let stranger = pem_of(&root("Stranger").certificate);
    let namesake = pem_of(&root("New").certificate);
    let first = pem_of(&scene.old()[0]);
    for (after, why) in [
        (before.clone(), "New is not there."),
        (format!("{before}\n{namesake}"), "New is not there."),
        (good.replacen(&first, "", 1), "is gone"),
        (format!("{good}{stranger}"), "nobody asked for"),
        (format!("{good}{new}"), "nobody asked for"),
        (format!("{good}{first}"), "nobody asked for"),
        (good.replace("# a title", "# another"), "from line"),
        (String::new(), "is not there"),
    ] {
        let proof = scene.proof(before.as_bytes(), after.as_bytes());
        let (verdict, detail) = told(&proof);
        assert_eq!(verdict, Verdict::Fail, "{after}");
        assert!(detail.contains(why), "{detail} / {why}");
    }
    for lost in 0..good.len() {
        let mut after = good.clone().into_bytes();
        after.remove(lost);
        let verdict = scene.proof(before.as_bytes(), &after).verdict;
        // Line ends of the new block carry nothing; the one before it is what the decoder counts by.
        let carries_nothing = lost >= before.len() && good.as_bytes()[lost] == b'\n';
        assert!(verdict == Verdict::Fail || carries_nothing, "byte {lost} of {}", good.len());
    }
}

#[test]
fn the_count_of_the_decoder_must_agree() {
    let scene = scene();
    let before = scene.text();
    let after = format!("{before}\n{}", pem_of(&scene.new.certificate));
    let proof = scene.proof_as(Format::Pem, before.as_bytes(), after.as_bytes(), &scene.old(), &scene.old());
    assert_eq!(told(&proof), (Verdict::Fail, "The file should hold 4 certificates and holds 3."));
}

#[test]
fn a_mended_text_keeps_what_could_be_seen_before_and_what_was_mended() {
    let scene = scene();
    let [a, b, c] = [0, 1, 2].map(|n| pem_of(&scene.old()[n]));
    let new = pem_of(&scene.new.certificate);
    // B is damaged: an exclamation mark inside the base64.
    let before = format!("{a}{}{c}", b.replacen("MII", "MI!I", 1));
    let judged = |after: String, decoded_before: &[Certificate], decoded_after: &[Certificate], mended| {
        let reread = Reread {
            path: Path::new("bundle"),
            format: Format::Pem,
            before: before.as_bytes(),
            after: after.as_bytes(),
            decoded_before,
            decoded_after,
            added: &[&scene.new],
            wanted: &[],
            mended,
        };
        let proof = reread.prove();
        let (verdict, detail) = told(&proof);
        (verdict, detail.to_owned())
    };
    let (old, all) = (scene.old(), scene.with_new());
    let mended = format!("{a}{b}{c}{new}");
    assert_eq!(judged(mended.clone(), &old, &all, true).0, Verdict::Pass);
    assert_eq!(judged(mended, &old, &all, false).0, Verdict::Fail, "control: that is no mere addition");
    // The mending itself lost C, and so the decoder of the mended text never saw it.
    let (verdict, detail) = judged(format!("{a}{b}{new}"), &old[..2], &[&old[..2], &all[3..]].concat(), true);
    assert_eq!(verdict, Verdict::Fail);
    assert!(detail.contains(&old[2].fingerprint().to_string()), "{detail}");
    let (verdict, _) = judged(format!("{a}{c}{new}"), &old, &[&old[..2], &all[3..]].concat(), true);
    assert_eq!(verdict, Verdict::Fail, "what was mended is lost again");
}

#[test]
fn a_control_that_passes_fails_the_proof() {
    let scene = scene();
    let before = format!("{}\n{}", scene.text(), pem_of(&scene.new.certificate));
    let reread = Reread {
        path: Path::new("bundle"),
        format: Format::Pem,
        before: before.as_bytes(),
        after: before.as_bytes(),
        decoded_before: &scene.with_new(),
        decoded_after: &scene.with_new(),
        added: &[],
        wanted: &[&scene.new],
        mended: false,
    };
    assert_eq!(told(&reread.prove()).0, Verdict::Pass, "control: nothing was added, nothing changed");
    let nothing_wanted =
        Reread { wanted: &[], before: b"", after: b"", decoded_before: &[], decoded_after: &[], ..reread };
    let proof = nothing_wanted.prove();
    assert_eq!(proof.verdict, Verdict::Fail, "a check that asks for nothing cannot fail, and so proves nothing");
    assert!(proof.detail.en.contains("proves nothing"));
}

#[test]
fn where_nothing_was_added_the_file_is_as_it_was() {
    let scene = scene();
    let before = format!("{}\n{}", scene.text(), pem_of(&scene.new.certificate));
    let touched = format!("{before}\n");
    let verdict = |after: &str| {
        let reread = Reread {
            path: Path::new("bundle"),
            format: Format::Pem,
            before: before.as_bytes(),
            after: after.as_bytes(),
            decoded_before: &scene.with_new(),
            decoded_after: &scene.with_new(),
            added: &[],
            wanted: &[&scene.new],
            mended: false,
        };
        reread.prove()
    };
    let proof = verdict(&before);
    assert_eq!(told(&proof).0, Verdict::Pass);
    assert!(proof.detail.en.contains("The file is as it was, and holds New"));
    assert_eq!(told(&verdict(&touched)), (Verdict::Fail, "Nothing was to be added, but the file has changed."));
    assert_eq!(told(&verdict(&scene.text())).0, Verdict::Fail);
}

#[test]
fn a_root_that_is_not_the_pinned_one_fails() {
    let mut scene = scene();
    let before = scene.text();
    let after = format!("{before}\n{}", pem_of(&scene.new.certificate));
    scene.new.pinned = Fingerprint::of(b"something else");
    let proof = scene.proof(before.as_bytes(), after.as_bytes());
    assert_eq!(told(&proof), (Verdict::Fail, "New is there, but its SHA-256 is not the pinned one."));
}

/// A binary store as JKS is one: certificates in the open, other bytes between them.
fn binary(certificates: &[Certificate]) -> Vec<u8> {
    let mut bytes = vec![0xfe, 0xed, 0xfe, 0xed, 0x30, 0x82, 0xff, 0xff];
    for certificate in certificates {
        bytes.extend(b"\x00\x05alias0\x81\x30\x82");
        bytes.extend(certificate.der());
    }
    bytes.extend([0x30; 20]);
    bytes
}

#[test]
fn a_binary_store_in_the_open_is_read_without_its_decoder() {
    let scene = scene();
    let (old, new) = (scene.old(), scene.with_new());
    let proof = scene.proof_as(Format::Jks, &binary(&old), &binary(&new), &old, &new);
    assert_eq!(told(&proof).0, Verdict::Pass, "{:?}", proof.detail);
    assert!(!proof.detail.en.contains("encrypted"));
    for (after, why) in [
        (&old[..], "New is not there."),
        (&new[1..], "is gone"),
        (&[new.clone(), old.clone()].concat()[..], "nobody asked for"),
    ] {
        let proof = scene.proof_as(Format::Jks, &binary(&old), &binary(after), &old, &new);
        let (verdict, detail) = told(&proof);
        assert_eq!(verdict, Verdict::Fail);
        assert!(detail.contains(why), "{detail}");
    }
}

#[test]
fn an_encrypted_store_is_read_by_its_decoder_and_this_is_said() {
    let scene = scene();
    let (old, new) = (scene.old(), scene.with_new());
    let sealed = |certificates: &[Certificate]| binary(certificates).iter().map(|b| b ^ 0x5a).collect::<Vec<_>>();
    let proof = scene.proof_as(Format::Pkcs12, &sealed(&old), &sealed(&new), &old, &new);
    assert_eq!(told(&proof).0, Verdict::Pass);
    assert!(proof.detail.en.contains("encrypted"), "{}", proof.detail.en);
    let proof = scene.proof_as(Format::Pkcs12, &sealed(&old), &sealed(&old), &old, &old);
    assert_eq!(told(&proof), (Verdict::Fail, "New is not there."));
}

#[test]
fn literals_are_read_whatever_stands_between_their_lines() {
    let scene = scene();
    let literal = |certificates: &[Certificate]| {
        let lines = |certificate| pem_of(certificate).trim_end().replace('\n', "\\n\" +\n  \"");
        let blocks: Vec<String> = certificates.iter().map(lines).collect();
        format!("CA =\n  \"{}\\n\";\n", blocks.join("\\n\" +\n  \"")).into_bytes()
    };
    let (old, new) = (scene.old(), scene.with_new());
    let before = literal(&old);
    let proof = scene.proof_as(Format::InSource, &before, &literal(&new), &old, &new);
    assert_eq!(told(&proof).0, Verdict::Pass, "{:?}", proof.detail);
    let touched = String::from_utf8(literal(&new)).unwrap().replacen("CA", "CB", 1).into_bytes();
    for (after, why) in [(before.clone(), "New is not there."), (literal(&new[1..]), "is gone"), (touched, "line 1")] {
        let proof = scene.proof_as(Format::InSource, &before, &after, &old, &new);
        let (verdict, detail) = told(&proof);
        assert_eq!(verdict, Verdict::Fail);
        assert!(detail.contains(why), "{detail}");
    }
}

#[test]
fn what_the_pem_store_appends_passes() {
    let scene = scene();
    let pem = crate::store::pem::Pem;
    let passwords = crate::password::Passwords::default();
    let decoded = |bytes: &[u8]| -> Vec<Certificate> {
        let entries = pem.decode(bytes, &passwords).unwrap().entries;
        entries.into_iter().map(|entry| entry.certificate).collect()
    };
    let text = scene.text();
    for before in [text.clone(), text.replace('\n', "\r\n"), format!("{text}\n\x1a"), format!("{text}\n\0\0")] {
        let before = before.into_bytes();
        let store = pem.decode(&before, &passwords).unwrap();
        let after = pem.append(&before, &store, &[&scene.new], &Default::default()).unwrap().bytes;
        let proof = scene.proof_as(Format::Pem, &before, &after, &decoded(&before), &decoded(&after));
        assert_eq!(told(&proof).0, Verdict::Pass, "{:?}", proof.detail);
    }
}

#[test]
fn no_bytes_make_it_panic_and_none_take_long() {
    use proptest::prelude::*;
    proptest!(|(bytes in proptest::collection::vec(any::<u8>(), 0..300))| {
        let _ = (in_text(&bytes), in_binary(&bytes));
    });
    let der = root("A").certificate;
    let nested = [0x30, 0x82, 0x01].repeat(200_000);
    assert!(in_binary(&nested).is_empty());
    assert!(in_binary(&der.der()[..der.der().len() - 1]).is_empty());
    assert_eq!(in_binary(der.der()), [der.der().to_vec()]);
    assert_eq!(in_text("-----BEGIN CERTIFICATE-----\n".repeat(100_000).as_bytes()), Vec::<Vec<u8>>::new());
}
