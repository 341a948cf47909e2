//! Files that a language's package manager, a JDK or Kubernetes brought.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::{Custody, Manager, Place};

/// A record of one package: what it installed. The largest `RECORD` seen has 2 MB (botocore), conda's JSON 5 MB.
const MAX_RECORD: usize = 16 << 20;

/// Kubernetes mounts a ConfigMap as links through `..data` to a directory that it swaps when the map changes.
pub(super) fn kubernetes(place: &Place<'_>) -> Option<Custody> {
    let mounted = |path: &Path| path.ancestors().skip(1).any(|up| place.prefix.exists(&up.join("..data")));
    (mounted(&place.real) || place.asked != place.real && mounted(&place.asked)).then_some(Custody::Kubernetes)
}

/// `conda-meta/NAME-VERSION-BUILD.json` beside `ssl/`, `lib/`, ...: the paths of each package, relative to there.
pub(super) fn conda(place: &Place<'_>) -> Option<Custody> {
    for environment in place.real.ancestors().skip(1) {
        let records = environment.join("conda-meta");
        if !place.prefix.is_dir(&records) {
            continue;
        }
        let path = place.real.strip_prefix(environment).ok()?.to_str()?;
        let quoted = format!("\"{path}\"");
        for record in place.prefix.names(&records) {
            let Some(package) = record.to_str().and_then(|record| record.strip_suffix(".json")) else { continue };
            let Some(text) = place.prefix.read(&records.join(&record), MAX_RECORD) else { continue };
            if memchr::memmem::find(&text, quoted.as_bytes()).is_some() {
                let name = package.rsplitn(3, '-').last().unwrap_or(package);
                return Some(Custody::Package { manager: Manager::Conda, name: name.to_owned() });
            }
        }
        return None;
    }
    None
}

/// pip, npm, composer and gem, each known by the directory that it keeps.
pub(super) fn language(place: &Place<'_>) -> Option<Custody> {
    let (manager, name) = None
        .or_else(|| pip(place).map(|name| (Manager::Pip, name)))
        .or_else(|| npm(&place.real).map(|name| (Manager::Npm, name)))
        .or_else(|| composer(place).map(|name| (Manager::Composer, name)))
        .or_else(|| gem(place).map(|name| (Manager::Gem, name)))?;
    Some(Custody::Package { manager, name })
}

/// The project whose `RECORD` lists the file (PEP 376), else the directory's name. Vendored copies belong to the
/// project that vendors them.
fn pip(place: &Place<'_>) -> Option<String> {
    let named = |up: &&Path| matches!(up.file_name().and_then(OsStr::to_str), Some("site-packages" | "dist-packages"));
    let packages = place.real.ancestors().skip(1).find(named)?;
    let path = place.real.strip_prefix(packages).ok()?;
    let line = format!("{},", path.to_str()?);
    for directory in place.prefix.names(packages) {
        let Some(project) = directory.to_str().and_then(|name| name.strip_suffix(".dist-info")) else { continue };
        let record = packages.join(&directory).join("RECORD");
        let Some(text) = place.prefix.read(&record, MAX_RECORD) else { continue };
        if String::from_utf8_lossy(&text).lines().any(|entry| entry.starts_with(&line)) {
            return Some(project.replacen('-', " ", 1));
        }
    }
    // Eggs and hand-made copies have no RECORD; the top directory is still a project's.
    (path.components().count() > 1).then(|| first(path)).flatten()
}

/// `node_modules/NAME/...` or `node_modules/@SCOPE/NAME/...`, the innermost.
fn npm(real: &Path) -> Option<String> {
    let modules = real.ancestors().skip(1).find(|up| up.file_name() == Some(OsStr::new("node_modules")))?;
    let inside = real.strip_prefix(modules).ok()?;
    let name = first(inside)?;
    if !name.starts_with('@') {
        return Some(name);
    }
    Some(format!("{name}/{}", second(inside)?))
}

/// `vendor/VENDOR/PACKAGE/...`, where composer keeps `vendor/composer/installed.json`.
fn composer(place: &Place<'_>) -> Option<String> {
    let kept = |up: &&Path| place.prefix.is_file(&up.join("composer/installed.json"));
    let vendor = place.real.ancestors().skip(1).find(kept)?;
    let inside = place.real.strip_prefix(vendor).ok()?;
    Some(format!("{}/{}", first(inside)?, second(inside)?))
}

/// `gems/NAME-VERSION/...` beside `specifications/NAME-VERSION.gemspec`.
fn gem(place: &Place<'_>) -> Option<String> {
    let named = |up: &&Path| up.file_name() == Some(OsStr::new("gems")) && up.parent().is_some();
    let gems = place.real.ancestors().skip(1).find(named)?;
    let name = first(place.real.strip_prefix(gems).ok()?)?;
    let specification = gems.parent()?.join("specifications").join(format!("{name}.gemspec"));
    place.prefix.is_file(&specification).then(|| match name.rsplit_once('-') {
        Some((name, version)) => format!("{name} {version}"),
        None => name,
    })
}

/// `HOME/lib/security/cacerts` or `HOME/jre/lib/security/cacerts`, where `HOME/bin/java` is.
pub(super) fn jdk(place: &Place<'_>) -> Option<Custody> {
    let name = place.real.file_name()?;
    if name != "cacerts" && name != "jssecacerts" {
        return None;
    }
    let up = place.real.parent()?;
    if !up.ends_with("lib/security") {
        return None;
    }
    let home = up.parent()?.parent()?;
    let home = if home.ends_with("jre") { home.parent()? } else { home };
    let java =
        |home: &Path| place.prefix.is_file(&home.join("bin/java")) || place.prefix.is_file(&home.join("release"));
    // jssecacerts is nobody's: no JDK ships one, and an update in place leaves it alone.
    (java(home) && name == "cacerts").then(|| Custody::Jdk { home: PathBuf::from(home) })
}

fn first(path: &Path) -> Option<String> {
    name(path.components().next()?)
}

fn second(path: &Path) -> Option<String> {
    name(path.components().nth(1)?)
}

fn name(component: Component<'_>) -> Option<String> {
    component.as_os_str().to_str().map(str::to_owned)
}
