//! Option 1: what the code would look like without the pin. Shown and saved as a patch, never applied.
//!
//! Taking a line out of a program is safe only where the line is a whole statement and nothing before it waits for
//! one. Where that cannot be seen from the line and its neighbour, the place is shown and the work is left to people.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::ask::{Answer, Ask};
use crate::apply;
use crate::cli::session::Session;
use crate::diff;
use crate::lang::wizard as say;
use crate::pin::{Kind, Pin};
use crate::report::text;

/// The patch's name, in the current directory.
const PATCH: &str = "rootfix-unpin.patch";

pub fn show(session: &Session, ask: &Ask, pins: &[&Pin]) {
    let mut files: BTreeMap<&Path, Vec<&Pin>> = BTreeMap::new();
    for pin in pins {
        files.entry(&pin.path).or_default().push(pin);
    }
    let mut patch = Vec::new();
    for (path, pins) in files {
        let before = match apply::read(path) {
            Ok(snapshot) => snapshot.bytes,
            Err(trouble) => {
                session.trouble_with(&path.display().to_string(), &trouble);
                continue;
            }
        };
        let (lines, by_hand): (Vec<&Pin>, Vec<&Pin>) = pins.into_iter().partition(|pin| is_whole_line(&before, pin));
        for pin in by_hand {
            let place = format!("{}:{}", text::printable(&pin.path.display().to_string()), pin.line);
            session.say_sentence(&say::by_hand(place, text::printable(&pin.target)));
        }
        if !lines.is_empty() {
            let numbers: Vec<usize> = lines.iter().map(|pin| pin.line).collect();
            patch.extend(diff::unified(path, &before, &without(&before, &numbers)));
        }
    }
    if patch.is_empty() {
        return;
    }
    session.bytes(&patch);
    let answers = [say::save_patch(PATCH), say::do_not_save()].map(|answer| answer.to(session.lang).to_owned());
    if let Answer::Is(0) = ask.select(&say::save_question(), &answers, 0) {
        let saved = std::fs::OpenOptions::new().write(true).create_new(true).open(PATCH);
        match saved.and_then(|mut file| file.write_all(&patch)) {
            Ok(()) => session.say_sentence(&say::saved_patch(PATCH)),
            Err(error) => session.say_sentence(&crate::lang::cli::not_written(PATCH, error)),
        }
    }
}

/// The bytes without these lines, counted from 1.
fn without(bytes: &[u8], lines: &[usize]) -> Vec<u8> {
    let kept = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
    kept.filter(|(at, _)| !lines.contains(&(at + 1))).flat_map(|(_, line)| line.iter().copied()).collect()
}

/// Whether the pin is a statement of its own on a line of its own.
fn is_whole_line(bytes: &[u8], pin: &Pin) -> bool {
    let Ok(source) = str::from_utf8(bytes) else { return false };
    let lines: Vec<&str> = source.lines().collect();
    let Some(line) = pin.line.checked_sub(1).and_then(|at| lines.get(at)).map(|line| line.trim()) else { return false };
    let before = lines[..pin.line - 1].iter().rev().map(|line| line.trim()).find(|line| !line.is_empty());
    match pin.kind {
        Kind::Env => is_assignment(line) && before.is_none_or(|before| !before.ends_with('\\')),
        Kind::File if pin.language == "php" => {
            is_setopt(line) && before.is_none_or(|before| before.ends_with([';', '{', '}']) || before == "<?php")
        }
        _ => false,
    }
}

/// `NAME=value` or `export NAME=value`, and nothing else.
fn is_assignment(line: &str) -> bool {
    let line = line.strip_prefix("export ").unwrap_or(line).trim();
    let Some((name, value)) = line.split_once('=') else { return false };
    let plain = |c: char| !c.is_whitespace() && !";&|`$()\\#".contains(c);
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && value.chars().all(plain)
}

/// One call of `curl_setopt`, closed and ended on this line, with no other statement behind it.
fn is_setopt(line: &str) -> bool {
    let Some(call) = line.strip_prefix("curl_setopt(").and_then(|rest| rest.strip_suffix(");")) else { return false };
    let mut open = 0_i32;
    for c in call.chars() {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return false,
            ')' => open -= 1,
            ';' => return false,
            _ => {}
        }
    }
    open == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Sentence;
    use crate::pin::{Advice, Class};

    fn whole(source: &str, line: usize, language: &str, kind: Kind) -> bool {
        let pin = Pin {
            path: "pay.php".into(),
            line,
            column: 1,
            language: language.to_owned(),
            kind,
            class: Class::ServerTrust,
            target: "rootca.pem".to_owned(),
            resolved: Vec::new(),
            advice: Advice::Delete,
            reason: Sentence::same(""),
            findings: Vec::new(),
        };
        is_whole_line(source.as_bytes(), &pin)
    }

    #[test]
    fn only_a_statement_on_a_line_of_its_own_is_taken_out() {
        let php = |source: &str, line| whole(source, line, "php", Kind::File);
        assert!(php(
            "<?php\n$c = curl_init();\n  curl_setopt($c, CURLOPT_CAINFO, dirname(__FILE__).'/rootca.pem');\n",
            3
        ));
        assert!(!php("<?php\nif ($old)\n  curl_setopt($c, CURLOPT_CAINFO, 'rootca.pem');\n", 3), "an if waits for it");
        assert!(!php("<?php\ncurl_setopt($c, CURLOPT_CAINFO,\n 'rootca.pem');\n", 2), "it goes on below");
        assert!(!php("<?php\ncurl_setopt($c, 1, 2); curl_setopt($c, CURLOPT_CAINFO, 'rootca.pem');\n", 2), "two calls");
        assert!(!php("<?php\n$a = [CURLOPT_CAINFO => 'rootca.pem'];\n", 2));
        let env = |source: &str, line| whole(source, line, "env", Kind::Env);
        assert!(env("A=1\nexport CURL_CA_BUNDLE=/etc/rootca.pem\n", 2));
        assert!(!env("CURL_CA_BUNDLE=/etc/rootca.pem curl https://x\n", 1), "a command stands behind it");
        assert!(!env("RUN a && \\\nCURL_CA_BUNDLE=/etc/rootca.pem\n", 2), "it continues the line above");
    }

    #[test]
    fn lines_are_taken_out_byte_for_byte() {
        assert_eq!(without(b"a\r\nb\r\nc", &[2]), b"a\r\nc");
        assert_eq!(without(b"a\nb", &[2]), b"a\n");
    }
}
