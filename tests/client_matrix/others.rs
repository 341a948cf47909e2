//! Programs that are no clients of `verify`, or would be slow as such: each started for one question.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use rootfix::readers::Reader;

use crate::common;

/// A program, and its answer to the question: does it accept this server by this bundle?
pub struct Other {
    pub name: &'static str,
    pub needs: &'static str,
    pub reader: Reader,
    pub accepts: fn(&Path, &Path, u16) -> bool,
}

pub const OTHERS: [Other; 6] = [
    Other { name: "nginx", needs: "nginx", reader: Reader::Openssl, accepts: nginx },
    Other { name: "haproxy", needs: "haproxy", reader: Reader::Openssl, accepts: haproxy },
    Other { name: "curl with GnuTLS", needs: "cc", reader: Reader::Gnutls, accepts: curl_with_gnutls },
    // Compiled once; `verify` compiles it for each bundle.
    Other { name: "go", needs: "go", reader: Reader::Go, accepts: go },
    Other { name: ".net CustomTrustStore", needs: "mcs", reader: Reader::Dotnet, accepts: dotnet_custom },
    Other { name: ".net SSL_CERT_FILE", needs: "mcs", reader: Reader::NodeExtra, accepts: dotnet_store },
];

impl Other {
    /// Says so where it is not.
    pub fn is_there(&self) -> bool {
        let compiled = match self.name {
            ".net CustomTrustStore" => common::dotnet_program(CUSTOM_CS).is_some(),
            ".net SSL_CERT_FILE" => common::dotnet_program(CLIENT_CS).is_some(),
            _ => true,
        };
        compiled && common::program(self.needs).is_some()
    }
}

const CUSTOM_CS: &str = include_str!("Custom.cs");
/// That of `verify --clients` for Mono, which asks for the machine's roots.
const CLIENT_CS: &str = include_str!("../../src/prove/clients/scripts/Client.cs");

fn dotnet_custom(_: &Path, bundle: &Path, server: u16) -> bool {
    let mut command = common::dotnet(&common::dotnet_program(CUSTOM_CS).expect("it is there"));
    command.arg(format!("https://localhost:{server}/")).arg(bundle);
    command.stderr(Stdio::null()).status().unwrap().success()
}

fn dotnet_store(_: &Path, bundle: &Path, server: u16) -> bool {
    let mut command = common::dotnet(&common::dotnet_program(CLIENT_CS).expect("it is there"));
    command.arg(format!("https://localhost:{server}/")).env("SSL_CERT_FILE", bundle);
    command.env("SSL_CERT_DIR", "/nonexistent").stderr(Stdio::null()).status().unwrap().success()
}

/// Whether a proxy, started by this command, gives an answer from behind it. One that does not start does not.
fn through(mut command: Command, address: SocketAddr) -> bool {
    let Some(_proxy) = common::server::listening(&mut command, address) else { return false };
    let mut stream = TcpStream::connect(address).unwrap();
    let mut answer = String::new();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let _ = stream.read_to_string(&mut answer);
    answer.contains(" 200 ")
}

/// A program that is made once; later runs find it again. `make` is told where it is to lie.
fn made(name: &str, source: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let version = rootfix::certificate::Fingerprint::of(source.as_bytes()).to_string();
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", &version[..16]));
    if !program.exists() {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let fresh = directory.path().join("fresh");
        make(&fresh);
        fs::rename(fresh, &program).unwrap();
    }
    program
}

fn nginx(directory: &Path, bundle: &Path, server: u16) -> bool {
    let own = common::server::own_address();
    let text = format!(
        "daemon off; master_process off; pid pid; error_log stderr; events {{}} http {{ access_log off;
         client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
         server {{ listen {own}; location / {{ proxy_pass https://127.0.0.1:{server};
         proxy_ssl_server_name on; proxy_ssl_name localhost; proxy_ssl_verify on; proxy_ssl_verify_depth 4;
         proxy_ssl_trusted_certificate {}; }} }} }}",
        bundle.display()
    );
    fs::write(directory.join("nginx.conf"), text).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(directory).arg("-c").arg(directory.join("nginx.conf"));
    through(command, own)
}

fn haproxy(directory: &Path, bundle: &Path, server: u16) -> bool {
    let own = common::server::own_address();
    let text = format!(
        "defaults\n mode http\n timeout connect 60s\n timeout client 60s\n timeout server 60s\n retries 0\n\
         listen proxy\n bind {own}\n\
         server s 127.0.0.1:{server} ssl verify required ca-file {} sni str(localhost) verifyhost localhost\n",
        bundle.display()
    );
    fs::write(directory.join("haproxy.cfg"), text).unwrap();
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-f").arg(directory.join("haproxy.cfg"));
    through(command, own)
}

/// Debian has the library beside that with OpenSSL, and no program for it: the same C program with the other library.
fn curl_with_gnutls(directory: &Path, bundle: &Path, server: u16) -> bool {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let source = "#include <curl/curl.h>\nint main(int n, char **a) { CURL *c = curl_easy_init();\
                      curl_easy_setopt(c, CURLOPT_URL, a[1]); curl_easy_setopt(c, CURLOPT_CAINFO, a[2]);\
                      return n != 3 || curl_easy_perform(c) != CURLE_OK; }";
        made("curl-gnutls", source, |program| {
            fs::write(program.with_extension("c"), source).unwrap();
            let mut cc = Command::new("cc");
            cc.arg("-o").arg(program).arg(program.with_extension("c")).arg("-l:libcurl-gnutls.so.4");
            assert!(cc.status().unwrap().success());
        })
    });
    let mut command = Command::new(program);
    command.arg(format!("https://localhost:{server}/")).arg(bundle).current_dir(directory);
    common::cli::without_surroundings(&mut command).stdout(Stdio::null()).status().unwrap().success()
}

fn go(directory: &Path, bundle: &Path, server: u16) -> bool {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        const SOURCE: &str = include_str!("../../src/prove/clients/scripts/client.go");
        made("go-client", SOURCE, |program| {
            fs::write(program.with_extension("go"), SOURCE).unwrap();
            let mut go = Command::new("go");
            go.args(["build", "-o"]).arg(program).arg(program.with_extension("go")).env("GO111MODULE", "off");
            assert!(go.status().unwrap().success());
        })
    });
    let mut command = Command::new(program);
    command.arg(server.to_string()).arg(bundle).current_dir(directory).stderr(Stdio::null());
    command.status().unwrap().success()
}
