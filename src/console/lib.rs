//! What buyers see: the screens of kiosks and customer displays, pictures of codes, slips of paper, and the lines of line
//! displays.
//!
//! Everything here is pure: [`ScreenView::of`] says what a console shows now, [`Snapshot`] adds its drawing, and the
//! pages are text. Sockets, cookies and keys are the business of the HTTP door.
//!
//! A screen shows only a live code of its own register (design.md P8). That rule lives in one place, [`ScreenView::of`];
//! all that is drawn comes from its result.

mod amount;
mod assets;
mod choice;
mod code_image;
mod code_picture;
mod line_words;
mod moment;
mod nspk;
mod page;
mod pictures;
mod place;
mod poster;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
mod slip;
mod snapshot;
mod stage;
mod till;
mod view;
mod words;

pub use amount::amount_text;
pub use assets::{Asset, asset, assets_mark};
pub use code_image::{CodeImage, ImageKind};
pub use code_picture::{CodePicture, DrawError};
pub use line_words::lines_of;
pub use nspk::has_wrong_checksum;
pub use page::{DoorPage, Link, PairPage, ScreenPage};
pub use pictures::Pictures;
pub use place::{Place, Screen, places};
pub use poster::{Poster, PosterPaper};
pub use slip::{ShiftTotals, Slips};
pub use snapshot::Snapshot;
pub use till::{PlayPage, TillPage};
pub use view::{ScreenState, ScreenView, ShownCode, ShownSlide, live_payload};
pub use words::{Language, Words};

#[cfg(test)]
mod catalogue_tests;
#[cfg(test)]
mod slip_tests;
#[cfg(test)]
mod stage_tests;
#[cfg(test)]
mod view_tests;
