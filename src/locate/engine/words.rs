//! Finds the rules' words in files: the only thing that is done with most files of a tree.
//!
//! A hundred words at once are beyond what vector instructions search for at memory speed; some thirty are not, if
//! they begin with bytes that are rare. So each word is cut to a part that begins rarely and is still long enough to
//! mean the word, and the parts are searched for in a few groups. That says "perhaps"; which words it really is, an
//! automaton finds out in the few files that are left.

use std::sync::OnceLock;

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// A part of a word keeps this many bytes, so that few files hold it and not the word.
const PART: usize = 8;
/// The vector instructions look at as many bytes of a part before it is compared.
const LOOKED_AT: usize = 4;
/// The groups that the parts are searched for in; each costs a pass over the file, and fewer are fuller.
const GROUPS: usize = 3;

/// The words that concern one syntax.
#[derive(Debug)]
pub struct Words {
    all: Vec<&'static str>,
    /// None on processors without such instructions, and then every file is left for the automaton.
    parts: Option<Vec<Searcher>>,
    automaton: OnceLock<AhoCorasick>,
}

impl Words {
    pub fn new(words: impl Iterator<Item = &'static str>) -> Words {
        let mut all: Vec<&str> = words.collect();
        all.sort_unstable();
        all.dedup();
        let parts = without_longer(&without_longer(&all).into_iter().map(rare_part).collect::<Vec<_>>());
        let groups = parts.chunks(parts.len().div_ceil(GROUPS).max(1));
        let parts = groups.map(Searcher::new).collect();
        Words { all, parts, automaton: OnceLock::new() }
    }

    /// The number of a word, for [`Present`].
    pub fn number(&self, word: &str) -> usize {
        self.all.binary_search(&word).expect("the words of every pattern are among them")
    }

    /// Whether one of the words may be in these bytes; a "no" is certain.
    pub fn may_be_in(&self, bytes: &[u8]) -> bool {
        !self.all.is_empty()
            && self.parts.as_ref().is_none_or(|parts| parts.iter().any(|part| part.find(bytes).is_some()))
    }

    /// Which words are in this text.
    pub fn present(&self, text: &str) -> Present {
        let automaton = self.automaton.get_or_init(|| {
            AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::DFA))
                .build(&self.all)
                .expect("a few hundred short words fit into an automaton")
        });
        let mut present = vec![false; self.all.len()];
        for found in automaton.find_overlapping_iter(text) {
            present[found.pattern().as_usize()] = true;
        }
        Present(present)
    }
}

/// By the number of a word: whether a text holds it.
#[derive(Debug)]
pub struct Present(Vec<bool>);

impl Present {
    pub fn has(&self, number: usize) -> bool {
        self.0[number]
    }

    pub fn any(&self) -> bool {
        self.0.contains(&true)
    }
}

/// Without the texts that hold another of them: whoever holds those holds that one too.
fn without_longer<'w>(texts: &[&'w str]) -> Vec<&'w str> {
    let within = |text: &&&str| !texts.iter().any(|other| other.len() < text.len() && text.contains(other));
    let mut left: Vec<&str> = texts.iter().filter(within).copied().collect();
    left.sort_unstable();
    left.dedup();
    left
}

/// The end of a word from where its bytes are rarest, but at least [`PART`] of them.
fn rare_part(word: &str) -> &str {
    let bytes = word.as_bytes();
    let last = bytes.len().saturating_sub(PART);
    let commonness =
        |at: &usize| bytes[*at..].iter().take(LOOKED_AT).map(|byte| u64::from(commonness(*byte))).product::<u64>();
    let rarest = (0..=last).filter(|at| word.is_char_boundary(*at)).min_by_key(commonness);
    &word[rarest.unwrap_or(0)..]
}

/// How often a byte stands in source code, in thousandths or so: letters as in English, the rest as programs have it.
fn commonness(byte: u8) -> u16 {
    match byte {
        b' ' => 150,
        b'e' => 80,
        b't' | b'a' | b'r' | b'i' | b's' | b'n' | b'o' => 50,
        b'l' | b'c' | b'd' | b'u' | b'p' | b'm' | b'_' | b'\n' => 25,
        b'f' | b'g' | b'h' | b'b' | b'y' | b'v' | b'.' | b',' | b'(' | b'"' | b'\'' | b'=' | b':' | b'-' => 12,
        b'A'..=b'Z' => 4,
        _ => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_missed_wherever_it_stands_and_whatever_surrounds_it() {
        let all = ["cacert", "--cacert", "ca =", "SSL_CERT_FILE", "insecureSkipVerify", "verify=", "curl", "ssl."];
        let words = Words::new(all.into_iter());
        for word in all {
            for before in [0, 1, 7, 15, 16, 31, 33, 1000] {
                let text = format!("{}{word}{}", "x".repeat(before), "y".repeat(before / 2));
                assert!(words.may_be_in(text.as_bytes()), "{text}");
                let present = words.present(&text);
                for other in all {
                    assert_eq!(present.has(words.number(other)), text.contains(other), "{other} in {text}");
                }
            }
        }
        assert!(!words.present("ca = ").has(words.number("cacert")));
        assert!(!words.present("verify cert ssl_ca CURL").any());
    }

    #[test]
    fn the_first_look_leaves_out_nearly_everything() {
        let words = Words::new(["insecureSkipVerify", "ssl_ca_file", "verify_none"].into_iter());
        let text = "the quick brown fox verifies nothing, and files no certificate\n".repeat(100);
        assert!(words.parts.is_none() || !words.may_be_in(text.as_bytes()));
        assert!(!Words::new(std::iter::empty()).may_be_in(text.as_bytes()));
    }
}
