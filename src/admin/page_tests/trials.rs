//! Devices for the pages: a printer that has paper, a display that is away.

use async_trait::async_trait;
use engine::settings::ConsoleKind;

use crate::{Device, Preview, Trials, Tried};

pub(crate) struct NoDevice;

#[async_trait]
impl Trials for NoDevice {
    fn preview(&self, device: Device<'_>) -> Result<Preview, String> {
        Ok(match device.console.1.kind {
            ConsoleKind::Printer => Preview::Picture(b"\x89PNG".to_vec()),
            ConsoleKind::LineDisplay => Preview::Lines(["TEST".to_owned(), "198.00".to_owned()]),
            ConsoleKind::Register => return Err("a till shows its codes by itself".to_owned()),
            _ => Preview::Stage("<section>the stage</section>".to_owned()),
        })
    }

    async fn try_out(&self, device: Device<'_>) -> Tried {
        match device.console.1.kind {
            ConsoleKind::Printer => Tried::Done,
            _ => Tried::Failed("no such host".to_owned()),
        }
    }

    async fn stand(&self) {}

    async fn clear(&self, _device: Device<'_>) {}
}
