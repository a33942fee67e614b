//! A shop, its service, its banks and its buyers in one story.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use payment::{
    AttemptId, BankTransaction, CodeKind, CreditRole, Input, Phase, RefundAnswer, RefundState, RefusalKind,
    StatusAnswer, Verdict,
};

use crate::bank::{Arrived, Bank, ReturnState, notice};
use crate::calls::{Flight, What, error_of};
use crate::common::story::{Story, refusal};
use crate::moves::{Buyer, Fate, Move};
use crate::setting::{Begins, Setting};

/// More looks than this at a payment whose banks are well again, and it does not settle.
const LOOKS_AT_MOST: usize = 3_000;

/// So many answers may be fed again.
const ANSWERS_KEPT: usize = 6;

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) story: Story,
    pub(crate) banks: Vec<Bank>,
    /// Calls that somebody waits for.
    flights: Vec<Flight>,
    /// Calls that nobody waits for and that may still reach their bank.
    strays: Vec<Flight>,
    /// Answers that were held up, with the epoch that holds them and the time until which it does.
    held: Vec<(Flight, Input)>,
    /// The last answers, newest last.
    heard: VecDeque<Input>,
    /// Money that people have to look at, since a bank told of it wrongly or not by its status, or can't return it.
    pub(crate) for_people: BTreeSet<BankTransaction>,
}

impl World {
    pub(crate) fn new(setting: &Setting) -> Self {
        let story = setting.shop().open();
        let banks = (0..story.payment.checkout.routes.len()).map(|index| Bank::new(setting, index)).collect();
        let mut world = Self {
            story,
            banks,
            flights: Vec::new(),
            strays: Vec::new(),
            held: Vec::new(),
            heard: VecDeque::new(),
            for_people: BTreeSet::new(),
        };
        world.send();
        if setting.begins != Begins::Accepted {
            world.answer(0, Fate::Works);
        }
        if setting.begins == Begins::Paid {
            world.buyer(0, Buyer::Pays);
            world.sleep(true);
            world.answer(0, Fate::Works);
        }
        world
    }

    /// Makes one move; one that is not possible now is none.
    pub(crate) fn make(&mut self, one: &Move) {
        match one {
            Move::Answer(which, fate) => self.answer(*which, *fate),
            Move::Deliver(which) => self.deliver(*which),
            Move::FeedAgain(which) => {
                if let Some(input) = self.heard.get(*which).cloned() {
                    self.feed(input);
                }
            }
            Move::ReachBank(which) => self.reach_bank(*which),
            Move::Buyer(which, act) => self.buyer(*which, *act),
            Move::SettleReturn(which, works) => self.settle_return(*which, *works),
            Move::Notify(which) => self.notify(*which),
            Move::Pass(millis) => self.pass(Duration::from_millis(*millis)),
            Move::Sleep => self.sleep(false),
            Move::Outlive(millis) => self.outlive(Duration::from_millis(*millis)),
            Move::Wake { delivered } => self.feed(Input::Wake { delivered: *delivered }),
            Move::Crash { reach, noticed } => self.crash(*reach, *noticed),
            Move::ChangeInstance => self.story.epoch += 1,
            Move::Cancel => self.feed(Input::Cancel { reason: None }),
            Move::Refund(part) => self.refund(*part),
            Move::Claim => self.feed(Input::Claim),
            Move::EndReview(credit) => self.end_review(*credit),
            Move::LookAtParked => self.look_at_parked(),
        }
    }

    // ---- the service

    fn feed(&mut self, input: Input) {
        if self.story.try_feed(input).is_ok() {
            self.send();
        }
    }

    /// Feeds what a bank answered.
    fn hear(&mut self, input: Input) {
        if self.heard.len() == ANSWERS_KEPT {
            self.heard.pop_front();
        }
        self.heard.push_back(input.clone());
        self.feed(input);
    }

    /// Sends the calls that the last step ordered; the same question is not asked twice at once.
    fn send(&mut self) {
        for effect in std::mem::take(&mut self.story.last.effects) {
            let flight = Flight::of(&self.story.payment, effect, self.story.now, self.story.epoch);
            let is_asked = self.flights.iter().any(|other| other.what == flight.what);
            if flight.has_an_effect() || !is_asked {
                self.flights.push(flight);
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        self.story.now = self.story.now.plus(time);
        let (now, epoch) = (self.story.now, self.story.epoch);
        self.flights.retain(|flight| now < flight.deadline);
        self.strays.retain(|flight| now < flight.deadline);
        // An instance that is alive gives up what it holds with its call; one that has stood still does not know.
        self.held.retain(|(flight, _)| now < flight.deadline || flight.epoch != epoch);
        self.banks.iter_mut().for_each(|bank| bank.drop_old_tries(now));
    }

    fn sleep(&mut self, delivered: bool) {
        if let Some(at) = self.story.last.wake_at {
            self.pass(at.since(self.story.now));
            self.feed(Input::Wake { delivered });
        }
    }

    fn outlive(&mut self, time: Duration) {
        if let Some(shown) = self.story.payment.shown_attempt() {
            let then = shown.expires_at.plus(time);
            self.pass(then.since(self.story.now));
            self.feed(Input::Wake { delivered: false });
        }
    }

    fn crash(&mut self, reach: u8, noticed: bool) {
        let lost = self.story.epoch;
        let dying = std::mem::take(&mut self.flights);
        let reaching = dying.into_iter().enumerate().filter(|(index, _)| reach >> (index % 8) & 1 == 1);
        self.strays.extend(reaching.map(|(_, flight)| flight));
        self.story.epoch += 1;
        if noticed {
            self.feed(Input::CallsLost { epochs: (0..=lost).collect() });
        }
    }

    // ---- calls

    fn answer(&mut self, which: usize, fate: Fate) {
        if self.flights.is_empty() {
            return;
        }
        let flight = self.flights.remove(which % self.flights.len());
        let now = self.story.now;
        let bank = &mut self.banks[flight.bank];
        match fate {
            Fate::WorksHeldUp => {
                let input = flight.reach(bank, now, fate);
                self.held.push((flight, input));
            }
            Fate::RefusedHeldUp => {
                let held = flight.fail(error_of(fate)).map(|input| (flight, input));
                self.held.extend(held);
            }
            Fate::WorksUnheard => {
                flight.reach(bank, now, fate);
                self.say(flight.fail(error_of(fate)));
            }
            Fate::LostThenReaches => {
                self.say(flight.fail(error_of(fate)));
                self.strays.push(flight);
            }
            Fate::Lost | Fate::NotSent | Fate::Refused(_) => {
                self.note_refusal(&flight, fate);
                self.say(flight.fail(error_of(fate)));
            }
            _ => {
                let input = flight.reach(bank, now, fate);
                self.note_wrong_answer(&flight, fate);
                self.hear(input);
            }
        }
    }

    fn say(&mut self, input: Option<Input>) {
        if let Some(input) = input {
            self.hear(input);
        }
    }

    fn deliver(&mut self, which: usize) {
        if !self.held.is_empty() {
            let (_, input) = self.held.remove(which % self.held.len());
            self.hear(input);
        }
    }

    fn reach_bank(&mut self, which: usize) {
        if !self.strays.is_empty() {
            let flight = self.strays.remove(which % self.strays.len());
            let input = flight.reach(&mut self.banks[flight.bank], self.story.now, Fate::Works);
            self.held.push((Flight { epoch: 0, ..flight }, input));
        }
    }

    /// A refund that makes no sense to the bank leaves its money to people.
    fn note_refusal(&mut self, flight: &Flight, fate: Fate) {
        if let (What::Refund(request, _), Fate::Refused(RefusalKind::AmountOutOfRange)) = (&flight.what, fate)
        {
            self.for_people.insert(request.transaction.clone());
        }
    }

    fn note_wrong_answer(&mut self, flight: &Flight, fate: Fate) {
        let is_wrong = matches!(fate, Fate::WrongAmount | Fate::WrongOrder | Fate::NoOrder);
        if let (What::Status(id), true) = (&flight.what, is_wrong) {
            let arrived = self.banks[flight.bank].arrived.iter().rev().find(|money| money.order == *id);
            self.for_people.extend(arrived.map(|money| money.transaction.clone()));
        }
    }

    // ---- the world outside

    fn buyer(&mut self, which: usize, act: Buyer) {
        let now = self.story.now;
        let orders: Vec<(usize, AttemptId)> = self.orders();
        let Some((bank, order)) = orders.get(which % orders.len().max(1)).copied() else { return };
        let bank = &mut self.banks[bank];
        match act {
            Buyer::Begins { hidden } => bank.begin(order, hidden, now),
            Buyer::Pays => bank.pay(order, now),
            Buyer::IsDeclined { for_good } => bank.decline(order, for_good, now),
        }
    }

    fn orders(&self) -> Vec<(usize, AttemptId)> {
        let banks = self.banks.iter().enumerate();
        banks.flat_map(|(index, bank)| bank.orders.keys().map(move |id| (index, *id))).collect()
    }

    fn settle_return(&mut self, which: usize, works: bool) {
        let returned = self.banks.iter_mut().flat_map(|bank| &mut bank.returned);
        let pending = returned.filter(|one| one.state == ReturnState::Pending).nth(which);
        if let Some(one) = pending {
            one.state = if works { ReturnState::Done } else { ReturnState::Declined };
        }
    }

    fn notify(&mut self, which: usize) {
        let arrived = self.banks.iter().flat_map(|bank| &bank.arrived);
        if let Some(money) = arrived.into_iter().nth(which).cloned() {
            self.for_people.insert(money.transaction.clone());
            self.hear(Input::Notified { attempt: money.order, notice: notice(&money) });
        }
    }

    // ---- people

    fn refund(&mut self, part: Option<u8>) {
        let amount = part.map(|part| 1 + i64::from(part) * 100);
        if self.story.refund(amount).is_ok() {
            self.send();
        }
    }

    fn end_review(&mut self, credit: Option<usize>) {
        let credits = &self.story.payment.state.credits;
        let verdict = match credit.and_then(|index| credits.get(index)) {
            Some(credit) => Verdict::Paid { transaction: credit.transaction.clone() },
            None => Verdict::Failed,
        };
        if self.story.end_review(verdict).is_ok() {
            self.send();
        }
    }

    /// A person asks the bank, and does not believe a *no* before nothing can be under way any more.
    fn look_at_parked(&mut self) {
        let is_parked = |state: &RefundState| matches!(state, RefundState::Parked { .. });
        let refunds = &self.story.payment.state.refunds;
        let Some(refund) = refunds.iter().find(|refund| is_parked(&refund.state)) else { return };
        let id = refund.id;
        let is_it =
            |flight: &Flight| matches!(&flight.what, What::Refund(request, _) if request.refund == id);
        let may_be_under_way = self.strays.iter().chain(&self.flights).any(is_it);
        let found =
            self.banks.iter().map(|bank| bank.refund_status(id)).find(|one| *one != RefundAnswer::NotFound);
        let answer = match found {
            Some(answer) => answer,
            None if may_be_under_way => return,
            None => RefundAnswer::Declined(refusal(RefusalKind::Other)),
        };
        let asked_at = self.story.now;
        self.feed(Input::RefundStatus { refund: id, asked_at, answer });
    }

    // ---- the end

    /// The banks are well again, nobody buys any more, people do their work, and events reach their register.
    pub(crate) fn heal(&mut self) {
        self.strays.clear();
        for _ in 0..LOOKS_AT_MOST {
            while !self.held.is_empty() {
                self.deliver(0);
            }
            while !self.flights.is_empty() {
                self.answer(0, Fate::Works);
            }
            let returned = self.banks.iter_mut().flat_map(|bank| &mut bank.returned);
            returned
                .filter(|one| one.state == ReturnState::Pending)
                .for_each(|one| one.state = ReturnState::Done);
            self.look_at_parked();
            if matches!(self.story.payment.state.phase, Phase::Review { .. }) {
                let held = |credit: &payment::Credit| credit.role == CreditRole::Held && credit.proven;
                let accepted = self.story.payment.state.credits.iter().position(held);
                self.end_review(accepted);
            }
            if !self.flights.is_empty() {
                continue;
            }
            if self.story.payment.state.settled && !self.read_register() {
                return;
            }
            self.sleep(true);
        }
        panic!("it does not settle: {:#?}", self.story.payment);
    }

    /// Reads each bank's register, for money that no status can have told of: on orders that can't be asked for, and on
    /// static codes, whose status tells of the latest money only. Whether there was news.
    fn read_register(&mut self) -> bool {
        let arrived: Vec<_> = self.banks.iter().flat_map(|bank| bank.arrived.clone()).collect();
        let known: BTreeSet<_> =
            self.story.payment.state.credits.iter().map(|credit| credit.transaction.clone()).collect();
        let mut is_news = false;
        let payment = self.story.payment.clone();
        let is_unseen = |money: &&Arrived| {
            let can_be_asked = payment.attempt(money.order).is_some_and(|one| payment.can_be_asked(one));
            let is_seen = can_be_asked && payment.checkout.kind != CodeKind::Static;
            !is_seen && !known.contains(&money.transaction)
        };
        for money in arrived.iter().filter(is_unseen) {
            let state = payment::OrderState::Paid(notice(money));
            let answer = StatusAnswer { order: Some(money.order.to_string()), state };
            let asked_at = self.story.now;
            self.feed(Input::Status { attempt: money.order, asked_at, answer });
            is_news = true;
        }
        is_news
    }
}
