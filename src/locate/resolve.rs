//! Which files a value may mean, as the program itself would find them.
//!
//! Pure: paths are put together and tidied up, never looked up. A value that starts from the directory a program is
//! started in has several candidates, because a source file does not say where that is: the directory of the file
//! and every one above it, up to the tree's root. [`existing_first`] asks the disk.

use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::prefix::Prefix;

/// Where a path starts from. Each stands for itself in the text that is being put together.
const FILE_DIR: char = '\u{1}';
const CWD: char = '\u{2}';
const ROOT: char = '\u{3}';
const CLASSPATH: char = '\u{4}';
const ANDROID_RAW: char = '\u{5}';
const UNKNOWN: char = '\u{6}';

/// More candidates than this help nobody.
const MOST: usize = 12;

/// Where the resources of a class path lie in a source tree: Maven, Gradle, Ant and plain ones.
const RESOURCES: &[&str] = &["src/main/resources", "src/test/resources", "resources", "src/main/java", "src", ""];

struct Spelling {
    pattern: Regex,
    means: String,
}

/// How languages say where a path starts from; the longer spelling first.
static SPELLINGS: LazyLock<Vec<Spelling>> = LazyLock::new(|| {
    let file_up = format!("{FILE_DIR}/..");
    let storage = format!("{ROOT}/storage");
    let app = format!("{ROOT}/app");
    let public = format!("{ROOT}/public");
    let resource = format!("{ROOT}/resources");
    let config = format!("{ROOT}/config");
    let (file, cwd, root) = (FILE_DIR.to_string(), CWD.to_string(), ROOT.to_string());
    let (classpath, raw) = (CLASSPATH.to_string(), ANDROID_RAW.to_string());
    [
        // Ruby, before PHP, whose spelling is a part of it.
        (r"File\.dirname\(\s*__FILE__\s*\)", &file),
        // PHP
        (r"dirname\(\s*(?:__DIR__|dirname\(\s*__FILE__\s*\))\s*\)|dirname\(\s*__FILE__\s*,\s*2\s*\)", &file_up),
        (r"dirname\(\s*__FILE__\s*\)|__DIR__|plugin_dir_path\(\s*__FILE__\s*\)", &file),
        (r"(?i)getcwd\(\s*\)|\$_SERVER\[\s*['\x22]DOCUMENT_ROOT['\x22]\s*\]|realpath\(\s*['\x22]\.['\x22]\s*\)", &cwd),
        (r"storage_path\(\s*\)|storage_path\(", &storage),
        (r"app_path\(\s*\)|app_path\(", &app),
        (r"public_path\(\s*\)|public_path\(", &public),
        (r"resource_path\(\s*\)|resource_path\(", &resource),
        (r"config_path\(\s*\)|config_path\(", &config),
        (r"base_path\(\s*\)|base_path\(|\bROOT_PATH\b|\bAPP_ROOT\b|\bBASE_PATH\b|@app\b|@root\b", &root),
        // Python
        (r"(?:os\.)?path\.dirname\(\s*(?:os\.)?path\.dirname\(\s*(?:(?:os\.)?path\.(?:abspath|realpath)\(\s*)?__file__\s*\)?\s*\)\s*\)|Path\(\s*__file__\s*\)(?:\.resolve\(\))?\.parent\.parent|Path\(\s*__file__\s*\)(?:\.resolve\(\))?\.parents\[1\]", &file_up),
        (r"(?:os\.)?path\.dirname\(\s*(?:(?:os\.)?path\.(?:abspath|realpath)\(\s*)?__file__\s*\)?\s*\)|Path\(\s*__file__\s*\)(?:\.resolve\(\))?\.parent", &file),
        (r"os\.getcwd\(\)|Path\.cwd\(\)|process\.cwd\(\)|Dir\.pwd|os\.Getwd\(\)", &cwd),
        // JavaScript
        (r"__dirname|import\.meta\.dirname|import\.meta\.url", &file),
        // Ruby, Perl, shell
        (r"Rails\.root|Padrino\.root|Bundler\.root", &root),
        (r"\$FindBin::Bin|\$Bin\b", &file),
        (r#"\$\(\s*cd\s+"?\$\(dirname "?(?:\$0|\$\{BASH_SOURCE\[0\]\})"?\)"?[^)]*\)|\$\(dirname "?(?:\$0|\$\{BASH_SOURCE\[0\]\})"?\)|\$PSScriptRoot|%~dp0"#, &file),
        (r"\$\{?PWD\}?|\$\(pwd\)|%CD%", &cwd),
        // .NET
        (r"AppContext\.BaseDirectory|AppDomain\.CurrentDomain\.BaseDirectory|Directory\.GetCurrentDirectory\(\)|Environment\.CurrentDirectory|\w*[eE]nv(?:ironment)?\.ContentRootPath|HostingEnvironment\.ApplicationPhysicalPath", &cwd),
        // JVM
        (r#"(?:file:)?\$\{user\.dir\}|System\.getProperty\(\s*"user\.dir"\s*\)|\$\{project\.basedir\}|\$\{basedir\}|\$\{?(?:projectDir|rootDir)\}?"#, &cwd),
        (r"classpath\*?:/*|ResourceUtils\.getFile\(", &classpath),
        (r"R\.raw\.", &raw),
    ]
    .into_iter()
    .map(|(pattern, means)| Spelling {
        pattern: Regex::new(pattern).expect("the spellings are valid patterns"),
        means: means.to_owned(),
    })
    .collect()
});

/// The files that a value may mean, most likely first; they need not exist.
///
/// `bare` says that a value without quotes is a path, as in configurations, and not a name of a language's own.
/// `file` is where the value is written and `root` the top of the tree; `lookup` gives the value of a variable where
/// it is known. A value that names no path gives nothing.
pub fn candidates(
    value: &str,
    bare: bool,
    file: &Path,
    root: &Path,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Vec<PathBuf> {
    let mut text = value.trim().to_owned();
    if text.len() > 1_000 || text.contains("-----BEGIN") {
        return Vec::new();
    }
    for spelling in SPELLINGS.iter() {
        if spelling.pattern.is_match(&text) {
            text = spelling.pattern.replace_all(&text, spelling.means.as_str()).into_owned();
        }
    }
    // `getResource("x")`: what is inside is looked up on the class path.
    let resource = text.contains("getResource") || text.contains("ClassPathResource");
    let expand_path = text.contains("expand_path") && text.contains("__FILE__");
    let Some(mut joined) = join(&text, bare, lookup) else { return Vec::new() };
    if resource && !joined.starts_with(CLASSPATH) {
        joined = format!("{CLASSPATH}{}", joined.trim_start_matches(UNKNOWN));
    } else if expand_path {
        // Relative to the file itself, so that the first `..` only leaves its name.
        joined = format!("{FILE_DIR}/{}", joined.strip_prefix("../").unwrap_or(&joined));
    }
    anchor(&joined, file, root)
}

/// Puts literals and starting points together; what is unknown becomes a mark.
fn join(text: &str, may_be_bare: bool, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let starts = [FILE_DIR, CWD, ROOT, CLASSPATH, ANDROID_RAW];
    let literal = |c: char| matches!(c, '"' | '\'' | '`');
    let slashes = ["join(", "Combine(", "resolve(", "expand_path", "Path(", "get(", ".join", "_path("]
        .iter()
        .any(|word| text.contains(word))
        || text.contains("\" / \"")
        || text.contains("' / '")
        || text.contains(['\u{1}', '\u{3}']) && text.contains(" / ");
    let mut parts: Vec<String> = Vec::new();
    if !text.contains(literal) {
        // A bare word: a configuration's value, a shell word, or a variable of a language.
        let bare = text.trim_start_matches("file://").trim_start_matches("file:");
        if bare.contains(starts)
            || may_be_bare && bare.contains(['/', '\\', '.', '$']) && !bare.contains(['(', '<', '>', '=', ' '])
        {
            parts.push(expand(bare, lookup));
        } else {
            return None;
        }
    } else {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let len = c.len_utf8();
            if literal(c) {
                let end = rest[len..].find(c)?;
                let inner = &rest[len..len + end];
                let mode = matches!(inner, "rb" | "r" | "utf8" | "utf-8" | "ascii" | "TLS" | "JKS" | "PKCS12" | "jks");
                // `$options['verify']`: a key is no part of a path.
                let key = rest[len + end + len..].starts_with(']');
                if !inner.is_empty() && !mode && !key {
                    let inner = inner.strip_prefix("file://").or_else(|| inner.strip_prefix("file:")).unwrap_or(inner);
                    parts.push(expand(inner, lookup));
                }
                rest = &rest[len + end + len..];
            } else if starts.contains(&c) {
                // `\u{1}/..` is a path; `\u{3}.join(` is a call.
                let path = if rest[len..].starts_with('/') { rest.len() } else { len };
                let end = rest[len..path].find(|c: char| !(c.is_alphanumeric() || "/._-".contains(c)));
                let end = len + end.unwrap_or(path - len);
                parts.push(rest[..end].to_owned());
                rest = &rest[end..];
            } else if c == '$' || c.is_alphabetic() || c == '_' || c == '@' {
                let end = rest[len..].find(|c: char| !(c.is_alphanumeric() || "_>-:.$".contains(c)));
                let end = len + end.unwrap_or(rest.len() - len);
                let name = &rest[..end];
                rest = &rest[end..];
                // A function that only wraps its argument is no part of the path.
                let called = rest.trim_start().starts_with(['(', '"', '\'', '`']);
                if !called && parts.is_empty() && !name.contains("__FILE__") && !wraps(name) {
                    parts.push(match lookup(name).filter(|value| value.len() < 300) {
                        Some(value) => expand(value.trim_matches(literal), lookup),
                        None => UNKNOWN.to_string(),
                    });
                }
            } else {
                rest = &rest[len..];
            }
        }
    }
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return None;
    }
    let mut joined = String::new();
    for part in parts {
        let open = joined.ends_with(['/', '\\']) || joined.ends_with([CLASSPATH, ANDROID_RAW]) || joined.is_empty();
        if (slashes || joined.starts_with(ROOT) || joined.ends_with(starts)) && !open && !part.starts_with(['/', '\\'])
        {
            joined.push('/');
        }
        joined.push_str(&part);
    }
    Some(joined)
}

fn wraps(name: &str) -> bool {
    matches!(
        name,
        "new"
            | "await"
            | "fs"
            | "path"
            | "os"
            | "File"
            | "Path"
            | "return"
            | "in"
            | "mode"
            | "encoding"
            | "r"
            | "b"
            | "f"
    )
}

/// `${VAR}`, `$VAR`, `%VAR%`, `~`.
fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\$\{\{?\s*([A-Za-z_][\w.]*)[^}]*\}\}?|\$([A-Za-z_]\w*)|%([A-Za-z_]\w*)%|#\{([^}]*)\}|\{\{[^}]*\}\}|\{([A-Za-z_]\w*)\}")
            .expect("a valid pattern")
    });
    let text = text.replace("\\\\", "/").replace('\\', "/");
    VARIABLE
        .replace_all(&text, |captures: &regex::Captures<'_>| {
            let name = (1..=5).find_map(|group| captures.get(group)).map_or("", |name| name.as_str());
            let value = lookup(name).map(|value| value.trim_matches(['"', '\'']).to_owned());
            value.filter(|value| !value.contains('$') && !value.contains('(')).unwrap_or_else(|| UNKNOWN.to_string())
        })
        .into_owned()
}

fn anchor(joined: &str, file: &Path, root: &Path) -> Vec<PathBuf> {
    let dir = file.parent().unwrap_or(Path::new(""));
    let mut found: Vec<PathBuf> = Vec::new();
    let mut add = |path: PathBuf| {
        let path = tidy(&path);
        if found.len() < MOST && !found.contains(&path) {
            found.push(path);
        }
    };
    // What comes before an unknown part is lost; the rest is looked for as if it started anywhere.
    let (lost, text) = match joined.rfind(UNKNOWN) {
        Some(at) => (true, joined[at + UNKNOWN.len_utf8()..].trim_start_matches('/')),
        None => (false, joined),
    };
    if text.is_empty() || text.contains(['*', '\n', '{', '}', '(', ')', ';', ',']) {
        return Vec::new();
    }
    // What is left of `file:///C:/ca.pem`.
    let is_drive = |text: &str| text.get(1..3) == Some(":/");
    let text = text.strip_prefix('/').filter(|rest| is_drive(rest)).unwrap_or(text);
    let first = text.chars().next().unwrap_or(' ');
    let rest = text.trim_start_matches([FILE_DIR, CWD, ROOT, CLASSPATH, ANDROID_RAW]).trim_start_matches('/');
    if rest.chars().any(char::is_control) {
        return Vec::new();
    }
    let upwards: Vec<&Path> = dir.ancestors().take_while(|above| above.starts_with(root)).collect();
    match first {
        _ if lost => upwards.iter().for_each(|above| add(above.join(rest))),
        FILE_DIR => add(dir.join(rest)),
        ROOT => upwards.iter().rev().for_each(|above| add(above.join(rest))),
        CLASSPATH => {
            for above in upwards.iter().rev() {
                RESOURCES.iter().for_each(|resources| add(above.join(resources).join(rest)));
            }
        }
        ANDROID_RAW => {
            for above in upwards.iter().rev() {
                for ending in ["", ".pem", ".crt", ".cer", ".bks"] {
                    add(above.join("src/main/res/raw").join(format!("{rest}{ending}")));
                }
            }
        }
        '~' => {
            if let Some(home) = std::env::home_dir() {
                add(home.join(rest.trim_start_matches(['~', '/'])));
            }
        }
        _ if text.starts_with('/') || is_drive(text) => add(PathBuf::from(text)),
        // The nearest first where nothing says where the program is started: the top of the tree is the usual place,
        // the file's own directory the next.
        _ => upwards.iter().rev().for_each(|above| add(above.join(rest))),
    }
    found
}

/// Takes `.` and `..` out without asking the disk, so that a symbolic link in between is not followed.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            Component::ParentDir if tidy.has_root() => {}
            part => tidy.push(part),
        }
    }
    tidy
}

/// Where the candidates, paths inside, are found; those that exist first, the order is kept otherwise.
pub fn existing_first(prefix: &Prefix, candidates: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<(PathBuf, bool)> = candidates.iter().filter_map(|path| prefix.lookup(path)).collect();
    found.sort_by_key(|(_, exists)| !exists);
    found.into_iter().map(|(path, _)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str, file: &str) -> Vec<String> {
        let lookup = |name: &str| (name == "CERTS" || name == "$CERTS").then(|| "'/opt/certs'".to_owned());
        candidates(value, true, Path::new(file), Path::new("/srv/shop"), &lookup)
            .into_iter()
            .map(|path| path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
            .collect()
    }

    fn first(value: &str, file: &str) -> String {
        of(value, file).into_iter().next().unwrap_or_default()
    }

    #[test]
    fn a_path_from_the_files_own_directory_has_one_meaning() {
        let pay = "/srv/shop/pay/lib/WxPay.php";
        assert_eq!(of("__DIR__ . '/cert/rootca.pem'", pay), ["/srv/shop/pay/lib/cert/rootca.pem"]);
        assert_eq!(of("dirname(__FILE__).'/../rootca.pem'", pay), ["/srv/shop/pay/rootca.pem"]);
        assert_eq!(of("dirname(__DIR__) . '/rootca.pem'", pay), ["/srv/shop/pay/rootca.pem"]);
        let py = "/srv/shop/app/net.py";
        assert_eq!(of("os.path.join(os.path.dirname(__file__), 'ca', 'root.pem')", py), ["/srv/shop/app/ca/root.pem"]);
        assert_eq!(of("Path(__file__).parent / 'ca.pem'", py), ["/srv/shop/app/ca.pem"]);
        assert_eq!(of("fs.readFileSync(path.join(__dirname, 'ca.pem'), 'utf8')", py), ["/srv/shop/app/ca.pem"]);
        assert_eq!(of("File.expand_path('../../ca.pem', __FILE__)", "/srv/shop/lib/a/b.rb"), ["/srv/shop/lib/ca.pem"]);
        assert_eq!(of("File.expand_path('../ca.pem', __dir__)", "/srv/shop/lib/a.rb").len(), 2);
    }

    #[test]
    fn a_path_from_the_working_directory_has_the_directories_above_as_candidates() {
        let pay = "/srv/shop/pay/lib/WxPay.php";
        let expected =
            ["/srv/shop/cert/rootca.pem", "/srv/shop/pay/cert/rootca.pem", "/srv/shop/pay/lib/cert/rootca.pem"];
        assert_eq!(of("getcwd().'/cert/rootca.pem'", pay), expected);
        assert_eq!(of("'cert/rootca.pem'", pay), expected);
        assert_eq!(
            first("Path.Combine(AppContext.BaseDirectory, \"certs\", \"ca.pem\")", "/srv/shop/A.cs"),
            "/srv/shop/certs/ca.pem"
        );
    }

    #[test]
    fn frameworks_name_the_top_of_the_project() {
        assert_eq!(first("Rails.root.join('config', 'ca.pem').to_s", "/srv/shop/app/x.rb"), "/srv/shop/config/ca.pem");
        assert_eq!(first("storage_path('certs/ca.pem')", "/srv/shop/app/X.php"), "/srv/shop/storage/certs/ca.pem");
        assert_eq!(
            first("classpath:trust.jks", "/srv/shop/src/main/resources/application.yml"),
            "/srv/shop/src/main/resources/trust.jks"
        );
        assert_eq!(
            first("getClass().getResourceAsStream(\"/ca.jks\")", "/srv/shop/src/main/java/A.java"),
            "/srv/shop/src/main/resources/ca.jks"
        );
        assert_eq!(first("R.raw.root_ca", "/srv/shop/app/src/main/java/A.java"), "/srv/shop/src/main/res/raw/root_ca");
    }

    #[test]
    fn variables_are_used_where_they_are_known_and_skipped_where_not() {
        assert_eq!(of("${CERTS}/ca.pem", "/srv/shop/run.sh"), ["/opt/certs/ca.pem"]);
        assert_eq!(of("$CERTS . '/ca.pem'", "/srv/shop/x.php"), ["/opt/certs/ca.pem"]);
        assert_eq!(of("${OTHER}/ca.pem", "/srv/shop/bin/run.sh"), ["/srv/shop/bin/ca.pem", "/srv/shop/ca.pem"]);
        assert_eq!(of("$this->path . '/ca.pem'", "/srv/shop/x.php"), ["/srv/shop/ca.pem"]);
    }

    #[test]
    fn absolute_paths_stay_and_what_is_no_path_gives_nothing() {
        assert_eq!(
            of("/etc/ssl/certs/ca-certificates.crt", "/srv/shop/a.conf"),
            ["/etc/ssl/certs/ca-certificates.crt"]
        );
        assert_eq!(of("@\"C:\\certs\\ca.pem\"", "/srv/shop/a.cs"), ["C:/certs/ca.pem"]);
        assert_eq!(of("'file:///C:/certs/ca.pem'", "/srv/shop/a.js"), ["C:/certs/ca.pem"]);
        let home = std::env::home_dir().expect("everybody is at home somewhere").join(".ca/ca.pem");
        let home = home.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        assert_eq!(of("~/.ca/ca.pem", "/srv/shop/a.sh"), [home]);
        assert_eq!(of("certs", "/srv/shop/a.go"), Vec::<String>::new());
        assert_eq!(of("loadRoots(ctx)", "/srv/shop/a.go"), Vec::<String>::new());
        assert_eq!(of("'unclosed", "/srv/shop/a.php"), Vec::<String>::new());
        assert_eq!(of("../../../../../../x.pem", "/srv/shop/a.conf"), ["/x.pem"]);
    }
}
