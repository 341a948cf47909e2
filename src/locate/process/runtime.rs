//! What a process takes by default, by the runtime that it is: a JVM, PHP, Python, a proxy, or whatever uses OpenSSL.

use std::path::{Path, PathBuf};

use super::super::found::{Found, Holds};
use super::super::machine::{java_store, of_server, openssl_default, python_packages_in, ruled, system_bundles};
use super::linux::View;
use crate::lang::machine as say;

/// Servers whose configuration is read where the command line names none.
const SERVERS: [&str; 7] = ["nginx", "haproxy", "apache2", "httpd", "stunnel", "squid", "envoy"];

pub(super) fn stores(view: &View) -> Vec<Found> {
    let name = view.program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut found = Vec::new();
    if let Some(java) = view.mapped.iter().find(|path| path.ends_with("libjvm.so")) {
        // lib/server/libjvm.so, or jre/lib/amd64/server/libjvm.so up to Java 8.
        found.extend(java.ancestors().skip(1).find_map(|home| java_store(&view.prefix, home)));
        return found;
    }
    if name.starts_with("node") {
        found.push(Found::default(
            &view.prefix,
            &view.program,
            Holds::BuiltIn,
            say::node_built_in(view.program.display()),
        ));
    }
    if name.starts_with("php") || mapped_as(view, "libphp").is_some() {
        found.extend(php(view, name));
    }
    if name.starts_with("python") || mapped_as(view, "libpython").is_some() {
        found.extend(python(view));
    }
    found.extend(configurations(view, name));
    if let Some(library) = mapped_as(view, "libcrypto.so") {
        found.extend(openssl_default(&view.prefix, library));
    }
    found.extend(system_bundles(&view.prefix));
    found
}

/// The first mapped file whose name begins so.
fn mapped_as<'v>(view: &'v View, start: &str) -> Option<&'v PathBuf> {
    view.mapped
        .iter()
        .find(|path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(start.as_bytes())))
}

/// php.ini, as PHP looks for it (php.net, "The configuration file"), and the pools of an FPM master.
fn php(view: &View, name: &str) -> Vec<Found> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut arguments = view.command.iter();
    while let Some(argument) = arguments.next() {
        if argument == "-c" {
            files.extend(arguments.next().map(|path| ini_of(view, path)));
        }
        // `php-fpm: master process (/www/server/php/74/etc/php-fpm.conf)`
        let conf = argument.split(['(', ')']).find(|part| part.ends_with("php-fpm.conf"));
        if let Some(conf) = conf.map(|conf| view.cwd.join(conf)) {
            files.push(conf.with_file_name("php.ini"));
            files.extend(view.prefix.glob(&format!("{}/pool.d/*.conf", conf.with_file_name("").display())));
            files.extend(view.prefix.glob(&format!("{}/php-fpm.d/*.conf", conf.with_file_name("").display())));
            files.push(conf);
        }
    }
    files.extend(view.variable("PHPRC").map(|path| ini_of(view, path)));
    // Debian calls the program php8.2 or php-fpm8.2, and keeps a php.ini for each way to run it.
    let version = name.trim_start_matches("php").trim_start_matches("-fpm").trim_start_matches("-cgi");
    let sapi = if name.contains("fpm") {
        "fpm"
    } else if name.contains("cgi") {
        "cgi"
    } else {
        "cli"
    };
    if name.starts_with("php") && !version.is_empty() {
        files.push(format!("/etc/php/{version}/{sapi}/php.ini").into());
    } else if !name.starts_with("php") {
        files.extend(view.prefix.glob("/etc/php/*/apache2/php.ini"));
    }
    if let Some(home) = view.program.parent().and_then(Path::parent) {
        files.extend([home.join("etc/php.ini"), home.join("lib/php.ini"), home.join("etc/php/php.ini")]);
    }
    files.extend(["/etc/php.ini", "/usr/local/etc/php/php.ini", "/usr/local/lib/php.ini"].map(PathBuf::from));
    let exist: Vec<PathBuf> = files.into_iter().filter(|file| view.prefix.is_file(file)).collect();
    let is_ini = |file: &PathBuf| file.ends_with("php.ini");
    // One php.ini is read, the first; and all of the pools.
    let ini = exist.iter().find(|file| is_ini(file));
    let read = ini.into_iter().chain(exist.iter().filter(|file| !is_ini(file)));
    let mut found: Vec<Found> = read.flat_map(|file| ruled(&view.prefix, file)).collect();
    // Drop-ins lie beside php.ini.
    if let Some(directory) = ini.and_then(|ini| ini.parent()) {
        let dropped = view.prefix.glob(&format!("{}/conf.d/*.ini", directory.display()));
        found.extend(dropped.iter().flat_map(|file| ruled(&view.prefix, file)));
    }
    found
}

/// `-c` and PHPRC name the file, or the directory that it lies in.
fn ini_of(view: &View, path: &str) -> PathBuf {
    let path = view.cwd.join(path);
    if view.prefix.is_dir(&path) { path.join("php.ini") } else { path }
}

/// The packages of the interpreter, and of the virtual environment that it was started in.
fn python(view: &View) -> Vec<Found> {
    let mut directories: Vec<PathBuf> = Vec::new();
    let mut add = |directory: PathBuf| {
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    };
    // Extension modules of C lie in the packages.
    for path in &view.mapped {
        let packages = path.ancestors().find(|up| up.ends_with("site-packages") || up.ends_with("dist-packages"));
        packages.map(Path::to_owned).into_iter().for_each(&mut add);
    }
    let launcher = view.command.first().map(|own| view.cwd.join(own)).filter(|own| own.components().count() > 2);
    let homes = [
        view.variable("VIRTUAL_ENV").map(PathBuf::from),
        parent_of_bin(launcher),
        parent_of_bin(Some(view.program.clone())),
    ];
    for home in homes.into_iter().flatten() {
        for name in ["site-packages", "dist-packages"] {
            view.prefix.glob(&format!("{}/lib*/python*/{name}", home.display())).into_iter().for_each(&mut add);
        }
    }
    directories.iter().flat_map(|directory| python_packages_in(&view.prefix, directory)).collect()
}

fn parent_of_bin(program: Option<PathBuf>) -> Option<PathBuf> {
    Some(program?.parent()?.parent()?.to_owned())
}

/// Configuration files that the command line names, and those that a server reads otherwise.
fn configurations(view: &View, name: &str) -> Vec<Found> {
    let Some(server) = SERVERS.iter().find(|server| name.starts_with(*server)) else { return Vec::new() };
    let named = view.command.iter().skip(1).map(|argument| view.cwd.join(argument));
    let named: Vec<PathBuf> = named.filter(|path| view.prefix.is_file(path)).collect();
    if named.is_empty() {
        return of_server(&view.prefix, server);
    }
    named.iter().flat_map(|path| ruled(&view.prefix, path)).collect()
}
