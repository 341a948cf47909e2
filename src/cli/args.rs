//! The arguments, parsed without acting on them. What they are called is the contract; what their help says is in
//! `lang::help`, in both languages.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// A time in seconds: some, and no more than anybody waits for.
fn seconds() -> RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=YEAR)
}

const YEAR: u64 = 365 * 86_400;

#[derive(Debug, Parser)]
#[command(name = "rootfix", version, disable_help_subcommand = false, infer_subcommands = false)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that mean the same everywhere.
#[derive(Debug, Clone, Args)]
pub struct Common {
    #[arg(long, global = true, value_name = "ID")]
    pub rollover: Option<String>,
    #[arg(long, global = true, value_name = "FILE", requires = "sha256", conflicts_with = "rollover")]
    pub root: Option<PathBuf>,
    #[arg(long, global = true, value_name = "HEX", requires = "root")]
    pub sha256: Option<String>,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    pub lang: Option<LangArg>,
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    #[arg(short, long, global = true)]
    pub quiet: bool,
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    #[arg(long, global = true, value_name = "FILE", group = "password")]
    pub password_file: Option<PathBuf>,
    #[arg(long, global = true, value_name = "VAR", group = "password")]
    pub password_env: Option<String>,
    #[arg(long, global = true, group = "password")]
    pub password_stdin: bool,
    #[arg(long, global = true, value_name = "DIR")]
    pub prefix: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    Zh,
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Locate(Locate),
    Check(Check),
    Append(Append),
    Restore(Restore),
    Verify(Verify),
    Probe(Probe),
    Rehearse(Rehearse),
    Inspect(Inspect),
    Roots(Roots),
    Explain(Explain),
    Report(Report),
    Wizard,
    Completions(Completions),
    Man(Man),
}

/// Where to look: files, directories, `-`, a process, this machine.
#[derive(Debug, Clone, Default, Args)]
pub struct Where {
    #[arg(value_name = "WHERE")]
    pub places: Vec<PathBuf>,
    #[arg(long, value_name = "N")]
    pub pid: Vec<u32>,
    #[arg(long)]
    pub machine: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Check {
    #[command(flatten)]
    pub at: Where,
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Locate {
    #[command(flatten)]
    pub at: Where,
    #[arg(long)]
    pub no_ignore: bool,
    #[arg(long, conflicts_with = "json")]
    pub sarif: bool,
    #[arg(last = true, value_name = "CMD", conflicts_with_all = ["places", "pid", "machine"])]
    pub command: Vec<OsString>,
}

#[derive(Debug, Clone, Args)]
pub struct Append {
    #[command(flatten)]
    pub at: Where,
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    #[arg(short, long)]
    pub yes: bool,
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[arg(long, value_enum, value_name = "ENGINE", default_value = "auto")]
    pub engine: Engine,
    #[arg(long, value_name = "NAME")]
    pub alias: Option<String>,
    #[arg(long)]
    pub with_old: bool,
    #[arg(long)]
    pub repair: bool,
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    Auto,
    Keytool,
    Native,
}

#[derive(Debug, Clone, Args)]
pub struct Restore {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[arg(long)]
    pub list: bool,
    #[arg(long)]
    pub force: bool,
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Verify {
    #[command(flatten)]
    pub at: Where,
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub chain: Option<PathBuf>,
    #[arg(long, value_name = "NAME", requires = "chain")]
    pub host: Option<String>,
    #[arg(long = "at", value_name = "TIME", requires = "chain")]
    pub at_time: Option<String>,
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,
    #[arg(long)]
    pub clients: bool,
    #[arg(long, value_enum, value_name = "KIND", default_value = "rsa", requires = "clients")]
    pub key: KeyArg,
}

#[derive(Debug, Clone, Args)]
pub struct Probe {
    #[arg(value_name = "HOST")]
    pub host: String,
    #[arg(long, value_name = "IP")]
    pub connect: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub sni: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub bundle: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    pub time_limit: Option<u64>,
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Rehearse {
    #[arg(last = true, value_name = "CMD", required_unless_present = "serve")]
    pub command: Vec<OsString>,
    #[arg(long, value_name = "FILE")]
    pub bundle: Vec<PathBuf>,
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    #[arg(long, value_name = "FILE")]
    pub reply: Option<PathBuf>,
    #[arg(long, value_enum, value_name = "KIND", default_value = "rsa")]
    pub key: KeyArg,
    #[arg(long)]
    pub share_network: bool,
    #[arg(long)]
    pub ask_for_certificate: bool,
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    pub time_limit: Option<u64>,
    #[arg(long, conflicts_with = "command")]
    pub serve: bool,
    #[arg(long, value_name = "FILE", conflicts_with = "serve")]
    pub html: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeyArg {
    Rsa,
    Ec,
}

#[derive(Debug, Clone, Args)]
pub struct Inspect {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[arg(long, num_args = 2, value_names = ["FORMAT", "DIR"])]
    pub export: Option<Vec<OsString>>,
}

#[derive(Debug, Clone, Args)]
pub struct Roots {
    #[command(subcommand)]
    pub action: Option<RootsAction>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum RootsAction {
    Export(RootsExport),
}

#[derive(Debug, Clone, Args)]
pub struct RootsExport {
    #[arg(value_name = "NAME")]
    pub name: String,
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "pem")]
    pub format: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    Pem,
    Der,
}

#[derive(Debug, Clone, Args)]
pub struct Explain {
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct Completions {
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

#[derive(Debug, Clone, Args)]
pub struct Man {
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub struct Report {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}
