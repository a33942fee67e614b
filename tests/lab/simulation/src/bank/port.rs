//! The engine's way to the banks.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{self, Banks, Offer};
use payment::{
    AnnulAnswer, BankTransaction, CallError, CodeId, CodeKind, Credit, Currency, IssueRequest, Issued,
    OrderRequest, OrderState, PaidNotice, PaymentId, RefundAnswer, RefundRequest, Refusal, Route, ServerId,
    StatusAnswer, Timestamp,
};

use super::books::refusal;
use super::fate::{Fate, Verb, roll};
use super::patience::Patience;
use super::{Bank, Books, Money, ReturnState};
use crate::instance::{Life, Point};
use crate::promise::Promise;
use crate::weather::Trouble;
use crate::world::World;
use crate::{buyers, judge};

/// One instance's ways to all banks.
pub(crate) struct BanksPort {
    world: Arc<World>,
    banks: BTreeMap<ServerId, Arc<BankPort>>,
}

impl BanksPort {
    pub(crate) fn new(world: &Arc<World>, life: &Arc<Life>) -> Self {
        let port = |bank: &Arc<Bank>| {
            let (world, life, bank) = (Arc::clone(world), Arc::clone(life), Arc::clone(bank));
            Arc::new(BankPort { world, life, bank, patience: Patience::default() })
        };
        let banks = world.banks.values().map(|bank| (bank.server.clone(), port(bank))).collect();
        Self { world: Arc::clone(world), banks }
    }

    /// The bank, if it is set up.
    fn port(&self, server: &ServerId) -> Option<&Arc<BankPort>> {
        let is_set_up = self.world.database.settings().servers.contains_key(server);
        self.banks.get(server).filter(|_| is_set_up)
    }
}

impl Banks for BanksPort {
    fn bank(&self, server: &ServerId) -> Option<Arc<dyn ports::Bank>> {
        self.port(server).map(|port| Arc::clone(port) as _)
    }

    fn offer(&self, server: &ServerId, kind: CodeKind) -> Option<Offer> {
        let port = self.port(server).filter(|_| kind != CodeKind::Buyer)?;
        let terms = port.bank.manners.terms_for(kind);
        let route = Route { server: server.clone(), module: "simulated".to_owned(), terms, plate: None };
        Some(Offer { route, currencies: vec![Currency::RUB], amount_minor: (100, 10_000_000) })
    }
}

/// One instance's way to one bank.
struct BankPort {
    world: Arc<World>,
    life: Arc<Life>,
    bank: Arc<Bank>,
    patience: Patience,
}

impl BankPort {
    async fn call<T: Send + Debug>(
        &self,
        verb: Verb,
        name: String,
        act: impl FnOnce(&mut Books, Timestamp) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, CallError> {
        let world = &self.world;
        let named = format!("{verb:?} {name} at {}", self.bank.server);
        let this_try = self.patience.begin(world, &self.life, verb, named);
        self.life.pass(world, Point::Call).await;
        let fate = self.bank.illness(world);
        let fate = fate.unwrap_or_else(|| roll(world, verb, self.bank.manners.terms.call_timeout));
        if verb.has_an_effect() && fate.is_unknown() {
            world.risk(Promise::P7, 1);
            if verb == Verb::Refund {
                world.risk(Promise::P4, 1);
            }
        }
        let answer = self.meet(fate, format!("{verb:?} {name}"), act).await;
        self.life.pass(world, Point::Called).await;
        this_try.end(&answer);
        world.tell(&self.life.name, format_args!("{verb:?} {name} at {}: {answer:?}", self.bank.server));
        answer
    }

    async fn meet<T: Send>(
        &self,
        fate: Fate,
        name: String,
        act: impl FnOnce(&mut Books, Timestamp) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, CallError> {
        let unknown = || CallError::Unknown("no readable answer".to_owned());
        if let Fate::LostThenReaches(pause) = fate {
            self.reach_later(pause, name, act);
            return Err(unknown());
        }
        let do_it = || act(&mut self.bank.books(), self.world.now()).map_err(CallError::Refused);
        match fate {
            Fate::Works(pause) => {
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                do_it()
            }
            Fate::AnswersLate(pause) => {
                let answer = do_it();
                tokio::time::sleep(pause).await;
                answer
            }
            Fate::WorksUnheard => do_it().and_then(|_| Err(unknown())),
            Fate::Lost => Err(unknown()),
            Fate::LostThenReaches(_) => unreachable!("it was seen to above"),
            Fate::Silent => {
                let _ = do_it();
                std::future::pending().await
            }
            Fate::Deaf => std::future::pending().await,
            Fate::NotSent => Err(CallError::NotSent("no connection".to_owned())),
            Fate::Refused(kind) => Err(CallError::Refused(refusal(kind))),
        }
    }

    /// The request arrives when nobody waits for it any more.
    fn reach_later<T: Send>(
        &self,
        pause: Duration,
        name: String,
        act: impl FnOnce(&mut Books, Timestamp) -> Result<T, Refusal> + Send + 'static,
    ) {
        let (world, bank) = (Arc::clone(&self.world), Arc::clone(&self.bank));
        bank.astray().insert(name.clone());
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            let _ = act(&mut bank.books(), world.now());
            bank.astray().remove(&name);
            world.tell(bank.server.as_str(), format_args!("gets a request that was given up: {name}"));
        });
    }

    /// Money that another sale is known to have been paid with.
    fn another_sales_money(&self, payment: PaymentId) -> Option<BankTransaction> {
        let tables = self.world.database.tables();
        let books = self.bank.books();
        let is_known = |money: &&Money| {
            let own = money.order.payment();
            let row = tables.payments.get(&own).filter(|_| own != payment);
            let is_it = |credit: &Credit| credit.is_believed() && credit.transaction == money.transaction;
            row.is_some_and(|row| row.payment.state.credits.iter().any(is_it))
        };
        books.money.iter().rev().find(is_known).map(|money| money.transaction.clone())
    }

    /// Tells of money as a bank in error does.
    fn lie(&self, request: &OrderRequest, answer: &mut StatusAnswer) {
        if !matches!(answer.state, OrderState::Paid(_)) || !self.world.strikes(Trouble::BankLies) {
            return;
        }
        self.world.risk(Promise::P5, 1);
        let dice = &self.world.dice;
        let OrderState::Paid(notice) = &mut answer.state else { return };
        match dice.below(5) {
            0 => {
                notice.amount = notice
                    .amount
                    .and_then(|amount| payment::Money::try_new(amount.minor() + 1, amount.currency()).ok());
            }
            1 => notice.transaction = None,
            2 => answer.order = None,
            3 => answer.order = Some("another".to_owned()),
            _ => {
                let another = self.another_sales_money(request.order.payment());
                if another.is_some() {
                    notice.transaction = another;
                    self.world.notes().mixed_up.insert(request.order.payment());
                }
            }
        }
        self.world.notes().lies.insert(request.order.payment());
    }
}

#[async_trait]
impl ports::Bank for BankPort {
    async fn issue(&self, request: &IssueRequest) -> Result<Issued, CallError> {
        let (asked, world, bank) = (request.clone(), Arc::clone(&self.world), Arc::clone(&self.bank));
        judge::before_issue(&self.world, &self.bank, request);
        let issue = move |books: &mut Books, now: Timestamp| {
            let code = books.issue(&asked, now)?;
            if let Some(order) = books.orders.get_mut(&asked.order) {
                order.is_orphan = true; // until its answer has arrived as one
            }
            buyers::code_was_made(&world, &bank, &asked);
            Ok(code)
        };
        let answer = self.call(Verb::Issue, request.order.to_string(), issue).await;
        if answer.is_ok()
            && let Some(order) = self.bank.books().orders.get_mut(&request.order)
        {
            order.is_orphan = false;
        }
        answer
    }

    async fn status(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError> {
        let order = request.order;
        let status = move |books: &mut Books, now: Timestamp| Ok(books.status(order, now));
        let mut answer = self.call(Verb::Status, order.to_string(), status).await?;
        self.lie(request, &mut answer);
        Ok(answer)
    }

    async fn latest_credit(&self, code: &CodeId) -> Result<Option<PaidNotice>, CallError> {
        let plate = code.clone();
        let latest = move |books: &mut Books, _: Timestamp| Ok(books.latest_at_plate(&plate));
        let mut told = self.call(Verb::Status, code.to_string(), latest).await?;
        if let Some(notice) = &mut told
            && self.world.strikes(Trouble::BankLies)
        {
            self.world.risk(Promise::P5, 1);
            notice.amount = notice
                .amount
                .and_then(|amount| payment::Money::try_new(amount.minor() + 1, amount.currency()).ok());
        }
        Ok(told)
    }

    async fn annul(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError> {
        let order = request.order;
        let annul = move |books: &mut Books, now: Timestamp| books.annul(order, now);
        self.call(Verb::Annul, order.to_string(), annul).await
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let (asked, world, bank) = (request.clone(), Arc::clone(&self.world), Arc::clone(&self.bank));
        judge::before_refund(&self.world, &self.bank, request);
        let is_later = self.world.strikes(Trouble::RefundLater);
        let refund = move |books: &mut Books, _: Timestamp| {
            let state = if is_later { ReturnState::Pending } else { ReturnState::Done };
            let answer = books.refund(&asked, state);
            judge::money_went_back(&world, &bank, books, &asked);
            if is_later {
                settle_later(&world, &bank, &asked);
            }
            Ok(answer)
        };
        self.call(Verb::Refund, request.refund.to_string(), refund).await
    }

    async fn refund_status(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let key = request.refund;
        let status = move |books: &mut Books, _: Timestamp| Ok(books.refund_status(key));
        self.call(Verb::RefundStatus, key.to_string(), status).await
    }
}

fn settle_later(world: &Arc<World>, bank: &Arc<Bank>, request: &RefundRequest) {
    let (world, bank, key) = (Arc::clone(world), Arc::clone(bank), request.refund);
    let pause = world.dice.millis(300, 20_000);
    let works = world.weather.is_calm() || world.dice.chance(700);
    tokio::spawn(async move {
        tokio::time::sleep(pause).await;
        bank.books().settle_return(key, works);
        world.tell(bank.server.as_str(), format_args!("refund {key} works: {works}"));
    });
}
