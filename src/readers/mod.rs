//! What each TLS library makes of a bundle: which certificates it ends up trusting.
//!
//! One file per reader, each a model of how that reader parses, taken from its source and held against the real
//! program by tests. Pure: bytes in, views out.
//!
//! Most files are read by all alike ([`canonical`]); only for the others are the models asked. What they rest on:
//!
//! - the blocks: `pem_read_bio` for the three that read with OpenSSL; each of the others finds its blocks in its own
//!   way, with the quartets of `base64` in common;
//! - the certificates in them: `outline` notes every liberty that one takes, `certificates` knows which library takes
//!   offence at which.
//!
//! Versions: those of Debian 12 (OpenSSL 3.0, PHP 8.2, Node 20, GnuTLS 3.7, JDK 17 and 25, Go 1.19), and .NET 9.0, on
//! x86-64.

use crate::certificate::{Certificate, Fingerprint};

mod base64;
pub mod canonical;
mod certificates;
mod der;
mod dotnet;
mod gnutls;
mod go;
mod java;
mod java_25;
mod node;
mod openssl;
mod outline;
mod pem_read_bio;
mod php_stream;
mod private_key;
mod rustls;
mod search;
mod seen;
mod trust_settings;

/// A family of programs that read PEM bundles in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reader {
    /// `X509_STORE_load_file`: openssl, Python ssl, curl, PHP curl, Ruby, nginx, HAProxy and most others.
    Openssl,
    /// PHP's stream wrapper, `cafile`.
    PhpStream,
    /// Node's `ca:` option.
    Node,
    /// `NODE_EXTRA_CA_CERTS`; and `SSL_CERT_FILE` of .NET on Linux.
    NodeExtra,
    Gnutls,
    /// `CertificateFactory.generateCertificates` of JDK 8 to 24 for PEM ([`java_25`] for later ones); `KeyStore`
    /// for key stores.
    Java,
    /// `x509.CertPool.AppendCertsFromPEM`.
    Go,
    /// rustls-pemfile / rustls-pki-types.
    Rustls,
    /// .NET's `X509Certificate2Collection.ImportFromPemFile`.
    Dotnet,
}

impl Reader {
    pub const ALL: &'static [Reader] = &[
        Reader::Openssl,
        Reader::PhpStream,
        Reader::Node,
        Reader::NodeExtra,
        Reader::Gnutls,
        Reader::Java,
        Reader::Go,
        Reader::Rustls,
        Reader::Dotnet,
    ];

    /// The permanent name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reader::Openssl => "openssl",
            Reader::PhpStream => "php-stream",
            Reader::Node => "node",
            Reader::NodeExtra => "node-extra",
            Reader::Gnutls => "gnutls",
            Reader::Java => "java",
            Reader::Go => "go",
            Reader::Rustls => "rustls",
            Reader::Dotnet => "dotnet",
        }
    }
}

/// What one reader ends up with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub reader: Reader,
    /// The trusted certificates that the program ends up with, in the file's order; a certificate that the reader
    /// keeps once stands here once.
    pub trusted: Vec<Fingerprint>,
    /// The reader reports an error instead of, or after, loading.
    pub fails: bool,
}

/// What every reader makes of these bytes, in the order of [`Reader::ALL`].
pub fn views(bytes: &[u8]) -> Vec<View> {
    match canonical::blocks(bytes) {
        Some(blocks) => views_of_canonical(&blocks),
        None => views_of_odd(bytes),
    }
}

/// What Java makes of them from release 25 on.
pub fn java_25(bytes: &[u8]) -> View {
    view_of(Reader::Java, java_25::read, bytes, &mut certificates::Judge::default())
}

/// Whether Java decodes what an entry of a key store holds as its certificate, in DER, in BER or as a text; for one that
/// it does not, it refuses the whole store. What follows the certificate it lets be. `certificate` is what stands at the
/// front in DER, where that was read already.
pub(crate) fn java_decodes(held: &[u8], certificate: Option<&Certificate>) -> bool {
    if certificate.is_some_and(certificates::is_taken_by_all) {
        return true;
    }
    let mut judge = certificates::Judge::default();
    match held.first() {
        Some(&der::SEQUENCE) => judge.prefix(certificates::Decoder::Java, held).is_some(),
        _ => !java::read(held, &mut judge).trusted.is_empty(),
    }
}

/// The same for a caller that has read the file with [`canonical::blocks`] already.
pub fn views_of_canonical(blocks: &[canonical::Block]) -> Vec<View> {
    let trusted = distinct(blocks.iter().map(|block| block.certificate.fingerprint()));
    Reader::ALL.iter().map(|reader| View { reader: *reader, trusted: trusted.clone(), fails: false }).collect()
}

/// The same for bytes that [`canonical::blocks`] would not take.
pub fn views_of_odd(bytes: &[u8]) -> Vec<View> {
    let mut judge = certificates::Judge::default();
    let mut view = |reader: &Reader| {
        let model = match reader {
            Reader::Openssl => openssl::read,
            Reader::PhpStream => php_stream::read,
            Reader::Node => node::read_ca,
            Reader::NodeExtra => node::read_extra,
            Reader::Gnutls => gnutls::read,
            Reader::Java => java::read,
            Reader::Go => go::read,
            Reader::Rustls => rustls::read,
            Reader::Dotnet => dotnet::read,
        };
        view_of(*reader, model, bytes, &mut judge)
    };
    Reader::ALL.iter().map(&mut view).collect()
}

type Model = fn(&[u8], &mut certificates::Judge) -> Outcome;

fn view_of(reader: Reader, model: Model, bytes: &[u8], judge: &mut certificates::Judge) -> View {
    let Outcome { trusted, fails } = model(bytes, judge);
    View { reader, trusted: distinct(trusted.into_iter()), fails }
}

/// What a model says: the certificates that the program ends up trusting, and whether the reader reports an error.
#[derive(Debug)]
struct Outcome {
    trusted: Vec<Fingerprint>,
    fails: bool,
}

impl Outcome {
    /// An error, and nothing loaded.
    const FAILURE: Outcome = Outcome { trusted: Vec::new(), fails: true };
}

/// Every reader keeps a certificate once, however often it stands in the file.
fn distinct(fingerprints: impl Iterator<Item = Fingerprint>) -> Vec<Fingerprint> {
    let mut seen = std::collections::HashSet::with_capacity(fingerprints.size_hint().0);
    fingerprints.filter(|fingerprint| seen.insert(*fingerprint)).collect()
}
