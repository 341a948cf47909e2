//! English and Chinese are equals: nothing is said in one of them only.

mod common;

use std::path::Path;

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c))
}

/// The lines of a README that say the same in every language: the levels of its headings, the commands in its code
/// blocks, the number of its list items, and the keys of its tables.
fn skeleton(readme: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in readme.lines() {
        if line.starts_with('#') {
            lines.push(line.chars().take_while(|c| *c == '#').collect());
        } else if let Some(code) = line.strip_prefix("    ") {
            // What stands behind two blanks is a remark.
            lines.push(code.trim().split("  ").next().unwrap_or_default().to_owned());
        } else if let Some(row) = line.strip_prefix("| ") {
            let key = row.split('|').next().unwrap_or_default().trim();
            let translated = is_chinese(key) || !key.starts_with(['`', '0', '1', '2']);
            lines.push(if translated { "| head".to_owned() } else { format!("| {key}") });
        } else if line.starts_with("- ") {
            lines.push("-".to_owned());
        }
    }
    lines
}

#[test]
fn both_readmes_have_the_same_headings_commands_lists_and_tables() {
    let (english, chinese) = (skeleton(&read("README.md")), skeleton(&read("README.zh-CN.md")));
    assert!(english.len() > 30, "control: there is something to compare");
    for (line, (en, zh)) in english.iter().zip(&chinese).enumerate() {
        assert_eq!(en, zh, "line {line} of the skeletons");
    }
    assert_eq!(english.len(), chinese.len());
    let shorter = skeleton(&read("README.zh-CN.md").replacen("## ", "", 1));
    assert_ne!(english, shorter, "control: a heading that is missing is noticed");
}

/// Every `en: "..."` and `zh: "..."` of the sentences, with its place.
fn texts(source: &str, language: &str) -> Vec<String> {
    let mark = format!("{language}: \"");
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(&mark) {
        rest = &rest[at + mark.len()..];
        let mut end = 0;
        let bytes = rest.as_bytes();
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        found.push(rest[..end].to_owned());
    }
    found
}

/// The text without what it is given: `{path}`, `` `command` ``.
fn words(text: &str) -> String {
    let mut words = String::new();
    let (mut braces, mut code) = (0_u32, false);
    for c in text.chars() {
        match c {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            '`' => code = !code,
            c if braces == 0 && !code => words.push(c),
            _ => {}
        }
    }
    words
}

#[test]
fn every_sentence_is_english_in_english_and_chinese_in_chinese() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lang");
    let mut compared = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let (english, chinese) = (texts(&source, "en"), texts(&source, "zh"));
        assert_eq!(english.len(), chinese.len(), "{}", path.display());
        for (en, zh) in english.iter().zip(&chinese) {
            assert!(!is_chinese(en), "{}: Chinese in the English text {en:?}", path.display());
            // Names and numbers alone are the same in both.
            let said = words(en).split_whitespace().filter(|word| word.chars().all(|c| c.is_ascii_lowercase())).count();
            assert!(said < 3 || is_chinese(zh), "{}: no Chinese in {zh:?}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 300, "control: sentences were found: {compared}");
}

#[test]
fn explain_shows_every_code_in_both_languages() {
    let shown = |lang: &str, arguments: &[&str]| {
        let done = common::cli::rootfix(Path::new(".")).args(["--lang", lang, "explain"]).args(arguments).output();
        let done = done.unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    for (lang, colon, parts) in
        [("en", ": ", ["Meaning", "Cause", "Remedy", "Source"]), ("zh", "：", ["含义", "原因", "处理", "依据"])]
    {
        let list = shown(lang, &[]);
        for code in rootfix::finding::Code::ALL {
            let line = format!("{code}{colon}");
            assert!(list.lines().any(|shown| shown.starts_with(&line)), "{code} is not in the list");
        }
        assert_eq!(list.lines().count(), rootfix::finding::Code::ALL.len(), "a line each");
        // One of them whole; that each has all parts, the test below holds.
        let one = shown(lang, &["new-root-missing"]);
        for part in parts {
            assert!(one.contains(&format!("{part}{colon}")), "{part} is not in {one}");
        }
    }
}

#[test]
fn every_finding_code_is_explained_in_both_languages() {
    for code in rootfix::finding::Code::ALL {
        let about = code.explain();
        for sentence in [&about.meaning, &about.cause, &about.remedy, &code.source()] {
            assert!(!sentence.en.is_empty() && !is_chinese(&sentence.en), "{code}");
            assert!(is_chinese(&sentence.zh), "{code}: {:?}", sentence.zh);
        }
    }
}
