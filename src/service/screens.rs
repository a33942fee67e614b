//! What devices and buyers leave at screens, in the database.

use async_trait::async_trait;
use console::Place;
use engine::ports::StoreError;
use http_door::{NewDevice, Pairings, Ratings, Sightings};
use payment::{PaymentId, Timestamp};
use secrecy::SecretString;
use store::{Db, code_of_token};

/// Pairings, ratings and sightings.
pub(super) struct Devices {
    db: Db,
}

impl Devices {
    pub(super) fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Pairings for Devices {
    async fn begin(&self, now: Timestamp) -> Result<NewDevice, StoreError> {
        let begun = self.db.begin_pairing(now).await?;
        let code = code_of_token(&begun.token);
        Ok(NewDevice { token: begun.token, code, expires_at: begun.expires_at })
    }

    async fn waiting(
        &self,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<Option<(String, Timestamp)>, StoreError> {
        let end = self.db.pairing_of(token, now).await?;
        Ok(end.map(|end| (code_of_token(token), end)))
    }
}

#[async_trait]
impl Sightings for Devices {
    async fn saw(&self, place: &Place, now: Timestamp) -> Result<(), StoreError> {
        let Place { store, register, console } = place;
        self.db.saw_screen((store, register, console), now).await
    }
}

#[async_trait]
impl Ratings for Devices {
    async fn rate(
        &self,
        payment: PaymentId,
        place: &Place,
        rating: u8,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Place { store, register, console } = place;
        self.db.rate(payment, (store, register, console), rating, now).await
    }
}
