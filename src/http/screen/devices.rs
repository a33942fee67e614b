//! What devices and buyers leave behind, as the door needs it.

use async_trait::async_trait;
use console::Place;
use engine::ports::StoreError;
use payment::{PaymentId, Timestamp};
use secrecy::SecretString;

/// A device that begins to be paired.
#[derive(Debug)]
pub struct NewDevice {
    /// Its token, 256 random bits as text; its cookie keeps it, nobody else knows it.
    pub token: SecretString,
    /// The one-time code that it shows.
    pub code: String,
    /// How long the code can be typed.
    pub expires_at: Timestamp,
}

/// Devices that wait until somebody types their code.
#[async_trait]
pub trait Pairings: Send + Sync + 'static {
    /// Makes a token with its code, and keeps the code until it is typed or too old.
    async fn begin(&self, now: Timestamp) -> Result<NewDevice, StoreError>;

    /// The code of a token and its end; `None`: it is over, or nobody gave this token.
    async fn waiting(
        &self,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<Option<(String, Timestamp)>, StoreError>;
}

/// When screens were last connected.
#[async_trait]
pub trait Sightings: Send + Sync + 'static {
    /// Keeps that the screen of a console is connected. Told about once a minute while it is.
    async fn saw(&self, place: &Place, now: Timestamp) -> Result<(), StoreError>;
}

/// Buyers' ratings.
#[async_trait]
pub trait Ratings: Send + Sync + 'static {
    /// Keeps the rating of a payment, 1 bad to 3 good; a second tap replaces the first.
    async fn rate(
        &self,
        payment: PaymentId,
        place: &Place,
        rating: u8,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
