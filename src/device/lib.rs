//! Receipt printers and line displays.
//!
//! A [`Document`] says what is on the paper and nothing of any printer. [`encode`] turns it into the bytes of one model,
//! described by a [`PrinterProfile`]; [`Devices`] brings bytes to an [`Address`] and says honestly what came of it.
//!
//! | module | what |
//! |---|---|
//! | [`document`](Document), `profile` | the model of a slip; what devices can do, as data in `profiles.toml` |
//! | `page`, `wrap` | text as bytes of a code page; lines that fit |
//! | `font`, `bitmap`, `symbol`, [`caption`](Caption) | text and codes as dots |
//! | `encode`, `paged`, `drawn` | ESC/POS |
//! | `line_display` | the two lines of twenty |
//! | `address`, `link`, `status`, `job`, `devices` | the way to the device |

mod address;
mod bitmap;
mod caption;
mod devices;
mod document;
mod drawn;
mod encode;
mod font;
mod job;
mod line_display;
mod link;
mod outcome;
mod outline;
mod page;
mod paged;
mod profile;
mod profiles;
mod status;
mod symbol;
mod wrap;

pub use address::{Address, AddressError};
pub use caption::Caption;
pub use devices::Devices;
pub use document::{Align, Block, Document, Size, Text};
pub use encode::{EncodeError, encode};
pub use font::{Step, draws};
pub use line_display::{cleared, shown};
pub use outcome::{PrintOutcome, Reason};
pub use outline::Outline;
pub use page::Encoding;
pub use profile::{CodeBy, Cut, DisplayProfile, PageChoice, PrinterProfile, Protocol};
pub use profiles::{ProfileError, Profiles};
