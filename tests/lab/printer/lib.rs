//! A receipt printer and a line display made of software.
//!
//! Written apart from what makes the bytes, and strict: an unknown byte, a command at the wrong place, a line that is longer
//! than the paper are faults, where real printers print rubbish. [`read`] gives the commands, [`Paper`] what is on the paper:
//! as dots ([`Paper::png`]) and as text ([`Paper::text`]). [`VirtualPrinter`] is all that behind a socket, with scripted
//! trouble; [`LineDisplay`] is two lines of twenty.

mod command;
mod line_display;
mod page;
mod paper;
mod picture;
mod script;
mod serve;
mod typeface;

pub use command::{Command, Fault, read};
pub use line_display::LineDisplay;
pub use page::Page;
pub use paper::{Model, Paper};
pub use picture::Picture;
pub use script::{Script, Trouble};
pub use serve::VirtualPrinter;
