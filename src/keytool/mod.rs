//! keytool as an engine: the owner of Java's format does the work, and is not believed.
//!
//! keytool opens the file that it changes with `O_TRUNC` and does not sync it; it exits 0 after losing keys that it
//! cannot read, after importing one certificate of many, and after making a new store at a mistyped path; and its
//! texts are localised. So it works on a private copy, its exit status and its texts mean nothing, and what it made
//! is read by our own reader: the copy counts only if it holds each entry that was there and each root that was
//! asked for, and nothing else. In every other case the native engine does the work, and a finding says so.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::certificate::Fingerprint;
use crate::finding::{Code, Finding, Trouble};
use crate::lang::Sentence;
use crate::lang::java as say;
use crate::locate::java_home;
use crate::password::{Password, Passwords};
use crate::proof::Verdict;
use crate::rollover::Root;
use crate::scratch::Scratch;
use crate::store::{self, AppendOptions, Appended, Format, Store, StoreFormat, Trust, jks};

mod listing;
mod run;

pub use listing::{prove, reads};

/// Who adds to a key store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// keytool for the JDK's own formats, where there is one; else native.
    #[default]
    Auto,
    Keytool,
    Native,
}

/// A JVM starts in under a second; a slow disk and a busy machine make it ten.
pub const TIMEOUT: Duration = Duration::from_secs(30);

const STORE_PASSWORD: &str = "ROOTFIX_STORE_PASSWORD";
const COPY_PASSWORD: &str = "ROOTFIX_COPY_PASSWORD";

/// Why keytool's work was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeytoolFailed {
    /// It does not read stores of this format.
    FormatUnknown,
    /// It cannot be given this password: empty, or with a NUL.
    PasswordUnsuitable,
    /// No private copy could be made, or keytool could not be started.
    NotStarted,
    TimedOut,
    /// What it left behind is not a key store, or has another password.
    Unreadable,
    /// An entry that was there is missing or different.
    EntryLost,
    /// The roots are not in it, or not trusted in it; or there is more in it than that.
    NotAsAsked,
}

impl KeytoolFailed {
    pub fn reason(self) -> Sentence {
        match self {
            KeytoolFailed::FormatUnknown => say::keytool_does_not_know_the_format(),
            KeytoolFailed::PasswordUnsuitable => say::keytool_cannot_take_the_password(),
            KeytoolFailed::NotStarted => say::keytool_did_not_start(),
            KeytoolFailed::TimedOut => say::keytool_did_not_end(),
            KeytoolFailed::Unreadable => say::keytool_left_no_key_store(),
            KeytoolFailed::EntryLost => say::keytool_lost_an_entry(),
            KeytoolFailed::NotAsAsked => say::keytool_did_something_else(),
        }
    }
}

/// The same store with these roots added, by the engine that was asked for; `keytool` is what [`find`] found.
///
/// # Errors
/// As [`StoreFormat::append`]: what keytool cannot do, the native engine does.
#[allow(clippy::too_many_arguments, reason = "those of StoreFormat::append, and the engine")]
pub fn append_by(
    engine: Engine,
    keytool: Option<&Path>,
    timeout: Duration,
    format: &dyn StoreFormat,
    bytes: &[u8],
    store: &Store,
    roots: &[&Root],
    options: &AppendOptions,
) -> Result<Appended, Trouble> {
    let finding = match (engine, keytool) {
        // It reads no more than any Java.
        _ if store.broken => None,
        (Engine::Native, _) => None,
        (Engine::Auto, _) if !matches!(store.format, Format::Jks | Format::Jceks) => None,
        (Engine::Auto, None) => None,
        (Engine::Keytool, None) => Some(Finding::new(Code::KeytoolNotUsed, say::keytool_not_found())),
        (Engine::Auto | Engine::Keytool, Some(keytool)) => {
            match append(bytes, store, roots, options, keytool, timeout) {
                Ok(bytes) => {
                    let finding = Finding::new(Code::AddedByKeytool, say::added_by_keytool(keytool.display()));
                    return Ok(Appended { bytes, findings: vec![finding] });
                }
                Err(failed) => {
                    let message = say::keytool_not_used(keytool.display()).then(&failed.reason());
                    Some(Finding::new(Code::KeytoolNotUsed, message))
                }
            }
        }
    };
    let mut appended = format.append(bytes, store, roots, options)?;
    appended.findings.extend(finding);
    Ok(appended)
}

/// The same store with these roots added by this keytool. `store` is what the format's `decode` made of `bytes`.
///
/// Guaranteed: every entry of `bytes` is in the result (of JKS and JCEKS in every byte, although the JDK orders them
/// anew), every root is trusted in it, and nothing else is in it. Not guaranteed for PKCS#12, which the JDK writes
/// anew as a whole: attributes that it does not know, the MAC's digest, iterations.
///
/// # Errors
/// Anything else than that; and nothing was changed outside of a private directory that is gone by then.
pub fn append(
    bytes: &[u8],
    store: &Store,
    roots: &[&Root],
    options: &AppendOptions,
    keytool: &Path,
    timeout: Duration,
) -> Result<Vec<u8>, KeytoolFailed> {
    let store_type = type_of(store.format).ok_or(KeytoolFailed::FormatUnknown)?;
    let password = suitable(store.password.as_ref()).ok_or(KeytoolFailed::PasswordUnsuitable)?;
    let aliases = store::free_aliases(bytes, store, roots, options).map_err(|_| KeytoolFailed::NotAsAsked)?;
    let dir = Scratch::new().map_err(|_| KeytoolFailed::NotStarted)?;
    let copy = dir.path().join("copy");
    write(&copy, bytes)?;
    for (root, alias) in roots.iter().zip(&aliases) {
        let certificate = dir.path().join("root.der");
        write(&certificate, root.certificate.der())?;
        let arguments = [
            "-importcert".as_ref(),
            "-noprompt".as_ref(),
            "-storetype".as_ref(),
            store_type.as_ref(),
            "-storepass:env".as_ref(),
            STORE_PASSWORD.as_ref(),
            "-alias".as_ref(),
            OsStr::new(alias),
            "-keystore".as_ref(),
            copy.as_os_str(),
            "-file".as_ref(),
            certificate.as_os_str(),
        ];
        execute(keytool, arguments, &[(STORE_PASSWORD, password)], dir.path(), timeout)?;
    }
    let made = read(&copy).ok_or(KeytoolFailed::Unreadable)?;
    judge(bytes, store, roots, &aliases, password, &made)?;
    Ok(made)
}

/// Whether `made` is `bytes` and the roots, no less and no more.
fn judge(
    bytes: &[u8],
    store: &Store,
    roots: &[&Root],
    aliases: &[String],
    password: &str,
    made: &[u8],
) -> Result<(), KeytoolFailed> {
    let after = decode(made, password).ok_or(KeytoolFailed::Unreadable)?;
    if after.format != store.format || after.password.is_none() {
        return Err(KeytoolFailed::Unreadable);
    }
    let own_format = matches!(store.format, Format::Jks | Format::Jceks);
    if own_format && !jks::keeps_every_entry(bytes, made) {
        return Err(KeytoolFailed::EntryLost);
    }
    let mut more = counted(&after);
    for (entry, count) in counted(store) {
        let left = more.get_mut(&entry).filter(|left| **left >= count).ok_or(KeytoolFailed::EntryLost)?;
        *left -= count;
    }
    if after.others < store.others {
        return Err(KeytoolFailed::EntryLost);
    }
    for (root, alias) in roots.iter().zip(aliases) {
        let added = more.get_mut(&(root.certificate.fingerprint(), Some(alias.clone()), true));
        *added.filter(|left| **left > 0).ok_or(KeytoolFailed::NotAsAsked)? -= 1;
    }
    if after.others > store.others || more.values().any(|left| *left > 0) {
        return Err(KeytoolFailed::NotAsAsked);
    }
    Ok(())
}

/// How often each entry is there. A JDK writes aliases in lower case.
fn counted(store: &Store) -> HashMap<(Fingerprint, Option<String>, bool), usize> {
    let mut counted = HashMap::new();
    for entry in &store.entries {
        let alias = entry.alias.as_deref().map(str::to_lowercase);
        *counted.entry((entry.certificate.fingerprint(), alias, entry.trust == Trust::Trusted)).or_default() += 1;
    }
    counted
}

/// Whether this keytool takes the certificate in the store for a trusted entry: the rung `client`.
///
/// keytool's lists are in the user's language and are not read. Instead keytool copies that one entry into a new
/// key store, which our reader reads: a certificate entry must have come of it, with the same DER. (The JDK copies an
/// entry as what it takes it for: of a key, a key.) If nothing came of it, keytool is put to the same test with a
/// store that is known to be good; if it fails that too, nothing is proven.
pub fn lists_as_trusted(
    bytes: &[u8],
    store: &Store,
    fingerprint: Fingerprint,
    keytool: &Path,
    timeout: Duration,
) -> Verdict {
    let Some(store_type) = type_of(store.format) else { return Verdict::NotProven };
    let Some(password) = password_of(store) else { return Verdict::NotProven };
    let found = store.entries.iter().find(|entry| {
        entry.certificate.fingerprint() == fingerprint && entry.trust == Trust::Trusted && entry.alias.is_some()
    });
    let Some(entry) = found else { return Verdict::Fail };
    let alias = entry.alias.as_deref().unwrap_or_default();
    match copies(keytool, bytes, store_type, password, alias, fingerprint, timeout) {
        Ok(true) => Verdict::Pass,
        Err(_) => Verdict::NotProven,
        Ok(false) => {
            let known_good = jks::create([("known-good", &entry.certificate)], password, 0);
            let works = known_good.is_ok_and(|bytes| {
                copies(keytool, &bytes, "JKS", password, "known-good", fingerprint, timeout) == Ok(true)
            });
            if works { Verdict::Fail } else { Verdict::NotProven }
        }
    }
}

/// Whether keytool can copy the entry, as a trusted certificate with this fingerprint, into a new key store.
fn copies(
    keytool: &Path,
    bytes: &[u8],
    store_type: &str,
    password: &str,
    alias: &str,
    fingerprint: Fingerprint,
    timeout: Duration,
) -> Result<bool, KeytoolFailed> {
    // The new store lives as long as this function; keytool wants six characters.
    const PASSWORD: &str = "changeit";
    let dir = Scratch::new().map_err(|_| KeytoolFailed::NotStarted)?;
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    write(&from, bytes)?;
    let arguments = [
        "-importkeystore".as_ref(),
        "-noprompt".as_ref(),
        "-srcstoretype".as_ref(),
        store_type.as_ref(),
        "-srckeystore".as_ref(),
        from.as_os_str(),
        "-srcstorepass:env".as_ref(),
        STORE_PASSWORD.as_ref(),
        "-srcalias".as_ref(),
        OsStr::new(alias),
        "-deststoretype".as_ref(),
        "JKS".as_ref(),
        "-destkeystore".as_ref(),
        to.as_os_str(),
        "-deststorepass:env".as_ref(),
        COPY_PASSWORD.as_ref(),
    ];
    let secrets = [(STORE_PASSWORD, password), (COPY_PASSWORD, PASSWORD)];
    execute(keytool, arguments, &secrets, dir.path(), timeout)?;
    let copied = read(&to).and_then(|made| decode(&made, PASSWORD));
    Ok(copied.is_some_and(|copied| {
        copied
            .entries
            .iter()
            .any(|entry| entry.certificate.fingerprint() == fingerprint && entry.trust == Trust::Trusted)
    }))
}

fn type_of(format: Format) -> Option<&'static str> {
    match format {
        Format::Jks => Some("JKS"),
        Format::Jceks => Some("JCEKS"),
        Format::Pkcs12 => Some("PKCS12"),
        _ => None,
    }
}

/// The text of a password that an environment variable can carry and that keytool does not ask for again.
fn suitable(password: Option<&Password>) -> Option<&str> {
    password.and_then(Password::as_str).filter(|text| !text.is_empty() && !text.contains('\0'))
}

/// What keytool is told to read this store with. Where there is nothing to decrypt or to check, it takes any password,
/// and must be given one.
fn password_of(store: &Store) -> Option<&str> {
    match &store.password {
        Some(Password::None) if store.format == Format::Pkcs12 => Some("changeit"),
        password => suitable(password.as_ref()),
    }
}

fn decode(bytes: &[u8], password: &str) -> Option<Store> {
    let format = store::FORMATS.iter().find(|format| format.sniff(bytes))?;
    format.decode(bytes, &Passwords::with(password)).ok()
}

fn execute<'a>(
    keytool: &Path,
    arguments: impl IntoIterator<Item = &'a OsStr>,
    secrets: &[(&str, &str)],
    dir: &Path,
    timeout: Duration,
) -> Result<(), KeytoolFailed> {
    match run::run(keytool, arguments, secrets, dir, timeout) {
        Ok(_not_believed) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(KeytoolFailed::TimedOut),
        Err(_) => Err(KeytoolFailed::NotStarted),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), KeytoolFailed> {
    fs::write(path, bytes).map_err(|_| KeytoolFailed::NotStarted)
}

/// What a program left behind: a plain file of a size that a store can have, or nothing.
fn read(path: &Path) -> Option<Vec<u8>> {
    let file = fs::symlink_metadata(path).ok()?;
    (file.is_file() && file.len() <= store::MAX_BYTES as u64).then(|| fs::read(path).ok())?
}

/// The keytool to use for a key store: that of the Java home it lies in, else of `JAVA_HOME`, else on the `PATH`;
/// with its links followed.
///
/// One that somebody else than root and the present user could have put or changed there is passed over: a store
/// in another user's directory must not choose what root runs. `environment` gives the variables.
pub fn find(store: Option<&Path>, environment: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let owners = store.into_iter().flat_map(owning_homes);
    let java_home = environment("JAVA_HOME").map(PathBuf::from);
    let in_homes = owners.chain(java_home).flat_map(|home| [home.join("bin"), home.join("jre").join("bin")]);
    let path = environment("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let name = if cfg!(windows) { "keytool.exe" } else { "keytool" };
    let mut dirs = in_homes.chain(on_path).filter(|dir| dir.is_absolute());
    dirs.find_map(|dir| ours(&dir.join(name)))
}

/// The Java homes above a store, as its path is written and as its links lead.
fn owning_homes(store: &Path) -> Vec<PathBuf> {
    let absolute = std::path::absolute(store).ok();
    let real = store.canonicalize().ok();
    let paths = absolute.into_iter().chain(real);
    let above = paths.flat_map(|path| path.ancestors().skip(1).map(Path::to_owned).collect::<Vec<_>>());
    above.filter(|dir| java_home::is_java_home(dir)).collect()
}

/// The program, with its links followed, if nobody but root and the present user can have had a hand in it: neither
/// the file nor a directory above it belongs to another, nor may everybody write to it (but for directories like
/// `/tmp`, where nobody can move what is another's).
#[cfg(unix)]
fn ours(file: &Path) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    const WRITABLE_BY_ALL: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    const EXECUTABLE: u32 = 0o111;
    let me = rustix::process::geteuid().as_raw();
    let real = file.canonicalize().ok()?;
    let program = fs::metadata(&real).ok()?;
    let unshared = real.ancestors().all(|path| {
        fs::metadata(path).is_ok_and(|found| {
            let shielded = found.mode() & WRITABLE_BY_ALL == 0 || found.is_dir() && found.mode() & STICKY != 0;
            (found.uid() == 0 || found.uid() == me) && shielded
        })
    });
    (program.is_file() && program.mode() & EXECUTABLE != 0 && unshared).then_some(real)
}

#[cfg(not(unix))]
fn ours(file: &Path) -> Option<PathBuf> {
    file.is_file().then(|| file.to_owned())
}
