//! What Java's own key stores and Bouncy Castle's have in common: a row of dated entries under aliases, with a keyed
//! digest over all of it behind them.
//!
//! The entries stand in clear; the password guards the digest alone. So a store can be read without its password,
//! but a new entry needs it. Adding means splicing: no byte of an entry that was there is written anew.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::create::name_for_new;
use super::{AppendOptions, Entry, Format, Nature, Store, Trust, mistaken};
use crate::certificate::{Certificate, Fingerprint};
use crate::finding::{Code, Finding, Trouble};
use crate::lang::java as say;
use crate::password::{Password, Passwords};
use crate::readers::{self, Reader, View};
use crate::rollover::Root;

pub(super) mod data_input;

use data_input::{DataInput, Stop};

/// The largest stores that are shipped hold some 300 entries; the cap keeps a file of empty entries from taking many
/// times its size in memory.
const MAX_ENTRIES: usize = 20_000;

/// The length of a SHA-1, which is what guards all of these formats.
pub(super) const DIGEST_LENGTH: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A certificate that its owner put there to be trusted.
    Trusted,
    /// A private key with the chain that proves it, or another key.
    Key,
}

/// One entry as it stands in the file. Equal entries are equal in every byte that the format keeps of them.
#[derive(Debug, Clone)]
pub(super) struct RawEntry<'a> {
    pub kind: Kind,
    pub alias: String,
    /// The certificate to be trusted, or the chain of a key.
    pub certificates: Vec<&'a [u8]>,
    /// Where it stands.
    pub span: Range<usize>,
}

/// A store whose entries were told apart.
#[derive(Debug, Clone)]
pub(super) struct Layout<'a> {
    pub bytes: &'a [u8],
    pub format: Format,
    pub version: u32,
    pub entries: Vec<RawEntry<'a>>,
    /// Where the next entry goes: behind the last one.
    pub end: usize,
    /// Whether the store looks aliases up in lower case, as the JDK's own do: it never finds one that is not.
    pub lower_case: bool,
}

/// Where reading stopped, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damage {
    pub stop: Stop,
    pub at: usize,
}

impl Damage {
    pub fn trouble(self, format: Format) -> Trouble {
        let message = match self.stop {
            Stop::CutOff => say::cut_off(format.name()),
            Stop::NotUnderstood => say::not_understood(format.name(), self.at),
        };
        Trouble::new(Code::KeyStoreDamaged, message, say::get_an_intact_copy())
    }
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Format::Jceks => "JCEKS",
            Format::Bks => "BKS",
            _ => "JKS",
        }
    }
}

/// Reads an entry after another, until `read` says that there is no more.
pub(super) fn read_entries<'a>(
    input: &mut DataInput<'a>,
    mut read: impl FnMut(&mut DataInput<'a>) -> Result<Option<(Kind, String, Vec<&'a [u8]>)>, Stop>,
) -> Result<Vec<RawEntry<'a>>, Damage> {
    let mut entries = Vec::new();
    loop {
        let start = input.at();
        match read(input) {
            Ok(None) => return Ok(entries),
            Ok(Some(_)) if entries.len() == MAX_ENTRIES => return Err(Damage { stop: Stop::NotUnderstood, at: start }),
            Ok(Some((kind, alias, certificates))) => {
                entries.push(RawEntry { kind, alias, certificates, span: start..input.at() });
            }
            Err(stop) => return Err(Damage { stop, at: input.at() }),
        }
    }
}

/// A certificate behind the name of its type. Java has a reader for one type alone; what it has none for is given back
/// as a byte that no reader takes.
pub(super) fn typed<'a>(input: &mut DataInput<'a>) -> Result<&'a [u8], Stop> {
    let kind = input.utf()?;
    let known = ["X.509", "X509"].iter().any(|name| kind.eq_ignore_ascii_case(name));
    input.block().map(|der| if known { der } else { &[0] })
}

/// The password whose digest stands in the file.
///
/// `None` where none of the defaults fits and the user gave none: the entries can be read all the same.
///
/// # Errors
/// The user gave a password, and neither it nor a default fits.
pub(super) fn find_password(
    passwords: &Passwords,
    fits: impl Fn(&Password) -> bool,
) -> Result<Option<Password>, Trouble> {
    match passwords.iter().find(|password| fits(password)) {
        Some(password) => Ok(Some(password.clone())),
        None if passwords.given().is_some() => {
            Err(Trouble::new(Code::WrongPassword, say::wrong_password(), say::give_the_right_password()))
        }
        None => Ok(None),
    }
}

/// The password that a new digest needs.
pub(super) fn password_of(store: &Store) -> Result<&Password, Trouble> {
    (store.password.as_ref())
        .ok_or_else(|| Trouble::new(Code::WrongPassword, say::password_needed(), say::give_a_password()))
}

/// What Java does not load as it is, it does not load with one entry more.
pub(super) fn refuse_broken(store: &Store) -> Result<(), Trouble> {
    let new = || say::replace_or_make_new(name_for_new(store.format));
    let refused = || Trouble::new(Code::Broken, say::is_broken(), new());
    if store.broken { Err(refused()) } else { Ok(()) }
}

/// What readers make of the entries.
pub(super) fn store_of(layout: &Layout<'_>, password: Option<Password>) -> Store {
    let mut findings = Vec::new();
    if password.is_none() {
        findings.push(Finding::new(Code::IntegrityNotChecked, say::integrity_not_checked(layout.format.name())));
    }

    // Java puts the entries into a map as it reads them: of two under one alias it keeps the last.
    let last: HashMap<&str, usize> =
        layout.entries.iter().enumerate().map(|(i, raw)| (raw.alias.as_str(), i)).collect();
    let reachable = |i: usize, raw: &RawEntry<'_>| {
        last[raw.alias.as_str()] == i && !(layout.lower_case && raw.alias.to_lowercase() != raw.alias)
    };

    let mut entries = Vec::new();
    let (mut unreachable, mut unreadable) = (Several::default(), Several::default());
    let mut uncounted = Several::default();
    for (i, raw) in layout.entries.iter().enumerate() {
        let trust = match raw.kind {
            Kind::Trusted if reachable(i, raw) => Trust::Trusted,
            Kind::Trusted => {
                unreachable.add(&raw.alias);
                Trust::NotTrusted
            }
            // JSSE trusts the first certificate of a chain too. That is the owner's own, and nobody owns a root's key.
            Kind::Key => Trust::NotTrusted,
        };
        for der in &raw.certificates {
            // Java reads one certificate and lets be what follows it.
            let certificate = Certificate::from_der_prefix(der).ok().map(|(certificate, _)| certificate);
            // Bouncy Castle has a decoder of its own, which takes nearly all that has the shape of a certificate.
            let lenient = layout.format == Format::Bks && (certificate.is_some() || der.is_empty());
            match (lenient || readers::java_decodes(der, certificate.as_ref()), certificate.is_some()) {
                (false, _) => unreadable.add(&raw.alias),
                (true, false) => uncounted.add(&raw.alias),
                (true, true) => {}
            }
            if let Some(certificate) = certificate {
                let alias = Some(raw.alias.chars().take(MAX_SHOWN).collect());
                entries.push(Entry { certificate, alias, line: None, file: None, trust });
            }
        }
    }
    let fails = unreadable.count > 0;
    findings.extend(unreachable.finding(Code::AliasUnreachable, say::alias_unreachable));
    findings.extend(unreadable.finding(Code::CertificateUnreadable, say::certificate_unreadable));
    findings.extend(uncounted.finding(Code::CertificateNotCounted, say::certificate_not_counted));

    let others = layout.entries.iter().filter(|raw| raw.kind == Kind::Key).count();
    let nature = if others > 0 && others == layout.entries.len() {
        let merchants = entries.iter().find_map(|entry| mistaken::wechat_pay(&entry.certificate));
        Nature::NotATrustStore(match merchants {
            Some(Code::ApiCertificate) => Finding::new(Code::ApiCertificate, say::api_certificate()),
            _ => Finding::new(Code::OnlyKeysInside, say::only_keys_inside(others)),
        })
    } else {
        Nature::TrustStore
    };
    // Java reads all of a store or nothing.
    let trusted = if fails { Vec::new() } else { trusted_once(&entries) };
    let views = vec![View { reader: Reader::Java, trusted, fails }];
    Store { format: layout.format, nature, entries, others, findings, views, broken: fails, password }
}

/// JSSE collects trusted certificates in a set.
fn trusted_once(entries: &[Entry]) -> Vec<Fingerprint> {
    let mut seen = HashSet::new();
    let trusted = entries.iter().filter(|entry| entry.trust == Trust::Trusted);
    trusted.map(|entry| entry.certificate.fingerprint()).filter(|fingerprint| seen.insert(*fingerprint)).collect()
}

/// Entries that share an oddity: one finding for all of them.
#[derive(Default)]
struct Several<'a> {
    count: usize,
    first: &'a str,
}

impl<'a> Several<'a> {
    fn add(&mut self, alias: &'a str) {
        if self.count == 0 {
            self.first = alias;
        }
        self.count += 1;
    }

    fn finding(&self, code: Code, sentence: impl Fn(usize, String) -> crate::lang::Sentence) -> Option<Finding> {
        // An alias is anybody's text: no control character of it reaches a terminal.
        (self.count > 0).then(|| Finding::new(code, sentence(self.count, self.first.escape_debug().to_string())))
    }
}

/// A new entry's alias, encoded, with the DER of its certificate.
pub(super) struct NewEntry<'a> {
    pub alias: Vec<u8>,
    pub der: &'a [u8],
}

/// The entries for what is to be added, under [`free_aliases`].
///
/// # Errors
/// As [`free_aliases`].
pub(super) fn new_entries<'a>(
    there: &[RawEntry<'_>],
    wanted: impl IntoIterator<Item = (&'a str, &'a Certificate)>,
) -> Result<Vec<NewEntry<'a>>, Trouble> {
    let (wanted, certificates): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
    let aliases = free_aliases(there.iter().map(|raw| raw.alias.as_str()), &wanted)?;
    let encoded = aliases.iter().map(|alias| data_input::encode_utf(alias).expect("free aliases are short"));
    Ok(encoded.zip(certificates).map(|(alias, certificate)| NewEntry { alias, der: certificate.der() }).collect())
}

/// Aliases for new entries: lower case, since Java looks them up so, and unlike every alias that is there even when
/// case is not regarded.
///
/// # Errors
/// An alias that is wanted is empty, or too long.
pub(super) fn free_aliases<'a>(
    there: impl IntoIterator<Item = &'a str>,
    wanted: &[&str],
) -> Result<Vec<String>, Trouble> {
    let mut taken: HashSet<String> = there.into_iter().map(str::to_lowercase).collect();
    let mut aliases = Vec::new();
    for alias in wanted {
        let alias = alias.trim().to_lowercase();
        if alias.is_empty() || alias.len() > MAX_ALIAS_BYTES {
            let message = say::alias_not_usable(MAX_ALIAS_BYTES);
            return Err(Trouble::new(Code::AliasNotUsable, message, say::choose_another_alias()));
        }
        let numbered = (2..).map(|n: usize| format!("{alias}-{n}"));
        let free = std::iter::once(alias.clone()).chain(numbered).find(|candidate| taken.insert(candidate.clone()));
        aliases.push(free.expect("there are more numbers than aliases"));
    }
    Ok(aliases)
}

/// Far under the 65535 bytes of the format, and over any name: the longest aliases in a JDK's `cacerts` are the
/// subjects of certificates.
const MAX_ALIAS_BYTES: usize = 1024;

/// So many characters of an alias are passed on: each link of a chain repeats it.
const MAX_SHOWN: usize = MAX_ALIAS_BYTES;

/// The alias that every root would like: the first the one that was asked for, all others their own.
pub(super) fn wanted_aliases<'a>(roots: &[&'a Root], options: &'a AppendOptions) -> Vec<&'a str> {
    let mut wanted: Vec<&str> = roots.iter().map(|root| root.alias.as_str()).collect();
    if let (Some(first), Some(asked)) = (wanted.first_mut(), options.alias.as_deref()) {
        *first = asked;
    }
    wanted
}

/// The roots under the aliases that they would like.
pub(super) fn wanted<'a>(
    roots: &[&'a Root],
    options: &'a AppendOptions,
) -> impl Iterator<Item = (&'a str, &'a Certificate)> {
    wanted_aliases(roots, options).into_iter().zip(roots.iter().map(|root| &root.certificate))
}
