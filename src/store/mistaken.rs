//! Certificates that lie where a trust store is looked for, and are none: WeChat Pay's merchant and platform
//! certificates. Neither has anything to do with a rollover of roots.
//!
//! Recognised by issuer and subject names as they were seen in issued certificates; nothing is decided by this but
//! which sentence is shown and that such a file is not changed unasked.

use crate::certificate::Certificate;
use crate::finding::Code;

/// [`Code::ApiCertificate`] or [`Code::PlatformCertificate`], where the certificate is one of them.
pub fn wechat_pay(certificate: &Certificate) -> Option<Code> {
    let der = certificate.der();
    let has = |name: &[u8]| memchr::memmem::find(der, name).is_some();
    // A cheap look at the raw bytes first: nearly every certificate ends here.
    if !(has(b"Tenpay.com") || has(b"MmpaymchCA") || has(b"iTrusChina")) {
        return None;
    }
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
