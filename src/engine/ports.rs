//! What the engine needs from outside. The service plugs real parts in, the simulation plugs simulated ones in.

mod bank;
mod clock;
mod events;
mod ids;
mod inspection;
mod output;
mod payer;
mod store;
mod unclaimed;

pub use bank::{Bank, Banks, Offer};
pub use clock::Clock;
pub use events::{Delivery, EventSink, OutgoingEvent, QUEUE_PREFIX};
pub use ids::Ids;
pub use inspection::{Evidence, Round};
pub use output::{
    Drawing, Drawn, Face, JobDraft, JobEnd, JobStanding, JobTask, NoPictures, Output, OutputJob, OutputJobs,
    Pictures,
};
pub use payer::payer_key;
pub use store::{
    Change, CommitError, CreditRow, DeliveryMark, Destination, EventDraft, EventRow, JournalRow, Left,
    LinkChange, LinkKey, OperationKey, OperationKind, OperationRecord, PaymentChange, Search, Store,
    StoreError, Stored,
};
pub use unclaimed::{UnclaimedCredit, UnclaimedSearch};
