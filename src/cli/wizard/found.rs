//! What was found, and what is recommended: the screens between the first question and the second.

use std::collections::BTreeSet;

use super::Item;
use super::ask::Ask;
use crate::assess::Status;
use crate::cli::session::Session;
use crate::finding::{Code, Finding};
use crate::lang::{Lang, check as say_check, wizard as say, wrap};
use crate::pin::{Advice, Pin};
use crate::report::text;
use crate::store::Format;

/// So many users of a bundle are named in the table; many more read a machine's own store.
const MOST_USERS: usize = 3;

/// One table of everything: verdict, both roots, owner and path, and below each bundle who uses it.
pub fn table(session: &Session, ask: &Ask, items: &[Item]) -> String {
    let lang = session.lang;
    let heads =
        [say_check::verdict(), say_check::old_root(), say_check::new_root(), say_check::owner(), say_check::bundle()];
    let mut rows = vec![heads.iter().map(|head| head.to(lang).to_owned()).collect::<Vec<_>>()];
    for Item { bundle, .. } in items {
        let has = |there: bool| if there { say_check::present() } else { say_check::missing() }.to(lang).to_owned();
        rows.push(vec![
            text::status_name(bundle.status).to(lang).to_owned(),
            has(bundle.old_root),
            has(bundle.new_root),
            text::owner_name(&bundle.custody).to(lang).to_owned(),
            text::printable(&bundle.path),
        ]);
    }
    let columns = ask.columns() - 1;
    let mut rows = text::fitted(rows, Some(columns)).into_iter();
    let mut table = rows.next().unwrap_or_default();
    for (row, item) in rows.zip(items) {
        table.push_str(&row);
        if let Some(users) = users(item, lang) {
            table.push_str(&format!("{}\n", wrap(&users, columns, 4)));
        }
    }
    table
}

fn users(item: &Item, lang: Lang) -> Option<String> {
    let once: BTreeSet<&str> = item.bundle.used_by.iter().map(|user| user.to(lang)).collect();
    let named: Vec<String> = once.iter().take(MOST_USERS).map(|user| text::printable(user)).collect();
    if named.is_empty() {
        return None;
    }
    let named = text::names(&named);
    let named = match once.len().saturating_sub(MOST_USERS) {
        0 => named.to(lang).to_owned(),
        more => say::users(named.to(lang), more).to(lang).to_owned(),
    };
    Some(say_check::used_by(named).to(lang).to_owned())
}

/// The pins that people can take away: those in a file. What a process was started with is over when it ends.
pub fn removable(item: &Item) -> impl Iterator<Item = &Pin> {
    item.target.pins.iter().filter(|pin| pin.advice == Advice::Delete && !pin.path.starts_with("/proc"))
}

/// What is recommended for each store that is not ready, and why.
pub fn recommend(session: &Session, ask: &Ask, items: &[Item]) {
    let say_wrapped = |text: &str, indent: usize| session.say(&wrap(text, ask.columns() - 1, indent));
    for item in items.iter().filter(|item| item.bundle.status != Status::Ready) {
        session.say("");
        session.say(&text::printable(&item.bundle.path));
        let custody = item.target.custody(session);
        let advice = match item.bundle.status {
            Status::NewRootMissing if custody.is_generated() => say::advise_source(custody.as_str()),
            Status::NewRootMissing => say::advise_append(),
            Status::Broken => match item.bundle.format {
                Some(format) if format.is_key_store() => say::advise_another_key_store(),
                Some(Format::InSource) => say::advise_by_hand(),
                _ => say::advise_repair(),
            },
            _ => say::advise_nothing(),
        };
        say_wrapped(advice.to(session.lang), 2);
        let mut told = BTreeSet::new();
        for pin in removable(item).filter(|pin| told.insert((&pin.path, pin.line))) {
            let place = format!("{}:{}", text::printable(&pin.path.display().to_string()), pin.line);
            say_wrapped(say::or_delete(place).to(session.lang), 2);
            say_wrapped(&text::printable(pin.reason.to(session.lang)), 4);
        }
        // That the root is missing stands in the table.
        let rest = item.bundle.findings.iter().filter(|finding| finding.code != Code::NewRootMissing);
        let rest: Vec<Finding> = rest.cloned().collect();
        for line in text::findings(&rest, session.lang, session.verbose).lines() {
            say_wrapped(line.trim_start(), 2);
        }
    }
}

/// Who was found to use what was changed.
pub fn restart(session: &Session, changed: &[&Item]) {
    let users = changed.iter().flat_map(|item| &item.bundle.used_by);
    let users: BTreeSet<&str> = users.map(|user| user.to(session.lang)).collect();
    if users.is_empty() {
        return;
    }
    session.say("");
    session.say_sentence(&say::restart_these());
    users.iter().for_each(|user| session.say(&format!("  {}", text::printable(user))));
}
