//! The terminal itself: taken over and always given back, read on a thread of its own, written once
//! a frame.
//!
//! Owns raw mode and its undoing ([`Guard`]), bytes to keys ([`Reader`], [`Input`]), cells to bytes
//! ([`Screen`]) and signals ([`Signals`]). Knows nothing of the program: a key here is only a
//! [`KeyPress`], and pasted text is raw. Enter at [`Guard::enter`].

mod burst;
mod decode;
mod frame;
mod guard;
mod input;
mod keys;
mod links;
mod mouse;
mod pen;
mod quiet;
mod screen;
mod signals;

pub use decode::{Drawn, Input, Protocol};
pub use guard::{Guard, NoTerminal, PanicPlace, size, write};
pub use input::Reader;
pub use keys::{Code, KeyPress, Mods};
pub use links::{LinkRun, Painted};
pub use mouse::{MouseAct, MouseReport};
pub use quiet::Quiet;
pub use screen::{Screen, Terminal};
pub use signals::{Signal, Signals, stop_alone};
