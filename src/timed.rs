//! A connection on which everything together takes no longer than agreed.
//!
//! The limit of a socket counts anew for each read, so that a peer that sends a byte now and then is waited for without
//! end.

use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub struct Timed {
    stream: TcpStream,
    end: Instant,
}

impl Timed {
    pub fn new(stream: TcpStream, end: Instant) -> io::Result<Timed> {
        stream.set_nodelay(true)?;
        Ok(Timed { stream, end })
    }

    pub fn tcp(&self) -> &TcpStream {
        &self.stream
    }

    /// From now on no longer than this.
    pub fn shorten(&mut self, time: Duration) {
        self.end = self.end.min(Instant::now() + time);
    }

    /// What has come, which stays to be read.
    pub fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.end)?))?;
        self.stream.peek(buffer)
    }
}

/// The time until then; there must be some.
pub fn left(end: Instant) -> io::Result<Duration> {
    let left = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero());
    left.ok_or_else(|| io::ErrorKind::TimedOut.into())
}

impl io::Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.end)?))?;
        self.stream.read(buffer)
    }
}

impl io::Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.end)?))?;
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
