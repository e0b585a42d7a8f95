//! The program: arguments in, exit code out.

use std::io::Write as _;
use std::process::ExitCode;

use deskhand::cli;
use deskhand::words::Words;

fn main() -> ExitCode {
    let arguments = match cli::parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no failures; clap knows which stream each belongs to.
            let code = u8::from(error.use_stderr()) * 2;
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    cli::start_log();
    match cli::run(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            let _ = writeln!(std::io::stderr().lock(), "deskhand: {}", failure.say(&Words::english()));
            ExitCode::from(failure.exit.code())
        }
    }
}
