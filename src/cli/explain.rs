//! `rootfix explain`: what a code means, why it comes up, what to do.

use serde_json::json;

use super::args::Explain;
use super::exit::Exit;
use super::session::Session;
use crate::finding::{Code, Trouble};
use crate::lang::{Sentence, check as say_check, cli as say};
use crate::report::{Record, record};

pub fn run(session: &mut Session, args: &Explain) -> Exit {
    match args.code.as_deref().map(str::parse::<Code>) {
        Some(Ok(code)) => explain(session, code, true),
        Some(Err(())) => {
            let code = args.code.clone().unwrap_or_default();
            session.trouble(&Trouble::new(Code::UnknownCode, say::unknown_code(code), say::list_codes()));
            return Exit::Trouble;
        }
        None => Code::ALL.iter().for_each(|code| explain(session, *code, false)),
    }
    Exit::Good
}

fn explain(session: &mut Session, code: Code, whole: bool) {
    let about = code.explain();
    let value = json!({
        "code": code,
        "severity": code.severity(),
        "meaning": about.meaning.en,
        "cause": about.cause.en,
        "remedy": about.remedy.en,
        "source": code.source().en,
    });
    session.record(&Record::Other("code", record::fields(value)));
    session.count("codes");
    let lang = session.lang;
    if whole {
        let part = |name: Sentence, text: &Sentence| {
            format!("{}\n", say_check::labelled(name.to(lang), text.to(lang)).to(lang))
        };
        session.say(&format!(
            "{code}\n\n{}{}{}{}",
            part(say::meaning(), &about.meaning),
            part(say::cause(), &about.cause),
            part(say::remedy(), &about.remedy),
            part(say::source(), &code.source())
        ));
    } else {
        session.say(say_check::labelled(code, about.meaning.to(lang)).to(lang));
    }
}
