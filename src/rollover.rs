//! Roots and rollovers: the embedded catalogue, whose fingerprints are checked when the program is built and again
//! when it starts.

use crate::certificate::Certificate;
use time::Date;

/// A root that a rollover names.
#[derive(Debug, Clone)]
pub struct Root {
    /// `digicert-global-root-g2`: the name on the command line, and of its file in `embedded-roots/`.
    pub id: String,
    /// `DigiCert Global Root G2`: the name for people.
    pub name: String,
    /// `digicertglobalrootg2`: lower case, as JDKs name it.
    pub alias: String,
    pub certificate: Certificate,
    /// The day from which Mozilla does not trust it for TLS.
    pub distrusted_for_tls: Option<Date>,
}

/// A planned change of roots.
#[derive(Debug, Clone)]
pub struct Rollover {
    pub id: String,
    pub keep: Vec<Root>,
    pub add: Vec<Root>,
    /// Servers that use it; the first is the one that stand-in chains are made for.
    pub hosts: Vec<String>,
}
