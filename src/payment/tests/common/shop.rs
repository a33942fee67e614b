//! Checkouts and what their banks can do.

use std::sync::Arc;
use std::time::Duration;

use payment::{
    Checkout, CodeId, CodeKind, Currency, Details, LateMoney, Money, OperationId, PaymentTypeCode, Plate,
    PollPlan, RefundAbility, RefundTerms, RegisterId, Route, ServerId, StoreId, Terms,
};

use super::story::{Story, second};

/// What every buyer of these stories has to pay: 198 roubles.
pub(crate) const PRICE: i64 = 19_800;

/// A shop with one register, about to accept a checkout.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    /// The checkout that it will accept.
    pub(crate) checkout: Checkout,
}

/// A shop whose payment type has one bank that can do everything.
pub(crate) fn one_bank() -> Shop {
    with_banks(&["north"])
}

/// A shop whose payment type tries two banks in order.
pub(crate) fn two_banks() -> Shop {
    with_banks(&["north", "south"])
}

/// A shop whose payment type tries three banks in order.
pub(crate) fn three_banks() -> Shop {
    with_banks(&["north", "south", "west"])
}

fn with_banks(names: &[&str]) -> Shop {
    let checkout = Checkout {
        store: StoreId::parse("17").unwrap(),
        register: RegisterId::parse("3").unwrap(),
        operation: OperationId::parse("17-3-000123-1").unwrap(),
        amount: roubles(PRICE),
        payment_type: PaymentTypeCode::parse("sbp").unwrap(),
        kind: CodeKind::Dynamic,
        expires_in_s: None,
        not_after: None,
        routes: names.iter().map(|name| route(name)).collect(),
        late_money: LateMoney::Refund,
        show_on: Vec::new(),
        consoles: Vec::new(),
        show_on_register: true,
        supersedes: None,
        shares_register: false,
        details: Details::default(),
    };
    Shop { checkout }
}

fn route(name: &str) -> Route {
    Route { server: ServerId::parse(name).unwrap(), module: name.to_owned(), terms: terms(), plate: None }
}

/// A bank that can do everything: codes live 300 s, calls may take 10 s, the till waits 60 s for certainty, money that
/// was under way when a code died may be reported for another 60 s.
pub(crate) fn terms() -> Terms {
    Terms {
        response_timeout: Duration::from_mins(1),
        call_timeout: Duration::from_secs(10),
        code_life: Duration::from_mins(5),
        code_life_min: Duration::from_secs(1),
        code_life_max: Duration::from_hours(1),
        dead_after: Duration::from_mins(1),
        clock_margin: Duration::from_secs(2),
        annul: true,
        status_by_order: true,
        latest_credit_only: false,
        refund: RefundTerms {
            ability: RefundAbility::Part,
            lookup_by_key: true,
            keys_idempotent: true,
            retry_pause: Duration::from_hours(1),
            tries_per_day: 5,
        },
        poll: PollPlan::live(),
        test: false,
    }
}

/// An amount of roubles, given in kopecks.
pub(crate) fn roubles(kopecks: i64) -> Money {
    Money::try_new(kopecks, Currency::RUB).unwrap()
}

impl Shop {
    /// Uses another kind of code.
    pub(crate) fn kind(mut self, kind: CodeKind) -> Self {
        self.checkout.kind = kind;
        self
    }

    /// Offers late money for this long.
    pub(crate) fn offers_late_money(mut self, seconds: u64) -> Self {
        self.checkout.late_money = LateMoney::Offer { claim_within: Duration::from_secs(seconds) };
        self
    }

    /// The register wants codes of this life.
    pub(crate) fn wants_life(mut self, seconds: u32) -> Self {
        self.checkout.expires_in_s = Some(seconds);
        self
    }

    /// The checkout supersedes another one of the register.
    pub(crate) fn supersedes(mut self, operation: &str) -> Self {
        self.checkout.supersedes = Some(OperationId::parse(operation).unwrap());
        self
    }

    /// Changes what every bank can do.
    pub(crate) fn banks(mut self, change: impl Fn(&mut Terms)) -> Self {
        self.checkout.routes.iter_mut().for_each(|route| change(&mut route.terms));
        self
    }

    /// Changes what one bank can do.
    pub(crate) fn bank(mut self, index: usize, change: impl Fn(&mut Terms)) -> Self {
        change(&mut self.checkout.routes[index].terms);
        self
    }

    /// The register's plate at the first bank is armed. The pay may wait for it for 60 s.
    pub(crate) fn plate(mut self) -> Self {
        self.checkout.kind = CodeKind::CashLink;
        self.checkout.routes[0].plate = Some(Plate {
            link: CodeId::parse("AS1").unwrap(),
            payload: "https://qr.nspk.ru/AS1?type=01".to_owned(),
        });
        self
    }

    /// How long the pay may wait.
    pub(crate) fn not_after(mut self, seconds: u64) -> Self {
        self.checkout.not_after = Some(second(seconds));
        self
    }

    /// Accepts the checkout while another payment holds the plate.
    pub(crate) fn open_without_link(self) -> Story {
        Story::open_without_link(Arc::new(self.checkout))
    }

    /// Makes a payment of money that is there already.
    pub(crate) fn open_paid(self, transaction: &str) -> Story {
        Story::open_paid(Arc::new(self.checkout), transaction)
    }

    /// Accepts the checkout.
    pub(crate) fn open(self) -> Story {
        Story::open(Arc::new(self.checkout))
    }
}
