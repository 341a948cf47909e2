//! Looking for a pattern again and again, in a file that only moves forward.

use memchr::memmem;

/// The next place of a pattern, remembered: many searches that begin at growing offsets cost one pass together, where
/// a search for each BEGIN would cost a pass for each.
#[derive(Debug)]
pub(super) struct Ahead<'a> {
    bytes: &'a [u8],
    pattern: &'static [u8],
    next: Option<usize>,
    searched_from: usize,
}

impl<'a> Ahead<'a> {
    pub fn new(bytes: &'a [u8], pattern: &'static [u8]) -> Self {
        Ahead { bytes, pattern, next: find(bytes, pattern, 0), searched_from: 0 }
    }

    /// Where the pattern stands first, at `from` or later.
    pub fn at_or_after(&mut self, from: usize) -> Option<usize> {
        let stale = from < self.searched_from || self.next.is_some_and(|next| next < from);
        if stale {
            self.next = find(self.bytes, self.pattern, from);
            self.searched_from = from;
        }
        self.next
    }
}

/// Where the pattern stands first in `bytes[from..]`, counted from the start of `bytes`.
pub(super) fn find(bytes: &[u8], pattern: &[u8], from: usize) -> Option<usize> {
    memmem::find(bytes.get(from..)?, pattern).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_ahead_finds_what_a_search_finds() {
        let bytes = b"--ab-abab--ab";
        let mut ahead = Ahead::new(bytes, b"ab");
        for from in [0, 2, 3, 5, 6, 4, 0, 8, 12, 13, 20] {
            assert_eq!(ahead.at_or_after(from), find(bytes, b"ab", from), "{from}");
        }
        assert_eq!(find(b"aab", b"ab", 0), Some(1));
        assert_eq!(find(b"", b"ab", 0), None);
    }
}
