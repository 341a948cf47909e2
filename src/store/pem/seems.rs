//! What bytes without a certificate seem to be, so that the message can say it.

use super::oddities::BYTE_ORDER_MARK;
use super::scan::{Block, Content, Damage};
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, pem as say};

/// The trouble with a text in which no certificate can be read.
pub fn unreadable(bytes: &[u8], blocks: &[Block]) -> Trouble {
    Trouble::new(Code::Unreadable, seems(bytes, blocks), say::fetch_again())
}

fn seems(bytes: &[u8], blocks: &[Block]) -> Sentence {
    let head = &bytes[..bytes.len().min(4096)];
    let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head).trim_ascii_start();
    let starts = |word: &[u8]| text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word);
    if bytes.iter().all(|b| b.is_ascii_whitespace() || *b == 0) {
        return if bytes.contains(&0) { say::seems_zeros() } else { say::seems_empty() };
    }
    if blocks.iter().any(|block| block.content == Content::NoCertificate(Damage::CutOff)) {
        return say::seems_truncated();
    }
    if blocks.iter().any(|block| matches!(block.content, Content::NoCertificate(_))) {
        return say::seems_ciphertext();
    }
    if starts(b"<!doctype") || starts(b"<html") || starts(b"<?xml") || starts(b"<head") || starts(b"<body") {
        return say::seems_html();
    }
    if starts(b"{") || starts(b"[") {
        return say::seems_json();
    }
    if head.starts_with(b"\x1f\x8b")
        || head.starts_with(b"PK\x03\x04")
        || head.starts_with(b"BZh")
        || head.starts_with(b"\xfd7zXZ")
    {
        return say::seems_gzip();
    }
    let odd = head.iter().filter(|b| b.is_ascii_control() && !b.is_ascii_whitespace()).count();
    if odd * 50 > head.len() || (odd > 0 && std::str::from_utf8(head).is_err()) {
        return say::seems_binary();
    }
    say::seems_text()
}
