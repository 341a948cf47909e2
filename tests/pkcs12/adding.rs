//! What an addition changes, to the byte: the same file is put together with and without the new bag.

use super::der::*;
use super::*;
use rootfix::finding::Code;

/// Bags of every kind, with attributes that nobody knows and SETs out of order.
fn other_bags(leaf: &[u8], key: &[u8]) -> Vec<Vec<u8>> {
    vec![
        key_bag(key, &[&name("in clear"), &key_id(b"1"), &csp()]),
        shrouded_key_bag(&[&key_id(b"2"), &foreign(), &name("shrouded")]),
        certificate_bag(leaf, &[&name("in clear"), &key_id(b"1")]),
        crl_bag(),
        secret_bag(),
        nested_bag(&[&[secret_bag(), nested_bag(&[crl_bag()])][..], &vec![certificate_bag(leaf, &[]); 3]].concat()),
        bag(99, &octets(b"not of this world"), &[&foreign()]),
    ]
}

#[test]
fn nothing_but_the_new_bag_and_the_lengths_around_it_is_new() {
    let (old, new) = (pki::authority("Old Root"), pki::authority("New Root"));
    let (leaf, key) = pki::leaf(&old, &[]);
    let others = other_bags(&leaf, &key);
    // keytool writes the friendlyName first, which DER would not; it stays first.
    let certificates: Vec<_> =
        ["one", "two", "three"].map(|alias| certificate_bag(&old.der, &[&name(alias), &mark()])).into();
    let extras = vec![others[2].clone(); 4];
    let with = |bags: &[Vec<u8>]| [bags, &[appended_bag(&new.der, "newroot")]].concat();
    for form in Form::ALL {
        let tail = vec![0; usize::from(form == Form::Long) * 3];
        for (what, before, after) in [
            (
                "behind other contents",
                vec![form.safe(&others), form.safe(&certificates)],
                vec![form.safe(&others), form.safe(&with(&certificates))],
            ),
            (
                "before other contents",
                vec![form.safe(&certificates), form.safe(&others)],
                vec![form.safe(&with(&certificates)), form.safe(&others)],
            ),
            (
                "among keys",
                vec![form.safe(&[&certificates[..], &others].concat())],
                vec![form.safe(&with(&[&certificates[..], &others].concat()))],
            ),
            (
                "beside certificates that Java does not trust",
                vec![form.safe(&extras), form.safe(&[secret_bag()])],
                vec![form.safe(&with(&extras)), form.safe(&[secret_bag()])],
            ),
            (
                "below nested contents",
                vec![form.safe(&[secret_bag()]), form.safe(&others[5..6])],
                vec![form.safe(&[secret_bag()]), form.safe(&with(&others[5..6]))],
            ),
        ] {
            let before = [form.pfx(&before, &[]), tail.clone()].concat();
            let after = [form.pfx(&after, &[]), tail.clone()].concat();
            assert!(Pkcs12.sniff(&before), "{what}, {form:?}");
            let appended = append(&before, &pki::root(&new, "newroot"));
            assert!(appended == after, "{what}, {form:?}");
            let store = decode(&appended);
            assert!(trusted(&store).contains(&"newroot"), "{what}, {form:?}");
            assert_eq!(store.others, decode(&before).others, "{what}, {form:?}");
        }
    }
}

#[test]
fn a_file_without_certificates_gets_a_content_of_its_own() {
    let new = pki::authority("New Root");
    let root = pki::root(&new, "newroot");
    for form in Form::ALL {
        let keys = form.safe(&[shrouded_key_bag(&[])]);
        let own = Form::Definite.safe(&[appended_bag(&new.der, "newroot")]);
        assert!(append(&form.pfx(std::slice::from_ref(&keys), &[]), &root) == form.pfx(&[keys, own.clone()], &[]));
        // What keytool leaves when the last entry is deleted.
        assert!(append(&form.pfx(&[], &[]), &root) == form.pfx(&[own], &[]));
    }
}

#[test]
fn an_addition_is_a_function_of_the_file() {
    let new = pki::authority("New Root");
    let old = pki::authority("Old Root");
    let bytes = Form::Definite.pfx(&[Form::Definite.safe(&[certificate_bag(&old.der, &[&mark()])])], &[]);
    let root = pki::root(&new, "newroot");
    assert_eq!(append(&bytes, &root), append(&bytes, &root));
}

#[test]
fn a_certificate_that_java_passes_over_stays_and_gets_a_trusted_twin() {
    let new = pki::authority("New Root");
    let bag = certificate_bag(&new.der, &[&name("New Root")]);
    let bytes = Form::Definite.pfx(&[Form::Definite.safe(std::slice::from_ref(&bag))], &[]);
    let store = decode(&bytes);
    assert!(trusted(&store).is_empty());
    assert_eq!(codes(&store), ["passed-over-by-java"]);
    let appended = append(&bytes, &pki::root(&new, "new root"));
    let twin = appended_bag(&new.der, "new root-2");
    assert!(appended == Form::Definite.pfx(&[Form::Definite.safe(&[bag, twin])], &[]));
    assert_eq!(trusted(&decode(&appended)), ["new root-2"]);
}

#[test]
fn an_alias_is_never_that_of_another_entry_whatever_its_case() {
    let (new, old) = (pki::authority("New Root"), pki::authority("Old Root"));
    let form = Form::Definite;
    let bags = [
        certificate_bag(&old.der, &[&name("NewRoot"), &mark()]),
        shrouded_key_bag(&[&name("newroot-2"), &key_id(b"1")]),
        certificate_bag(&old.der, &[&mark()]),
    ];
    let bytes = form.pfx(&[form.safe(&bags)], &[]);
    let append = |alias: Option<&str>| {
        let options = AppendOptions { alias: alias.map(str::to_owned), ..AppendOptions::default() };
        let (one, two) = (pki::root(&new, "newroot"), pki::root(&new, "newroot"));
        let appended = Pkcs12.append(&bytes, &decode(&bytes), &[&one, &two], &options).unwrap();
        trusted(&decode(&appended.bytes)).iter().map(|alias| alias.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(append(None), ["NewRoot", "-", "newroot-3", "newroot-4"]);
    // Java numbers the entry without a name, and calls it "1".
    assert_eq!(append(Some("1")), ["NewRoot", "-", "1-2", "1-3"]);
    assert_eq!(append(Some("根")), ["NewRoot", "-", "根", "根-2"]);
    for wrong in [String::new(), "x".repeat(256)] {
        let options = AppendOptions { alias: Some(wrong), ..AppendOptions::default() };
        let root = pki::root(&new, "newroot");
        let trouble = Pkcs12.append(&bytes, &decode(&bytes), &[&root], &options).unwrap_err();
        assert_eq!(trouble.code, Code::AliasNotUsable);
    }
}

#[test]
fn a_root_that_completes_a_keys_chain_is_reported() {
    let (new, other) = (pki::authority("New Root"), pki::authority("Other Root"));
    let middle = pki::intermediate(&new, "Intermediate");
    let (leaf, key) = pki::leaf(&middle, &[]);
    let form = Form::Definite;
    let with = |more: &[Vec<u8>]| {
        let bags = [
            key_bag(&key, &[&key_id(b"1")]),
            certificate_bag(&leaf, &[&key_id(b"1")]),
            certificate_bag(&middle.der, &[]),
            certificate_bag(&other.der, &[&mark()]),
        ];
        form.pfx(&[form.safe(&[&bags[..], more].concat())], &[])
    };
    let reported = |bytes: &[u8], root: &pki::Authority| {
        let root = pki::root(root, "newroot");
        let appended = Pkcs12.append(bytes, &decode(bytes), &[&root], &AppendOptions::default()).unwrap();
        appended.findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(reported(&with(&[]), &new), [Code::KeyChainLonger]);
    assert_eq!(reported(&with(&[]), &other), [], "a root of someone else");
    assert_eq!(reported(&with(&[certificate_bag(&new.der, &[])]), &new), [], "complete already");
    let same_name = pki::authority("New Root");
    assert_eq!(reported(&with(&[]), &same_name), [], "the name alone: Java compares key identifiers too");
}
