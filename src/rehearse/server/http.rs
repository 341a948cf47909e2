//! Enough of HTTP/1.1 (RFC 9112) to let any client finish a request, and no more.

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use rustls::ServerConnection;

use super::End;
use crate::timed::Timed;

/// Request line and headers together; servers at large take 8 to 64 KB.
const MAX_HEAD: usize = 64 << 10;
/// A payment order has some kilobytes; a client that sends more than this has no answer to wait for.
const MAX_BODY: u64 = 16 << 20;

/// What the stand-in answers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reply {
    status: String,
    content_type: String,
    body: Vec<u8>,
}

impl Default for Reply {
    /// What version 3 of WeChat Pay's interface says to a request whose signature is wrong: an answer that every
    /// payment program has to be ready for, and that sets nothing in motion.
    fn default() -> Self {
        Reply {
            status: "401 Unauthorized".into(),
            content_type: "application/json; charset=utf-8".into(),
            body: r#"{"code":"SIGN_ERROR","message":"stand-in server of rootfix: nothing reaches the real service"}"#
                .into(),
        }
    }
}

impl Reply {
    /// A body of the user's own, with status 200 and the type that its first character tells.
    pub fn with_body(body: Vec<u8>) -> Reply {
        let content_type = match body.trim_ascii_start().first() {
            Some(b'{' | b'[') => "application/json; charset=utf-8",
            Some(b'<') => "text/xml; charset=utf-8",
            _ => "text/plain; charset=utf-8",
        };
        Reply { status: "200 OK".into(), content_type: content_type.into(), body }
    }

    fn head(&self) -> String {
        let Reply { status, content_type, body } = self;
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )
    }
}

/// Takes one request and answers it. `note` is given the first line as soon as it is there.
pub(super) fn answer(
    tls: &mut ServerConnection,
    stream: &mut Timed,
    reply: &Reply,
    mut note: impl FnMut(String),
) -> io::Result<End> {
    let mut got = Vec::new();
    let mut line_is_whole = false;
    let body_at = loop {
        let length = got.len();
        if !receive(tls, stream, &mut got)? {
            return Ok(End::Closed);
        }
        // The first bytes count already, whatever protocol they are.
        if !line_is_whole {
            note(first_line(&got));
            line_is_whole = got.contains(&b'\n') || got.len() > 1024;
        }
        if let Some(end) = end_of_head(&got, length.saturating_sub(3)) {
            break end;
        }
        if got.len() > MAX_HEAD {
            return Ok(End::Closed);
        }
    };
    let mut body = got.split_off(body_at);
    let head = String::from_utf8_lossy(&got);
    let header = |name: &str| {
        head.lines().skip(1).filter_map(|line| line.split_once(':')).find_map(|(field, value)| {
            field.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_ascii_lowercase())
        })
    };
    if header("expect").is_some_and(|value| value == "100-continue") {
        tls.writer().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        flush(tls, stream)?;
    }
    let whole = if header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        skip_chunks(tls, stream, &mut body)?
    } else {
        let length = header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
        length <= MAX_BODY && skip(tls, stream, &mut body, length)?
    };
    if !whole {
        return Ok(End::Closed);
    }
    tls.writer().write_all(reply.head().as_bytes())?;
    if !head.starts_with("HEAD ") {
        for part in reply.body.chunks(16 << 10) {
            tls.writer().write_all(part)?;
            flush(tls, stream)?;
        }
    }
    tls.send_close_notify();
    flush(tls, stream)?;
    // Closing with unread bytes would reset the connection, and the client might lose the answer.
    stream.shorten(Duration::from_secs(1));
    let _ = stream.tcp().shutdown(std::net::Shutdown::Write);
    while matches!(receive(tls, stream, &mut Vec::new()), Ok(true)) {}
    Ok(End::Answered)
}

/// Where the empty line ends; lines may end in a lone LF (RFC 9112, section 2.2).
fn end_of_head(got: &[u8], from: usize) -> Option<usize> {
    (from..got.len()).find_map(|at| match got[at..] {
        [b'\n', b'\n', ..] => Some(at + 2),
        [b'\n', b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

fn flush(tls: &mut ServerConnection, stream: &mut Timed) -> io::Result<()> {
    while tls.wants_write() {
        tls.write_tls(stream)?;
    }
    Ok(())
}

/// Waits for more of what the client says; false where it has finished.
fn receive(tls: &mut ServerConnection, stream: &mut Timed, into: &mut Vec<u8>) -> io::Result<bool> {
    let mut part = [0; 4096];
    loop {
        match tls.reader().read(&mut part) {
            Ok(0) => return Ok(false),
            Ok(length) => {
                into.extend_from_slice(&part[..length]);
                return Ok(true);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // Closed without close_notify, as many programs do.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
        tls.complete_io(stream)?;
    }
}

/// Reads on until `length` bytes have come, of which those in `had` are the first, and leaves in `had` what follows.
fn skip(tls: &mut ServerConnection, stream: &mut Timed, had: &mut Vec<u8>, length: u64) -> io::Result<bool> {
    let mut left = length;
    loop {
        let now = had.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        had.drain(..now);
        left -= now as u64;
        if left == 0 {
            return Ok(true);
        }
        if !receive(tls, stream, had)? {
            return Ok(false);
        }
    }
}

/// Reads chunks to the last (RFC 9112, section 7.1).
fn skip_chunks(tls: &mut ServerConnection, stream: &mut Timed, had: &mut Vec<u8>) -> io::Result<bool> {
    let mut total: u64 = 0;
    loop {
        let line_end = loop {
            if let Some(at) = had.windows(2).position(|window| window == b"\r\n") {
                break at;
            }
            if had.len() > MAX_HEAD || !receive(tls, stream, had)? {
                return Ok(false);
            }
        };
        let size = String::from_utf8_lossy(&had[..line_end]);
        let size = u64::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16);
        let Some(size) = size.ok().filter(|size| *size <= MAX_BODY) else { return Ok(false) };
        total += size;
        if total > MAX_BODY || size == 0 {
            // The trailer, if there is one, is drained with the rest.
            return Ok(size == 0);
        }
        if !skip(tls, stream, had, line_end as u64 + 2 + size + 2)? {
            return Ok(false);
        }
    }
}

/// The first line for people: printable, not long, and without the query, where secrets may stand.
pub(super) fn first_line(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let text = String::from_utf8_lossy(line);
    let (before, query) = text.split_once('?').map_or((&*text, None), |(before, query)| (before, Some(query)));
    let version = query.and_then(|query| query.rsplit_once(' ')).map_or("", |(_, version)| version);
    let mut shown: String = before.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if query.is_some() {
        shown.push_str("?…");
        if version.starts_with("HTTP/") && version.len() <= 8 {
            shown.push(' ');
            shown.push_str(version);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_shows_no_query_and_no_control_characters() {
        assert_eq!(first_line(b"POST /v3/pay HTTP/1.1\r\nHost: x\r\n"), "POST /v3/pay HTTP/1.1");
        assert_eq!(first_line(b"GET /pay?key=secret&a=b HTTP/1.1\r\n"), "GET /pay?… HTTP/1.1");
        assert_eq!(first_line(b"GET /pay?key=secret"), "GET /pay?…");
        assert_eq!(first_line(b"\x1b[2J\x00"), "\u{fffd}[2J\u{fffd}");
        assert_eq!(first_line(b""), "");
        assert_eq!(first_line(&[b'x'; 5000]).len(), 200);
    }

    #[test]
    fn a_head_ends_at_an_empty_line_however_lines_end() {
        assert_eq!(end_of_head(b"GET / HTTP/1.1\r\n\r\nbody", 0), Some(18));
        assert_eq!(end_of_head(b"GET / HTTP/1.0\n\nbody", 0), Some(16));
        assert_eq!(end_of_head(b"GET / HTTP/1.1\r\nHost: x\r\n\r", 0), None);
    }

    #[test]
    fn the_reply_is_json_as_wechat_pay_answers() {
        let reply = Reply::default();
        let json: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(json["code"], "SIGN_ERROR");
        assert!(reply.head().contains(&format!("Content-Length: {}\r\n", reply.body.len())));
        assert!(Reply::with_body(b" <xml/>".to_vec()).head().contains("text/xml"));
    }
}
