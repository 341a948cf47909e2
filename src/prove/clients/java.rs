//! The Java client: one class, put together here, because a server has a runtime more often than a compiler.
//!
//! Its format is that of Java 5 (class file version 49), which every later JVM runs, and which needs no stack maps
//! (The Java Virtual Machine Specification, chapters 4 and 6, from which all numbers come).

use std::collections::HashMap;

/// The name of the class, and of its file without `.class`.
pub(super) const CLASS: &str = "RootfixClient";
/// The environment variable with the password of a key store; unset means none.
pub(super) const PASSWORD: &str = "ROOTFIX_STORE_PASSWORD";
/// The third argument for a PEM bundle; for a key store it is the type of the store.
pub(super) const PEM: &str = "PEM";

/// The class. What it does, in Java:
///
/// ```java
/// public static void main(String[] arguments) throws Exception {
///     FileInputStream bundle = new FileInputStream(arguments[1]);
///     KeyStore store;
///     if (arguments[2].equals("PEM")) {
///         store = KeyStore.getInstance(KeyStore.getDefaultType());
///         store.load(null, null);
///         int number = 0;
///         Iterator certificates = CertificateFactory.getInstance("X.509").generateCertificates(bundle).iterator();
///         while (certificates.hasNext()) {
///             store.setCertificateEntry(String.valueOf(number++), (Certificate) certificates.next());
///         }
///     } else {
///         String password = System.getenv("ROOTFIX_STORE_PASSWORD");
///         store = KeyStore.getInstance(arguments[2]);
///         store.load(bundle, password == null ? null : password.toCharArray());
///     }
///     TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
///     trust.init(store);
///     SSLContext context = SSLContext.getInstance("TLS");
///     context.init(null, trust.getTrustManagers(), null);
///     HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
///     new URL(arguments[0]).openStream().read();
/// }
/// ```
pub(super) fn class() -> Vec<u8> {
    // Local variables.
    const ARGUMENTS: u8 = 0;
    const BUNDLE: u8 = 1;
    const STORE: u8 = 2;
    const NUMBER: u8 = 3;
    const CERTIFICATES: u8 = 4;
    const PASSWORD_TEXT: u8 = 3;

    let mut pool = Pool::default();
    let mut code = Code { pool: &mut pool, bytes: Vec::new(), marks: HashMap::new(), jumps: Vec::new() };
    code.new_object("java/io/FileInputStream").op(DUP).argument(ARGUMENTS, ICONST_1);
    code.call(SPECIAL, "java/io/FileInputStream.<init>(Ljava/lang/String;)V").with(ASTORE, BUNDLE);
    code.argument(ARGUMENTS, ICONST_2).text(PEM);
    code.call(VIRTUAL, "java/lang/String.equals(Ljava/lang/Object;)Z").jump(IFEQ, "key store");

    code.call(STATIC, "java/security/KeyStore.getDefaultType()Ljava/lang/String;");
    code.call(STATIC, "java/security/KeyStore.getInstance(Ljava/lang/String;)Ljava/security/KeyStore;");
    code.with(ASTORE, STORE).with(ALOAD, STORE).op(ACONST_NULL).op(ACONST_NULL);
    code.call(VIRTUAL, "java/security/KeyStore.load(Ljava/io/InputStream;[C)V");
    code.op(ICONST_0).with(ISTORE, NUMBER).text("X.509");
    code.call(
        STATIC,
        "java/security/cert/CertificateFactory.getInstance(Ljava/lang/String;)Ljava/security/cert/CertificateFactory;",
    );
    code.with(ALOAD, BUNDLE);
    code.call(
        VIRTUAL,
        "java/security/cert/CertificateFactory.generateCertificates(Ljava/io/InputStream;)Ljava/util/Collection;",
    );
    code.interface("java/util/Collection.iterator()Ljava/util/Iterator;").with(ASTORE, CERTIFICATES);
    code.mark("next certificate").with(ALOAD, CERTIFICATES).interface("java/util/Iterator.hasNext()Z");
    code.jump(IFEQ, "trust").with(ALOAD, STORE).with(ILOAD, NUMBER);
    code.call(STATIC, "java/lang/String.valueOf(I)Ljava/lang/String;").increment(NUMBER);
    code.with(ALOAD, CERTIFICATES).interface("java/util/Iterator.next()Ljava/lang/Object;");
    code.cast("java/security/cert/Certificate");
    code.call(
        VIRTUAL,
        "java/security/KeyStore.setCertificateEntry(Ljava/lang/String;Ljava/security/cert/Certificate;)V",
    );
    code.jump(GOTO, "next certificate");

    code.mark("key store").text(PASSWORD);
    code.call(STATIC, "java/lang/System.getenv(Ljava/lang/String;)Ljava/lang/String;").with(ASTORE, PASSWORD_TEXT);
    code.argument(ARGUMENTS, ICONST_2);
    code.call(STATIC, "java/security/KeyStore.getInstance(Ljava/lang/String;)Ljava/security/KeyStore;");
    code.with(ASTORE, STORE).with(ALOAD, STORE).with(ALOAD, BUNDLE).with(ALOAD, PASSWORD_TEXT);
    code.jump(IFNONNULL, "password").op(ACONST_NULL).jump(GOTO, "load");
    code.mark("password").with(ALOAD, PASSWORD_TEXT).call(VIRTUAL, "java/lang/String.toCharArray()[C");
    code.mark("load").call(VIRTUAL, "java/security/KeyStore.load(Ljava/io/InputStream;[C)V");

    code.mark("trust");
    code.call(STATIC, "javax/net/ssl/TrustManagerFactory.getDefaultAlgorithm()Ljava/lang/String;");
    code.call(
        STATIC,
        "javax/net/ssl/TrustManagerFactory.getInstance(Ljava/lang/String;)Ljavax/net/ssl/TrustManagerFactory;",
    );
    code.with(ASTORE, BUNDLE).with(ALOAD, BUNDLE).with(ALOAD, STORE);
    code.call(VIRTUAL, "javax/net/ssl/TrustManagerFactory.init(Ljava/security/KeyStore;)V");
    code.text("TLS").call(STATIC, "javax/net/ssl/SSLContext.getInstance(Ljava/lang/String;)Ljavax/net/ssl/SSLContext;");
    code.op(DUP).op(ACONST_NULL).with(ALOAD, BUNDLE);
    code.call(VIRTUAL, "javax/net/ssl/TrustManagerFactory.getTrustManagers()[Ljavax/net/ssl/TrustManager;");
    code.op(ACONST_NULL).call(
        VIRTUAL,
        "javax/net/ssl/SSLContext.init([Ljavax/net/ssl/KeyManager;[Ljavax/net/ssl/TrustManager;\
         Ljava/security/SecureRandom;)V",
    );
    code.call(VIRTUAL, "javax/net/ssl/SSLContext.getSocketFactory()Ljavax/net/ssl/SSLSocketFactory;");
    code.call(STATIC, "javax/net/ssl/HttpsURLConnection.setDefaultSSLSocketFactory(Ljavax/net/ssl/SSLSocketFactory;)V");
    code.new_object("java/net/URL").op(DUP).argument(ARGUMENTS, ICONST_0);
    code.call(SPECIAL, "java/net/URL.<init>(Ljava/lang/String;)V");
    code.call(VIRTUAL, "java/net/URL.openStream()Ljava/io/InputStream;");
    code.call(VIRTUAL, "java/io/InputStream.read()I").op(POP).op(RETURN);
    let code = code.finish();

    let [this, parent] = [CLASS, "java/lang/Object"].map(|name| pool.class(name));
    let [name, kind, attribute] = ["main", "([Ljava/lang/String;)V", "Code"].map(|text| pool.utf8(text));
    let mut class = 0xcafe_babe_u32.to_be_bytes().to_vec();
    for number in [0, 49, pool.count + 1] {
        class.extend(u16::to_be_bytes(number));
    }
    class.extend(&pool.bytes);
    // public super, no interfaces, no fields, one method: public static, with code alone.
    for number in [0x21, this, parent, 0, 0, 1, 0x09, name, kind, 1, attribute] {
        class.extend(u16::to_be_bytes(number));
    }
    class.extend((code.len() as u32 + 12).to_be_bytes());
    // Deepest stack and number of variables, both with room.
    class.extend([0, 8, 0, 8]);
    class.extend((code.len() as u32).to_be_bytes());
    class.extend(&code);
    // No exception table, no attributes of the code, none of the class.
    class.extend([0; 6]);
    class
}

const ACONST_NULL: u8 = 0x01;
const ICONST_0: u8 = 0x03;
const ICONST_1: u8 = 0x04;
const ICONST_2: u8 = 0x05;
const LDC_W: u8 = 0x13;
const ILOAD: u8 = 0x15;
const ALOAD: u8 = 0x19;
const AALOAD: u8 = 0x32;
const ISTORE: u8 = 0x36;
const ASTORE: u8 = 0x3a;
const POP: u8 = 0x57;
const DUP: u8 = 0x59;
const IINC: u8 = 0x84;
const IFEQ: u8 = 0x99;
const GOTO: u8 = 0xa7;
const RETURN: u8 = 0xb1;
const VIRTUAL: u8 = 0xb6;
const SPECIAL: u8 = 0xb7;
const STATIC: u8 = 0xb8;
const INTERFACE: u8 = 0xb9;
const NEW: u8 = 0xbb;
const CHECKCAST: u8 = 0xc0;
const IFNONNULL: u8 = 0xc7;

/// The constant pool: each constant once.
#[derive(Default)]
struct Pool {
    bytes: Vec<u8>,
    count: u16,
    known: HashMap<Vec<u8>, u16>,
}

impl Pool {
    fn add(&mut self, constant: Vec<u8>) -> u16 {
        if let Some(number) = self.known.get(&constant) {
            return *number;
        }
        self.count += 1;
        self.bytes.extend(&constant);
        self.known.insert(constant, self.count);
        self.count
    }

    fn utf8(&mut self, text: &str) -> u16 {
        let length = u16::try_from(text.len()).expect("names are short");
        self.add([&[1], &length.to_be_bytes()[..], text.as_bytes()].concat())
    }

    fn of(&mut self, tag: u8, numbers: &[u16]) -> u16 {
        self.add(std::iter::once(tag).chain(numbers.iter().flat_map(|number| number.to_be_bytes())).collect())
    }

    fn class(&mut self, name: &str) -> u16 {
        let name = self.utf8(name);
        self.of(7, &[name])
    }

    /// A method, written `package/Class.name(parameters)result`.
    fn method(&mut self, tag: u8, method: &str) -> u16 {
        let (owner, rest) = method.split_once('.').expect("a class and a method");
        let (name, kind) = rest.split_at(rest.find('(').expect("parameters"));
        let owner = self.class(owner);
        let (name, kind) = (self.utf8(name), self.utf8(kind));
        let signature = self.of(12, &[name, kind]);
        self.of(tag, &[owner, signature])
    }
}

/// A method's instructions.
struct Code<'a> {
    pool: &'a mut Pool,
    bytes: Vec<u8>,
    marks: HashMap<&'static str, usize>,
    jumps: Vec<(usize, &'static str)>,
}

impl Code<'_> {
    fn op(&mut self, op: u8) -> &mut Self {
        self.bytes.push(op);
        self
    }

    fn with(&mut self, op: u8, operand: u8) -> &mut Self {
        self.bytes.extend([op, operand]);
        self
    }

    fn constant(&mut self, op: u8, number: u16) -> &mut Self {
        self.bytes.push(op);
        self.bytes.extend(number.to_be_bytes());
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        let text = self.pool.utf8(text);
        let text = self.pool.of(8, &[text]);
        self.constant(LDC_W, text)
    }

    fn call(&mut self, op: u8, method: &str) -> &mut Self {
        let method = self.pool.method(10, method);
        self.constant(op, method)
    }

    /// A call without parameters, as all here are.
    fn interface(&mut self, method: &str) -> &mut Self {
        let method = self.pool.method(11, method);
        self.constant(INTERFACE, method).with(1, 0)
    }

    fn new_object(&mut self, class: &str) -> &mut Self {
        let class = self.pool.class(class);
        self.constant(NEW, class)
    }

    fn cast(&mut self, class: &str) -> &mut Self {
        let class = self.pool.class(class);
        self.constant(CHECKCAST, class)
    }

    fn argument(&mut self, variable: u8, number: u8) -> &mut Self {
        self.with(ALOAD, variable).op(number).op(AALOAD)
    }

    fn increment(&mut self, variable: u8) -> &mut Self {
        self.with(IINC, variable).op(1)
    }

    fn mark(&mut self, name: &'static str) -> &mut Self {
        self.marks.insert(name, self.bytes.len());
        self
    }

    fn jump(&mut self, op: u8, to: &'static str) -> &mut Self {
        self.jumps.push((self.bytes.len(), to));
        self.constant(op, 0)
    }

    /// With the distances of all jumps, which count from the jump's own instruction.
    fn finish(mut self) -> Vec<u8> {
        for (at, to) in self.jumps {
            let distance = self.marks[to] as i32 - at as i32;
            let distance = i16::try_from(distance).expect("the method is short");
            self.bytes[at + 1..at + 3].copy_from_slice(&distance.to_be_bytes());
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_as_long_as_it_says() {
        let class = class();
        assert_eq!(class[..8], [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 49]);
        // Read back to the end: the pool, then eleven numbers, then the code with what follows it.
        let mut at = 10;
        let number = |at: usize| usize::from(u16::from_be_bytes([class[at], class[at + 1]]));
        for _ in 1..number(8) {
            at += match class[at] {
                1 => 3 + number(at + 1),
                7 | 8 => 3,
                10..=12 => 5,
                tag => panic!("tag {tag}"),
            };
        }
        let code = at + 22;
        let length = u32::from_be_bytes(class[code..code + 4].try_into().unwrap()) as usize;
        assert_eq!(class.len(), code + 4 + length + 2);
    }
}
