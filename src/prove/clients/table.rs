//! The clients, as data: what they need, how they are told to trust a bundle, and whose reading theirs is.
//!
//! In arguments and variables, `{bundle}`, `{url}`, `{port}`, `{script}` and `{dir}` stand for what the words say;
//! `{made}` is what `build` makes. Each is told to look at nothing but the bundle, to use no proxy, and to read no
//! configuration of the user's.

use crate::readers::Reader;

/// One way to make a handshake with one kind of program.
#[derive(Debug)]
pub(super) struct Kind {
    pub name: &'static str,
    pub program: &'static str,
    /// Must succeed, else the client is not here in full; what it prints first is the version.
    pub version: &'static [&'static str],
    pub reader: fn(version: &str) -> Option<Reader>,
    /// Its file name, and what is in it.
    pub script: Option<(&'static str, &'static str)>,
    /// A compiler's arguments; the program itself is the compiler.
    pub build: &'static [&'static str],
    /// The program to be run, where it is not `program`.
    pub run: Option<&'static str>,
    pub arguments: &'static [&'static str],
    pub variables: &'static [(&'static str, &'static str)],
}

const CLIENT: Kind = Kind {
    name: "",
    program: "",
    version: &["--version"],
    reader: |_| Some(Reader::Openssl),
    script: None,
    build: &[],
    run: None,
    arguments: &["{script}", "{url}", "{bundle}"],
    variables: &[],
};

/// curl and wget are built with one TLS library or another, and say with which.
fn by_library(version: &str) -> Option<Reader> {
    let version = version.to_ascii_lowercase();
    if version.contains("gnutls") {
        return Some(Reader::Gnutls);
    }
    ["openssl", "libressl", "boringssl", "quictls"].iter().any(|name| version.contains(name)).then_some(Reader::Openssl)
}

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "curl",
        program: "curl",
        reader: by_library,
        arguments: &["-q", "-sS", "-o", "{dir}/answer", "--noproxy", "*", "--cacert", "{bundle}", "{url}"],
        ..CLIENT
    },
    Kind {
        name: "wget",
        program: "wget",
        reader: by_library,
        arguments: &[
            "--no-config",
            "--no-hsts",
            "--no-proxy",
            "--tries=1",
            "-nv",
            "-O-",
            "--ca-certificate={bundle}",
            "--ca-directory={dir}",
            "{url}",
        ],
        ..CLIENT
    },
    Kind {
        name: "openssl",
        program: "openssl",
        version: &["version"],
        // Not -verify_hostname, -no-CApath or -brief, which OpenSSL 1.0.1 does not know. That it looks into the
        // system's store too is no matter: there is no stand-in in it.
        arguments: &[
            "s_client",
            "-connect",
            "localhost:{port}",
            "-servername",
            "localhost",
            "-verify_return_error",
            "-CAfile",
            "{bundle}",
        ],
        ..CLIENT
    },
    Kind {
        name: "gnutls-cli",
        program: "gnutls-cli",
        reader: |_| Some(Reader::Gnutls),
        arguments: &["--x509cafile", "{bundle}", "-p", "{port}", "localhost"],
        ..CLIENT
    },
    Kind { name: "python ssl", program: "python3", script: Some(("ssl_client.py", SSL_PY)), ..CLIENT },
    Kind {
        name: "python requests",
        program: "python3",
        version: &["-c", "import requests; print('requests', requests.__version__)"],
        script: Some(("requests_client.py", REQUESTS_PY)),
        ..CLIENT
    },
    Kind {
        name: "node ca",
        program: "node",
        reader: |_| Some(Reader::Node),
        script: Some(("ca.js", NODE_JS)),
        ..CLIENT
    },
    Kind {
        name: "node extra",
        program: "node",
        reader: |_| Some(Reader::NodeExtra),
        script: Some(("extra.js", NODE_JS)),
        arguments: &["{script}", "{url}"],
        variables: &[("NODE_EXTRA_CA_CERTS", "{bundle}")],
        ..CLIENT
    },
    Kind {
        name: "php curl",
        program: "php",
        version: &["-r", "extension_loaded('curl') || exit(1); echo PHP_VERSION, ' ', curl_version()['ssl_version'];"],
        reader: by_library,
        script: Some(("curl.php", CURL_PHP)),
        ..CLIENT
    },
    Kind {
        name: "php stream",
        program: "php",
        version: &["-r", "extension_loaded('openssl') || exit(1); echo PHP_VERSION, ' ', OPENSSL_VERSION_TEXT;"],
        reader: |_| Some(Reader::PhpStream),
        script: Some(("stream.php", STREAM_PHP)),
        ..CLIENT
    },
    Kind { name: "ruby", program: "ruby", script: Some(("http.rb", HTTP_RB)), ..CLIENT },
    Kind {
        name: "perl",
        program: "perl",
        version: &["-MIO::Socket::SSL", "-e", "print 'IO::Socket::SSL ', $IO::Socket::SSL::VERSION"],
        script: Some(("ssl.pl", SSL_PL)),
        arguments: &["{script}", "{port}", "{bundle}"],
        ..CLIENT
    },
    Kind {
        name: "go",
        program: "go",
        version: &["version"],
        reader: |_| Some(Reader::Go),
        script: Some(("client.go", CLIENT_GO)),
        build: &["build", "-o", "{made}", "{script}"],
        run: Some("{made}"),
        arguments: &["{port}", "{bundle}"],
        // What it compiles goes away with the directory.
        variables: &[("GOCACHE", "{dir}/go"), ("GO111MODULE", "off"), ("GOFLAGS", ""), ("GOENV", "off")],
    },
    Kind {
        name: "mono",
        program: "mcs",
        // Its store reads PEM in a way of its own.
        reader: |_| None,
        script: Some(("client.cs", CLIENT_CS)),
        build: &["-out:{made}", "{script}"],
        run: Some("sh"),
        arguments: &["-c", MONO_SH, "mono.sh", "{url}", "{bundle}", "{dir}", "{made}"],
        ..CLIENT
    },
];

const SSL_PY: &str = include_str!("scripts/ssl.py");
const REQUESTS_PY: &str = include_str!("scripts/requests.py");
const NODE_JS: &str = include_str!("scripts/ca.js");
const CURL_PHP: &str = include_str!("scripts/curl.php");
const STREAM_PHP: &str = include_str!("scripts/stream.php");
const HTTP_RB: &str = include_str!("scripts/http.rb");
const SSL_PL: &str = include_str!("scripts/ssl.pl");
const CLIENT_GO: &str = include_str!("scripts/client.go");
const CLIENT_CS: &str = include_str!("scripts/Client.cs");
const MONO_SH: &str = include_str!("scripts/mono.sh");
