//! Questions on the terminal.
//!
//! dialoguer's own prompts hide the cursor, leave the terminal without echo when they are interrupted at a password,
//! and count the bytes of a line where they should count its columns, so that Chinese lines are cleared wrongly. The
//! questions here stand on the same terminal layer (`dialoguer::console`): every line is cut to the terminal's
//! width, so that one item is one line; the cursor is never hidden; and Ctrl-C is a key like any other.

use std::io;

use dialoguer::console::{Key, Term, truncate_str};
use zeroize::Zeroizing;

use crate::lang::{Lang, Sentence, wizard as say};

/// Longer answers than a path can be are not typed by people.
const MAX_ANSWER: usize = 4096;

/// Ctrl-C, Ctrl-D and Ctrl-U, as a terminal in raw mode sends them.
const END: char = '\u{4}';
const CLEAR: char = '\u{15}';

/// What came of a question.
#[derive(Debug)]
pub enum Answer<T> {
    Is(T),
    /// One step back.
    Back,
    /// Enough of it; also Ctrl-C, and a terminal that went away.
    Quit,
}

#[derive(Debug)]
pub struct Ask {
    term: Term,
    lang: Lang,
    /// The terminal cannot move its cursor: what is written stays.
    dumb: bool,
}

impl Ask {
    pub fn new(lang: Lang) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        Ask { term: Term::stderr(), lang, dumb: dumb && cfg!(unix) }
    }

    /// One of the items. Arrow keys and Enter, or the item's number.
    pub fn select(&self, prompt: &Sentence, items: &[String], first: usize) -> Answer<usize> {
        self.selected(prompt, items, first).unwrap_or(Answer::Quit)
    }

    /// The columns of the terminal.
    pub fn columns(&self) -> usize {
        usize::from(self.term.size().1).max(20)
    }

    /// A line of text; the empty one is asked for again.
    pub fn text(&self, prompt: &Sentence) -> Answer<String> {
        match self.line(prompt, true) {
            Ok(Answer::Is(text)) => Answer::Is(text.to_string()),
            Ok(Answer::Back) => Answer::Back,
            _ => Answer::Quit,
        }
    }

    /// A password: nothing of it is shown, not even its length.
    pub fn password(&self, prompt: &Sentence) -> Answer<Zeroizing<String>> {
        self.line(prompt, false).unwrap_or(Answer::Quit)
    }

    fn selected(&self, prompt: &Sentence, items: &[String], first: usize) -> io::Result<Answer<usize>> {
        let _keys = Keys::taken();
        let mut at = first;
        let mut drawn = self.draw(prompt, items, at)?;
        let answer = loop {
            let digit = match self.term.read_key_raw()? {
                Key::ArrowDown | Key::Tab | Key::Char('j') => {
                    at = (at + 1) % items.len();
                    None
                }
                Key::ArrowUp | Key::BackTab | Key::Char('k') => {
                    at = (at + items.len() - 1) % items.len();
                    None
                }
                Key::Home | Key::PageUp => {
                    at = 0;
                    None
                }
                Key::End | Key::PageDown => {
                    at = items.len() - 1;
                    None
                }
                Key::Enter => break Answer::Is(at),
                Key::Escape | Key::Backspace | Key::ArrowLeft | Key::Char('b') => break Answer::Back,
                Key::CtrlC | Key::Char('q' | END) => break Answer::Quit,
                Key::Char(digit @ '1'..='9') => digit.to_digit(10),
                _ => continue,
            };
            // A number is an answer only where one digit says all.
            let digit = digit.and_then(|digit| usize::try_from(digit).ok()).filter(|digit| *digit <= items.len());
            if let Some(digit) = digit {
                at = digit - 1;
                if items.len() <= 9 {
                    break Answer::Is(at);
                }
            }
            if self.dumb {
                self.term.write_line(&self.cut(&item(items, at, at)))?;
            } else {
                self.term.clear_last_lines(drawn)?;
                drawn = self.draw(prompt, items, at)?;
            }
        };
        if !self.dumb {
            self.term.clear_last_lines(drawn)?;
        }
        // What was asked and answered stays on the screen.
        if let Answer::Is(at) = &answer {
            let chosen = format!("{} {}", prompt.to(self.lang), items[*at]);
            self.term.write_line(&self.cut(&chosen))?;
        }
        Ok(answer)
    }

    /// Draws the question and, around the chosen one, as many items as there is room for; says how many lines.
    fn draw(&self, prompt: &Sentence, items: &[String], at: usize) -> io::Result<usize> {
        let rows = usize::from(self.term.size().0).saturating_sub(4).max(3);
        let from = at.saturating_sub(rows / 2).min(items.len().saturating_sub(rows));
        let mut lines = vec![prompt.to(self.lang).to_owned()];
        lines.extend((from..items.len()).take(rows).map(|number| item(items, number, at)));
        let keys = if self.dumb { say::plain_keys() } else { say::keys() };
        lines.push(format!("  {}", keys.to(self.lang)));
        for line in &lines {
            self.term.write_line(&self.cut(line))?;
        }
        Ok(lines.len())
    }

    fn line(&self, prompt: &Sentence, shown: bool) -> io::Result<Answer<Zeroizing<String>>> {
        let _keys = Keys::taken();
        let mut text = Zeroizing::new(String::with_capacity(MAX_ANSWER));
        let prompt = format!("{} ({}) ", prompt.to(self.lang), say::line_keys().to(self.lang));
        self.term.write_str(&prompt)?;
        let answer = loop {
            match self.term.read_key_raw()? {
                Key::Enter if text.is_empty() && shown => {}
                Key::Enter => break Answer::Is(text.clone()),
                Key::Escape => break Answer::Back,
                Key::CtrlC => break Answer::Quit,
                Key::Char(END) if text.is_empty() => break Answer::Quit,
                Key::Char(CLEAR) => {
                    let columns = crate::lang::width(&text);
                    text.clear();
                    self.erase(shown, columns)?;
                }
                Key::Backspace => {
                    if let Some(last) = text.pop() {
                        let columns = crate::lang::width(last.encode_utf8(&mut [0; 4]));
                        self.erase(shown, columns)?;
                    }
                }
                Key::Char(c) if !c.is_control() && text.len() + c.len_utf8() <= MAX_ANSWER => {
                    text.push(c);
                    if shown {
                        self.term.write_str(c.encode_utf8(&mut [0; 4]))?;
                    }
                }
                _ => {}
            }
        };
        self.term.write_line("")?;
        Ok(answer)
    }

    fn erase(&self, shown: bool, columns: usize) -> io::Result<()> {
        match (shown, self.dumb) {
            (false, _) => Ok(()),
            (true, false) => self.term.clear_chars(columns),
            (true, true) => self.term.write_str(&"\u{8} \u{8}".repeat(columns)),
        }
    }

    /// One line of the terminal at most; the last column stays free, where some terminals wrap.
    fn cut(&self, line: &str) -> String {
        truncate_str(line, self.columns() - 1, "…").into_owned()
    }
}

/// The line of an item; the chosen one is marked.
fn item(items: &[String], number: usize, chosen: usize) -> String {
    let mark = if number == chosen { '>' } else { ' ' };
    format!("{mark} {}  {}", number + 1, items[number])
}

/// For as long as a question stands, keys are neither echoed nor turned into signals, also between two reads: a
/// password that is pasted would show in part otherwise. Dropping it gives the terminal back as it was.
#[cfg(unix)]
struct Keys(Option<rustix::termios::Termios>);

#[cfg(unix)]
impl Keys {
    fn taken() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let Ok(before) = tcgetattr(io::stdin()) else { return Keys(None) };
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &quiet);
        Keys(Some(before))
    }
}

#[cfg(unix)]
impl Drop for Keys {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Drain, before);
        }
    }
}

/// The console of Windows reads keys without an echo.
#[cfg(not(unix))]
struct Keys;

#[cfg(not(unix))]
impl Keys {
    fn taken() -> Self {
        Keys
    }
}
