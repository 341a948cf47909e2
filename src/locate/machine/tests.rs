use std::fs;
use std::os::unix::fs::symlink;

use super::*;
use crate::finding::Code;
use crate::pin::Kind;

/// A root directory made of `path`, `path/`, `path -> target` or `path: content`.
fn tree(paths: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for line in paths {
        let (path, target) = line.split_once(" -> ").map_or((*line, None), |(path, target)| (path, Some(target)));
        let (path, content) = path.split_once(": ").unwrap_or((path, ""));
        let host = root.path().join(&path[1..]);
        fs::create_dir_all(host.parent().unwrap()).unwrap();
        match target {
            Some(target) => symlink(target, host).unwrap(),
            None if path.ends_with('/') => fs::create_dir_all(host).unwrap(),
            None => fs::write(host, content).unwrap(),
        }
    }
    root
}

/// What is found, as `path inside | who`; pins as `place:line name -> path`.
fn found(paths: &[&str]) -> (tempfile::TempDir, Vec<Found>) {
    let root = tree(paths);
    // Another root must not be mixed with this process's environment.
    let machine = machine(root.path(), &|name| Some(format!("/variable/{name}").into()));
    assert!(machine.cut_short.is_empty());
    (root, machine.found)
}

fn at<'f>(root: &tempfile::TempDir, found: &'f [Found], path: &str) -> &'f Found {
    let host = root.path().join(&path[1..]);
    let names: Vec<_> = found.iter().map(|found| &found.path).collect();
    found.iter().find(|found| found.path == host).unwrap_or_else(|| panic!("{path} is not in {names:?}"))
}

fn users(found: &Found) -> String {
    found.used_by.iter().map(|by| by.en.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn the_bundle_of_every_family_of_systems_is_found_once() {
    let families: [(&[&str], &str, &str); 7] = [
        (
            &[
                "/etc/os-release: PRETTY_NAME=\"Ubuntu 22.04 LTS\"",
                "/etc/ssl/certs/ca-certificates.crt",
                "/usr/lib/ssl/certs -> /etc/ssl/certs",
            ],
            "/etc/ssl/certs/ca-certificates.crt",
            "the operating system (Ubuntu 22.04 LTS)",
        ),
        (
            &[
                "/etc/os-release: NAME=x\nPRETTY_NAME='TencentOS Server 3.1'",
                "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                "/etc/pki/tls/certs/ca-bundle.crt -> /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                "/etc/pki/tls/cert.pem -> /etc/pki/tls/certs/ca-bundle.crt",
                "/etc/ssl/certs -> ../pki/tls/certs",
            ],
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "the operating system (TencentOS Server 3.1)",
        ),
        (
            &["/etc/redhat-release: CentOS release 6.10 (Final)", "/etc/pki/tls/certs/ca-bundle.crt"],
            "/etc/pki/tls/certs/ca-bundle.crt",
            "the operating system (CentOS release 6.10 (Final))",
        ),
        (
            &[
                "/etc/os-release: PRETTY_NAME=\"openEuler 22.03\"",
                "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                "/etc/pki/tls/certs/ca-bundle.crt -> /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            ],
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "the operating system (openEuler 22.03)",
        ),
        (
            &["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem -> certs/ca-certificates.crt"],
            "/etc/ssl/certs/ca-certificates.crt",
            "the operating system (Linux)",
        ),
        (
            &[
                "/usr/lib/os-release: PRETTY_NAME=\"openSUSE Leap 15.6\"",
                "/var/lib/ca-certificates/ca-bundle.pem",
                "/etc/ssl/ca-bundle.pem -> /var/lib/ca-certificates/ca-bundle.pem",
            ],
            "/var/lib/ca-certificates/ca-bundle.pem",
            "the operating system (openSUSE Leap 15.6)",
        ),
        (
            &[
                "/etc/os-release: PRETTY_NAME=\"Arch Linux\"",
                "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
                "/etc/ssl/certs/ca-certificates.crt -> ../../ca-certificates/extracted/tls-ca-bundle.pem",
                "/etc/ssl/cert.pem -> ../ca-certificates/extracted/tls-ca-bundle.pem",
            ],
            "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
            "the operating system (Arch Linux)",
        ),
    ];
    for (paths, bundle, who) in families {
        let (root, found) = found(paths);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(users(at(&root, &found, bundle)), who);
        assert!(found[0].exists && found[0].pin.is_none());
    }
}

#[test]
fn every_java_is_found_wherever_it_was_installed_and_shared_stores_are_one() {
    let (root, found) = found(&[
        "/etc/ssl/certs/java/cacerts",
        "/usr/lib/jvm/java-11/bin/java",
        "/usr/lib/jvm/java-11/lib/security/cacerts -> /etc/ssl/certs/java/cacerts",
        "/usr/lib/jvm/java-17/bin/java",
        "/usr/lib/jvm/java-17/lib/security/cacerts -> /etc/ssl/certs/java/cacerts",
        "/usr/lib/jvm/default -> java-17",
        "/usr/bin/java -> /usr/lib/jvm/java-17/bin/java",
        "/opt/jdk8/bin/java",
        "/opt/jdk8/jre/bin/java",
        "/opt/jdk8/jre/lib/security/cacerts",
        "/opt/jdk21/bin/java",
        "/opt/jdk21/lib/security/cacerts",
        "/opt/jdk21/lib/security/jssecacerts",
        "/home/shop/.sdkman/candidates/java/current -> 21-tem",
        "/home/shop/.sdkman/candidates/java/21-tem/bin/java",
        "/home/shop/.sdkman/candidates/java/21-tem/lib/security/cacerts",
        "/usr/local/btjdk/jdk8/bin/java",
        "/usr/local/btjdk/jdk8/jre/lib/security/cacerts",
        "/opt/no-java/lib/security/cacerts",
    ]);
    assert_eq!(
        users(at(&root, &found, "/etc/ssl/certs/java/cacerts")),
        "Java in /usr/lib/jvm/java-17; Java in /usr/lib/jvm/java-11"
    );
    assert_eq!(users(at(&root, &found, "/opt/jdk8/jre/lib/security/cacerts")), "Java in /opt/jdk8");
    at(&root, &found, "/opt/jdk21/lib/security/jssecacerts");
    at(&root, &found, "/home/shop/.sdkman/candidates/java/21-tem/lib/security/cacerts");
    at(&root, &found, "/usr/local/btjdk/jdk8/jre/lib/security/cacerts");
    assert_eq!(found.len(), 5, "each once, and no jdk21/cacerts, which Java does not read: {found:?}");
}

#[test]
fn python_bundles_are_found_in_interpreters_and_virtual_environments() {
    let (root, found) = found(&[
        "/etc/ssl/certs/ca-certificates.crt",
        "/usr/lib/python3/dist-packages/certifi/cacert.pem",
        "/usr/lib/python3/dist-packages/certifi/core.py: PATH = '/etc/ssl/certs/ca-certificates.crt'",
        "/srv/shop/api/venv/lib/python3.11/site-packages/certifi/cacert.pem",
        "/srv/shop/api/venv/lib/python3.11/site-packages/certifi/core.py: return 'cacert.pem'",
        "/srv/shop/api/venv/lib/python3.11/site-packages/pip/_vendor/certifi/cacert.pem",
        "/home/me/.pyenv/versions/3.12.1/lib/python3.12/site-packages/botocore/cacert.pem",
        "/www/wwwroot/x/.venv/lib/python3.6/site-packages/requests/cacert.pem",
        "/home/me/node_modules/lib/python3/site-packages/certifi/cacert.pem",
    ]);
    let debian = users(at(&root, &found, "/etc/ssl/certs/ca-certificates.crt"));
    assert!(debian.ends_with("Python's certifi in /usr/lib/python3/dist-packages"), "{debian}");
    at(&root, &found, "/srv/shop/api/venv/lib/python3.11/site-packages/certifi/cacert.pem");
    at(&root, &found, "/srv/shop/api/venv/lib/python3.11/site-packages/pip/_vendor/certifi/cacert.pem");
    at(&root, &found, "/home/me/.pyenv/versions/3.12.1/lib/python3.12/site-packages/botocore/cacert.pem");
    at(&root, &found, "/www/wwwroot/x/.venv/lib/python3.6/site-packages/requests/cacert.pem");
    assert_eq!(found.len(), 5, "{found:?}");
}

#[test]
fn variables_are_found_where_systems_and_services_set_them() {
    let (root, found) = found(&[
        "/etc/environment: SSL_CERT_FILE=/etc/own.pem\n#CURL_CA_BUNDLE=/no.pem",
        "/etc/own.pem -> /opt/real.pem",
        "/opt/real.pem",
        "/etc/profile.d/pay.sh: export NODE_EXTRA_CA_CERTS='/srv/extra.pem'",
        "/etc/systemd/system/pay.service: [Service]\nEnvironment=\"JAVA_TOOL_OPTIONS=-Xmx1g -Djavax.net.ssl.trustStore=/srv/t.jks\"\nEnvironmentFile=-/srv/pay.env\n",
        "/srv/pay.env: REQUESTS_CA_BUNDLE=/srv/r.pem\nNODE_TLS_REJECT_UNAUTHORIZED=0\n",
        "/etc/systemd/system/app.service.d/ca.conf: [Service]\nEnvironment=SSL_CERT_DIR=/srv/ca\n",
        "/srv/ca/",
        "/lib/systemd/system/tomcat.service: ExecStart=/usr/bin/java -Djavax.net.ssl.trustStore=/srv/tomcat.jks -jar x",
    ]);
    let own = at(&root, &found, "/opt/real.pem");
    let pin = own.pin.as_ref().unwrap();
    assert_eq!((pin.path.as_path(), pin.line, pin.column), (root.path().join("etc/environment").as_path(), 1, 15));
    assert_eq!(pin.target, "/etc/own.pem");
    assert!(own.exists);
    assert!(!at(&root, &found, "/srv/extra.pem").exists);
    assert_eq!(at(&root, &found, "/srv/t.jks").pin.as_ref().unwrap().language, "systemd");
    assert_eq!(at(&root, &found, "/srv/ca").holds, Holds::Directory);
    at(&root, &found, "/srv/r.pem");
    at(&root, &found, "/srv/tomcat.jks");
    let off = at(&root, &found, "/srv/pay.env");
    assert_eq!((off.holds, off.pin.as_ref().unwrap().kind), (Holds::Nothing, Kind::Disabled));
    assert_eq!(off.findings[0].code, Code::VerificationDisabled);
    assert_eq!(found.len(), 7, "{found:?}");
}

#[test]
fn php_ini_files_and_proxies_are_read_by_the_rules_of_projects() {
    let (root, found) = found(&[
        "/www/server/php/74/etc/php.ini: [curl]\ncurl.cainfo = \"/srv/php.pem\"\n;openssl.cafile=/srv/no.pem\n",
        "/srv/php.pem -> /srv/real.pem",
        "/srv/real.pem",
        "/etc/php/8.2/fpm/php.ini: openssl.cafile=/srv/debian.pem\n",
        "/etc/php/8.2/fpm/pool.d/www.conf: [www]\nphp_admin_value[curl.cainfo] = /srv/pool.pem\n",
        "/www/server/panel/vhost/nginx/pay.conf: location / {\n proxy_ssl_trusted_certificate ssl/nginx.pem;\n proxy_ssl_verify on;\n}\n",
        "/etc/haproxy/haproxy.cfg: backend b\n server s 1.2.3.4:443 ssl verify required ca-file /srv/haproxy.pem\n",
        "/root/.curlrc: cacert = /srv/curl.pem\n",
    ]);
    let real = at(&root, &found, "/srv/real.pem");
    assert_eq!((real.exists, real.pin.as_ref().unwrap().line), (true, 2));
    assert_eq!(real.pin.as_ref().unwrap().path, root.path().join("www/server/php/74/etc/php.ini"));
    for path in [
        "/srv/debian.pem",
        "/srv/pool.pem",
        "/www/server/panel/vhost/nginx/ssl/nginx.pem",
        "/srv/haproxy.pem",
        "/srv/curl.pem",
    ] {
        assert!(!at(&root, &found, path).exists);
    }
    assert!(!found.iter().any(|found| found.path.ends_with("no.pem")), "a comment");
}

#[test]
fn an_openssl_of_its_own_is_known_by_the_directory_that_is_compiled_into_it() {
    let (root, found) = found(&[
        "/usr/local/openssl/lib/libcrypto.so.1.1: \u{0}built\u{0}OPENSSLDIR: \"/usr/local/openssl/ssl\"\u{0}",
        "/usr/local/openssl/lib/libcrypto.so -> libcrypto.so.1.1",
        "/opt/x/lib/libcrypto.so.3: \u{0}OPENSSLDIR: \"/opt/x/ssl\"\u{0}",
        "/opt/x/ssl/certs/607986c7.0",
        "/opt/y/lib/libcrypto.so.3: not one",
    ]);
    let missing = at(&root, &found, "/usr/local/openssl/ssl/cert.pem");
    assert!(!missing.exists, "programs of this OpenSSL trust nobody unless they are told");
    assert_eq!(at(&root, &found, "/opt/x/ssl/certs").holds, Holds::Directory);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn node_has_its_roots_built_in() {
    let (root, found) = found(&["/www/server/nodejs/v18/bin/node"]);
    assert_eq!(at(&root, &found, "/www/server/nodejs/v18/bin/node").holds, Holds::BuiltIn);
}

#[test]
fn this_machines_own_variables_count_for_this_machine_alone() {
    let variable = |name: &str| (name == "SSL_CERT_FILE").then(|| OsString::from("/nonexistent/own.pem"));
    let machine = machine(Path::new("/"), &variable);
    let own = machine.found.iter().find(|found| found.path == Path::new("/nonexistent/own.pem")).unwrap();
    assert_eq!((own.exists, own.pin.as_ref().unwrap().language.as_str()), (false, "environment"));
}

#[test]
fn an_empty_root_and_a_missing_one_hold_nothing() {
    assert!(found(&[]).1.is_empty());
    assert!(machine(Path::new("/nonexistent"), &|_| None).found.is_empty());
}
