//! The Java runtimes of the tests are what they are taken for.
mod common;

#[test]
fn every_java_runtime_of_the_tests_runs_keytool() {
    for (release, _) in common::JDKS {
        let Some(home) = common::jdk(release) else { continue };
        let version = std::process::Command::new(home.join("bin/java")).arg("-version").output().unwrap();
        let version = String::from_utf8_lossy(&version.stderr).into_owned();
        assert!(version.contains(&format!("\"{release}.")), "{version}");
        let list = std::process::Command::new(home.join("bin/keytool"))
            .args(["-list", "-storepass", "changeit", "-keystore"])
            .arg(home.join("lib/security/cacerts"))
            .output()
            .unwrap();
        assert!(list.status.success(), "JDK {release}");
    }
}
