//! What four runs say, taken together. Pure: outcomes in, sentences out.
//!
//! A program *accepts* a chain when it goes on to speak under TLS. That a handshake was finished does not say so by
//! itself: Node, GnuTLS programs and others finish it first and judge the chain then. Only of a program that never
//! speaks in any run (a probe) is the finished handshake taken, and then its exit has to agree.

use super::server::{Connection, End, Observations};
use crate::lang::{Sentence, rehearse as say};
use crate::proof::Verdict;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    Code(i32),
    Signal(i32),
    /// It was still running when its time was over, and was stopped.
    TimeLimit,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Outcome {
    pub exit: Exit,
    pub observations: Observations,
    /// Names that were looked up and are not among the hosts.
    pub asked: Vec<String>,
    /// The end of what the command wrote, standard output and standard error as they came.
    pub output: String,
    /// The stores that it opened, where that was asked for.
    pub opened: Vec<OpenedStore>,
}

/// A store that a command opened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OpenedStore {
    pub path: std::path::PathBuf,
    /// Certificates were looked up in it one by one.
    pub is_directory: bool,
}

/// The four runs, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Today's bundle, old chain.
    Baseline,
    /// Today's bundle, new chain: what the rollover does to the program.
    Rollover,
    /// Repaired bundle, new chain: what `append` would do.
    Repaired,
    /// Repaired bundle, rogue chain: must be refused.
    Rogue,
}

impl Part {
    pub const ALL: [Part; 4] = [Part::Baseline, Part::Rollover, Part::Repaired, Part::Rogue];

    /// The permanent name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Part::Baseline => "baseline",
            Part::Rollover => "rollover",
            Part::Repaired => "repaired",
            Part::Rogue => "rogue",
        }
    }
}

/// What one bundle vouches for today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    pub old_root: bool,
    pub new_root: bool,
}

/// What all bundles of a program vouch for today, taken together. A program may open several and use one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouched {
    /// There is at least one. Without, a refusal says nothing about what the program trusts.
    pub any: bool,
    /// At least one has the old root.
    pub old_root: bool,
    pub new_root: Share,
}

/// How many of the bundles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    None,
    Some,
    All,
}

impl Vouched {
    pub fn by(bundles: &[Holds]) -> Vouched {
        let new_root = match bundles.iter().filter(|holds| holds.new_root).count() {
            0 => Share::None,
            all if all == bundles.len() => Share::All,
            _ => Share::Some,
        };
        Vouched { any: !bundles.is_empty(), old_root: bundles.iter().any(|holds| holds.old_root), new_root }
    }
}

/// One run, judged in the light of all.
#[derive(Debug, Clone)]
pub struct Judged {
    pub part: Part,
    pub verdict: Verdict,
    pub sentence: Sentence,
}

/// What the rehearsal as a whole says about the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// It accepts the chain of a root that nobody gave it. Comes before everything else.
    DoesNotVerify,
    /// It works after the rollover as it is.
    Ready,
    /// The rollover stops it, and `append` to these bundles keeps it working.
    AppendHelps,
    /// The rollover stops it, and `append` to these bundles does not change that.
    AppendDoesNotHelp,
    /// Too little was seen.
    NotProven,
}

/// What a program made of the chain that it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    Accepted,
    /// Some connections went through, and more were refused than with the chain that is trusted.
    Partly,
    /// With the words of the refusal.
    Refused(Sentence),
    /// It did not get as far as judging a chain.
    Nowhere(Sentence),
}

/// Whether anything was seen that later runs could be compared with.
pub fn reached_tls(outcome: &Outcome) -> bool {
    outcome.observations.connections.iter().any(|connection| connection.hello)
}

/// Judges one to four outcomes, in the order of [`Part::ALL`].
pub fn judge(outcomes: &[Outcome], holds: Vouched) -> (Vec<Judged>, Conclusion) {
    let speaks = outcomes.iter().flat_map(|outcome| &outcome.observations.connections).any(|c| c.request.is_some());
    // The run in which a chain is shown that the bundle vouches for.
    let reference = if holds.old_root { outcomes.first() } else { outcomes.get(2) };
    let reaches: Vec<Reach> = outcomes.iter().map(|outcome| reach(outcome, reference, speaks)).collect();
    let accepted_any = reaches.iter().take(3).any(|reach| *reach == Reach::Accepted);
    let rogue_accepted = matches!(reaches.get(3), Some(Reach::Accepted | Reach::Partly));

    let judged = Part::ALL.into_iter().zip(outcomes.iter().zip(&reaches)).map(|(part, (outcome, reach))| {
        let (verdict, sentence) = match (part, reach) {
            (_, Reach::Nowhere(why)) => (Verdict::NotProven, why.clone()),
            (Part::Baseline | Part::Rollover | Part::Repaired, Reach::Refused(how)) if !holds.any => {
                (Verdict::NotProven, say::no_bundle_known(&how.en, &how.zh))
            }

            (Part::Baseline, Reach::Accepted) => (Verdict::Pass, say::works(what_was_seen(outcome))),
            (Part::Baseline, Reach::Partly) => (Verdict::Pass, say::works_partly(what_was_seen(outcome))),
            (Part::Baseline, Reach::Refused(how)) if holds.old_root => {
                (Verdict::NotProven, say::reads_another_bundle(&how.en, &how.zh))
            }
            (Part::Baseline, Reach::Refused(how)) => (Verdict::Fail, say::old_root_is_missing(&how.en, &how.zh)),

            (Part::Rollover, Reach::Accepted) if holds.new_root != Share::None => {
                (Verdict::Pass, say::survives(what_was_seen(outcome)))
            }
            (Part::Rollover, Reach::Accepted | Reach::Partly) if holds.new_root == Share::None => (
                Verdict::NotProven,
                if rogue_accepted { say::accepts_as_it_does_all() } else { say::accepts_unvouched() },
            ),
            (Part::Rollover, Reach::Accepted | Reach::Partly) => (Verdict::Fail, say::partly()),
            (Part::Rollover, Reach::Refused(how)) if holds.new_root == Share::All => {
                (Verdict::Fail, say::new_root_is_not_seen(&how.en, &how.zh))
            }
            (Part::Rollover, Reach::Refused(how)) => (Verdict::Fail, say::stops(&how.en, &how.zh)),

            (Part::Repaired, Reach::Accepted) => match reference {
                Some(reference) if reference.exit != outcome.exit => {
                    let (now, then) = (say::exit(outcome.exit), say::exit(reference.exit));
                    (Verdict::NotProven, say::ends_otherwise(&now.en, &then.en, &now.zh, &then.zh))
                }
                _ => (Verdict::Pass, say::works_repaired(what_was_seen(outcome))),
            },
            (Part::Repaired, Reach::Partly) => (Verdict::Fail, say::partly()),
            (Part::Repaired, Reach::Refused(how)) => (Verdict::Fail, say::append_does_not_help(&how.en, &how.zh)),

            (Part::Rogue, Reach::Accepted | Reach::Partly) => (Verdict::Fail, say::does_not_verify()),
            (Part::Rogue, Reach::Refused(how)) if accepted_any => (Verdict::Pass, say::refuses_rogue(&how.en, &how.zh)),
            (Part::Rogue, Reach::Refused(_)) => (Verdict::NotProven, say::refuses_everything()),
        };
        Judged { part, verdict, sentence }
    });
    let judged: Vec<Judged> = judged.collect();
    let verdict = |part: Part| judged.iter().find(|judged| judged.part == part).map(|judged| judged.verdict);
    let conclusion = match (verdict(Part::Rollover), verdict(Part::Repaired), verdict(Part::Rogue)) {
        _ if rogue_accepted => Conclusion::DoesNotVerify,
        (Some(Verdict::Pass), _, Some(Verdict::Pass)) => Conclusion::Ready,
        (Some(Verdict::Fail), Some(Verdict::Pass), Some(Verdict::Pass)) => Conclusion::AppendHelps,
        (_, Some(Verdict::Fail), _) if verdict(Part::Baseline) == Some(Verdict::Pass) => Conclusion::AppendDoesNotHelp,
        _ => Conclusion::NotProven,
    };
    (judged, conclusion)
}

/// Whether the program came through as it did in the reference.
pub fn works_as(reference: &Outcome, outcome: &Outcome) -> bool {
    let speaks = reference.observations.connections.iter().any(|connection| connection.request.is_some());
    reach(outcome, Some(reference), speaks) == Reach::Accepted && outcome.exit == reference.exit
}

fn accepted(connection: &Connection, outcome: &Outcome, reference: Option<&Outcome>, speaks: bool) -> bool {
    if speaks {
        connection.request.is_some()
    } else {
        connection.handshake && reference.is_none_or(|reference| reference.exit == outcome.exit)
    }
}

fn reach(outcome: &Outcome, reference: Option<&Outcome>, speaks: bool) -> Reach {
    let count = |outcome: &Outcome| {
        let judged = outcome.observations.connections.iter().filter(|connection| connection.hello);
        let (yes, no): (Vec<_>, Vec<_>) = judged.partition(|c| accepted(c, outcome, reference, speaks));
        // One that was open when the program was stopped has neither accepted nor refused.
        (yes.len(), no.len(), no.iter().filter(|connection| connection.end != End::Open).count())
    };
    let (yes, no, refused) = count(outcome);
    // A program that tries in vain before it gets through does so with every chain.
    let usual = reference.map_or(0, |reference| count(reference).2);
    match (yes, no) {
        (0, 0) => Reach::Nowhere(why_nowhere(outcome)),
        (0, _) => how_refused(outcome),
        _ if refused > usual => Reach::Partly,
        _ => Reach::Accepted,
    }
}

/// What ended the first connection that says something.
fn how_refused(outcome: &Outcome) -> Reach {
    let ends: Vec<&Connection> =
        outcome.observations.connections.iter().filter(|connection| connection.hello).collect();
    let alert = ends.iter().find_map(|connection| match &connection.end {
        End::Alert(name) => Some(say::by_alert(name)),
        _ => None,
    });
    let incompatible = ends.iter().find_map(|connection| match &connection.end {
        End::Incompatible(why) => Some(say::incompatible(why)),
        _ => None,
    });
    let silent = ends.iter().all(|connection| connection.end == End::TimedOut || connection.end == End::Open);
    match (alert, incompatible) {
        (Some(how), _) => Reach::Refused(how),
        (None, Some(why)) => Reach::Nowhere(why),
        (None, None) if silent => Reach::Nowhere(say::went_silent()),
        (None, None) if ends.iter().any(|connection| connection.handshake) => {
            Reach::Refused(say::after_the_handshake())
        }
        (None, None) => Reach::Refused(say::by_closing()),
    }
}

fn why_nowhere(outcome: &Outcome) -> Sentence {
    let connections = &outcome.observations.connections;
    if let Some(line) = connections.iter().find_map(|connection| connection.plain.as_deref()) {
        return say::without_tls(line);
    }
    if !connections.is_empty() {
        return say::closed_before_tls();
    }
    if !outcome.asked.is_empty() {
        return say::asked_for_others(outcome.asked.join(", "), outcome.asked.join("、"));
    }
    match outcome.exit {
        Exit::TimeLimit => say::never_connected_in_time(),
        exit => {
            let exit = say::exit(exit);
            say::never_connected(&exit.en, &exit.zh)
        }
    }
}

/// `POST /v3/pay HTTP/1.1 over TLS 1.2`, as far as it is known.
fn what_was_seen(outcome: &Outcome) -> String {
    let seen = outcome.observations.connections.iter().rfind(|connection| connection.handshake);
    let request = seen.and_then(|connection| connection.request.as_deref()).unwrap_or_default();
    let version = seen.and_then(|connection| connection.version.as_deref()).unwrap_or("TLS");
    if request.is_empty() { version.to_owned() } else { format!("{request}, {version}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLDS_OLD: Vouched = Vouched { any: true, old_root: true, new_root: Share::None };

    fn outcome(exit: i32, connections: &[Connection]) -> Outcome {
        Outcome {
            exit: Exit::Code(exit),
            observations: Observations { connections: connections.to_vec(), more: 0 },
            asked: vec![],
            output: String::new(),
            opened: vec![],
        }
    }

    fn request() -> Connection {
        Connection {
            hello: true,
            handshake: true,
            version: Some("TLS 1.3".into()),
            request: Some("POST /pay HTTP/1.1".into()),
            end: End::Answered,
            ..Connection::default()
        }
    }

    fn alert() -> Connection {
        Connection { hello: true, end: End::Alert("unknown_ca".into()), ..Connection::default() }
    }

    /// Finishes the handshake, judges, and leaves, as Node does.
    fn late_refusal() -> Connection {
        Connection { hello: true, handshake: true, end: End::Closed, ..Connection::default() }
    }

    fn verdicts(judged: &[Judged]) -> Vec<Verdict> {
        judged.iter().map(|judged| judged.verdict).collect()
    }

    #[test]
    fn a_program_that_verifies_is_helped_by_the_repair() {
        for refusal in [alert(), late_refusal()] {
            let (yes, no) = (outcome(1, &[request()]), outcome(2, &[refusal]));
            let (judged, conclusion) = judge(&[yes.clone(), no.clone(), yes, no], HOLDS_OLD);
            assert_eq!(verdicts(&judged), [Verdict::Pass, Verdict::Fail, Verdict::Pass, Verdict::Pass]);
            assert_eq!(conclusion, Conclusion::AppendHelps);
        }
    }

    #[test]
    fn a_program_that_accepts_the_rogue_does_not_verify_whatever_else_was_seen() {
        let yes = outcome(0, &[request()]);
        let (judged, conclusion) = judge(&[yes.clone(), yes.clone(), yes.clone(), yes.clone()], HOLDS_OLD);
        assert_eq!(conclusion, Conclusion::DoesNotVerify);
        assert_eq!(verdicts(&judged), [Verdict::Pass, Verdict::NotProven, Verdict::Pass, Verdict::Fail]);
        // Refused at first, then tried again without verification.
        let falls_back = outcome(0, &[alert(), request()]);
        let (_, conclusion) = judge(&[yes.clone(), falls_back.clone(), yes, falls_back], HOLDS_OLD);
        assert_eq!(conclusion, Conclusion::DoesNotVerify);
    }

    #[test]
    fn a_bundle_that_holds_the_new_root_alone_is_ready_though_the_old_chain_is_refused() {
        let (yes, no) = (outcome(0, &[request()]), outcome(2, &[alert()]));
        let holds = Vouched { any: true, old_root: false, new_root: Share::All };
        let (judged, conclusion) = judge(&[no.clone(), yes.clone(), yes, no], holds);
        assert_eq!(verdicts(&judged), [Verdict::Fail, Verdict::Pass, Verdict::Pass, Verdict::Pass]);
        assert_eq!(conclusion, Conclusion::Ready);
    }

    #[test]
    fn a_bundle_that_a_program_opens_beside_its_own_does_not_make_the_rollover_harmless() {
        let (old, both) = (Holds { old_root: true, new_root: false }, Holds { old_root: true, new_root: true });
        assert_eq!(Vouched::by(&[]), Vouched { any: false, old_root: false, new_root: Share::None });
        assert_eq!(Vouched::by(&[both]).new_root, Share::All);
        let holds = Vouched::by(&[old, both]);
        assert_eq!(holds, Vouched { any: true, old_root: true, new_root: Share::Some });
        let (yes, no) = (outcome(0, &[request()]), outcome(2, &[alert()]));
        let (judged, conclusion) = judge(&[yes.clone(), no.clone(), yes.clone(), no.clone()], holds);
        assert_eq!(conclusion, Conclusion::AppendHelps);
        assert!(judged[1].sentence.en.contains("no longer connects"));
        let (_, conclusion) = judge(&[yes.clone(), yes.clone(), yes, no], holds);
        assert_eq!(conclusion, Conclusion::Ready);
    }

    #[test]
    fn a_program_that_refuses_everything_reads_another_bundle_and_nothing_is_proven() {
        let no = outcome(2, &[alert()]);
        let (judged, conclusion) = judge(&[no.clone(), no.clone(), no.clone(), no], HOLDS_OLD);
        assert_eq!(verdicts(&judged)[0], Verdict::NotProven);
        assert_eq!(verdicts(&judged)[3], Verdict::NotProven);
        assert_eq!(conclusion, Conclusion::NotProven);
    }

    #[test]
    fn where_no_bundle_is_known_a_refusal_proves_nothing_and_an_acceptance_shows_who_does_not_verify() {
        let (yes, no) = (outcome(0, &[request()]), outcome(2, &[alert()]));
        let nothing = Vouched::by(&[]);
        let (judged, conclusion) = judge(&[no.clone(), no.clone(), no.clone(), no], nothing);
        assert_eq!((verdicts(&judged), conclusion), (vec![Verdict::NotProven; 4], Conclusion::NotProven));
        let (_, conclusion) = judge(&[yes.clone(), yes.clone(), yes.clone(), yes], nothing);
        assert_eq!(conclusion, Conclusion::DoesNotVerify);
    }

    #[test]
    fn a_bundle_matters_where_the_program_comes_through_as_before() {
        let (yes, no) = (outcome(0, &[request()]), outcome(2, &[alert()]));
        assert!(works_as(&yes, &yes));
        assert!(!works_as(&yes, &no));
        assert!(!works_as(&yes, &outcome(1, &[request()])));
        assert!(!works_as(&yes, &outcome(0, &[late_refusal()])));
    }

    #[test]
    fn a_repair_of_one_of_two_bundles_in_use_does_not_pass() {
        let yes = outcome(0, &[request(), request()]);
        let half = outcome(0, &[request(), alert()]);
        let no = outcome(0, &[alert(), alert()]);
        let (judged, conclusion) = judge(&[yes, no.clone(), half, no], HOLDS_OLD);
        assert_eq!(verdicts(&judged)[2], Verdict::Fail);
        assert_eq!(conclusion, Conclusion::AppendDoesNotHelp);
    }

    #[test]
    fn a_handshake_that_was_open_when_the_program_was_stopped_is_neither_yes_nor_no() {
        let stopped = |connections: &[Connection]| Outcome { exit: Exit::TimeLimit, ..outcome(0, connections) };
        let open = Connection { hello: true, ..Connection::default() };
        let (yes, no) = (stopped(&[request()]), stopped(&[alert()]));
        for (cut_off, conclusion) in
            [(&[open.clone()][..], Conclusion::NotProven), (&[request(), open.clone()], Conclusion::AppendHelps)]
        {
            let (judged, said) = judge(&[yes.clone(), no.clone(), stopped(cut_off), no.clone()], HOLDS_OLD);
            assert_eq!(said, conclusion, "{judged:?}");
        }
        let (judged, said) = judge(&[yes.clone(), stopped(&[open]), yes, no], HOLDS_OLD);
        assert_eq!((verdicts(&judged)[1], said), (Verdict::NotProven, Conclusion::NotProven));
    }

    #[test]
    fn a_probe_that_never_speaks_is_judged_by_handshake_and_exit_together() {
        let (yes, late) = (outcome(0, &[late_refusal()]), outcome(1, &[late_refusal()]));
        let (_, conclusion) = judge(&[yes.clone(), late.clone(), yes.clone(), late], HOLDS_OLD);
        assert_eq!(conclusion, Conclusion::AppendHelps);
        let (_, conclusion) = judge(&[yes.clone(), yes.clone(), yes.clone(), yes], HOLDS_OLD);
        assert_eq!(conclusion, Conclusion::DoesNotVerify);
    }

    #[test]
    fn a_program_that_ends_otherwise_after_the_repair_is_not_proven() {
        let (yes, no) = (outcome(0, &[request()]), outcome(2, &[alert()]));
        let (judged, conclusion) = judge(&[yes, no.clone(), outcome(139, &[request()]), no], HOLDS_OLD);
        assert_eq!(verdicts(&judged)[2], Verdict::NotProven);
        assert_eq!(conclusion, Conclusion::NotProven);
    }

    #[test]
    fn why_a_program_got_nowhere_is_told_apart() {
        let plain = Connection { plain: Some("GET / HTTP/1.1".into()), end: End::NotTls, ..Connection::default() };
        let old = Connection { hello: true, end: End::Incompatible("no version".into()), ..Connection::default() };
        let open = Connection { hello: true, ..Connection::default() };
        let asked = Outcome { asked: vec!["other.example.com".into()], ..outcome(0, &[]) };
        let hanging = Outcome { exit: Exit::TimeLimit, ..outcome(0, &[]) };
        let all = [outcome(1, &[]), hanging, asked, outcome(1, &[plain]), outcome(1, &[old]), outcome(1, &[open])];
        let mut sentences = Vec::new();
        for outcome in all {
            let (judged, conclusion) = judge(&[outcome], HOLDS_OLD);
            assert_eq!((judged[0].verdict, conclusion), (Verdict::NotProven, Conclusion::NotProven));
            sentences.push(judged[0].sentence.clone());
        }
        for (number, sentence) in sentences.iter().enumerate() {
            assert!(!sentences[..number].contains(sentence), "{sentence:?}");
        }
        assert!(sentences[2].en.contains("other.example.com") && sentences[2].zh.contains("other.example.com"));
    }
}
