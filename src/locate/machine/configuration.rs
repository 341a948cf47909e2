//! What the machine's configuration tells its programs: variables for whole systems and services, php.ini, proxies
//! and tools.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::super::found::Found;
use super::super::variables::{self, Assignment, Place};
use super::globs;
use crate::lang::machine as say;
use crate::pin::Kind;
use crate::prefix::Prefix;

/// Files that make an environment line by line.
const ENVIRONMENTS: [&str; 20] = [
    "/etc/environment",
    "/etc/environment.d/*.conf",
    "/etc/security/pam_env.conf",
    "/etc/profile",
    "/etc/profile.d/*.sh",
    "/etc/bash.bashrc",
    "/etc/bashrc",
    "/etc/zshenv",
    "/etc/zsh/zshenv",
    "/etc/default/*",
    "/etc/sysconfig/*",
    "/etc/apache2/envvars",
    "~/.profile",
    "~/.bash_profile",
    "~/.bashrc",
    "~/.zshrc",
    "~/.zshenv",
    "~/.pam_environment",
    "~/.config/environment.d/*.conf",
    "~/.mavenrc",
];

/// Units of systemd, in the order in which one takes another's place, and the manager's own settings.
const UNITS: [&str; 12] = [
    "/etc/systemd/system/*.service",
    "/etc/systemd/system/*.service.d/*.conf",
    "/run/systemd/system/*.service",
    "/run/systemd/system/*.service.d/*.conf",
    "/usr/lib/systemd/system/*.service",
    "/usr/lib/systemd/system/*.service.d/*.conf",
    "/lib/systemd/system/*.service",
    "/lib/systemd/system/*.service.d/*.conf",
    "~/.config/systemd/user/*.service",
    "/etc/systemd/system.conf",
    "/etc/systemd/system.conf.d/*.conf",
    "/etc/systemd/user.conf",
];

/// Configurations that the rules read: php.ini and pools, proxies, tools.
const RULED: [&str; 64] = [
    "/etc/php.ini",
    "/etc/php.d/*.ini",
    "/etc/php/*/*/php.ini",
    "/etc/php/*/*/conf.d/*.ini",
    "/etc/php/*/fpm/pool.d/*.conf",
    "/etc/php*/php.ini",
    "/etc/php*/php-fpm.d/*.conf",
    "/etc/php-fpm.d/*.conf",
    "/etc/opt/remi/php*/php.ini",
    "/usr/local/etc/php/php.ini",
    "/usr/local/etc/php/conf.d/*.ini",
    "/usr/local/etc/php-fpm.d/*.conf",
    "/usr/local/lib/php.ini",
    "/usr/local/php*/etc/php.ini",
    "/usr/local/php*/lib/php.ini",
    "/usr/local/php/*/etc/php.ini",
    "/usr/local/lsws/lsphp*/etc/php.ini",
    "/usr/local/lsws/lsphp*/etc/php/*/litespeed/php.ini",
    "/opt/lampp/etc/php.ini",
    "/opt/cpanel/ea-php*/root/etc/php.ini",
    "/opt/plesk/php/*/etc/php.ini",
    "/opt/bitnami/php/etc/php.ini",
    "/www/server/php/*/etc/php.ini",
    "/www/server/php/*/etc/php-cli.ini",
    "/www/server/php/*/etc/php-fpm.conf",
    "/etc/nginx/*.conf",
    "/etc/nginx/*/*.conf",
    "/etc/nginx/sites-enabled/*",
    "/etc/nginx/snippets/*",
    "/usr/local/nginx/conf/*.conf",
    "/usr/local/nginx/conf/*/*.conf",
    "/usr/local/etc/nginx/*.conf",
    "/usr/local/openresty/nginx/conf/*.conf",
    "/usr/local/openresty/nginx/conf/*/*.conf",
    "/opt/nginx/conf/*.conf",
    "/www/server/nginx/conf/*.conf",
    "/www/server/panel/vhost/nginx/*.conf",
    "/www/server/panel/vhost/nginx/*/*.conf",
    "/etc/haproxy/*.cfg",
    "/etc/haproxy/*/*.cfg",
    "/usr/local/etc/haproxy/*.cfg",
    "/etc/apache2/*.conf",
    "/etc/apache2/*/*.conf",
    "/etc/httpd/conf/*.conf",
    "/etc/httpd/conf.d/*.conf",
    "/etc/httpd/conf.modules.d/*.conf",
    "/usr/local/apache2/conf/*.conf",
    "/usr/local/apache2/conf/*/*.conf",
    "/www/server/apache/conf/*.conf",
    "/www/server/panel/vhost/apache/*.conf",
    "/etc/stunnel/*.conf",
    "/etc/squid/*.conf",
    "/etc/envoy/*.yaml",
    "/etc/traefik/*.yml",
    "/etc/gitconfig",
    "~/.gitconfig",
    "/etc/npmrc",
    "~/.npmrc",
    "/etc/pip.conf",
    "~/.pip/pip.conf",
    "~/.config/pip/pip.conf",
    "/etc/wgetrc",
    "~/.wgetrc",
    "~/.curlrc",
];

pub(super) fn stores(prefix: &Prefix, homes: &[PathBuf]) -> Vec<Found> {
    let mut found = Vec::new();
    for path in globs(prefix, homes, &ENVIRONMENTS) {
        if let Some(text) = prefix.read_text(&path) {
            found.extend(assigned(prefix, &path, &variables::assignments(&text), "shell"));
        }
    }
    let mut read: Vec<PathBuf> = Vec::new();
    for path in globs(prefix, homes, &UNITS) {
        // /lib and /usr/lib are one directory on most systems, and units are links to others.
        let Ok(real) = prefix.resolve(&path) else { continue };
        if read.contains(&real) {
            continue;
        }
        if let Some(text) = prefix.read_text(&path) {
            found.extend(unit(prefix, &path, &text));
        }
        read.push(real);
    }
    let mut read: Vec<PathBuf> = Vec::new();
    for path in globs(prefix, homes, &RULED) {
        let Ok(real) = prefix.resolve(&path) else { continue };
        if !read.contains(&real) {
            found.extend(ruled(prefix, &path));
            read.push(real);
        }
    }
    found
}

/// What the environment of this very process says.
pub(super) fn current(variable: &dyn Fn(&str) -> Option<OsString>) -> Vec<Found> {
    let prefix = &Prefix::new(Path::new("/"));
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let mut found = Vec::new();
    for name in variables::names() {
        let Some(value) = variable(name) else { continue };
        let place =
            Place { path: Path::new("/proc/self/environ"), line: 1, column: 1, language: "environment", cwd: &cwd };
        let told = variables::of_assignment(place, name, &value.to_string_lossy());
        found.extend(told.into_iter().map(|(pin, who)| Found::pinned(prefix, pin, who)));
    }
    found
}

/// The pins of the configurations that this server reads where it is told of none: `nginx`, `haproxy`, ...
#[cfg(target_os = "linux")]
pub(in super::super) fn of_server(prefix: &Prefix, server: &str) -> Vec<Found> {
    let own = RULED.iter().filter(|pattern| pattern.split('/').any(|part| part == server));
    own.flat_map(|pattern| prefix.glob(pattern)).flat_map(|path| ruled(prefix, &path)).collect()
}

/// The pins of one configuration file, by the rules; `path` is a path inside.
pub(in super::super) fn ruled(prefix: &Prefix, path: &Path) -> Vec<Found> {
    let Some(text) = prefix.read_text(path) else { return Vec::new() };
    let pins = super::super::text(path, text.as_bytes()).into_iter();
    pins.map(|mut pin| {
        pin.path = prefix.host(path);
        if pin.resolved.is_empty() && matches!(pin.kind, Kind::File | Kind::Dir | Kind::Keystore) {
            pin.resolved.extend(beside(path, &pin.target));
        }
        Found::pinned(prefix, pin, say::configuration(path.display()))
    })
    .collect()
}

/// A value that is written as a plain path: absolute, or relative to the configuration, as nginx has it. `None` for
/// what a program would have to compute, and for names like HAProxy's `@system-ca`.
fn beside(configuration: &Path, target: &str) -> Option<PathBuf> {
    let plain = target.trim_matches(['"', '\'', ' ', ';']);
    let computed = plain.contains(['$', '{', '(', '@', '\n', '%']) || plain.contains("://");
    (!plain.is_empty() && !computed).then(|| configuration.with_file_name(plain))
}

fn assigned(prefix: &Prefix, path: &Path, assignments: &[Assignment], language: &'static str) -> Vec<Found> {
    let mut found = Vec::new();
    let host = prefix.host(path);
    for Assignment { name, value, line, column } in assignments {
        // Relative values start from wherever the program is started; the root is what services have.
        let place = Place { path: &host, line: *line, column: *column, language, cwd: Path::new("/") };
        let told = variables::of_assignment(place, name, value);
        found.extend(told.into_iter().map(|(pin, who)| Found::pinned(prefix, pin, who)));
    }
    found
}

fn unit(prefix: &Prefix, path: &Path, text: &str) -> Vec<Found> {
    let unit = variables::unit(text);
    let mut found = assigned(prefix, path, &unit.assignments, "systemd");
    let host = prefix.host(path);
    for command in &unit.commands {
        let place =
            Place { path: &host, line: command.line, column: command.column, language: "systemd", cwd: Path::new("/") };
        let told = variables::of_java_options(place, &command.value);
        found.extend(told.into_iter().map(|(pin, who)| Found::pinned(prefix, pin, who)));
    }
    for file in unit.environment_files {
        // /etc/default and /etc/sysconfig are read anyway.
        let elsewhere = !file.starts_with("/etc/default") && !file.starts_with("/etc/sysconfig");
        if let Some(text) = prefix.read_text(&file).filter(|_| elsewhere) {
            found.extend(assigned(prefix, &file, &variables::assignments(&text), "systemd"));
        }
    }
    found
}
