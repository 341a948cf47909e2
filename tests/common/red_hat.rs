//! The layout in which RHEL and its relatives keep their roots, in a root directory that is a test's own.

use std::fs;
use std::path::Path;

/// RHEL's layout with p11-kit's real `trust`, told to read RHEL's directory.
pub fn make_red_hat(root: &Path) {
    for directory in ["source/anchors", "source/blocklist", "extracted/pem", "extracted/java"] {
        fs::create_dir_all(root.join("etc/pki/ca-trust").join(directory)).unwrap();
    }
    fs::create_dir_all(root.join("etc/pki/tls/certs")).unwrap();
    let link = root.join("etc/pki/tls/certs/ca-bundle.crt");
    std::os::unix::fs::symlink("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", link).unwrap();
    let module = "module: p11-kit-trust.so\npriority: 1\ntrust-policy: yes\n\
                  x-trust-lookup: pkcs11:library-description=PKCS%2311%20Kit%20Trust%20Module\n\
                  x-init-reserved: paths='/usr/share/pki/ca-trust-source:/etc/pki/ca-trust/source'\n";
    fs::write(root.join("usr/share/p11-kit/modules/p11-kit-trust.module"), module).unwrap();
    // What Fedora's update-ca-trust does for `extract`, of two of its stores.
    let script = "#!/bin/sh\nset -e\ntest \"${1:-extract}\" = extract\nD=/etc/pki/ca-trust/extracted\n\
                  X=\"trust extract --overwrite --filter=ca-anchors --purpose=server-auth\"\n\
                  $X --format=pem-bundle --comment $D/pem/tls-ca-bundle.pem\n\
                  $X --format=java-cacerts $D/java/cacerts\n";
    super::java::script(&root.join("usr/bin/update-ca-trust"), script);
}
