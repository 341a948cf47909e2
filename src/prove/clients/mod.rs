//! The rung `client`: real programs on this machine shake hands with a stand-in server, trusting shadow copies.
//!
//! A model of a reader can be wrong, and a library's chain builder differs from ours; a client that is here, in the
//! version that is here, is the better judge. Each is asked four times: the old chain and the new one by the bundle as
//! it is, the new chain and a rogue one by the repaired bundle. The second and the fourth must be refused, or the
//! client's word is worth nothing.
//!
//! Not shown: what a program does that is told to trust in another way. That is for a rehearsal.

mod java;
mod run;
mod table;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, clients as say};
use crate::password::Password;
use crate::proof::{Proof, Rung, Verdict};
use crate::readers::Reader;
use crate::rehearse::chain::{Shown, StandIns};
use crate::rehearse::server::{Reply, Server};
use crate::rehearse::shadow::{Append, Bundle, BundleKind, Shadow, Shadows};
use crate::rehearse::verdict::Holds;
use crate::scratch::Scratch;
use crate::store::Format;
use table::{KINDS, Kind};

/// For one handshake. A JVM on a busy machine takes five seconds.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// Go compiles its library first.
const BUILD: Duration = Duration::from_secs(180);

/// A client that is here.
#[derive(Debug, Clone)]
pub struct Client {
    /// `curl`, `python ssl`, `java`, ...
    pub name: &'static str,
    /// The program, or for Java the launcher.
    pub program: PathBuf,
    /// As the program says it.
    pub version: String,
    /// Whose model of reading PEM should agree with it.
    pub reader: Option<Reader>,
    kind: How,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Table(&'static Kind),
    Java,
}

impl Client {
    fn takes(&self, format: Format) -> bool {
        matches!((self.kind, format), (_, Format::Pem) | (How::Java, Format::Jks | Format::Jceks | Format::Pkcs12))
    }

    /// `openssl (OpenSSL 3.0.19 27 Jan 2026)`.
    pub fn title(&self) -> String {
        format!("{} ({})", self.name, self.version)
    }
}

/// What a client made of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Accepts,
    /// With what it said.
    Refuses(String),
    /// It did not come to an answer, or client and server do not agree on what it was.
    Unclear(String),
}

/// The four questions that each client is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    OldToday,
    NewToday,
    NewRepaired,
    RogueRepaired,
}

impl Question {
    pub const ALL: [Question; 4] =
        [Question::OldToday, Question::NewToday, Question::NewRepaired, Question::RogueRepaired];

    fn shown(self) -> Shown {
        match self {
            Question::OldToday => Shown::Old,
            Question::NewToday | Question::NewRepaired => Shown::New,
            Question::RogueRepaired => Shown::Rogue,
        }
    }

    /// Whether the answer must be yes; `None` where either is right.
    fn expected(self, holds: Holds) -> Option<bool> {
        match self {
            Question::OldToday => holds.old_root.then_some(true),
            Question::NewToday => Some(holds.new_root),
            Question::NewRepaired => Some(true),
            Question::RogueRepaired => Some(false),
        }
    }
}

/// One line of the matrix.
#[derive(Debug, Clone)]
pub struct Row {
    pub client: Client,
    /// In the order of [`Question::ALL`].
    pub answers: [Answer; 4],
    pub proof: Proof,
}

/// The bundle that is put to the test.
#[derive(Debug)]
pub struct Subject<'a> {
    /// For the records.
    pub path: &'a Path,
    pub bytes: &'a [u8],
    pub format: Format,
    /// Which roots of the rollover its readers trust today.
    pub holds: Holds,
    /// What opens it, for a key store.
    pub password: Option<&'a Password>,
}

/// The clients on this machine that read this format. `java_homes` are those that were found by other means; the one
/// on the PATH is among them.
pub fn find(format: Format, java_homes: &[PathBuf]) -> Vec<Client> {
    let Ok(directory) = Scratch::new() else { return Vec::new() };
    let version = |program: &Path, arguments: &[&str]| {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned());
        let ended = run::run(program.as_os_str(), arguments, [], directory.path(), HANDSHAKE).ok()?;
        let line = ended.said.lines().map(str::trim).find(|line| !line.is_empty())?;
        // What stands in brackets is how it was built.
        let short: String = line.split(" (").next().unwrap_or(line).chars().take(40).collect();
        (ended.success == Some(true)).then(|| (short, ended.said.clone()))
    };
    let mut clients = Vec::new();
    for kind in KINDS {
        let Some(program) = on_path(kind.program) else { continue };
        let Some((version, all)) = version(&program, kind.version) else { continue };
        let reader = (kind.reader)(&all);
        clients.push(Client { name: kind.name, program, version, reader, kind: How::Table(kind) });
    }
    let mut seen = Vec::new();
    for home in java_homes {
        let program = home.join("bin").join(if cfg!(windows) { "java.exe" } else { "java" });
        let Ok(real) = fs::canonicalize(&program) else { continue };
        if seen.contains(&real) {
            continue;
        }
        seen.push(real);
        let Some((version, _)) = version(&program, &["-version"]) else { continue };
        clients.push(Client { name: "java", program, version, reader: Some(Reader::Java), kind: How::Java });
    }
    clients.retain(|client| client.takes(format));
    clients
}

fn on_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?).map(|directory| directory.join(&name)).find(|path| path.is_file())
}

/// Asks each client its four questions; `progress` is told of each that is done. Rows come in the order of `clients`.
///
/// # Errors
/// No shadow copies can be made of the bundle, or there is no loopback or no temporary directory to work in.
pub fn prove(
    subject: &Subject<'_>,
    stand_ins: &StandIns,
    append: Append<'_>,
    clients: &[Client],
    progress: &(dyn Fn(&Row) + Sync),
) -> Result<Vec<Row>, Trouble> {
    let no_place = |error: io::Error| Trouble::new(Code::ClientsNotAsked, say::no_place(error), say::look_at_tmp());
    let directory = Scratch::new().map_err(no_place)?;
    let shadows = make_shadows(subject, stand_ins, append, directory.path()).map_err(|failed| failed.or(no_place))?;
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(clients.len());
    std::thread::scope(|scope| {
        let work = || -> io::Result<()> {
            // A server for each chain and worker, so that what is seen is the client's own.
            let servers = Servers::start(stand_ins)?;
            while let Some((number, client)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|number| Some((number, clients.get(number)?)))
            {
                let row = ask(client, subject, &shadows, &servers, &directory.path().join(number.to_string()))?;
                progress(&row);
                rows.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((number, row));
            }
            Ok(())
        };
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })
    .map_err(no_place)?;
    let mut rows = rows.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    rows.sort_by_key(|(number, _)| *number);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// The paths of the shadow copies.
struct Copies {
    today: PathBuf,
    repaired: PathBuf,
}

enum Failed {
    Trouble(Trouble),
    Place(io::Error),
}

impl Failed {
    fn or(self, no_place: impl Fn(io::Error) -> Trouble) -> Trouble {
        match self {
            Failed::Trouble(trouble) => trouble,
            Failed::Place(error) => no_place(error),
        }
    }
}

fn make_shadows(
    subject: &Subject<'_>,
    stand_ins: &StandIns,
    append: Append<'_>,
    directory: &Path,
) -> Result<Copies, Failed> {
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        fs::write(&path, bytes).map_err(Failed::Place)?;
        Ok(path)
    };
    let path = write("bundle", subject.bytes)?;
    let bundle = Bundle { path, kind: BundleKind::File, holds: subject.holds };
    // The repair is told the bundle's own path.
    let append: Append<'_> = &|_, bytes, roots| append(subject.path, bytes, roots);
    let shadows = Shadows::make(&[bundle], stand_ins, append).map_err(Failed::Trouble)?;
    let bytes = |shadow: &[Shadow]| match shadow {
        [Shadow::File { bytes, .. }] => bytes.clone(),
        _ => unreachable!("one file makes one file"),
    };
    Ok(Copies {
        today: write("today", &bytes(&shadows.today))?,
        repaired: write("repaired", &bytes(&shadows.repaired))?,
    })
}

/// Asks one client whether it accepts these servers by these bundles; each server must be free for it alone. The
/// directory is empty, and is where the client works.
///
/// # Errors
/// The directory cannot be written to, or the client cannot be started.
pub fn handshakes(
    client: &Client,
    format: Format,
    password: Option<&Password>,
    questions: &[(&Path, &Server)],
    directory: &Path,
) -> io::Result<Vec<Answer>> {
    if let Some(failed) = prepare(client, directory)? {
        return Ok(questions.iter().map(|_| Answer::Unclear(failed.clone())).collect());
    }
    let ask = |(bundle, server): &(&Path, &Server)| shake_hands(client, format, password, bundle, server, directory);
    questions.iter().map(ask).collect()
}

struct Servers([(Shown, Server); 3]);

impl Servers {
    fn start(stand_ins: &StandIns) -> io::Result<Servers> {
        let reply = || Reply::with_body(b"{}".to_vec());
        let start =
            |shown| Ok::<_, io::Error>((shown, Server::on_loopback(&stand_ins.chain(shown).into(), reply(), false)?));
        Ok(Servers([start(Shown::Old)?, start(Shown::New)?, start(Shown::Rogue)?]))
    }

    fn of(&self, shown: Shown) -> &Server {
        self.0.iter().find_map(|(own, server)| (*own == shown).then_some(server)).expect("one for each chain")
    }
}

fn ask(
    client: &Client,
    subject: &Subject<'_>,
    copies: &Copies,
    servers: &Servers,
    directory: &Path,
) -> io::Result<Row> {
    fs::create_dir(directory)?;
    let questions = Question::ALL.map(|question| {
        let repaired = matches!(question, Question::NewRepaired | Question::RogueRepaired);
        (if repaired { &*copies.repaired } else { &*copies.today }, servers.of(question.shown()))
    });
    let answers = handshakes(client, subject.format, subject.password, &questions, directory)?;
    let answers: [Answer; 4] = answers.try_into().expect("an answer to each question");
    let (verdict, detail) = judge(&answers, subject.holds);
    let proof = Proof { path: subject.path.to_owned(), rung: Rung::Client, subject: client.title(), verdict, detail };
    // What a compiler keeps is large.
    let _ = fs::remove_dir_all(directory);
    Ok(Row { client: client.clone(), answers, proof })
}

/// What the words in braces stand for.
struct Words<'a> {
    directory: &'a Path,
    script: Option<&'static str>,
    bundle: &'a str,
    port: u16,
}

impl Words<'_> {
    fn fill(&self, text: &str) -> String {
        let directory = self.directory.to_string_lossy();
        let script = self.script.map_or_else(String::new, |name| format!("{directory}/{name}"));
        text.replace("{script}", &script)
            .replace("{made}", &format!("{directory}/client{}", std::env::consts::EXE_SUFFIX))
            .replace("{url}", &format!("https://localhost:{}/", self.port))
            .replace("{port}", &self.port.to_string())
            .replace("{bundle}", self.bundle)
            .replace("{dir}", &directory)
    }

    fn variables(&self, kind: &Kind) -> Vec<(String, String)> {
        kind.variables.iter().map(|(name, value)| ((*name).to_owned(), self.fill(value))).collect()
    }
}

/// Writes and compiles what the client runs; gives back why that did not work.
fn prepare(client: &Client, directory: &Path) -> io::Result<Option<String>> {
    let kind = match client.kind {
        How::Java => {
            fs::write(directory.join(java::CLASS).with_extension("class"), java::class())?;
            return Ok(None);
        }
        How::Table(kind) => kind,
    };
    if let Some((name, text)) = kind.script {
        fs::write(directory.join(name), text)?;
    }
    if kind.build.is_empty() {
        return Ok(None);
    }
    let words = Words { directory, script: kind.script.map(|(name, _)| name), bundle: "", port: 0 };
    let arguments = kind.build.iter().map(|argument| words.fill(argument));
    let ended = run::run(client.program.as_os_str(), arguments, words.variables(kind), directory, BUILD)?;
    Ok((ended.success != Some(true)).then(|| telling_line(&ended.said)))
}

fn shake_hands(
    client: &Client,
    format: Format,
    password: Option<&Password>,
    bundle: &Path,
    server: &Server,
    directory: &Path,
) -> io::Result<Answer> {
    let port = server.port();
    let bundle = &*bundle.to_string_lossy();
    let ended = match client.kind {
        How::Table(kind) => {
            let words = Words { directory, script: kind.script.map(|(name, _)| name), bundle, port };
            let program = kind.run.map_or_else(|| client.program.clone().into(), |run| OsString::from(words.fill(run)));
            let arguments = kind.arguments.iter().map(|argument| words.fill(argument));
            run::run(&program, arguments, words.variables(kind), directory, HANDSHAKE)?
        }
        How::Java => {
            let kind = match format {
                Format::Pem => java::PEM,
                Format::Jceks => "JCEKS",
                Format::Pkcs12 => "PKCS12",
                _ => "JKS",
            };
            let classes = directory.to_string_lossy();
            let url = format!("https://localhost:{port}/");
            let arguments = ["-cp", &classes, java::CLASS, &url, bundle, kind].map(str::to_owned);
            let password = password.and_then(Password::as_str);
            let variables = password.map(|password| (java::PASSWORD.to_owned(), password.to_owned()));
            run::run(client.program.as_os_str(), arguments, variables, directory, HANDSHAKE)?
        }
    };
    let seen = server.take_observations();
    let handshake = seen.connections.iter().any(|connection| connection.handshake);
    let request = seen.connections.iter().any(|connection| connection.request.is_some());
    let said = telling_line(&ended.said);
    Ok(match ended.success {
        Some(true) if handshake => Answer::Accepts,
        // Some finish the handshake, judge the chain, and leave.
        Some(false) if !request => Answer::Refuses(said),
        _ => Answer::Unclear(said),
    })
}

/// The line that says most of what a client wrote.
fn telling_line(said: &str) -> String {
    const TELLING: [&str; 7] =
        ["verify error", "verify failed", "not trusted", "certificate problem", "exception", "error", "certificate"];
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = TELLING.iter().find_map(|words| lines().find(|line| line.to_ascii_lowercase().contains(words)));
    let line = line.or_else(|| lines().next_back()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// What the four answers prove.
fn judge(answers: &[Answer; 4], holds: Holds) -> (Verdict, Sentence) {
    let wrong = Question::ALL.into_iter().zip(answers).find(|(question, answer)| match answer {
        Answer::Unclear(_) => true,
        Answer::Accepts => question.expected(holds) == Some(false),
        Answer::Refuses(_) => question.expected(holds) == Some(true),
    });
    match wrong {
        None if holds.new_root => (Verdict::Pass, say::accepts_already()),
        None => (Verdict::Pass, say::accepts_after_the_repair()),
        Some((_, Answer::Unclear(said))) => (Verdict::NotProven, say::no_answer(said)),
        Some((Question::OldToday, Answer::Refuses(said))) => (Verdict::Fail, say::refuses_old(said)),
        Some((Question::NewToday, Answer::Refuses(said))) => (Verdict::Fail, say::refuses_new_today(said)),
        Some((_, Answer::Refuses(said))) => (Verdict::Fail, say::refuses_new(said)),
        Some((Question::RogueRepaired, Answer::Accepts)) => (Verdict::NotProven, say::accepts_rogue()),
        Some((_, Answer::Accepts)) => (Verdict::NotProven, say::accepts_before_the_repair()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_right_answers_are_a_pass() {
        let (yes, no) = (|| Answer::Accepts, || Answer::Refuses("no".into()));
        let unclear = || Answer::Unclear("?".into());
        let old = Holds { old_root: true, new_root: false };
        let verdict = |answers: [Answer; 4], holds| judge(&answers, holds).0;
        assert_eq!(verdict([yes(), no(), yes(), no()], old), Verdict::Pass);
        assert_eq!(verdict([no(), no(), yes(), no()], old), Verdict::Fail);
        assert_eq!(verdict([yes(), no(), no(), no()], old), Verdict::Fail);
        // What cannot be told apart from a client that takes everything is no proof.
        assert_eq!(verdict([yes(), yes(), yes(), no()], old), Verdict::NotProven);
        assert_eq!(verdict([yes(), no(), yes(), yes()], old), Verdict::NotProven);
        for place in 0..4 {
            let mut answers = [yes(), no(), yes(), no()];
            answers[place] = unclear();
            assert_eq!(verdict(answers, old), Verdict::NotProven);
        }
        let neither = Holds { old_root: false, new_root: false };
        assert_eq!(verdict([no(), no(), yes(), no()], neither), Verdict::Pass);
        let both = Holds { old_root: true, new_root: true };
        assert_eq!(verdict([yes(), yes(), yes(), no()], both), Verdict::Pass);
        assert_eq!(verdict([yes(), no(), yes(), no()], both), Verdict::Fail);
    }

    #[test]
    fn scripts_are_named_apart_and_every_word_in_braces_is_known() {
        let words = Words { directory: Path::new("d"), script: Some("s"), bundle: "b", port: 1 };
        let mut names = Vec::new();
        for kind in KINDS {
            let texts = kind.arguments.iter().chain(kind.build).chain(kind.variables.iter().map(|(_, value)| value));
            for text in texts.filter(|text| !text.contains('\n')) {
                assert!(!words.fill(text).contains(['{', '}']), "{}: {text}", kind.name);
            }
            names.push(kind.name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KINDS.len());
    }
}
