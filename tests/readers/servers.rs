//! A TLS server under each root.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::roots::Roots;

/// Starts them; they serve as long as the test runs. Their ports, in the order of the roots.
pub fn start(roots: &Roots) -> [String; 3] {
    std::array::from_fn(|place| {
        let root = &roots.roots[place];
        let chain = vec![CertificateDer::from(root.leaf.clone())];
        let key = PrivateKeyDer::try_from(root.leaf_key.clone()).expect("a key as rcgen writes it");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .expect("a key that fits the certificate");
        // No tickets: clients here only shake hands.
        config.send_tls13_tickets = 0;
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let port = listener.local_addr().expect("a bound port").port();
        std::thread::spawn(move || {
            for tcp in listener.incoming() {
                let config = Arc::clone(&config);
                std::thread::spawn(move || serve(tcp?, config));
            }
        });
        port.to_string()
    })
}

fn serve(mut tcp: std::net::TcpStream, config: Arc<ServerConfig>) -> std::io::Result<()> {
    tcp.set_read_timeout(Some(std::time::Duration::from_secs(20)))?;
    let mut connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut tls = Stream::new(&mut connection, &mut tcp);
    let mut request = [0; 1024];
    if tls.read(&mut request)? > 0 {
        tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")?;
    }
    connection.send_close_notify();
    connection.complete_io(&mut tcp).map(|_| ())
}
