//! Raiffeisenbank Russia ("Raif Pay"): its wire format of the Faster Payments System under
//! `/raiffeisen/api`, errors and oddities included.

mod bank;
mod callback;
mod caller;
mod codes;
mod dates;
mod drafts;
mod framework;
mod mock;
mod notification;
mod orders;
mod payment_info;
mod refund_view;
mod refunds;
mod refusal;
mod register;
mod registration;
mod reply;
mod router;
mod settings;
mod transaction;
mod wire;

pub use self::settings::{ErrorHabit, Merchant, Settings};
pub(crate) use self::{bank::Raiffeisen, framework::not_found, router::router};
