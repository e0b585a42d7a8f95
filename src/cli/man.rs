//! `man` and `completions`: what other programs show of the command line.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::Man;

use super::print;
use crate::error::{Exit, Failure};

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write deskhand.1 and one page for each command into this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn man(command: Command, args: &ManArgs) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| Failure::new(Exit::Failed, "cli-output").why(error);
    match &args.dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).map_err(unwritable)?;
            clap_mangen::generate_to(command, dir).map_err(unwritable)
        }
        None => {
            let mut page = Vec::new();
            Man::new(command).render(&mut page).map_err(unwritable)?;
            print::bytes(&page)
        }
    }
}

pub(super) fn completions(mut command: Command, shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "deskhand", &mut script);
    print::bytes(&script)
}
