//! What surrounds the help texts: headings, the names of values, and what is said of arguments that make no command.

use clap::error::ErrorKind;

use super::{Lang, Sentence};

/// A text that clap wants to keep for as long as the program runs.
#[derive(Debug, Clone, Copy)]
pub struct Heading {
    en: &'static str,
    zh: &'static str,
}

impl Heading {
    pub const fn to(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }
}

const fn heading(en: &'static str, zh: &'static str) -> Heading {
    Heading { en, zh }
}

/// What users ask, and the commands that answer; a test holds that every command stands here once.
pub const QUESTIONS: &[(Heading, &[&str])] = &[
    (heading("Not sure where to begin?", "不知从何开始？"), &["wizard"]),
    (heading("Will payments keep working?", "支付会继续正常吗？"), &["check", "verify", "probe", "rehearse"]),
    (heading("Make it work, or undo it", "修复与撤销"), &["append", "create", "restore"]),
    (heading("Where are the bundles, and what is in them?", "证书包在哪里？里面有什么？"), &["locate", "inspect"]),
    (heading("What does this mean?", "这是什么意思？"), &["explain", "roots", "report"]),
    (heading("About rootfix itself", "关于 rootfix 本身"), &["help", "man", "completions"]),
];

pub const COMMANDS: Heading = heading("Commands", "命令");

pub const ARGUMENTS: Heading = heading("Arguments", "参数");

pub const OPTIONS: Heading = heading("Options", "选项");

pub const GENERAL: Heading = heading("General options", "通用选项");

/// The words in brackets of a usage line.
pub const OPTIONS_TAG: Heading = heading("[OPTIONS]", "[选项]");

pub const COMMAND_TAG: Heading = heading("[COMMAND]", "[命令]");

/// The sections of a manual page, by the names that clap_mangen gives them.
pub const SECTIONS: &[(&str, Heading)] = &[
    ("NAME", heading("NAME", "名称")),
    ("SYNOPSIS", heading("SYNOPSIS", "用法")),
    ("DESCRIPTION", heading("DESCRIPTION", "说明")),
    ("VERSION", heading("VERSION", "版本")),
];

pub const EXAMPLES: Heading = heading("EXAMPLES", "示例");

pub const EXIT_STATUS: Heading = heading("EXIT STATUS", "退出码");

/// The lines of a manual page's section on exit codes.
pub const EXIT_CODES: &[(&str, Heading)] = &[
    ("0", heading("Every target is (now) as it should be.", "每个目标（现在）都符合要求。")),
    (
        "1",
        heading(
            "The honest answer is no: a bundle is not ready, a dry run has changes, a proof failed.",
            "如实的回答是否：有证书包未就绪、试运行有改动，或验证失败。",
        ),
    ),
    (
        "2",
        heading(
            "Trouble: bad usage, or a target that could not be read, written or proved, and which is then unchanged.",
            "出错：用法有误，或有目标无法读取、写入或验证；该目标未被改动。",
        ),
    ),
];

/// What a value is called in usage lines, by its name in the arguments.
const VALUES: &[(&str, Heading)] = &[
    ("CMD", heading("CMD", "程序")),
    ("CODE", heading("CODE", "代码")),
    ("COMMAND", heading("COMMAND", "命令")),
    ("DIR", heading("DIR", "目录")),
    ("ENGINE", heading("ENGINE", "引擎")),
    ("FILE", heading("FILE", "文件")),
    ("FORMAT", heading("FORMAT", "格式")),
    ("HEX", heading("HEX", "十六进制")),
    ("HOST", heading("HOST", "主机")),
    ("HOST[:PORT]", heading("HOST[:PORT]", "主机[:端口]")),
    ("ID", heading("ID", "方案")),
    ("IP", heading("IP", "IP")),
    ("KIND", heading("KIND", "类型")),
    ("LANG", heading("LANG", "语言")),
    ("N", heading("N", "进程号")),
    ("NAME", heading("NAME", "名称")),
    ("PORT", heading("PORT", "端口")),
    ("SECONDS", heading("SECONDS", "秒数")),
    ("SHELL", heading("SHELL", "Shell")),
    ("TIME", heading("TIME", "时间")),
    ("VAR", heading("VAR", "变量")),
    ("WHEN", heading("WHEN", "何时")),
    ("WHERE", heading("WHERE", "位置")),
];

/// The name of a value; `None` for one that is not in the list, and a test holds that none is missing.
pub fn value(name: &str) -> Option<Heading> {
    VALUES.iter().find(|(known, _)| *known == name).map(|(_, heading)| *heading)
}

/// The frame of a command's help page.
pub fn template() -> Sentence {
    Sentence::new(
        "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}\n",
        "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}\n",
    )
}

/// The frame of the program's own help page, with its commands grouped.
pub fn root_template(commands: &Sentence) -> Sentence {
    let (en, zh) = (GENERAL.to(Lang::En), GENERAL.to(Lang::Zh));
    Sentence::new(
        format!("{{about-with-newline}}\nUsage: {{usage}}\n\n{}{en}:\n{{options}}{{after-help}}\n", commands.en),
        format!("{{about-with-newline}}\n用法：{{usage}}\n\n{}{zh}：\n{{options}}{{after-help}}\n", commands.zh),
    )
}

pub fn help_flag() -> Sentence {
    Sentence::new("Show this help", "显示本帮助")
}

pub fn version_flag() -> Sentence {
    Sentence::new("Show the version, and the date of the embedded roots", "显示版本，以及内置根证书目录的日期")
}

pub fn version(number: &str, catalogue: &str) -> Sentence {
    Sentence::new(
        format!("rootfix {number} (embedded roots as of {catalogue})"),
        format!("rootfix {number}（内置根证书目录：{catalogue}）"),
    )
}

pub fn see_help(command: &str) -> Sentence {
    Sentence::new(format!("See: {command} --help"), format!("查看帮助：{command} --help"))
}

pub fn did_you_mean(names: &str) -> Sentence {
    Sentence::new(format!("Did you mean {names}?"), format!("您是否想用：{names}"))
}

pub fn values_are(values: &str) -> Sentence {
    Sentence::new(format!("Possible values: {values}"), format!("可用的值：{values}"))
}

pub fn usage(usage: &str) -> Sentence {
    Sentence::new(format!("Usage: {usage}"), format!("用法：{usage}"))
}

/// What was wrong with the arguments.
pub fn error(kind: ErrorKind, argument: &str, value: &str, subcommand: &str, prior: &str) -> Sentence {
    match kind {
        ErrorKind::InvalidSubcommand => {
            Sentence::new(format!("There is no command {subcommand}"), format!("没有 {subcommand} 这个命令"))
        }
        ErrorKind::UnknownArgument if !argument.starts_with('-') => {
            Sentence::new(format!("{argument} is one argument too many"), format!("多余的参数：{argument}"))
        }
        ErrorKind::UnknownArgument => {
            Sentence::new(format!("There is no option {argument}"), format!("没有 {argument} 这个选项"))
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            Sentence::new(format!("{argument} wants a value"), format!("{argument} 需要一个值"))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            Sentence::new(format!("{value} is no value for {argument}"), format!("{argument} 不接受值 {value}"))
        }
        ErrorKind::MissingRequiredArgument => {
            Sentence::new(format!("{argument} is missing"), format!("缺少 {argument}"))
        }
        ErrorKind::MissingSubcommand => Sentence::new("A command is missing", "缺少命令"),
        ErrorKind::ArgumentConflict if prior == argument || prior.is_empty() => {
            Sentence::new(format!("{argument} can be given only once"), format!("{argument} 只能给出一次"))
        }
        ErrorKind::ArgumentConflict => Sentence::new(
            format!("{argument} and {prior} exclude each other"),
            format!("{argument} 与 {prior} 不能同时使用"),
        ),
        ErrorKind::NoEquals => {
            Sentence::new(format!("{argument} wants its value behind `=`"), format!("{argument} 的值须写在 `=` 之后"))
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            Sentence::new(format!("{argument} has the wrong number of values"), format!("{argument} 的值个数不对"))
        }
        ErrorKind::InvalidUtf8 => Sentence::new("An argument is not UTF-8", "有参数不是 UTF-8"),
        _ => Sentence::new("These arguments do not make a command", "参数无法组成有效的命令"),
    }
}
