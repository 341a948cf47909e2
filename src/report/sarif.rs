//! Pins as SARIF 2.1.0, which code hosts show beside the lines.
//!
//! One result per pin that calls for something, one rule per advice or finding. Paths are relative to the directory
//! that was searched, as `%SRCROOT%` wants them; other purposes than server trust are left out, as on the screen.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::finding::{Code, Severity};
use crate::pin::{Advice, Class, Pin};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The whole log, as one JSON text with a final line ending.
pub fn log(pins: &[Pin], root: &Path) -> String {
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    let mut results = Vec::new();
    for pin in pins.iter().filter(|pin| pin.class == Class::ServerTrust) {
        let rule = rule_of(pin.advice);
        rules
            .entry(rule)
            .or_insert_with(|| json!({ "id": rule, "shortDescription": { "text": advice_text(pin.advice) } }));
        results.push(result(pin, root, rule, "note", &pin.reason.en));
        for finding in &pin.findings {
            let id = finding.code.as_str();
            rules.entry(id).or_insert_with(|| rule_of_code(finding.code));
            results.push(result(pin, root, id, level(finding.severity), &finding.message.en));
        }
    }
    let driver = json!({
        "name": "rootfix",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules.into_values().collect::<Vec<_>>(),
    });
    let run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results });
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    format!("{log}\n")
}

fn result(pin: &Pin, root: &Path, rule: &str, level: &str, message: &str) -> Value {
    let path = pin.path.strip_prefix(root).unwrap_or(&pin.path);
    let region = json!({ "startLine": pin.line, "startColumn": pin.column });
    json!({
        "ruleId": rule,
        "level": level,
        "message": { "text": format!("{}: {message}", pin.target) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(path), "uriBaseId": "%SRCROOT%" },
                "region": region,
            }
        }],
        "properties": { "language": pin.language, "kind": pin.kind.as_str() },
    })
}

/// A relative path as a URI reference (RFC 3986): everything but unreserved characters and `/` is percent-encoded.
fn uri(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    text.bytes().fold(String::new(), |uri, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            uri + &char::from(byte).to_string()
        }
        _ => uri + &format!("%{byte:02X}"),
    })
}

const fn rule_of(advice: Advice) -> &'static str {
    match advice {
        Advice::Delete => "pin-delete",
        Advice::Append => "pin-append",
        Advice::Replace => "pin-replace",
        Advice::None => "pin",
    }
}

const fn advice_text(advice: Advice) -> &'static str {
    match advice {
        Advice::Delete => "A pin that can be taken away: what the program falls back to holds the new root",
        Advice::Append => "A pinned bundle to which the new root is to be added",
        Advice::Replace => "A pin whose content is to be replaced",
        Advice::None => "A pin",
    }
}

fn rule_of_code(code: Code) -> Value {
    let about = code.explain();
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": about.meaning.en },
        "fullDescription": { "text": about.cause.en },
        "help": { "text": about.remedy.en },
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate;

    #[test]
    fn every_claim_stands_in_the_log_with_its_place() {
        let php = b"<?php\ncurl_setopt($ch, CURLOPT_CAINFO, __DIR__ . '/cert/rootca.pem');\n";
        let pins = locate::text(Path::new("/shop/pay now.php"), php);
        assert_eq!(pins.len(), 1);
        let log: Value = serde_json::from_str(&log(&pins, Path::new("/shop"))).unwrap();
        let result = &log["runs"][0]["results"][0];
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["region"]["startLine"], 2);
        assert!(!place["artifactLocation"]["uri"].as_str().unwrap().contains(' '));
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]));
    }
}
