//! Which package of the operating system brought a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use memchr::memmem;

use super::{Custody, Manager, Place, refresh};

/// One file of a package manager's records; the largest list of some 800 packages has 0.5 MB, apk keeps one file
/// for all.
const MAX_RECORD: usize = 64 << 20;

/// rpm answers in milliseconds, unless its database is locked.
const RPM_LIMIT: Duration = Duration::from_secs(10);

/// Where packages put files. What lies elsewhere is not looked up: 8 MB of lists would be read for nothing.
const PACKAGED: [&str; 9] = ["/usr", "/etc", "/opt", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/var/lib"];

pub(super) fn custody(place: &Place<'_>) -> Option<Custody> {
    let names = names(place);
    if !PACKAGED.iter().any(|directory| names.iter().any(|name| name.starts_with(directory))) {
        return None;
    }
    let found = None
        .or_else(|| dpkg(place, &names))
        .or_else(|| apk(place, &names))
        .or_else(|| pacman(place, &names))
        .or_else(|| rpm(place))?;
    Some(Custody::Package { manager: found.0, name: found.1 })
}

/// What the records may call the file: packages were made before or after /lib became a link to /usr/lib.
fn names(place: &Place<'_>) -> Vec<PathBuf> {
    let mut names = vec![place.real.clone()];
    if place.asked != place.real {
        names.push(place.asked.clone());
    }
    for name in names.clone() {
        names.extend(name.strip_prefix("/usr").map(|rest| Path::new("/").join(rest)));
    }
    names
}

fn dpkg(place: &Place<'_>, names: &[PathBuf]) -> Option<(Manager, String)> {
    let directory = Path::new("/var/lib/dpkg/info");
    for list in place.prefix.names(directory) {
        let Some(package) = list.to_str().and_then(|list| list.strip_suffix(".list")) else { continue };
        let Some(text) = place.prefix.read(&directory.join(&list), MAX_RECORD) else { continue };
        if names.iter().any(|name| has_line(&text, name.as_os_str().as_encoded_bytes())) {
            let package = package.split_once(':').map_or(package, |(name, _architecture)| name);
            return Some((Manager::Dpkg, package.to_owned()));
        }
    }
    None
}

/// `P:` a package, `F:` a directory without the leading slash, `R:` a name in it; an empty line ends the package.
fn apk(place: &Place<'_>, names: &[PathBuf]) -> Option<(Manager, String)> {
    let records = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];
    let text = records.iter().find_map(|record| place.prefix.read(Path::new(record), MAX_RECORD))?;
    let (mut package, mut directory) = (String::new(), PathBuf::new());
    for line in String::from_utf8_lossy(&text).lines() {
        match line.split_once(':') {
            Some(("P", name)) => name.clone_into(&mut package),
            Some(("F", name)) => directory = Path::new("/").join(name),
            Some(("R", name)) if names.contains(&directory.join(name)) => return Some((Manager::Apk, package)),
            _ => {}
        }
    }
    None
}

/// One directory per package, `NAME-VERSION-RELEASE`, with the paths in `files`, without the leading slash.
fn pacman(place: &Place<'_>, names: &[PathBuf]) -> Option<(Manager, String)> {
    for record in place.prefix.glob("/var/lib/pacman/local/*/files") {
        let Some(text) = place.prefix.read(&record, MAX_RECORD) else { continue };
        let listed = |name: &PathBuf| {
            name.strip_prefix("/").is_ok_and(|name| has_line(&text, name.as_os_str().as_encoded_bytes()))
        };
        if names.iter().any(listed) {
            let package = record.parent()?.file_name()?.to_str()?;
            let name = package.rsplitn(3, '-').last()?;
            return Some((Manager::Pacman, name.to_owned()));
        }
    }
    None
}

/// The database has a format of its own; rpm is asked where it is there.
fn rpm(place: &Place<'_>) -> Option<(Manager, String)> {
    let databases = ["/var/lib/rpm", "/usr/lib/sysimage/rpm"];
    if !databases.iter().any(|database| place.prefix.is_dir(Path::new(database))) {
        return None;
    }
    let mut command = vec!["rpm".into()];
    if !place.prefix.is_root() {
        command.extend(["--root".into(), place.prefix.as_path().into()]);
    }
    command.extend(["-qf".into(), "--qf".into(), "%{NAME}\\n".into(), place.real.clone().into()]);
    let answer = refresh::output(&command, RPM_LIMIT).ok()?;
    let name = String::from_utf8_lossy(&answer.stdout).lines().next()?.trim().to_owned();
    (answer.success && !name.is_empty() && !name.contains(' ')).then_some((Manager::Rpm, name))
}

fn has_line(text: &[u8], line: &[u8]) -> bool {
    memmem::find_iter(text, line).any(|at| {
        let end = at + line.len();
        (at == 0 || text[at - 1] == b'\n') && (end == text.len() || text[end] == b'\n')
    })
}
