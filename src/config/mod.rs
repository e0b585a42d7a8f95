//! What the user configures, and where everything of ours lies on disk.
//!
//! Owns the paths ([`Paths`]), `config.toml` ([`Config`]), the tokens (`token`) and who they
//! belong to (`account`). A bad line costs that line and becomes a [`Diagnostic`]. Knows nothing
//! of the screen, the API or the cache. Enter at [`Paths::from_env`] and [`Config::load`].

mod account;
mod diagnostic;
mod edit;
mod load;
mod paths;
mod pipes;
pub mod settings;
mod token;

pub use account::{Account, Accounts};
pub use diagnostic::{Diagnostic, nearest};
pub use edit::{add_workspace, remove_workspace, set_default_workspace, set_time_zone};
pub use load::{COLOURS, Config, Place, WorkspaceConfig, is_colour};
pub use paths::{Paths, private_dir, write_private};
pub use settings::Settings;
pub use token::{load_token, remove_token, save_token, token_file};
