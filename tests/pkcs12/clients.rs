//! Files that OpenSSL and keytool made, and what the two make of ours. The full matrix is `pkcs12_matrix`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::der::{Form, certificate_bag, mark, name};
use super::*;
use rootfix::certificate::Certificate;
use rootfix::finding::Code;
use rootfix::store::pkcs12::create;

/// A directory with `leaf.pem`, `key.pem` and `chain.pem`.
fn identity() -> (tempfile::TempDir, pki::Authority) {
    let directory = tempfile::tempdir().unwrap();
    let root = pki::authority("Identity Root");
    let (leaf, key) = pki::leaf(&root, &[]);
    let write = |name: &str, label: &str, der: &[u8]| {
        std::fs::write(directory.path().join(name), pki::pem(label, der)).unwrap();
    };
    write("leaf.pem", "CERTIFICATE", &leaf);
    write("key.pem", "PRIVATE KEY", &key);
    write("chain.pem", "CERTIFICATE", &root.der);
    (directory, root)
}

fn run(program: &Path, directory: &Path, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).current_dir(directory).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{arguments:?}\n{out}{err}");
    format!("{out}{err}")
}

fn openssl_pkcs12(directory: &Path, password: &str, more: &[&str]) -> Option<PathBuf> {
    let openssl = common::program("openssl")?;
    let pass = format!("pass:{password}");
    let files = ["pkcs12", "-export", "-inkey", "key.pem", "-in", "leaf.pem", "-certfile", "chain.pem"];
    let arguments = [&files[..], &["-out", "made.p12", "-passout", &pass], more].concat();
    run(&openssl, directory, &arguments);
    Some(directory.join("made.p12"))
}

#[test]
fn what_guards_a_file_stays_as_it_was_and_the_key_in_it_too() {
    let (directory, _) = identity();
    let new = pki::authority("New Root");
    let Some(openssl) = common::program("openssl") else { return };
    // What `-info` says of the encryption: schemes, hashes, iterations, lengths.
    let described = |file: &Path, password: &str| {
        let file = file.to_str().unwrap();
        let pass = format!("pass:{password}");
        let providers = ["-provider", "legacy", "-provider", "default"];
        let arguments = [&["pkcs12", "-info", "-nodes", "-in", file, "-passin", &pass][..], &providers].concat();
        let said = run(&openssl, directory.path(), &arguments);
        let is_about = |line: &&str| ["MAC", "PKCS7", "Shrouded", "Key bag"].iter().any(|word| line.starts_with(word));
        let about: Vec<String> = said.lines().filter(is_about).map(str::to_owned).collect();
        let blocks: Vec<String> = said.split_inclusive("-----END ").map(|part| part.trim().to_owned()).collect();
        (about, blocks)
    };
    for (password, more) in [
        ("changeit", &[][..]),
        ("changeit", &["-legacy"]),
        ("changeit", &["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1", "-iter", "999"]),
        ("changeit", &["-certpbe", "PBE-SHA1-2DES", "-keypbe", "NONE", "-macalg", "sha384"]),
        ("changeit", &["-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "NONE", "-legacy"]),
        ("changeit", &["-certpbe", "AES-128-CBC", "-macalg", "sha512"]),
        ("changeit", &["-certpbe", "AES-192-CBC", "-macalg", "sha224"]),
        ("changeit", &["-certpbe", "NONE", "-keypbe", "NONE", "-macalg", "sha512-256"]),
        ("changeit", &["-certpbe", "DES-EDE3-CBC", "-nomaciter"]),
        ("changeit", &["-nomac"]),
        ("changeit", &["-nomac", "-certpbe", "AES-256-CBC"]),
        ("", &[]),
        ("", &["-legacy"]),
        ("", &["-nomac", "-certpbe", "PBE-SHA1-3DES", "-noiter"]),
        ("merchant 1900000109", &[]),
    ] {
        let Some(file) = openssl_pkcs12(directory.path(), password, more) else { return };
        let before = std::fs::read(&file).unwrap();
        let store = decode_with(&before, password);
        assert_eq!(store.entries.len(), 2, "{more:?}");
        let (about, blocks) = described(&file, password);
        let root = pki::root(&new, "newroot");
        let after = Pkcs12.append(&before, &store, &[&root], &AppendOptions::default()).unwrap().bytes;
        std::fs::write(&file, &after).unwrap();
        let (about_after, blocks_after) = described(&file, password);
        assert_eq!(about, about_after, "{more:?}");
        assert!(about.len() >= 2, "{about:?}");
        for block in blocks.iter().filter(|block| block.contains("-----BEGIN")) {
            assert!(blocks_after.contains(block), "{more:?}\n{block}");
        }
        let store = decode_with(&after, password);
        assert_eq!(trusted(&store), ["newroot"], "{more:?}");
    }
}

#[test]
fn passwords_of_other_alphabets_open_and_are_warned_about() {
    let (directory, _) = identity();
    for more in [&[][..], &["-legacy"]] {
        let Some(file) = openssl_pkcs12(directory.path(), "密码пароль😀", more) else { return };
        let store = decode_with(&std::fs::read(&file).unwrap(), "密码пароль😀");
        assert_eq!(codes(&store), ["password-not-ascii"], "{more:?}");
        assert!(store.views[0].fails, "Java refuses it");
    }
}

#[test]
fn a_file_with_two_passwords_is_refused_by_that_name() {
    let (directory, _) = identity();
    let Some(openssl) = common::program("openssl") else { return };
    let arguments = ["-export", "-inkey", "key.pem", "-in", "leaf.pem", "-out", "two.p12", "-twopass"];
    let script =
        format!("printf 'one\\none\\ntwo\\ntwo\\n' | setsid {} pkcs12 {} 2>&1", openssl.display(), arguments.join(" "));
    let done = Command::new("sh").args(["-c", &script]).current_dir(&directory).output().unwrap();
    let file = directory.path().join("two.p12");
    if !file.exists() {
        return common::missing(&format!("openssl's -twopass ({})", String::from_utf8_lossy(&done.stdout)));
    }
    let bytes = std::fs::read(file).unwrap();
    let codes = ["one", "two"].map(|password| Pkcs12.decode(&bytes, &Passwords::with(password)).unwrap_err().code);
    assert!(codes.contains(&Code::KeyStoreNotSupported), "{codes:?}");
}

#[test]
fn the_password_that_opened_a_file_is_remembered() {
    let (directory, _) = identity();
    for (password, more, found) in [
        ("changeit", &[][..], Some(Some("changeit"))),
        ("", &[], Some(Some(""))),
        ("own", &["-legacy"], Some(Some("own"))),
        ("own", &["-nomac", "-certpbe", "AES-256-CBC"], Some(Some("own"))),
        ("own", &["-nomac", "-certpbe", "NONE", "-keypbe", "NONE"], None),
    ] {
        let Some(file) = openssl_pkcs12(directory.path(), password, more) else { return };
        let store = decode_with(&std::fs::read(file).unwrap(), password);
        assert_eq!(password_text(store.password.as_ref()), found, "{password:?} {more:?}");
    }
}

#[test]
fn what_java_is_said_to_trust_is_what_java_trusts() {
    let Some(java) = common::java::Java::here() else { return };
    let [one, two, three] = ["One", "Two", "Three"].map(pki::authority);
    let (leaf, key) = pki::leaf(&one, &[]);
    let bag = |root: &pki::Authority, attributes: &[&[u8]]| certificate_bag(&root.der, attributes);
    let form = Form::Definite;
    let file = |contents: &[Vec<Vec<u8>>]| {
        let contents: Vec<_> = contents.iter().map(|bags| form.safe(bags)).collect();
        form.pfx(&contents, &[])
    };
    let closed = |id: &[&[u8]]| der::shrouded_key_bag(id);
    for bytes in [
        file(&[]),
        file(&[vec![bag(&one, &[])]]),
        file(&[vec![bag(&one, &[&name("a"), &mark()]), bag(&two, &[&mark(), &name("A")]), bag(&two, &[&name("a")])]]),
        // Numbers: the entry called "1" hides the first without a name, unless a key has taken that number.
        file(&[vec![bag(&one, &[&mark()]), bag(&two, &[&mark()]), bag(&three, &[&mark(), &name("1")])]]),
        file(&[vec![closed(&[]), bag(&one, &[&mark()])], vec![bag(&three, &[&mark(), &name("2")])]]),
        file(&[vec![closed(&[]), closed(&[]), bag(&one, &[&mark()])], vec![bag(&three, &[&mark(), &name("2")])]]),
        file(&[vec![der::key_bag(&key, &[]), bag(&one, &[&mark()])], vec![bag(&three, &[&mark(), &name("1")])]]),
        file(&[vec![der::secret_bag(), bag(&one, &[&mark(), &name("a secret")]), der::crl_bag()]]),
        file(&[vec![bag(&one, &[&mark(), &name("a secret")]), der::secret_bag()]]),
        file(&[vec![der::nested_bag(&[bag(&one, &[&mark()])]), bag(&two, &[&mark()]), certificate_bag(&leaf, &[])]]),
        // The same certificate twice; a mark without a value; no DER in the friendlyName.
        file(&[vec![bag(&one, &[&mark()]), bag(&one, &[&mark(), &der::note()])]]),
        file(&[vec![certificate_bag(b"rubbish", &[&mark()])]]),
        file(&[vec![der::nested_bag(&[certificate_bag(b"rubbish", &[])]), bag(&one, &[&mark()])]]),
    ] {
        let [view] = &decode(&bytes).views[..] else { panic!("one reader") };
        let mut said: Vec<String> = view.trusted.iter().map(ToString::to_string).collect();
        said.sort();
        let listed = java.try_list("PKCS12", &bytes, None);
        assert_eq!(view.fails, listed.is_err(), "{listed:?}");
        if listed.is_ok() {
            assert_eq!(said, java.trusted("PKCS12", &bytes, None), "{listed:?}");
        }
    }
}

#[test]
fn a_new_store_is_one_to_keytool_and_openssl() {
    let [one, two] = ["One", "Two"].map(pki::authority);
    let certificates = [(&one, "root"), (&two, "ROOT"), (&two, "根证书")]
        .map(|(root, alias)| (Certificate::from_der(&root.der).unwrap(), alias.to_owned()));
    let directory = tempfile::tempdir().unwrap();
    for password in [Password::text("changeit"), Password::text("other!"), Password::None] {
        let bytes = create(&certificates, &password).unwrap();
        let store = decode_with(&bytes, "other!");
        assert_eq!(trusted(&store), ["root", "ROOT-2", "根证书"]);
        assert_eq!(store.findings, []);
        assert!(bytes != create(&certificates, &password).unwrap() || password == Password::None);
        std::fs::write(directory.path().join("new.p12"), &bytes).unwrap();
        let text = password.as_str().unwrap_or("");
        let pass = format!("pass:{text}");
        if let Some(openssl) = common::program("openssl") {
            let said = run(&openssl, directory.path(), &["pkcs12", "-in", "new.p12", "-passin", &pass]);
            assert_eq!(said.matches("BEGIN CERTIFICATE").count(), 3);
        }
        if let Some(keytool) = common::program("keytool") {
            let text = if text.is_empty() { "any password" } else { text };
            let said = run(
                &keytool,
                directory.path(),
                &["-J-Duser.language=en", "-list", "-keystore", "new.p12", "-storepass", text],
            );
            assert_eq!(said.matches("trustedCertEntry").count(), 3, "{said}");
        }
    }
}

#[test]
fn the_new_bag_is_the_one_that_keytool_writes_with_its_attributes_sorted() {
    let Some(keytool) = common::program("keytool") else { return };
    let [old, new] = ["Old Root", "New Root"].map(pki::authority);
    let directory = tempfile::tempdir().unwrap();
    let import = |alias: &str, root: &pki::Authority| {
        std::fs::write(directory.path().join("root.pem"), pki::pem("CERTIFICATE", &root.der)).unwrap();
        let plain = ["-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE", "-J-Dkeystore.pkcs12.macAlgorithm=NONE"];
        let import = ["-importcert", "-noprompt", "-storetype", "PKCS12", "-keystore", "by-keytool.p12"];
        let more = ["-storepass", "changeit", "-file", "root.pem", "-alias", alias];
        run(&keytool, directory.path(), &[&plain[..], &import, &more].concat());
        std::fs::read(directory.path().join("by-keytool.p12")).unwrap()
    };
    let before = import("old", &old);
    let ours = append(&before, &pki::root(&new, "newroot"));
    let keytools = import("newroot", &new);
    let bag = |root: &pki::Authority, alias: &str| certificate_bag(&root.der, &[&name(alias), &mark()]);
    // keytool keeps no order among its entries.
    let orders = [[bag(&old, "old"), bag(&new, "newroot")], [bag(&new, "newroot"), bag(&old, "old")]];
    assert!(orders.map(|bags| Form::Definite.pfx(&[Form::Definite.safe(&bags)], &[])).contains(&keytools));
    let appended = [bag(&old, "old"), der::appended_bag(&new.der, "newroot")];
    assert!(ours == Form::Definite.pfx(&[Form::Definite.safe(&appended)], &[]));
}
