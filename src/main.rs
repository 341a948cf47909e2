//! The binary: hands the arguments to the library and ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = rootfix::rehearse::inner_process() {
        return code;
    }
    rootfix::cli::run(std::env::args_os()).into()
}
