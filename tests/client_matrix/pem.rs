//! PEM: thirty-two files by every client that reads such.

use std::fs;
use std::path::Path;

use rootfix::certificate::Fingerprint;
use rootfix::prove::clients::{Client, find, handshakes};
use rootfix::readers::{View, java_25, views};
use rootfix::store::Format;

use crate::common::READ_PEM;
use crate::others::{OTHERS, Other};
use crate::{Matrix, accepts, common, for_each, roots, variants};

const VARIANTS: [&str; 32] = [
    "plain",
    "crlf",
    "bom",
    "bom_with_comment",
    "glued",
    "cr_only",
    "oneline_b64",
    "indent_all",
    "indent_first_begin",
    "trusted_second",
    "x509_second",
    "missing_end_second",
    "hash_commented_second",
    "hash_begin_only_second",
    "comment_begin_words",
    "key_between",
    "nul_tail",
    "nul_between",
    "ctrlz_tail",
    "utf16le",
    "blank_in_body",
    "trusted_all",
    "two_blanks_in_begin",
    "cut_in_last_body",
    "dashes_in_comment",
    "header_proc_type",
    "crl_first",
    "bag_attributes",
    "without_padding",
    "der_trailing_bytes",
    "raw_der_first",
    "zero_first",
];

/// The oldest and the newest way in which Java reads PEM.
const JAVAS: [u32; 2] = [17, 25];

/// What is predicted of a client.
fn view<'v>(client: &Client, release: Option<u32>, views: &'v [View], java_25: &'v View) -> &'v View {
    match release {
        Some(25) => java_25,
        _ => views.iter().find(|view| Some(view.reader) == client.reader).expect("a client with a reader"),
    }
}

#[test]
fn every_client_and_proxy_does_with_pem_what_is_predicted() {
    let roots = roots::make();
    let variants: Vec<_> = variants::all(&variants::Parts::new(&roots))
        .into_iter()
        .filter(|variant| VARIANTS.contains(&variant.name.as_str()))
        .collect();
    assert_eq!(variants.len(), VARIANTS.len(), "each name is one of a variant");
    let mut clients: Vec<(String, Option<u32>, Client)> = Vec::new();
    for client in find(Format::Pem, &[]) {
        if READ_PEM.contains(&client.name) {
            clients.push((client.name.to_owned(), None, client));
        }
    }
    for release in JAVAS {
        let Some(home) = common::jdk(release) else { continue };
        let java = find(Format::Pem, &[home]).into_iter().find(|client| client.name == "java");
        clients.push((format!("java {release}"), Some(release), java.expect("a Java that runs")));
    }
    let there = |name: &str| clients.iter().any(|(_, _, client)| client.name == name);
    READ_PEM.iter().filter(|name| !there(name)).for_each(|name| common::missing(name));
    let others: Vec<&Other> = OTHERS.iter().filter(|other| other.is_there()).collect();
    let all_there = clients.len() + others.len() == READ_PEM.len() + JAVAS.len() + OTHERS.len();

    let matrix = Matrix::default();
    for_each(&roots, &variants, |variant, servers| {
        let directory = tempfile::tempdir().unwrap();
        let bundle = directory.path().join("bundle.pem");
        fs::write(&bundle, &variant.bytes).unwrap();
        let (views, java_25) = (views(&variant.bytes), java_25(&variant.bytes));
        let compare = |name: &str, view: &View, place: usize, accepts: Option<bool>| {
            let root = &roots.roots[place + 1];
            let predicted = view.trusted.contains(&Fingerprint::of(&root.der));
            matrix.compare(&variant.name, name, root, predicted, accepts);
        };
        for (name, release, client) in &clients {
            let questions: Vec<(&Path, _)> = servers.iter().map(|server| (&*bundle, server)).collect();
            let own = directory.path().join(name);
            fs::create_dir(&own).unwrap();
            let answers = handshakes(client, Format::Pem, None, &questions, &own).unwrap();
            for (place, answer) in answers.iter().enumerate() {
                compare(name, view(client, *release, &views, &java_25), place, accepts(answer));
            }
        }
        for other in &others {
            let view = views.iter().find(|view| view.reader == other.reader).expect("a view for each reader");
            for (place, server) in servers.iter().enumerate() {
                let accepts = (other.accepts)(directory.path(), &bundle, server.port());
                // What the next client is judged by is its own.
                server.take_observations();
                compare(other.name, view, place, Some(accepts));
            }
        }
    });
    let compared = matrix.compared.load(std::sync::atomic::Ordering::Relaxed);
    assert!(!all_there || compared == VARIANTS.len() * (READ_PEM.len() + JAVAS.len() + OTHERS.len()) * 2);
    matrix.hold("PEM");
}
