//! What macOS trusts, by its trust settings: those that Apple gives, the administrator's and the user's, which Keychain
//! Access shows under "System Roots", "System" and "login". They are read, and never changed.
//!
//! "Per-user Trust Settings override locally administered Trust Settings, which in turn override the System Trust
//! Settings" (SecTrustSettings.h of macOS). So what an administrator denies is denied though Apple trusts it, and the
//! user may allow it again for himself.
//!
//! Not seen: what macOS limits in other ways than by these settings, as by the date on which a certificate was made;
//! and a root that Apple trusts for other uses than servers alone, which counts as trusted.

use std::collections::HashSet;
use std::io;

use crate::certificate::{Certificate, Fingerprint};
use crate::store::Trust;

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keychain {
    /// What holds for every user of the Mac.
    System,
    /// What holds for this user: the same, and what he decided himself.
    Login,
}

/// Who decided about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Domain {
    User,
    Admin,
    /// Apple.
    System,
}

/// What a domain's settings say about a certificate as the root of a server's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setting {
    Trust,
    Deny,
    /// Nothing that is said of servers: an empty list, which means trust for every use, or one about other uses, such
    /// as mail, alone. The two are told apart by the list of roots that are trusted for every use.
    Unsaid,
}

impl Keychain {
    pub const ALL: [Keychain; 2] = [Keychain::System, Keychain::Login];

    /// After the names in Keychain Access.
    pub const fn as_str(self) -> &'static str {
        match self {
            Keychain::System => "Keychain/System",
            Keychain::Login => "Keychain/login",
        }
    }

    /// Whose settings hold; the first who decided is obeyed.
    const fn domains(self) -> &'static [Domain] {
        match self {
            Keychain::System => &[Domain::Admin, Domain::System],
            Keychain::Login => &[Domain::User, Domain::Admin, Domain::System],
        }
    }

    /// Every certificate that has trust settings, and whether it is trusted as the root of a server's chain.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub fn certificates(self) -> io::Result<Vec<(Certificate, Trust)>> {
        let settings = |domain: &Domain| Ok((*domain, calls::settings(*domain)?));
        let domains = self.domains().iter().map(settings).collect::<io::Result<Vec<_>>>()?;
        in_effect(&domains, calls::trusted_for_every_use)
    }
}

/// What the settings of domains come to, the domain that is obeyed first before the others.
///
/// # Errors
/// Those of `trusted_for_every_use`, which is called only where settings leave it open.
pub fn in_effect(
    domains: &[(Domain, Vec<(Certificate, Setting)>)],
    trusted_for_every_use: impl FnOnce() -> io::Result<HashSet<Fingerprint>>,
) -> io::Result<Vec<(Certificate, Trust)>> {
    let open = |(domain, settings): &(Domain, Vec<(Certificate, Setting)>)| {
        // Apple's own roots have empty lists.
        *domain != Domain::System && settings.iter().any(|(_, setting)| *setting == Setting::Unsaid)
    };
    let for_every_use = if domains.iter().any(open) { trusted_for_every_use()? } else { HashSet::new() };
    let mut decided = HashSet::new();
    let mut trusted = Vec::new();
    let mut undecided = Vec::new();
    for (domain, settings) in domains {
        for (certificate, setting) in settings {
            let fingerprint = certificate.fingerprint();
            let trust = match setting {
                Setting::Trust => Trust::Trusted,
                Setting::Deny => Trust::NotTrusted,
                Setting::Unsaid if *domain == Domain::System || for_every_use.contains(&fingerprint) => Trust::Trusted,
                Setting::Unsaid => {
                    undecided.push(certificate);
                    continue;
                }
            };
            if decided.insert(fingerprint) {
                trusted.push((certificate.clone(), trust));
            }
        }
    }
    for certificate in undecided {
        if decided.insert(certificate.fingerprint()) {
            trusted.push((certificate.clone(), Trust::NotTrusted));
        }
    }
    Ok(trusted)
}

#[cfg(target_os = "macos")]
mod calls {
    use std::collections::HashSet;
    use std::io;

    use security_framework::trust::SecTrust;
    use security_framework::trust_settings::{Domain as Apples, TrustSettings, TrustSettingsForCertificate};

    use super::{Domain, Setting};
    use crate::certificate::{Certificate, Fingerprint};

    pub fn settings(domain: Domain) -> io::Result<Vec<(Certificate, Setting)>> {
        let settings = TrustSettings::new(match domain {
            Domain::User => Apples::User,
            Domain::Admin => Apples::Admin,
            Domain::System => Apples::System,
        });
        let mut read = Vec::new();
        for certificate in settings.iter().map_err(io::Error::other)? {
            let Ok(own) = Certificate::from_der(&certificate.to_der()) else { continue };
            let setting = settings.tls_trust_settings_for_certificate(&certificate).map_err(io::Error::other)?;
            let setting = match setting {
                Some(TrustSettingsForCertificate::TrustRoot | TrustSettingsForCertificate::TrustAsRoot) => {
                    Setting::Trust
                }
                Some(TrustSettingsForCertificate::Deny) => Setting::Deny,
                Some(TrustSettingsForCertificate::Unspecified | TrustSettingsForCertificate::Invalid) | None => {
                    Setting::Unsaid
                }
            };
            read.push((own, setting));
        }
        Ok(read)
    }

    /// The roots to which no domain sets a condition.
    pub fn trusted_for_every_use() -> io::Result<HashSet<Fingerprint>> {
        let anchors = SecTrust::copy_anchor_certificates().map_err(io::Error::other)?;
        Ok(anchors.iter().map(|anchor| Fingerprint::of(&anchor.to_der())).collect())
    }
}

#[cfg(not(target_os = "macos"))]
mod calls {
    use std::collections::HashSet;
    use std::io;

    use super::{Domain, Setting};
    use crate::certificate::{Certificate, Fingerprint};

    pub fn settings(_: Domain) -> io::Result<Vec<(Certificate, Setting)>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn trusted_for_every_use() -> io::Result<HashSet<Fingerprint>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollover::Catalogue;
    use Setting::{Deny, Trust as Trusts, Unsaid};

    /// Two different certificates.
    fn pair() -> [Certificate; 2] {
        let roots = Catalogue::load().unwrap().roots;
        [roots[0].certificate.clone(), roots[1].certificate.clone()]
    }

    /// What becomes of the first certificate, by what the user, the administrator and Apple say of it, and whether it
    /// is on the list of those that are trusted for every use.
    fn trust(said: [Option<Setting>; 3], for_every_use: bool) -> Option<Trust> {
        let [certificate, other] = pair();
        let domains = [Domain::User, Domain::Admin, Domain::System].into_iter().zip(said);
        let domains: Vec<_> = domains
            .map(|(domain, said)| {
                let own = said.map(|setting| (certificate.clone(), setting));
                (domain, own.into_iter().chain([(other.clone(), Trusts)]).collect())
            })
            .collect();
        let listed = for_every_use.then(|| certificate.fingerprint());
        let effect = in_effect(&domains, || Ok(listed.into_iter().collect())).unwrap();
        let of = |wanted: &Certificate| {
            let found: Vec<_> =
                effect.iter().filter(|(there, _)| there.fingerprint() == wanted.fingerprint()).collect();
            assert!(found.len() < 2, "each certificate is there once");
            found.first().map(|(_, trust)| *trust)
        };
        assert_eq!(of(&other), Some(Trust::Trusted));
        of(&certificate)
    }

    #[test]
    fn the_user_overrules_the_administrator_who_overrules_apple() {
        let (yes, no) = (Some(Trust::Trusted), Some(Trust::NotTrusted));
        assert_eq!(trust([None, None, None], false), None);
        assert_eq!(trust([None, None, Some(Trusts)], false), yes);
        assert_eq!(trust([None, Some(Deny), Some(Trusts)], false), no);
        assert_eq!(trust([None, Some(Deny), Some(Unsaid)], true), no);
        assert_eq!(trust([Some(Trusts), Some(Deny), Some(Trusts)], false), yes);
        assert_eq!(trust([Some(Deny), Some(Trusts), Some(Trusts)], true), no);
        assert_eq!(trust([Some(Deny), None, None], false), no);
    }

    #[test]
    fn no_settings_for_servers_are_trust_only_from_apple_or_where_every_use_is_trusted() {
        let (yes, no) = (Some(Trust::Trusted), Some(Trust::NotTrusted));
        assert_eq!(trust([None, None, Some(Unsaid)], false), yes, "as Apple's own roots are");
        assert_eq!(trust([None, Some(Unsaid), None], true), yes, "as `security add-trusted-cert -d` leaves it");
        assert_eq!(trust([None, Some(Unsaid), None], false), no, "trusted for mail alone");
        assert_eq!(trust([Some(Unsaid), None, Some(Trusts)], false), yes, "mail is no matter of servers");
        assert_eq!(trust([Some(Unsaid), Some(Deny), None], false), no);
    }

    #[test]
    fn where_macos_does_not_say_what_is_trusted_there_is_no_answer() {
        let [certificate, _] = pair();
        let silent = || Err(io::ErrorKind::Other.into());
        let of = |domain, setting| in_effect(&[(domain, vec![(certificate.clone(), setting)])], silent);
        assert!(of(Domain::Admin, Unsaid).is_err());
        assert_eq!(of(Domain::Admin, Trusts).unwrap().len(), 1, "control: it is asked only where that is open");
        assert_eq!(of(Domain::System, Unsaid).unwrap().len(), 1);
        if !cfg!(target_os = "macos") {
            assert!(Keychain::System.certificates().is_err());
        }
    }

    #[test]
    fn a_system_without_keychains_knows_none_by_name() {
        use crate::system_store::Location;
        let known = Keychain::ALL.map(|keychain| Location::named(keychain.as_str()).is_some());
        assert_eq!(known, [cfg!(target_os = "macos"); 2]);
    }
}
