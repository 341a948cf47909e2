//! A merchant's directory: bundles good and bad in several formats, and code that pins one of them.

use std::path::Path;

use super::bundles::{api_certificate, block, equifax, g1, g2, g3};
use super::cli::run;

const PAY_PHP: &str = "<?php
$c = curl_init('https://api.mch.weixin.qq.com/');
curl_setopt($c, CURLOPT_CAINFO, __DIR__ . '/rootca.pem');
";

/// Writes a file, and the directories above it.
pub fn put(dir: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let file = dir.join(name);
    std::fs::create_dir_all(file.parent().expect("a file lies in a directory")).expect("a directory is made");
    std::fs::write(file, bytes).expect("a file is written");
}

/// Fills the directory. The key stores lack the new root: a later rollover's roots are added to the old one.
pub fn fill(dir: &Path) {
    let (old, new) = (block(&g1()), block(&g2()));
    put(dir, "rootca.pem", &old);
    put(dir, "ready.pem", format!("{old}{new}"));
    put(dir, "new-alone.pem", &new);
    put(dir, "neither.pem", block(&equifax()));
    put(dir, "glued.pem", format!("{}{}", old.trim_end(), block(&g3())));
    put(dir, "bom.pem", format!("\u{feff}{old}"));
    put(dir, "g2.cer", g2());
    put(dir, "api.pem", block(&api_certificate()));
    put(dir, "page.html", "<html><body>404</body></html>\n");
    put(dir, "empty.pem", "");
    put(dir, "certs/3513523f.0", &old);
    put(dir, "pay.php", PAY_PHP);
    put(dir, "run.sh", "export SSL_CERT_FILE=./rootca.pem\nexport PGSSLROOTCERT=./rootca.pem\n");
    for store in ["trust.jks", "trust.p12"] {
        let made = run(dir, &["--rollover", "digicert-g5", "append", "--output", store, "rootca.pem"]);
        assert_eq!(made.code, 0, "{made:?}");
    }
}
