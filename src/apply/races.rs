//! Another program, which takes no lock, writes at any moment: what it wrote last is what remains.

use std::path::Path;

use time::macros::datetime;

use super::faults::{NAME, Outcome, Work, file};
use super::memory::{Fault, HOME, Intrusion, Memory, Quirks, State};
use super::site;

const THEIRS: &[u8] = b"another program's version\n";
const LATER: &[u8] = b"its next version\n";

const WORKS: [Work; 3] = [Work::Append { shelf: false }, Work::Append { shelf: true }, Work::Restore { shelf: false }];

/// What is wrong with the end, if their last version is not what is there.
fn theirs_remains(context: &str, state: &State, last: Intrusion) -> Result<(), String> {
    let now = file(state);
    let right = match last {
        Intrusion::Replaces(bytes) | Intrusion::Rewrites(bytes) => now == Some(bytes),
        Intrusion::Appends(bytes) => now.is_some_and(|now| now.ends_with(bytes)),
        Intrusion::Removes => now.is_none(),
    };
    if right { Ok(()) } else { Err(format!("{context}: lost; there is {:?}", now.map(String::from_utf8_lossy))) }
}

/// Lets another program be quicker than each call in turn: how often that was, and the first loss.
fn at_every_call(work: Work, quirks: Quirks) -> (usize, Option<String>) {
    let clean = work.disk(quirks);
    assert_eq!(work.run(&clean), Outcome::Done);
    let calls = clean.calls();
    let kinds =
        [Intrusion::Replaces(THEIRS), Intrusion::Rewrites(THEIRS), Intrusion::Appends(THEIRS), Intrusion::Removes];
    let mut held = 0;
    for (at, call) in calls.iter().enumerate() {
        for kind in kinds {
            let disk = work.disk(quirks);
            disk.intrude(at, NAME, kind);
            let outcome = work.run(&disk);
            let context = format!("{work:?}, {quirks:?}, before call {at} {call}: {kind:?}, {outcome:?}");
            if let Err(lost) = theirs_remains(&context, &disk.state(), kind) {
                return (held, Some(lost));
            }
            held += 1;
        }
    }
    (held, None)
}

#[test]
fn what_another_program_writes_meanwhile_is_never_lost() {
    let mut held = 0;
    for work in WORKS {
        let (own, lost) = at_every_call(work, Quirks::default());
        assert_eq!(lost, None);
        held += own;
    }
    println!("another program at every call: {held} held");
}

#[test]
fn whoever_says_done_found_the_new_bytes_under_the_name() {
    for work in [WORKS[0], Work::AppendInPlace, Work::Create] {
        let clean = work.disk(Quirks::default());
        assert_eq!(work.run(&clean), Outcome::Done);
        let last_look = clean.calls().iter().rposition(|call| *call == "stat").expect("the name is looked at");
        for at in 0..=last_look {
            let disk = work.disk(Quirks::default());
            disk.intrude(at, NAME, Intrusion::Replaces(THEIRS));
            let outcome = work.run(&disk);
            assert_ne!(outcome, Outcome::Done, "{work:?}, before call {at} of {last_look}");
        }
    }
}

#[test]
fn control_where_names_cannot_trade_places_a_version_can_be_lost() {
    let (_, lost) = at_every_call(WORKS[0], Quirks { no_exchange: true, ..Quirks::default() });
    println!("{}", lost.expect("between the last look and the rename there is a gap"));
}

#[test]
fn not_even_a_second_version_in_the_same_instant_is_lost() {
    let work = WORKS[0];
    let clean = work.disk(Quirks::default());
    work.run(&clean);
    let calls = clean.calls();
    let stroke = calls.iter().position(|call| *call == "exchange").unwrap();
    let mut held = 0;
    for first in [Intrusion::Replaces(THEIRS), Intrusion::Rewrites(THEIRS)] {
        for second in [Intrusion::Replaces(LATER), Intrusion::Rewrites(LATER)] {
            for at in stroke..stroke + 20 {
                let disk = work.disk(Quirks::default());
                disk.intrude(stroke, NAME, first);
                disk.intrude(at, NAME, second);
                let outcome = work.run(&disk);
                let last = if at < disk.calls().len() { second } else { first };
                let context = format!("{first:?}, then {second:?} {} calls later: {outcome:?}", at - stroke);
                assert_eq!(theirs_remains(&context, &disk.state(), last), Ok(()));
                held += 1;
            }
        }
    }
    println!("two versions in one instant: {held} held");
}

#[test]
fn a_kill_in_that_instant_leaves_their_version_where_it_is_found() {
    let work = WORKS[0];
    let clean = work.disk(Quirks::default());
    work.run(&clean);
    let stroke = clean.calls().iter().position(|call| *call == "exchange").unwrap();
    for kill in stroke..stroke + 20 {
        let disk = work.disk(Quirks::default());
        disk.intrude(stroke, NAME, Intrusion::Replaces(THEIRS));
        disk.fail(kill, Fault::Stop);
        work.run(&disk);
        let next = Memory::from_state(disk.state());
        let path = Path::new(HOME).join(NAME);
        site::clear_leftovers(&next, &path, None, datetime!(2024-11-01 08:31:00 UTC));
        let state = next.state();
        let kept = state.dirs[0].iter().any(|(name, inode)| {
            let visible = !name.to_string_lossy().starts_with('.');
            visible && state.inodes[*inode].data == THEIRS
        });
        assert!(kept, "killed {} calls after the stroke: {:?}", kill - stroke, state.dirs[0]);
    }
}
