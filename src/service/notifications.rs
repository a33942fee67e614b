//! Notifications of banks, read by the authorization server's module.

use std::sync::Arc;

use connector_sdk::{Notification, Signature};
use engine::doors::MoneyTold;
use http_door::{NotificationReceipt, Notifications};
use payment::{AttemptId, PaidNotice, ServerId};

use crate::banks::ConfiguredBanks;

/// Hands notifications to the module of their authorization server.
pub(super) struct Hooks {
    banks: Arc<ConfiguredBanks>,
}

impl Hooks {
    pub(super) fn new(banks: Arc<ConfiguredBanks>) -> Self {
        Self { banks }
    }
}

impl Notifications for Hooks {
    fn receive(
        &self,
        server: &ServerId,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
    ) -> NotificationReceipt {
        let Some(read) = self.banks.read_notification(server, header, body) else {
            return NotificationReceipt::UnknownServer;
        };
        let Ok(notification) = read else { return NotificationReceipt::Unreadable };
        let order = notification.order.as_deref().and_then(|order| order.parse().ok());
        match notification.signature {
            Signature::Valid => NotificationReceipt::Proven { order, money: money(order, notification) },
            Signature::Invalid => NotificationReceipt::NotProven { order },
        }
    }
}

/// What a notification tells of money, if it names it.
fn money(order: Option<AttemptId>, notification: Notification) -> Option<MoneyTold> {
    let money = PaidNotice {
        transaction: Some(notification.transaction?),
        amount: notification.amount,
        paid_at: None,
        payer: None,
        instrument: None,
    };
    Some(MoneyTold { order, code: notification.code, money })
}
