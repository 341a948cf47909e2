//! The report as one page that can be handed on: no scripts, nothing loaded from elsewhere, readable on paper.
//!
//! Paths, names and details come from outside. All text reaches the page through [`escaped`], and the page forbids
//! itself every script and every request besides.

use std::collections::BTreeMap;
use std::fmt::Write;

use time::{Date, OffsetDateTime};

use crate::assess::Status;
use crate::certificate::Certificate;
use crate::finding::Severity;
use crate::lang::{Lang, Sentence, check, html as say};
use crate::proof::{Proof, Verdict};
use crate::report::{Bundle, text};
use crate::rollover::{Rollover, Root};

const STYLE: &str = "
body{font:16px/1.5 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.5rem;line-height:1.3;padding:.8rem 1rem;border-left:.5rem solid}
h1.good{border-color:#1a7f37;background:#e9f7ed}h1.bad{border-color:#c62828;background:#fdecea}h1.unknown{border-color:#9a6700;background:#fff6dd}
h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid #bbb}h3{font-size:1rem;margin:1rem 0 .3rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}
th{white-space:nowrap;font-weight:600}code{font-family:ui-monospace,monospace;font-size:.85em;overflow-wrap:anywhere}
td b,td.n{white-space:nowrap}td.s{min-width:9rem}td.s code{white-space:nowrap}td.p{min-width:16rem}td.w{overflow-wrap:normal}td.u{padding-left:2rem;color:#555;font-size:.85rem}
.good b{color:#1a7f37}.bad b{color:#c62828}.unknown b{color:#9a6700}
svg{width:100%;height:auto;font:14px system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif}
footer{margin-top:2rem;color:#555;font-size:.85rem}
@media print{body{margin:0;max-width:none;font-size:11pt}h1,th{-webkit-print-color-adjust:exact;print-color-adjust:exact}tr,svg,h3{break-inside:avoid}h2,h3{break-after:avoid}}
";

/// What a page tells.
#[derive(Debug)]
pub struct Page<'a> {
    pub lang: Lang,
    /// The sentence with which the command began.
    pub answer: &'a Sentence,
    pub good: Option<bool>,
    pub bundles: &'a [Bundle],
    pub proofs: &'a [Proof],
    pub served: &'a [Served],
    pub rollover: &'a Rollover,
    pub now: OffsetDateTime,
}

/// What a server sent, and the root at which it ends.
#[derive(Debug)]
pub struct Served {
    pub address: String,
    pub chain: Vec<Certificate>,
    pub root: Option<Certificate>,
}

/// How every page in this language begins, and nothing that rootfix did not write.
fn beginning(lang: Lang) -> String {
    let language = match lang {
        Lang::En => "en",
        Lang::Zh => "zh-CN",
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"generator\" content=\"rootfix\">\n"
    )
}

/// Whether this is a page that rootfix wrote.
pub fn is_a_page(bytes: &[u8]) -> bool {
    [Lang::En, Lang::Zh].iter().any(|lang| bytes.starts_with(beginning(*lang).as_bytes()))
}

/// Text for a page: between tags and inside quoted attributes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text::printable(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

impl Page<'_> {
    /// Commands stand between backquotes, as on the screen.
    fn say(&self, sentence: &Sentence) -> String {
        let text = escaped(sentence.to(self.lang));
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return text;
        }
        let set =
            |(at, part): (usize, &&str)| if at % 2 == 0 { (*part).to_owned() } else { format!("<code>{part}</code>") };
        parts.iter().enumerate().map(set).collect()
    }

    /// The whole page.
    pub fn html(&self) -> String {
        let class = mark(self.good).0;
        let mut page = format!(
            "{}<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<h1 class=\"{class}\">{}</h1>\n",
            beginning(self.lang),
            escaped(say::title().to(self.lang)),
            self.say(self.answer)
        );
        if !self.bundles.is_empty() {
            page.push_str(&self.heading(&say::bundles()));
            page.push_str(&self.table());
            page.push_str(&self.heading(&say::chains()));
            // One picture for all bundles that lack the same.
            let mut alike: BTreeMap<&[String], Vec<String>> = BTreeMap::new();
            for bundle in self.bundles.iter().filter(|bundle| good(bundle.status).is_some()) {
                alike.entry(&bundle.missing).or_default().push(escaped(&bundle.path));
            }
            for (missing, paths) in alike {
                page.push_str(&format!("<h3>{}</h3>\n{}", paths.join("<br>"), self.chains(missing)));
            }
            page.push_str(&self.findings());
        }
        for served in self.served {
            page.push_str(&self.heading(&say::served(text::printable(&served.address))));
            page.push_str(&self.served_chain(served));
        }
        if !self.proofs.is_empty() {
            page.push_str(&self.heading(&say::proofs()));
            page.push_str(&self.proofs());
        }
        page.push_str(&self.heading(&say::timeline()));
        page.push_str(&self.timeline());
        page.push_str(&self.heading(&say::roots()));
        page.push_str("<table>\n");
        for root in self.rollover.roots() {
            let sha256 = root.certificate.fingerprint();
            let _ = writeln!(page, "<tr><th>{}</th><td><code>{sha256}</code></td></tr>", escaped(&root.name));
        }
        let when = format!("{} {:02}:{:02}", self.now.date(), self.now.hour(), self.now.minute());
        let made = self.say(&say::made(when, env!("CARGO_PKG_VERSION")));
        let _ = write!(page, "</table>\n<footer>{made}</footer>\n</body>\n</html>\n");
        page
    }

    fn heading(&self, sentence: &Sentence) -> String {
        format!("<h2>{}</h2>\n", self.say(sentence))
    }

    fn row(&self, tag: &str, cells: &[Sentence]) -> String {
        let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", self.say(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    }

    fn table(&self) -> String {
        let heads = [
            check::bundle(),
            check::format(),
            check::certificates(),
            check::old_root(),
            check::new_root(),
            say::custody(),
            check::verdict(),
        ];
        let mut table = format!("<table>\n{}", self.row("th", &heads));
        for bundle in self.bundles {
            let has = |there: bool| self.say(&if there { check::present() } else { check::missing() });
            let (class, sign) = mark(good(bundle.status));
            let _ = writeln!(
                table,
                "<tr class=\"{class}\"><td class=\"p\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"w\">{}</td>\
                 <td><b>{sign} {}</b></td></tr>",
                escaped(&bundle.path),
                bundle.format.map_or_else(|| "-".to_owned(), |format| self.say(&text::format_name(format))),
                bundle.certificates,
                has(bundle.old_root),
                has(bundle.new_root),
                self.say(&text::owner_name(&bundle.custody)),
                self.say(&text::status_name(bundle.status)),
            );
            let users: Vec<String> = bundle.used_by.iter().map(|user| user.to(self.lang).to_owned()).collect();
            if !users.is_empty() {
                let users = self.say(&check::used_by(text::names(&users).to(self.lang)));
                let _ = writeln!(table, "<tr><td class=\"u\" colspan=\"{}\">{users}</td></tr>", heads.len());
            }
        }
        table + "</table>\n"
    }

    fn findings(&self) -> String {
        let mut rows = String::new();
        for bundle in self.bundles {
            for finding in &bundle.findings {
                let (class, label) = match finding.severity {
                    Severity::Error => ("bad", check::error()),
                    Severity::Warning => ("unknown", check::warning()),
                    Severity::Note => ("", check::note()),
                };
                let line = finding.line.map(|line| format!(" ({})", self.say(&check::line(line)))).unwrap_or_default();
                let _ = writeln!(
                    rows,
                    "<tr class=\"{class}\"><td><b>{}</b></td><td class=\"s\">{}{line}<br><code>{}</code></td><td>{}</td></tr>",
                    self.say(&label),
                    escaped(&bundle.path),
                    finding.code,
                    self.say(&finding.message)
                );
            }
        }
        if rows.is_empty() { rows } else { format!("{}<table>\n{rows}</table>\n", self.heading(&say::findings())) }
    }

    fn proofs(&self) -> String {
        let heads = [check::verdict(), say::rung(), say::subject(), say::detail()];
        let mut table = format!("<table>\n{}", self.row("th", &heads));
        let several = self.proofs.windows(2).any(|pair| pair[0].path != pair[1].path);
        for proof in self.proofs {
            let of =
                if several { format!("<br>{}", escaped(&proof.path.display().to_string())) } else { String::new() };
            let good = match proof.verdict {
                Verdict::Pass => Some(true),
                Verdict::Fail => Some(false),
                Verdict::NotProven => None,
            };
            let (class, sign) = mark(good);
            let _ = writeln!(
                table,
                "<tr class=\"{class}\"><td><b>{sign} {}</b></td><td class=\"n\">{}</td><td class=\"s\">{}{of}</td><td>{}</td></tr>",
                self.say(&text::verdict_name(proof.verdict)),
                self.say(&text::rung_name(proof.rung)),
                self.say(&text::subject_name(proof)),
                self.say(&proof.detail)
            );
        }
        table + "</table>\n"
    }

    /// What a server sent, from its own certificate down to the root.
    fn served_chain(&self, served: &Served) -> String {
        let last = served.chain.last();
        let sent = served.chain.iter().map(|certificate| {
            let facts = certificate.facts();
            (facts.name, say::valid_until(facts.not_after.date()), "#777")
        });
        let root = match &served.root {
            // Some servers send the root as well.
            Some(root) if last == Some(root) => None,
            Some(root) => {
                let facts = root.facts();
                let about = say::ends_at().to(self.lang).to_owned();
                let about = format!("{about} · {}", say::valid_until(facts.not_after.date()).to(self.lang));
                Some((facts.name, Sentence::same(about), "#1a7f37"))
            }
            None => Some(("✗".to_owned(), say::ends_nowhere(), "#c62828")),
        };
        let boxes: Vec<_> = sent.chain(root).collect();
        let mut picture = format!("<svg viewBox=\"0 0 900 {}\" role=\"img\">\n", boxes.len() * 74 + 4);
        for (row, (name, about, colour)) in boxes.iter().enumerate() {
            let y = row * 74 + 4;
            if row > 0 {
                let _ = writeln!(
                    picture,
                    "<path d=\"M450 {}v22m-5-8l5 8l5-8\" fill=\"none\" stroke=\"{colour}\"/>",
                    y - 23
                );
            }
            let _ = writeln!(
                picture,
                "<rect x=\"150\" y=\"{y}\" width=\"600\" height=\"50\" rx=\"6\" fill=\"#fff\" stroke=\"{colour}\" stroke-width=\"2\"/>\
                 <text x=\"450\" y=\"{}\" text-anchor=\"middle\" font-weight=\"600\">{}</text>\
                 <text x=\"450\" y=\"{}\" text-anchor=\"middle\" fill=\"{colour}\">{}</text>",
                y + 21,
                escaped(name),
                y + 41,
                self.say(about)
            );
        }
        picture + "</svg>\n"
    }

    /// One chain for each root: from the server's certificate to the root, which is trusted or missing.
    fn chains(&self, missing: &[String]) -> String {
        let rows = self.rollover.roots().count();
        let mut picture = format!("<svg viewBox=\"0 0 900 {}\" role=\"img\">\n", rows * 64 + 4);
        for (row, root) in self.rollover.roots().enumerate() {
            let y = row * 64 + 4;
            let there = !missing.contains(&root.name);
            let (colour, dash, sign, state) = if there {
                ("#1a7f37", "", "✓", say::trusted())
            } else {
                ("#c62828", " stroke-dasharray=\"6 4\"", "✗", say::not_there())
            };
            for (x, width, label) in [(2, 210, self.say(&say::server())), (262, 190, self.say(&say::issuer()))] {
                let (box_end, middle) = (x + width, y + 25);
                let _ = writeln!(
                    picture,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"50\" rx=\"6\" fill=\"#f4f4f4\" stroke=\"#777\"/>\
                     <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{label}</text>\
                     <path d=\"M{box_end} {middle}h44m-8-5l8 5l-8 5\" fill=\"none\" stroke=\"{}\"/>",
                    x + width / 2,
                    y + 30,
                    if x == 2 { "#777" } else { colour }
                );
            }
            let _ = writeln!(
                picture,
                "<rect x=\"502\" y=\"{y}\" width=\"390\" height=\"50\" rx=\"6\" fill=\"#fff\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>\
                 <text x=\"697\" y=\"{}\" text-anchor=\"middle\" font-weight=\"600\">{}</text>\
                 <text x=\"697\" y=\"{}\" text-anchor=\"middle\" fill=\"{colour}\">{sign} {}</text>",
                y + 21,
                escaped(&root.name),
                y + 41,
                self.say(&state)
            );
        }
        picture + "</svg>\n"
    }

    /// Each root from its first to its last day, the day from which it is distrusted, and today.
    fn timeline(&self) -> String {
        let roots: Vec<(&Root, Date, Date)> = (self.rollover.roots())
            .map(|root| (root, root.certificate.facts()))
            .map(|(root, facts)| (root, facts.not_before.date(), facts.not_after.date()))
            .collect();
        let today = self.now.date();
        let first = roots.iter().map(|(_, from, _)| *from).min().unwrap_or(today).min(today);
        let last = roots.iter().map(|(.., until)| *until).max().unwrap_or(today).max(today);
        let days = f64::from((last.to_julian_day() - first.to_julian_day()).max(1));
        let x = |day: Date| 10.0 + 880.0 * f64::from(day.to_julian_day() - first.to_julian_day()) / days;
        let now = x(today);
        let legend = roots.len() * 70 + 42;
        let anchor = if now > 450.0 { "end" } else { "start" };
        let height = roots.len() * 70 + 60;
        let mut picture = format!("<svg viewBox=\"0 0 900 {height}\" role=\"img\">\n");
        for (row, (root, from, until)) in roots.iter().enumerate() {
            let y = row * 70 + 22;
            let trusted_until = root.distrusted_for_tls.map_or(*until, |day| day.min(*until));
            let (start, middle, end) = (x(*from), x(trusted_until), x(*until));
            let mut about = vec![say::valid_until(until)];
            about.extend(root.distrusted_for_tls.map(say::distrusted));
            let about: Vec<String> = about.iter().map(|sentence| self.say(sentence)).collect();
            let _ = writeln!(
                picture,
                "<text x=\"10\" y=\"{y}\"><tspan font-weight=\"600\">{}</tspan> {}</text>\
                 <rect x=\"{start:.1}\" y=\"{}\" width=\"{:.1}\" height=\"16\" fill=\"#1a7f37\"/>\
                 <rect x=\"{middle:.1}\" y=\"{}\" width=\"{:.1}\" height=\"15\" fill=\"#fff\" stroke=\"#c62828\" stroke-dasharray=\"4 3\"/>\
                 <path d=\"M{now:.1} {}v26\" stroke=\"#1b1b1b\" stroke-width=\"3\"/>",
                escaped(&root.name),
                about.join(" · "),
                y + 10,
                middle - start,
                y + 10,
                end - middle,
                y + 5
            );
        }
        let _ = writeln!(
            picture,
            "<text x=\"{now:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>\
             <rect x=\"10\" y=\"{legend}\" width=\"30\" height=\"12\" fill=\"#1a7f37\"/><text x=\"48\" y=\"{}\">{}</text>\
             <rect x=\"450\" y=\"{legend}\" width=\"30\" height=\"12\" fill=\"#fff\" stroke=\"#c62828\" \
             stroke-dasharray=\"4 3\"/><text x=\"488\" y=\"{}\">{}</text>\n</svg>",
            height - 36,
            self.say(&say::today(today)),
            legend + 11,
            self.say(&say::trusted_part()),
            legend + 11,
            self.say(&say::distrusted_part())
        );
        picture
    }
}

/// The class of the style, and a sign that needs no colour.
fn mark(good: Option<bool>) -> (&'static str, &'static str) {
    match good {
        Some(true) => ("good", "✓"),
        Some(false) => ("bad", "✗"),
        None => ("unknown", "?"),
    }
}

fn good(status: Status) -> Option<bool> {
    match status {
        Status::Ready => Some(true),
        Status::NewRootMissing | Status::Broken => Some(false),
        Status::NotATrustStore | Status::Unreadable => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Code, Trouble};
    use crate::rollover::Catalogue;

    fn page(lang: Lang) -> String {
        let catalogue = Catalogue::load().unwrap();
        let hostile = "<script>alert('x')</script>\u{1b}[31m\u{202e}\"&";
        let trouble = Trouble::new(Code::Unreadable, Sentence::same(hostile), Sentence::same(hostile));
        let proof = Proof {
            path: hostile.into(),
            rung: crate::proof::Rung::Live,
            subject: hostile.to_owned(),
            verdict: Verdict::NotProven,
            detail: Sentence::same(hostile),
        };
        let mut bundle = Bundle::unreadable(hostile.to_owned(), &trouble);
        bundle.format = Some(crate::store::Format::Pem);
        bundle.status = Status::Broken;
        bundle.custody = hostile.to_owned();
        bundle.used_by = vec![Sentence::same(hostile)];
        Page {
            lang,
            answer: &Sentence::same(hostile),
            good: Some(false),
            bundles: &[bundle],
            proofs: &[proof],
            served: &[Served { address: hostile.to_owned(), chain: Vec::new(), root: None }],
            rollover: catalogue.default_rollover(),
            now: time::macros::datetime!(2026-11-22 00:00 UTC),
        }
        .html()
    }

    #[test]
    fn nothing_from_outside_reaches_the_page_as_markup() {
        for lang in [Lang::En, Lang::Zh] {
            let page = page(lang);
            assert!(page.contains("&lt;script&gt;"));
            for bad in ["<script", "\u{1b}", "\u{202e}", "alert('x')"] {
                assert!(!page.contains(bad), "{bad:?}");
            }
        }
    }

    #[test]
    fn a_page_loads_nothing_from_elsewhere_and_every_tag_is_closed() {
        let page = page(Lang::Zh);
        for outward in ["http://", "https://", "src=", "href=", "url(", "@import"] {
            assert!(!page.contains(outward), "{outward}");
        }
        for tag in
            ["html", "head", "body", "table", "tr", "td", "th", "h1", "h2", "h3", "svg", "text", "tspan", "b", "code"]
        {
            let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}
