//! The files: made by ten programs, half of them with private keys and other people's attributes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common;
use crate::der::*;
use crate::tools;

pub struct Made {
    pub name: String,
    pub path: PathBuf,
    pub password: &'static str,
}

/// A directory with `key`, `leaf`, `middle`, `root` and `another` as PEM and DER, and the files made from them.
pub struct Makers<'a> {
    pub directory: &'a Path,
    pub classes: Option<PathBuf>,
    pub made: Vec<Made>,
}

/// The password of every file that does not say otherwise.
pub const PASSWORD: &str = "changeit";

impl Makers<'_> {
    pub fn all(directory: &Path, classes: Option<PathBuf>) -> Vec<Made> {
        let mut makers = Makers { directory, classes, made: Vec::new() };
        makers.certificates().expect("openssl makes certificates");
        makers.openssl();
        makers.keytool();
        makers.nss();
        makers.bouncy_castle();
        makers.python();
        makers.others();
        makers.by_hand();
        makers.made
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Notes a file that was made; one that was not is missing by its maker's name.
    fn note(&mut self, name: &str, password: &'static str) {
        let path = self.path(&format!("{name}.p12"));
        if path.exists() {
            self.made.push(Made { name: name.to_owned(), path, password });
        } else {
            common::missing(&format!("the maker of {name}"));
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let program = common::program(program)?;
        tools::output(Command::new(program).args(arguments).current_dir(self.directory), "")
    }

    fn certificates(&self) -> Option<()> {
        std::fs::write(self.path("ca.cnf"), "basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n").unwrap();
        let root = |name: &str, subject: &str| {
            let (key, pem) = (format!("{name}.key"), format!("{name}.pem"));
            let new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3000", "-keyout", &key];
            self.run("openssl", &[&new[..], &["-out", &pem, "-subj", subject]].concat())
        };
        root("root", "/CN=Old Root")?;
        root("another", "/CN=Another Root")?;
        let leaf = ["-set_serial", "77"];
        let middle = ["-set_serial", "66", "-extfile", "ca.cnf"];
        for (name, issuer, more) in [("middle", "root", &middle[..]), ("leaf", "middle", &leaf)] {
            let (key, csr, pem) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
            let subject = format!("/O=Shop/CN={name}");
            let request = ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &csr, "-subj", &subject];
            self.run("openssl", &request)?;
            let (ca, ca_key) = (format!("{issuer}.pem"), format!("{issuer}.key"));
            let sign = ["x509", "-req", "-in", &csr, "-CA", &ca, "-CAkey", &ca_key, "-days", "3000", "-out", &pem];
            self.run("openssl", &[&sign[..], more].concat())?;
        }
        std::fs::copy(self.path("leaf.key"), self.path("key.pem")).unwrap();
        self.run("openssl", &["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der"])?;
        for name in ["leaf", "middle", "root", "another"] {
            let (pem, der) = (format!("{name}.pem"), format!("{name}.der"));
            self.run("openssl", &["x509", "-in", &pem, "-outform", "DER", "-out", &der])?;
        }
        let chain = ["middle.pem", "root.pem"].map(|name| self.read(name)).concat();
        std::fs::write(self.path("chain.pem"), &chain).unwrap();
        std::fs::write(self.path("mixed.pem"), [chain, self.read("another.pem")].concat()).unwrap();
        Some(())
    }

    fn openssl(&mut self) {
        let identity = ["-inkey", "key.pem", "-in", "leaf.pem", "-name", "shop"];
        let chain = [&identity[..], &["-certfile", "chain.pem"]].concat();
        let mixed = [&identity[..], &["-certfile", "mixed.pem"]].concat();
        let des = ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
        let csp = ["-CSP", "Microsoft Enhanced RSA and AES Cryptographic Provider", "-keysig", "-LMK"];
        let sha512 = ["-macalg", "sha512", "-certpbe", "AES-128-CBC", "-iter", "5000"];
        let only_certificates = ["-nokeys", "-in", "chain.pem", "-caname", "one", "-caname", "two"];
        for (name, password, inputs, more) in [
            ("openssl-default", PASSWORD, &chain[..], &[][..]),
            ("openssl-legacy", PASSWORD, &chain, &["-legacy"]),
            ("openssl-3des", PASSWORD, &chain, &des),
            ("openssl-sha512", "another password", &chain, &sha512),
            ("openssl-nomac", PASSWORD, &chain, &["-nomac", "-certpbe", "AES-256-CBC"]),
            ("openssl-nomaciter", PASSWORD, &chain, &["-nomaciter"]),
            ("openssl-keyonly", PASSWORD, &["-inkey", "key.pem", "-nocerts"], &[]),
            ("openssl-mixed", PASSWORD, &mixed, &[]),
            ("openssl-empty", "", &chain, &[]),
            ("openssl-empty-legacy", "", &mixed, &["-legacy"]),
            ("openssl-csp", PASSWORD, &chain, &csp),
            ("openssl-certificates", PASSWORD, &only_certificates, &[]),
            ("openssl-clear", PASSWORD, &mixed, &["-keypbe", "NONE", "-certpbe", "NONE"]),
            ("openssl-rc2-128", PASSWORD, &mixed, &["-legacy", "-certpbe", "PBE-SHA1-RC2-128"]),
        ] {
            let (file, pass) = (format!("{name}.p12"), format!("pass:{password}"));
            let export = ["pkcs12", "-export", "-out", &file, "-passout", &pass];
            self.run("openssl", &[&export, inputs, more].concat());
            self.note(name, password);
        }
    }

    fn keytool(&mut self) {
        let clear = ["-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE", "-J-Dkeystore.pkcs12.macAlgorithm=NONE"];
        let sha512 = [
            "-J-Dkeystore.pkcs12.certProtectionAlgorithm=PBEWithHmacSHA512AndAES_128",
            "-J-Dkeystore.pkcs12.macAlgorithm=HmacPBESHA512",
        ];
        for (name, release, options, with_keys) in [
            ("keytool-11", 11, &[][..], false),
            ("keytool-11-legacy", 11, &["-J-Dkeystore.pkcs12.legacy"], true),
            ("keytool-17", 17, &[], false),
            ("keytool-17-keys", 17, &[], true),
            ("keytool-17-sha512", 17, &sha512, false),
            ("keytool-21-cacerts", 21, &clear, false),
            ("keytool-25", 25, &[], true),
        ] {
            let Some(home) = common::jdk(release) else { continue };
            let keytool = home.join("bin/keytool");
            let file = format!("{name}.p12");
            let run = |command: &[&str]| {
                let store = ["-storetype", "PKCS12", "-keystore", &file, "-storepass", PASSWORD];
                let mut keytool = Command::new(&keytool);
                keytool.args(options).args(command).args(store).current_dir(self.directory);
                tools::output(&mut keytool, "")
            };
            if with_keys {
                let secret = ["-genseckey", "-alias", "secret", "-keyalg", "AES", "-keysize", "128"];
                run(&secret);
                run(&["-genkeypair", "-alias", "own", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=own"]);
            }
            for alias in ["root", "another"] {
                run(&["-importcert", "-noprompt", "-alias", alias, "-file", &format!("{alias}.pem")]);
            }
            self.note(name, PASSWORD);
        }
        let Some((classes, java)) = self.classes.clone().zip(common::program("java")) else { return };
        self.make_java(&java, classes.as_os_str(), "jdk-attributes", PASSWORD);
        // To Java the empty password is none at all, to OpenSSL it is one.
        self.make_java(&java, classes.as_os_str(), "jdk-empty", "");
    }

    fn make_java(&mut self, java: &Path, class_path: &std::ffi::OsStr, kind: &str, password: &'static str) {
        let file = format!("{kind}.p12");
        let mut command = Command::new(java);
        command.arg("-cp").arg(class_path).args(["Make", kind, &file, password]).current_dir(self.directory);
        tools::output(command.args(["key.der", "leaf.der", "middle.der", "root.der", "another.der"]), "");
        self.note(kind, password);
    }

    fn nss(&mut self) {
        let made = || {
            std::fs::create_dir(self.path("nss")).ok()?;
            self.run("certutil", &["-N", "-d", "sql:nss", "--empty-password"])?;
            self.run("certutil", &["-A", "-d", "sql:nss", "-n", "middle", "-t", ",,", "-i", "middle.pem"])?;
            self.run("certutil", &["-A", "-d", "sql:nss", "-n", "root", "-t", "CT,,", "-i", "root.pem"])?;
            let import = ["-i", "openssl-default.p12", "-d", "sql:nss", "-W", PASSWORD, "-K", ""];
            self.run("pk12util", &import)?;
            for (name, more) in [
                ("nss", &["-c", "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-cbc"][..]),
                ("nss-aes", &["-c", "AES-256-CBC", "-C", "AES-256-CBC"]),
            ] {
                let file = format!("{name}.p12");
                let export = ["-o", &file, "-n", "shop", "-d", "sql:nss", "-W", PASSWORD, "-K", ""];
                self.run("pk12util", &[&export, more].concat())?;
            }
            Some(())
        };
        made();
        self.note("nss", PASSWORD);
        self.note("nss-aes", PASSWORD);
    }

    fn bouncy_castle(&mut self) {
        let Some(((classes, java), jar)) =
            self.classes.clone().zip(common::program("java")).zip(tools::bouncy_castle())
        else {
            return;
        };
        let class_path = std::env::join_paths([classes, jar]).unwrap();
        for kind in ["bc-ber", "bc-der", "bc-3des", "bc-certs"] {
            self.make_java(&java, &class_path, kind, PASSWORD);
        }
    }

    fn python(&mut self) {
        let Some(packages) = tools::python() else { return };
        for kind in ["default", "3des", "truststore"] {
            let file = format!("python-{kind}.p12");
            let mut command = tools::python_command(&packages, "make.py");
            command.args([kind, ".", &file, PASSWORD]).current_dir(self.directory);
            tools::output(&mut command, "");
            self.note(&format!("python-{kind}"), PASSWORD);
        }
    }

    fn others(&mut self) {
        let gnutls = ["--to-p12", "--load-privkey", "key.pem", "--load-certificate", "leaf.pem"];
        let more = ["--load-ca-certificate", "mixed.pem", "--p12-name", "shop", "--password", PASSWORD];
        self.run("certtool", &[&gnutls[..], &more, &["--outder", "--outfile", "gnutls.p12"]].concat());
        self.note("gnutls", PASSWORD);

        if let Some(modules) = tools::forge() {
            let mut command = tools::forge_command(&modules, "make.js");
            tools::output(command.args([".", "forge.p12", PASSWORD]).current_dir(self.directory), "");
            self.note("forge", PASSWORD);
        }

        let (leaf, key, root) = (self.read("leaf.der"), self.read("key.der"), self.read("another.der"));
        let p12 = p12::PFX::new(&leaf, &key, Some(&root), PASSWORD, "shop").unwrap();
        std::fs::write(self.path("p12-crate.p12"), p12.to_der()).unwrap();
        self.note("p12-crate", PASSWORD);
    }

    fn by_hand(&mut self) {
        let (leaf, root, key) = (self.read("leaf.der"), self.read("root.der"), self.read("key.der"));
        let odd = |form: Form| {
            let keys = [
                key_bag(&key, &[&name("shop"), &key_id(b"1"), &csp(), &note()]),
                secret_bag(),
                nested_bag(&[certificate_bag(&root, &[&name("deep")])]),
            ];
            let certificates = [
                certificate_bag(&leaf, &[&name("shop"), &key_id(b"1"), &note()]),
                certificate_bag(&root, &[&name("a root"), &mark(), &note()]),
                crl_bag(),
            ];
            let contents = [form.safe(&keys), form.safe(&certificates)];
            form.pfx(&contents, &self.mac(&form.seq(&[&contents.concat()])))
        };
        let forms = [("odd-definite", Form::Definite), ("odd-indefinite", Form::Indefinite), ("odd-long", Form::Long)];
        let odd = forms.map(|(file, form)| (file, odd(form)));
        for (file, bytes) in odd {
            std::fs::write(self.path(&format!("{file}.p12")), bytes).unwrap();
            self.note(file, PASSWORD);
        }

        let certificates = [certificate_bag(&leaf, &[]), certificate_bag(&root, &[&name("a root"), &mark()])];
        let keys = [key_bag(&key, &[&name("shop"), &key_id(b"1")])];
        let form = Form::Definite;
        let safe = seq(&[&form.safe(&certificates), &form.safe(&keys)]);
        let bytes = seq(&[&int(3), &form.data(&safe), &pbmac1(&safe)]);
        std::fs::write(self.path("pbmac1.p12"), bytes).unwrap();
        self.note("pbmac1", PASSWORD);
    }

    /// MacData of RFC 7292 with SHA-1.
    fn mac(&self, safe: &[u8]) -> Vec<u8> {
        use hmac::{Hmac, KeyInit, Mac};
        let hex = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
        let utf16: Vec<u8> = PASSWORD.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
        let (salt, iterations) = (b"saltsalt", 500);
        let options =
            [format!("hexpass:{}", hex(&utf16)), format!("hexsalt:{}", hex(salt)), format!("iter:{iterations}")];
        let mut command = Command::new("openssl");
        command.args(["kdf", "-keylen", "20", "-kdfopt", "digest:SHA1", "-kdfopt", "id:3"]);
        for option in &options {
            command.args(["-kdfopt", option]);
        }
        let key = tools::output(command.arg("PKCS12KDF"), "").expect("openssl derives keys");
        let key = key.trim().split(':').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect::<Vec<_>>();
        let mut hmac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
        hmac.update(safe);
        let sha1 = seq(&[&oid("1.3.14.3.2.26"), &tlv(5, &[])]);
        let digest = seq(&[&sha1, &octets(&hmac.finalize().into_bytes())]);
        seq(&[&digest, &octets(salt), &int(iterations)])
    }
}

/// MacData of RFC 9579: PBKDF2 and HMAC with SHA-256.
fn pbmac1(safe: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let (salt, iterations) = (b"salt of the file", 3000);
    let mut key = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(PASSWORD.as_bytes(), salt, iterations, &mut key);
    let mut hmac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    hmac.update(safe);
    let sha256 = seq(&[&oid("1.2.840.113549.2.9"), &tlv(5, &[])]);
    let pbkdf2 = seq(&[&octets(salt), &int(iterations.into()), &int(32), &sha256]);
    let parameters = seq(&[&seq(&[&oid("1.2.840.113549.1.5.12"), &pbkdf2]), &sha256]);
    let algorithm = seq(&[&oid("1.2.840.113549.1.5.14"), &parameters]);
    seq(&[&seq(&[&algorithm, &octets(&hmac.finalize().into_bytes())]), &octets(b"not used"), &int(1)])
}
