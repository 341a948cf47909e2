//! Servers that are other programs, each at an address that no other test and no other program takes.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// Where nobody but the caller listens: of 127.128.0.0/10 each process has an address, and each call a port of it that
/// is below those that the system gives out.
pub fn own_address() -> SocketAddr {
    const FIRST: u32 = 0x7f80_0000;
    const NUMBERS: u32 = 1 << 22;
    static PORT: AtomicU16 = AtomicU16::new(4433);
    let address = Ipv4Addr::from(FIRST | (std::process::id() % NUMBERS));
    (address, PORT.fetch_add(1, Ordering::Relaxed)).into()
}

/// A port of 127.0.0.1 that nobody else is given and at which nobody listens, as long as the connection is held that
/// came in there.
pub fn closed_port() -> (u16, [TcpStream; 2]) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let address = listener.local_addr().expect("an address");
    let near = TcpStream::connect(address).expect("somebody listens");
    let (far, _) = listener.accept().expect("somebody connects");
    (address.port(), [near, far])
}

/// A program that ends with the test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program, and waits until it listens at an address of [`own_address`]. `None` where it ends instead.
pub fn listening(command: &mut Command, address: SocketAddr) -> Option<Running> {
    let started = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut running = Running(started.expect("it starts"));
    for _ in 0..6000 {
        if TcpStream::connect(address).is_ok() {
            return Some(running);
        }
        if running.0.try_wait().expect("it can be waited for").is_some() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{command:?} neither listens nor ends");
}
