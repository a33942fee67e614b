//! One bank's counter: its book behind a lock, and everybody who comes to it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    book::{Book, News, OrderNo, Progress, TransactionNo},
    faults::{Fault, Kind},
    notify::{self, Notice},
    world::World,
};

/// Writes a bank's notifications in its wire format.
pub(crate) trait Herald: Send + Sync {
    /// The notification of a transaction, or nothing where the merchant wants none.
    fn notice(&self, book: &Book, transaction: TransactionNo, seal: Seal) -> Option<Notice>;
}

/// How a notification is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seal {
    Genuine,
    /// Claims success under a signature of somebody else's key.
    Forged,
}

/// One bank's counter.
pub(crate) struct Desk {
    pub(crate) bank: &'static str,
    pub(crate) world: Arc<World>,
    book: Mutex<Book>,
    herald: Box<dyn Herald>,
}

/// A notification that is to leave now.
enum Parcel {
    Tracked { number: u64, notice: Notice, delay: Duration },
    Once(Notice),
}

impl Desk {
    pub(crate) fn new(
        bank: &'static str,
        world: Arc<World>,
        book: Book,
        herald: Box<dyn Herald>,
    ) -> Arc<Self> {
        Arc::new(Self { bank, world, book: Mutex::new(book), herald })
    }

    /// Does something with the book as of now. What that brings about (notifications, later events) is set
    /// going before the answer is given back.
    pub(crate) fn open<R>(self: &Arc<Self>, visit: impl FnOnce(&mut Book, Timestamp) -> R) -> R {
        let now = self.world.clock.now();
        let (result, parcels, alarms) = {
            let mut book = self.lock();
            book.settle(now);
            let result = visit(&mut book, now);
            let news = book.take_news();
            (result, self.parcels(&mut book, &news), alarms(&news))
        };
        for parcel in parcels {
            self.dispatch(parcel);
        }
        for at in alarms {
            self.wake_at(at);
        }
        result
    }

    /// Takes up what a snapshot left undone: notifications on their way and payments about to land.
    pub(crate) fn resume(self: &Arc<Self>) {
        let undelivered = self.open(|book, _| book.undelivered());
        for (number, notice) in undelivered {
            self.dispatch(Parcel::Tracked { number, notice, delay: Duration::ZERO });
        }
    }

    /// Asks each begun, visible try of an order whether an armed `late_success` makes it a late one. A
    /// fault judges a try only once.
    pub(crate) fn judge_late(&self, book: &mut Book, order: OrderNo) {
        let Some(no) = book.visible_begun(order) else { return };
        let Progress::Begun(begun) = &book.transaction(no).progress else { return };
        let (fault, newest) = self.world.faults.draw_late(self.bank, begun.judged_by, &self.world.chances);
        book.mark_as_judged(no, newest);
        if let Some(fault) = fault {
            book.hide(no, Some(fault.delay_ms));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake_at(self: &Arc<Self>, at: Timestamp) {
        let desk = self.clone();
        self.world.tasks.spawn(async move {
            let stop = desk.world.stop.clone();
            tokio::select! {
                () = desk.world.clock.sleep_until(at) => desk.open(|_, _| ()),
                () = stop.cancelled() => {}
            }
        });
    }

    fn dispatch(self: &Arc<Self>, parcel: Parcel) {
        match parcel {
            Parcel::Tracked { number, notice, delay } => {
                self.world.tasks.spawn(notify::deliver(self.clone(), number, notice, delay));
            }
            Parcel::Once(notice) => {
                self.world.tasks.spawn(notify::send_once(self.clone(), notice));
            }
        }
    }

    fn parcels(&self, book: &mut Book, news: &[News]) -> Vec<Parcel> {
        let mut parcels = Vec::new();
        for item in news {
            match *item {
                News::Begun(no) => parcels.extend(self.forgery_at_scan(book, no)),
                News::Succeeded(no) | News::Declined(no) => self.announce(book, no, &mut parcels),
                News::Due(_) => {}
            }
        }
        parcels
    }

    /// A try that is still begun is announced by nobody but a forger.
    fn forgery_at_scan(&self, book: &Book, no: TransactionNo) -> Option<Parcel> {
        if !matches!(book.transaction(no).progress, Progress::Begun(_)) {
            return None;
        }
        let forged = self.herald.notice(book, no, Seal::Forged)?;
        self.draw(|kind| kind == Kind::ForgedNotification).map(|_| Parcel::Once(forged))
    }

    fn announce(&self, book: &mut Book, no: TransactionNo, parcels: &mut Vec<Parcel>) {
        let Some(notice) = self.herald.notice(book, no, Seal::Genuine) else { return };
        let fault = self.draw(Kind::is_of_notifications);
        match fault.as_ref().map(|fault| fault.kind) {
            Some(Kind::NoNotification) => {}
            Some(Kind::ForgedNotification) => {
                parcels.extend(self.herald.notice(book, no, Seal::Forged).map(Parcel::Once));
            }
            Some(Kind::DuplicateNotification) => {
                parcels.push(tracked(book, notice.clone(), Duration::ZERO));
                parcels.push(tracked(book, notice, delay_of(fault.as_ref())));
            }
            _ => parcels.push(tracked(book, notice, delay_of(fault.as_ref()))),
        }
    }

    fn draw(&self, wanted: impl Fn(Kind) -> bool) -> Option<Fault> {
        self.world.faults.draw(self.bank, wanted, &self.world.chances)
    }
}

fn tracked(book: &mut Book, notice: Notice, delay: Duration) -> Parcel {
    Parcel::Tracked { number: book.add_notice(notice.clone()), notice, delay }
}

fn delay_of(fault: Option<&Fault>) -> Duration {
    fault.map_or(Duration::ZERO, |fault| Duration::from_millis(fault.delay_ms))
}

fn alarms(news: &[News]) -> Vec<Timestamp> {
    news.iter()
        .filter_map(|item| match item {
            News::Due(at) => Some(*at),
            _ => None,
        })
        .collect()
}
