//! The program: arguments in, exit code out.

use std::process::ExitCode;

use deskhand::cli;
use deskhand::words::Words;

fn main() -> ExitCode {
    let arguments = match cli::parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no failures. An error quotes what was typed, which a script may have from outside.
            if !error.use_stderr() {
                let _ = error.print();
                return ExitCode::SUCCESS;
            }
            cli::complain(&error.render().to_string());
            return ExitCode::from(2);
        }
    };
    cli::start_log();
    match cli::run(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            cli::complain(&format!("deskhand: {}", failure.say(&Words::english())));
            ExitCode::from(failure.exit.code())
        }
    }
}
