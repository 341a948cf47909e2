//! The real programs: what each of them makes of a folder of bundles.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rootfix::readers::{Reader, View, java_25};

use crate::common;

/// A program that reads bundles, and the family of readers it belongs to.
#[derive(Debug)]
pub struct Program {
    pub name: &'static str,
    pub reader: Reader,
    pub how: How,
}

#[derive(Debug)]
pub enum How {
    /// One process reads all files.
    Batch(&'static [&'static str]),
    /// A process for each file.
    Each(fn(&World, &str) -> Seen),
    /// The same program as another one, run by a JDK of release 25.
    Java25,
    /// A program of .NET that reads all files.
    Dotnet,
}

/// Where the files lie and the servers listen.
#[derive(Debug)]
pub struct World<'a> {
    pub folder: &'a Path,
    /// Of the servers under A, B and C.
    pub ports: [String; 3],
}

/// What one program made of one file; what it does not tell is not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The letters of the roots that it trusts.
    pub trusted: String,
    /// Whether it reported an error.
    pub error: Option<bool>,
    /// How many certificates it loaded.
    pub count: Option<usize>,
}

pub const PROGRAMS: &[Program] = &[
    Program { name: "python ssl", reader: Reader::Openssl, how: How::Batch(&["python3", "read.py", "openssl"]) },
    Program { name: "ruby add_file", reader: Reader::Openssl, how: How::Batch(&["ruby", "read.rb"]) },
    Program { name: "php curl", reader: Reader::Openssl, how: How::Batch(&["php", "read.php", "curl"]) },
    Program { name: "curl", reader: Reader::Openssl, how: How::Each(curl) },
    Program { name: "s_client", reader: Reader::Openssl, how: How::Each(s_client) },
    Program { name: "php stream", reader: Reader::PhpStream, how: How::Batch(&["php", "read.php", "stream"]) },
    Program { name: "node ca", reader: Reader::Node, how: How::Batch(&["node", "read.js", "ca"]) },
    Program { name: "node extra", reader: Reader::NodeExtra, how: How::Each(node_extra) },
    Program { name: "libgnutls", reader: Reader::Gnutls, how: How::Batch(&["python3", "read.py", "gnutls"]) },
    Program { name: "gnutls-cli", reader: Reader::Gnutls, how: How::Each(gnutls_cli) },
    Program { name: "java", reader: Reader::Java, how: How::Batch(&["java", "Read.java"]) },
    Program { name: "java 25", reader: Reader::Java, how: How::Java25 },
    Program { name: "go", reader: Reader::Go, how: How::Batch(&["go", "run", "read.go"]) },
    Program { name: ".net", reader: Reader::Dotnet, how: How::Dotnet },
    // Its store of the machine's roots on Linux.
    Program { name: ".net store", reader: Reader::NodeExtra, how: How::Each(dotnet_store) },
];

impl Program {
    /// The command that must be there for this program to be tried.
    pub fn command(&self) -> &'static str {
        match self.how {
            How::Batch(command) => command[0],
            How::Java25 => "javac",
            How::Dotnet => "mcs",
            How::Each(_) => match self.name {
                "s_client" => "openssl",
                ".net store" => "mcs",
                "node extra" => "node",
                name => name,
            },
        }
    }

    /// What is predicted of it, for this file.
    pub fn view(&self, bytes: &[u8], views: &[View]) -> View {
        match self.how {
            How::Java25 => java_25(bytes),
            _ => views.iter().find(|view| view.reader == self.reader).expect("a view for each reader").clone(),
        }
    }

    pub fn is_there(&self) -> bool {
        if matches!(self.how, How::Java25) && common::jdk(25).is_none() || self.command() == "mcs" && dotnet().is_none()
        {
            return false;
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(self.command()).is_file())
    }

    /// What it makes of `names`, each a file in the world's folder.
    pub fn read(&self, world: &World, names: &[&str]) -> BTreeMap<String, Seen> {
        match self.how {
            How::Each(read) => names.iter().map(|name| ((*name).to_owned(), read(world, name))).collect(),
            How::Batch(command) => batch(command, world, names),
            How::Dotnet => {
                let program = dotnet().expect("it is there");
                batch(&[program.to_str().expect("an ASCII path"), "pem"], world, names)
            }
            How::Java25 => {
                let classes = tempfile::tempdir().expect("a folder for the test");
                let mut compiler = Command::new("javac");
                compiler.args(["--release", "11", "-d"]).arg(classes.path()).arg(here().join("Read.java"));
                assert!(compiler.status().expect("javac runs").success());
                let java = common::jdk(25).expect("it is there").join("bin/java");
                let [java, classes] = [&*java, classes.path()].map(|path| path.to_str().expect("an ASCII path"));
                batch(&[java, "-cp", classes, "Read"], world, names)
            }
        }
    }
}

/// The program of .NET.
fn dotnet() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    PROGRAM.get_or_init(|| common::dotnet_program(include_str!("Read.cs"))).as_deref()
}

fn dotnet_store(world: &World, name: &str) -> Seen {
    let mut command = common::dotnet(dotnet().expect("it is there"));
    command.arg("store").arg(world.folder).env("SSL_CERT_DIR", "/nonexistent");
    command.env("SSL_CERT_FILE", world.folder.join(format!("{name}.pem")));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("a pipe was asked for").write_all(name.as_bytes()).expect("it reads its input");
    let output = child.wait_with_output().expect("it can be waited for");
    assert!(output.status.success(), ".NET ended with {}", output.status);
    let line = String::from_utf8(output.stdout).expect("text");
    let trusted = line.split(' ').nth(1).expect("an answer").trim_matches('-').to_owned();
    Seen { trusted, error: None, count: None }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers")
}

fn batch(command: &[&str], world: &World, names: &[&str]) -> BTreeMap<String, Seen> {
    // Without a terminal: PHP would ask it for the pass phrase of an encrypted block, and wait.
    let mut child = Command::new("setsid")
        .arg("--wait")
        .args(command)
        .arg(world.folder)
        .args(&world.ports)
        .current_dir(here())
        .env("SSL_CERT_DIR", "/nonexistent")
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut input = child.stdin.take().expect("a pipe was asked for");
    let names = names.join("\n");
    let writer = std::thread::spawn(move || input.write_all(names.as_bytes()));
    let output = child.wait_with_output().expect("the program can be waited for");
    writer.join().expect("the writer does not panic").expect("the program reads its input");
    assert!(output.status.success(), "{command:?} ended with {}", output.status);
    let seen = |line: &str| {
        let [name, trusted, error, count] = line.split(' ').collect::<Vec<_>>().try_into().expect("four fields");
        let seen = Seen {
            trusted: trusted.trim_matches('-').to_owned(),
            error: error.parse().ok().map(|error: u8| error == 1),
            count: count.parse().ok(),
        };
        (name.to_owned(), seen)
    };
    String::from_utf8(output.stdout).expect("text").lines().map(seen).collect()
}

/// The letters of the servers for which this says yes.
fn letters(world: &World, mut trusts: impl FnMut(&str) -> bool) -> String {
    "ABC".chars().zip(&world.ports).filter(|(_, port)| trusts(port)).map(|(letter, _)| letter).collect()
}

fn curl(world: &World, name: &str) -> Seen {
    let mut command = Command::new("curl");
    command.args(["-sS", "--max-time", "20", "--cacert"]).arg(world.folder.join(format!("{name}.pem")));
    for port in &world.ports {
        command.args(["-w", "%{http_code} ", "-o", "/dev/null"]).arg(format!("https://localhost:{port}/"));
    }
    let output = command.output().expect("curl runs");
    let codes = String::from_utf8(output.stdout).expect("text");
    let trusted = "ABC".chars().zip(codes.split_whitespace()).filter(|(_, code)| *code == "200");
    Seen { trusted: trusted.map(|(letter, _)| letter).collect(), error: None, count: None }
}

fn s_client(world: &World, name: &str) -> Seen {
    let trusted = letters(world, |port| {
        let status = Command::new("openssl")
            .args(["s_client", "-brief", "-verify_return_error", "-verify_hostname", "localhost", "-no-CApath"])
            .args(["-servername", "localhost", "-connect", &format!("127.0.0.1:{port}"), "-CAfile"])
            .arg(world.folder.join(format!("{name}.pem")))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status();
        status.expect("openssl runs").success()
    });
    Seen { trusted, error: None, count: None }
}

fn gnutls_cli(world: &World, name: &str) -> Seen {
    let trusted = letters(world, |port| {
        let status = Command::new("gnutls-cli")
            .args(["--port", port, "localhost", "--x509cafile"])
            .arg(world.folder.join(format!("{name}.pem")))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status();
        status.expect("gnutls-cli runs").success()
    });
    Seen { trusted, error: None, count: None }
}

fn node_extra(world: &World, name: &str) -> Seen {
    let mut child = Command::new("node")
        .args(["read.js", "extra"])
        .arg(world.folder)
        .args(&world.ports)
        .current_dir(here())
        .env("NODE_EXTRA_CA_CERTS", world.folder.join(format!("{name}.pem")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node runs");
    child.stdin.take().expect("a pipe was asked for").write_all(name.as_bytes()).expect("node reads its input");
    let output = child.wait_with_output().expect("node can be waited for");
    let line = String::from_utf8(output.stdout).expect("text");
    let trusted = line.split(' ').nth(1).unwrap_or_default().trim_matches('-').to_owned();
    let warned = String::from_utf8_lossy(&output.stderr).contains("Ignoring extra certs");
    Seen { trusted, error: Some(warned), count: None }
}
