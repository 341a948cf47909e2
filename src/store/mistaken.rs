//! Certificates that lie where a trust store is looked for, and are none: WeChat Pay's merchant and platform
//! certificates. Neither has anything to do with a rollover of roots.
//!
//! Recognised by issuer and subject names as they were seen in issued certificates; nothing is decided by this but
//! which sentence is shown and that such a file is not changed unasked.

use std::convert::Infallible;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::certificate::Certificate;
use crate::finding::Code;
use crate::known::Known;

/// [`Code::ApiCertificate`] or [`Code::PlatformCertificate`], where the certificate is one of them.
pub fn wechat_pay(certificate: &Certificate) -> Option<Code> {
    static NAMES: LazyLock<[Finder<'static>; 3]> =
        LazyLock::new(|| ["Tenpay.com", "MmpaymchCA", "iTrusChina"].map(Finder::new));
    // A cheap look at the issuer's raw bytes first: nearly every certificate ends here.
    if NAMES.iter().all(|name| name.find(certificate.issuer_der()).is_none()) {
        return None;
    }
    // One of these issuers has roots in every list of roots.
    static FOUND_OUT: Known<Option<Code>> = Known::new();
    let Ok(code) = FOUND_OUT.or_find(certificate.fingerprint(), || Ok::<_, Infallible>(by_its_names(certificate)));
    code
}

fn by_its_names(certificate: &Certificate) -> Option<Code> {
    let facts = certificate.facts();
    if facts.is_ca {
        return None;
    }
    let by_wechat = facts.issuer.contains("CN=MmpaymchCA")
        || facts.issuer.contains("CN=Tenpay.com Root CA")
        || (facts.issuer.contains("iTrusChina") && facts.issuer.contains("SM2"));
    if !by_wechat {
        None
    } else if facts.subject.contains("CN=Tenpay.com sign") {
        Some(Code::PlatformCertificate)
    } else {
        Some(Code::ApiCertificate)
    }
}
