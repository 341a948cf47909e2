//! How a PEM text writes its certificates, so that an addition looks like its neighbours.

use super::scan::Block;
use crate::rollover::Root;

/// Base64 columns of RFC 7468, for files that do not wrap theirs.
const COLUMNS: usize = 64;

/// How titles stand above the blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Title {
    /// `# DigiCert Global Root G2`; also where there are no titles, because people (and the official check) grep for
    /// the name, and a comment line disturbs no reader.
    Comment,
    /// The bare name on a line of its own.
    Plain,
    /// The bare name, underlined with `=` signs, as mk-ca-bundle does.
    Underlined,
}

/// The habits of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    line_ending: &'static str,
    columns: usize,
    title: Title,
    /// Blocks are parted by an empty line.
    spaced: bool,
}

impl Style {
    pub fn of(text: &[u8], blocks: &[Block]) -> Self {
        let whole: Vec<&Block> = blocks.iter().filter(|block| block.certificate().is_some()).collect();
        Style {
            line_ending: line_ending(text, &whole),
            columns: whole.last().map_or(COLUMNS, |block| columns(&text[block.body.clone()])),
            title: title(text, &whole),
            spaced: whole.len() > 1 && whole[1..].iter().all(|block| blank_line_above(text, block)),
        }
    }

    pub fn line_ending(&self) -> &'static str {
        self.line_ending
    }

    /// A certificate as a block, with the final line ending.
    pub fn block(&self, der: &[u8]) -> Vec<u8> {
        let mut block = format!("-----BEGIN CERTIFICATE-----{}", self.line_ending).into_bytes();
        let base64 = base64_simd::STANDARD.encode_to_string(der);
        for line in base64.as_bytes().chunks(self.columns) {
            block.extend_from_slice(line);
            block.extend_from_slice(self.line_ending.as_bytes());
        }
        block.extend_from_slice(b"-----END CERTIFICATE-----");
        block.extend_from_slice(self.line_ending.as_bytes());
        block
    }

    /// A root with its title, as it goes behind other blocks.
    pub fn titled(&self, root: &Root) -> Vec<u8> {
        let end = self.line_ending;
        let name = &root.name;
        let mut text = Vec::new();
        if self.spaced || self.title == Title::Underlined {
            text.extend_from_slice(end.as_bytes());
        }
        let title = match self.title {
            Title::Comment => format!("# {name}{end}"),
            Title::Plain => format!("{name}{end}"),
            Title::Underlined => format!("{name}{end}{}{end}", "=".repeat(name.chars().count())),
        };
        text.extend_from_slice(title.as_bytes());
        text.extend_from_slice(&self.block(root.certificate.der()));
        text
    }
}

/// The ending of the last END line, else of the last BEGIN line, else `\n`.
fn line_ending(text: &[u8], blocks: &[&Block]) -> &'static str {
    let Some(last) = blocks.last() else { return "\n" };
    let places = [last.end.as_ref().map(|end| end.line.end), Some(last.begin.line.end)];
    let at = places.into_iter().flatten().find(|at| *at < text.len());
    match at.map(|at| &text[at..]) {
        Some([b'\r', b'\n', ..]) => "\r\n",
        _ => "\n",
    }
}

fn columns(body: &[u8]) -> usize {
    let mut lines = body.split(|b| *b == b'\n' || *b == b'\r').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        // Only multiples of four keep every line a whole number of base64 quanta; 76 is the longest that old OpenSSL reads.
        (Some(first), Some(_)) if first.len() % 4 == 0 && (16..=76).contains(&first.len()) => first.len(),
        _ => COLUMNS,
    }
}

/// The title lines directly above a block: up to two lines, nearest first.
fn lines_above<'t>(text: &'t [u8], block: &Block) -> [&'t [u8]; 2] {
    let above = &text[..block.begin.line.start];
    let mut lines = above.split(|b| *b == b'\n').rev().skip(1).map(<[u8]>::trim_ascii);
    [lines.next().unwrap_or_default(), lines.next().unwrap_or_default()]
}

fn blank_line_above(text: &[u8], block: &Block) -> bool {
    let above = &text[..block.begin.line.start];
    let mut lines = above.split(|b| *b == b'\n').rev().skip(1).map(<[u8]>::trim_ascii);
    lines.by_ref().take_while(|line| !line.starts_with(b"-----END")).take(200).any(<[u8]>::is_empty)
}

/// The style that most blocks share; comments where there are no titles or no clear habit.
fn title(text: &[u8], blocks: &[&Block]) -> Title {
    let mut plain = 0;
    let mut underlined = 0;
    for block in blocks {
        match lines_above(text, block) {
            [line, name] if line.len() > 2 && line.iter().all(|b| *b == b'=') && is_name(name) => underlined += 1,
            [name, _] if is_name(name) => plain += 1,
            _ => {}
        }
    }
    if underlined * 2 > blocks.len() {
        Title::Underlined
    } else if plain * 2 > blocks.len() {
        Title::Plain
    } else {
        Title::Comment
    }
}

/// A bare name, as against a comment, an attribute (`subject=...`), a dump or a marker.
fn is_name(line: &[u8]) -> bool {
    !line.is_empty()
        && line.len() < 200
        && !line.starts_with(b"#")
        && !line.starts_with(b"-")
        && !line.iter().any(|b| matches!(b, b'=' | b':' | b'<' | b'>' | b'{' | b'}') || b.is_ascii_control())
}
