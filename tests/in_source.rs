//! Certificates inside source code and configuration: the new root comes behind the old one, in the same literal, and
//! the language's own program then reads one certificate more.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::bundles::{self, block};
use common::cli::run;
use serde_json::Value;

fn root(id: &str) -> String {
    block(&bundles::root(id)).trim_end().to_owned()
}

fn g1() -> String {
    root("digicert-global-root-ca")
}

/// Each line of the PEM with something before it and behind it; between two lines there is a line break.
fn lines(pem: &str, before: &str, behind: &str) -> String {
    pem.lines().map(|line| format!("{before}{line}{behind}")).collect::<Vec<_>>().join("\n")
}

/// A program that prints how many certificates its own literal gives it.
struct Program {
    file: &'static str,
    text: String,
    run: &'static [&'static str],
}

/// What counts the certificates of `literals.json` and `literals.yaml` with each language's own reader.
fn programs() -> Vec<Program> {
    let pem = g1();
    let openssl = "openssl storeutl -noout -certs /dev/stdin | sed -n 's/^Total found: //p'";
    vec![
        Program {
            file: "pay.py",
            text: format!(
                "import ssl\nROOT_CA = \"\"\"\\\n{pem}\n\"\"\"\ncontext = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n\
                 context.load_verify_locations(cadata=ROOT_CA)\nprint(len(context.get_ca_certs()))\n"
            ),
            run: &["python3", "pay.py"],
        },
        Program {
            file: "joined.py",
            text: format!(
                "import ssl\nROOT_CA = (\n{}\n)\ncontext = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n\
                 context.load_verify_locations(cadata=ROOT_CA)\nprint(len(context.get_ca_certs()))\n",
                lines(&pem, "    '", "\\n'")
            ),
            run: &["python3", "joined.py"],
        },
        Program {
            file: "pay.go",
            text: format!(
                "package main\n\nimport (\n\t\"crypto/x509\"\n\t\"fmt\"\n)\n\nconst rootCA = `{pem}`\n\nfunc main() {{\n\
                 \tpool := x509.NewCertPool()\n\tpool.AppendCertsFromPEM([]byte(rootCA))\n\
                 \tfmt.Println(len(pool.Subjects()))\n}}\n"
            ),
            run: &["sh", "-c", "GOCACHE=$PWD/cache GO111MODULE=off go run pay.go"],
        },
        Program {
            file: "pay.js",
            text: format!(
                "const rootCa =\n{};\n\
                 const certs = rootCa.split(/(?=-----BEGIN)/);\nconst {{ X509Certificate }} = require('crypto');\n\
                 console.log(certs.map((pem) => new X509Certificate(pem).fingerprint256).length);\n",
                lines(&pem, "  '", "\\n' +").trim_end_matches(" +")
            ),
            run: &["node", "pay.js"],
        },
        Program {
            file: "list.js",
            text: format!(
                "const rootCa = [\n{}\n].join('\\n');\nconst {{ X509Certificate }} = require('crypto');\n\
                 console.log(rootCa.split(/(?=-----BEGIN)/).map((pem) => new X509Certificate(pem)).length);\n",
                lines(&pem, "  \"", "\",")
            ),
            run: &["node", "list.js"],
        },
        Program {
            file: "pay.c",
            text: format!(
                "#include <stdio.h>\nstatic const char *root_ca =\n{};\nint main(void) {{ puts(root_ca); return 0; }}\n",
                lines(&pem, "    \"", "\\n\"")
            ),
            run: &[
                "sh",
                "-c",
                "gcc -o pay pay.c && ./pay | openssl storeutl -noout -certs /dev/stdin | sed -n 's/^Total found: //p'",
            ],
        },
        Program {
            file: "macro.c",
            text: format!(
                "#include <stdio.h>\n#define ROOT_CA \\\n{}\nint main(void) {{ puts(ROOT_CA); return 0; }}\n",
                lines(&pem, "\"", "\\r\\n\" \\").trim_end_matches(" \\")
            ),
            run: &[
                "sh",
                "-c",
                "gcc -o macro macro.c && ./macro | openssl storeutl -noout -certs /dev/stdin | sed -n 's/^Total found: //p'",
            ],
        },
        Program {
            file: "Pay.java",
            text: format!(
                "import java.io.*;\nimport java.security.cert.*;\npublic class Pay {{\n    static final String ROOT_CA =\n{};\n\
                 \x20   public static void main(String[] args) throws Exception {{\n\
                 \x20       InputStream in = new ByteArrayInputStream(ROOT_CA.getBytes(\"US-ASCII\"));\n\
                 \x20       System.out.println(CertificateFactory.getInstance(\"X.509\").generateCertificates(in).size());\n    }}\n}}\n",
                lines(&pem, "        \"", "\\n\" +").trim_end_matches(" +")
            ),
            run: &["java", "Pay.java"],
        },
        Program {
            file: "pay.php",
            text: format!(
                "<?php\n$rootca = <<<PEM\n{pem}\nPEM;\nfile_put_contents('value.pem', $rootca . \"\\n\");\n\
                 passthru(\"openssl storeutl -noout -certs value.pem | sed -n 's/^Total found: //p'\");\n"
            ),
            run: &["php", "pay.php"],
        },
        Program {
            file: "pay.rb",
            text: format!(
                "ROOT_CA = <<~PEM\n{}\nPEM\nFile.write('value.pem', ROOT_CA)\n\
                 print `openssl storeutl -noout -certs value.pem | sed -n 's/^Total found: //p'`\n",
                lines(&pem, "  ", "")
            ),
            run: &["ruby", "pay.rb"],
        },
        Program {
            file: "pay.sh",
            text: format!("cat <<'ROOTCA' | {openssl}\n{pem}\nROOTCA\n"),
            run: &["sh", "pay.sh"],
        },
        Program {
            file: "value.json",
            text: format!("{{\n  \"rootca\": \"{}\\n\",\n  \"retries\": 3\n}}\n", pem.replace('\n', "\\n")),
            run: &[
                "sh",
                "-c",
                "python3 -c 'import json; print(json.load(open(\"value.json\"))[\"rootca\"])' | openssl storeutl -noout -certs /dev/stdin | sed -n 's/^Total found: //p'",
            ],
        },
        Program {
            file: "map.yaml",
            text: format!("kind: ConfigMap\ndata:\n  rootca.pem: |\n{}\n  other: text\n", lines(&pem, "    ", "")),
            run: &[
                "sh",
                "-c",
                "ruby -ryaml -e 'puts YAML.load_file(\"map.yaml\")[\"data\"][\"rootca.pem\"]' | openssl storeutl -noout -certs /dev/stdin | sed -n 's/^Total found: //p'",
            ],
        },
    ]
}

fn count(dir: &Path, program: &Program) -> String {
    let done = Command::new(program.run[0]).args(&program.run[1..]).current_dir(dir).output().unwrap();
    assert!(done.status.success(), "{}: {}", program.file, String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_languages_own_program_reads_one_certificate_more() {
    for program in programs() {
        let needed: Vec<&str> = match program.file.rsplit_once('.').unwrap().1 {
            "py" => vec!["python3"],
            "go" => vec!["go"],
            "js" => vec!["node"],
            "c" => vec!["gcc", "openssl"],
            "java" => vec!["javac"],
            "php" => vec!["php", "openssl"],
            "rb" | "yaml" => vec!["ruby", "openssl"],
            "json" => vec!["python3", "openssl"],
            _ => vec!["openssl"],
        };
        if needed.iter().any(|name| common::program(name).is_none()) {
            continue;
        }
        for crlf in [false, true] {
            // What a shell or a here-document makes of a CR is not what this is about.
            if crlf && !matches!(program.file, "joined.py" | "pay.c" | "pay.js" | "value.json") {
                continue;
            }
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join(program.file);
            let text = if crlf { program.text.replace('\n', "\r\n") } else { program.text.clone() };
            fs::write(&file, &text).unwrap();
            let check = || run(dir.path(), &["check", program.file]).code;
            assert_eq!(count(dir.path(), &program), "1", "{}: control", program.file);
            assert_eq!(check(), 1, "{}", program.file);
            let preview = run(dir.path(), &["append", "-n", program.file]);
            assert_eq!(preview.code, 1);

            let done = run(dir.path(), &["append", program.file]);
            assert_eq!(done.code, 0, "{}: {}", program.file, done.stderr);
            assert_eq!(count(dir.path(), &program), "2", "{}", program.file);
            assert_eq!(check(), 0, "{}", program.file);
            let after = fs::read(&file).unwrap();
            assert_eq!(run(dir.path(), &["append", program.file]).code, 0);
            assert_eq!(fs::read(&file).unwrap(), after, "{}: twice is once", program.file);
            assert_eq!(run(dir.path(), &["verify", program.file]).code, 0, "{}", program.file);

            assert_eq!(run(dir.path(), &["restore", program.file]).code, 0);
            assert_eq!(fs::read(&file).unwrap(), text.as_bytes(), "{}: undone", program.file);
            if common::program("patch").is_some() {
                fs::write(dir.path().join("p"), &preview.stdout).unwrap();
                let mut patch = Command::new("patch");
                patch.args(["-p0", "--binary", "-s", "-i", "p"]).current_dir(dir.path());
                assert!(patch.status().unwrap().success());
                assert_eq!(fs::read(&file).unwrap(), after, "{}: the diff is what append writes", program.file);
            }
        }
    }
}

/// `check --json` of one file.
fn bundle(dir: &Path, file: &str) -> Value {
    run(dir, &["check", "--json", file]).record("bundle")
}

#[test]
fn the_new_root_goes_into_the_literal_that_holds_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let baltimore = root("baltimore-cybertrust-root");
    let text = format!("const other = `{baltimore}`\nconst rootCA = `{}`\nconst third = `{baltimore}`\n", g1());
    fs::write(dir.path().join("ca.go"), &text).unwrap();
    assert_eq!(bundle(dir.path(), "ca.go")["certificates"], 3);
    assert_eq!(run(dir.path(), &["append", "ca.go"]).code, 0);
    let after = fs::read_to_string(dir.path().join("ca.go")).unwrap();
    let new = root("digicert-global-root-g2");
    assert_eq!(after, text.replace(&format!("{}`", g1()), &format!("{}\n{new}`", g1())));
}

#[test]
fn a_certificate_in_a_comment_is_nobodys() {
    let dir = tempfile::tempdir().unwrap();
    let baltimore = root("baltimore-cybertrust-root");
    fs::write(
        dir.path().join("ca.c"),
        format!("/* {} */\nconst char *ca =\n{};\n", g1(), lines(&baltimore, "\"", "\\n\"")),
    )
    .unwrap();
    let found = bundle(dir.path(), "ca.c");
    assert_eq!((found["certificates"].as_u64(), found["old_root"].as_bool()), (Some(1), Some(false)), "{found}");
    assert_eq!(run(dir.path(), &["append", "ca.c"]).code, 0);
    let after = fs::read_to_string(dir.path().join("ca.c")).unwrap();
    assert!(after.starts_with(&format!("/* {} */\n", g1())), "the comment is as it was: {after}");
    assert_eq!(bundle(dir.path(), "ca.c")["certificates"], 2);
}

#[test]
fn what_would_have_to_be_guessed_is_refused_and_left_alone() {
    let baltimore = root("baltimore-cybertrust-root");
    let g1 = g1();
    let uneven = lines(&g1, "\"", "\\n\"").replacen("\\n\"\n", "\\n\"    \n", 1);
    let damaged = g1.replace("MIIDrzCC", "MIIDrz!!");
    let cases = [
        ("uneven.c", format!("const char *ca =\n{uneven};\n")),
        ("one-line.py", format!("CA = '{}'\n", g1.replace('\n', ""))),
        ("several.go", format!("const a = `{baltimore}`\nconst b = `{}`\n", root("digicert-global-root-g3"))),
        ("damaged.go", format!("const rootCA = `{g1}\n{damaged}`\n")),
    ];
    for (name, text) in cases {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), &text).unwrap();
        let done = run(dir.path(), &["append", name]);
        let said = &done.stderr;
        assert_eq!(done.code, 2, "{name}: {said}");
        assert!(said.contains("in-source-by-hand") && said.contains("unchanged"), "{name}: {said}");
        assert_eq!(fs::read_to_string(dir.path().join(name)).unwrap(), text, "{name}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "{name}: nothing lies beside it");
    }
}

#[test]
fn a_source_in_another_charset_keeps_every_byte() {
    let dir = tempfile::tempdir().unwrap();
    // "支付根证书" in GBK.
    let title: &[u8] = b"// \xd6\xa7\xb8\xb6\xb8\xf9\xd6\xa4\xca\xe9\n";
    let text = [title, b"const char *ca =\n", lines(&g1(), "\"", "\\n\"").as_bytes(), b";\n", title].concat();
    fs::write(dir.path().join("ca.c"), &text).unwrap();
    assert_eq!(run(dir.path(), &["append", "ca.c"]).code, 0);
    let after = fs::read(dir.path().join("ca.c")).unwrap();
    assert!(after.starts_with(title) && after.ends_with(title));
    assert_eq!(bundle(dir.path(), "ca.c")["new_root"], true);
}

#[test]
fn a_project_is_judged_by_what_its_code_holds_and_pins() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ca.go"), format!("package pay\n\nconst rootCA = `{}`\n", g1())).unwrap();
    fs::create_dir(dir.path().join("cert")).unwrap();
    fs::write(dir.path().join("cert/rootca.pem"), g1()).unwrap();
    let pay = "<?php\ncurl_setopt($ch, CURLOPT_CAINFO, getcwd().'/cert/rootca.pem');\n";
    fs::write(dir.path().join("pay.php"), pay).unwrap();
    let code = |arguments: &[&str]| run(dir.path(), arguments).code;
    assert_eq!(code(&["locate", "."]), 1, "pins that block the rollover");
    assert_eq!(code(&["check", "."]), 1);
    let one = bundle(dir.path(), "pay.php");
    let leads_to = Path::new(one["path"].as_str().unwrap());
    assert_eq!(leads_to, Path::new("cert/rootca.pem"), "a file that is named alone leads to its bundle, too");
    assert_eq!(code(&["append", "-y", "."]), 0);
    for file in ["ca.go", "cert/rootca.pem"] {
        assert_eq!(bundle(dir.path(), file)["status"], "ready", "{file}");
    }
    assert_eq!(code(&["locate", "."]), 0, "the same pins, and nothing that they lack");
}

#[test]
fn a_pinned_file_that_is_not_here_is_no_yes() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ready.pem"), format!("{}\n{}\n", g1(), root("digicert-global-root-g2"))).unwrap();
    assert_eq!(run(dir.path(), &["check"]).code, 0, "control");
    let pay = "<?php\ncurl_setopt($ch, CURLOPT_CAINFO, '/nonexistent/rootca.pem');\n";
    fs::write(dir.path().join("pay.php"), pay).unwrap();
    let checked = run(dir.path(), &["check"]);
    assert_eq!(checked.code, 2);
    assert!(checked.text().starts_with("Cannot tell"), "{}", checked.text());
    assert!(checked.stderr.contains("pay.php, line 2"), "{}", checked.stderr);
    // Another's code pins what its own machine has.
    fs::create_dir(dir.path().join("vendor")).unwrap();
    fs::rename(dir.path().join("pay.php"), dir.path().join("vendor/pay.php")).unwrap();
    assert_eq!(run(dir.path(), &["check"]).code, 0);
}
