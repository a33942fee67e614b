//! The jobs of outputs, and consoles that registers share.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::ports::{JobDraft, JobEnd, JobStanding, JobTask, OutputJob, OutputJobs, Store};
use payment::{
    Annulment, Attempt, ConsoleId, LastTry, Life, Outcome, Payment, PaymentId, Phase, RegisterId, StoreId,
    Timestamp,
};

use crate::sample::{accept, accepted, after, alter, at, end, id, step};
use crate::subject::Kind;

const SITE: &str = "main";

/// Payment `number` shows a code from its own second on.
async fn showing<S: Store>(store: &S, number: u32) -> Payment {
    let opened = accepted(number);
    store.commit(accept(&opened)).await.unwrap();
    let mut shown = step(&opened);
    alter(&mut shown, |payment| {
        payment.state.phase = Phase::Showing;
        payment.state.attempts.push(Attempt {
            id: payment.id.attempt(1),
            route: 0,
            expires_at: payment.opened_at.plus(Duration::from_mins(5)),
            life: Life::Payable { since: payment.opened_at },
            code: None,
            shown_at: Some(payment.opened_at),
            annulment: Annulment::NotWanted,
            last_try: LastTry::None,
        });
    });
    store.commit(shown.clone()).await.unwrap();
    after(&shown)
}

fn console(name: &str) -> ConsoleId {
    ConsoleId::parse(name).unwrap()
}

fn draft(number: u32, device: &str) -> JobDraft {
    JobDraft {
        payment: id(number),
        console: console("c1"),
        store: StoreId::parse("17").unwrap(),
        owner: RegisterId::parse("3").unwrap(),
        site: SITE.to_owned(),
        device: device.to_owned(),
        can_be_cleared: true,
        at: at(i64::from(number)),
        live_until: at(300),
    }
}

async fn lease(jobs: &dyn OutputJobs, now: Timestamp) -> Option<OutputJob> {
    jobs.lease_job(SITE, &BTreeSet::new(), now, now.plus(Duration::from_secs(15))).await.unwrap()
}

async fn standing(jobs: &dyn OutputJobs, payment: PaymentId, now: Timestamp) -> Option<JobStanding> {
    jobs.settle_job(payment, &console("c1"), now).await.unwrap()
}

fn shown() -> JobEnd {
    JobEnd { outcome: Outcome::Shown, reason: None }
}

/// Payment `number`, whose code stands on device a.
async fn on_device<S: Kind>(store: &S, number: u32) -> Payment {
    let jobs = store.jobs();
    let payment = showing(store, number).await;
    jobs.order_jobs(&[draft(number, "a")]).await.unwrap();
    let job = lease(jobs, at(2)).await.unwrap();
    jobs.finish_job(&job, &shown()).await.unwrap();
    payment
}

pub(crate) async fn a_job_is_taken_once_by_one_and_told_as_it_ended<S: Kind>(store: &S) {
    let jobs = store.jobs();
    showing(store, 1).await;
    jobs.order_jobs(&[draft(1, "a")]).await.unwrap();
    jobs.order_jobs(&[draft(1, "a")]).await.unwrap();
    let job = lease(jobs, at(2)).await.unwrap();
    assert_eq!((job.payment, job.task, job.device.as_str()), (id(1), JobTask::Show, "a"));
    assert_eq!(lease(jobs, at(2)).await, None, "ordered twice, taken once");
    assert_eq!(standing(jobs, id(1), at(3)).await, Some(JobStanding::Begun));
    jobs.finish_job(&job, &shown()).await.unwrap();
    assert_eq!(standing(jobs, id(1), at(3)).await, Some(JobStanding::Ended(shown())));
    assert_eq!(lease(jobs, at(4)).await, None, "what is shown is never shown again");
    assert_eq!(standing(jobs, id(2), at(3)).await, None, "nothing is known of another");
}

pub(crate) async fn a_device_does_one_job_at_a_time_and_no_other_device_waits_for_it<S: Kind>(store: &S) {
    let jobs = store.jobs();
    for number in 1..=3 {
        showing(store, number).await;
    }
    jobs.order_jobs(&[draft(1, "a"), draft(2, "a"), draft(3, "b")]).await.unwrap();
    let first = lease(jobs, at(4)).await.unwrap();
    let second = lease(jobs, at(4)).await.unwrap();
    assert_eq!((first.payment, second.payment), (id(1), id(3)));
    assert_eq!(lease(jobs, at(4)).await, None);
    jobs.finish_job(&first, &shown()).await.unwrap();
    let busy = BTreeSet::from(["a".to_owned()]);
    assert_eq!(jobs.lease_job(SITE, &busy, at(4), at(19)).await.unwrap(), None, "the caller is at it");
    assert_eq!(lease(jobs, at(4)).await.unwrap().payment, id(2));
    assert_eq!(jobs.lease_job("elsewhere", &BTreeSet::new(), at(4), at(19)).await.unwrap(), None);
}

pub(crate) async fn what_a_lapsed_lease_did_is_not_confirmed_and_not_done_again<S: Kind>(store: &S) {
    let jobs = store.jobs();
    showing(store, 1).await;
    let paper = JobDraft { can_be_cleared: false, ..draft(1, "a") };
    jobs.order_jobs(&[paper]).await.unwrap();
    let job = lease(jobs, at(2)).await.unwrap();
    assert_eq!(lease(jobs, at(17)).await, None, "never again");
    let Some(JobStanding::Ended(end)) = standing(jobs, id(1), at(17)).await else { panic!("it has lapsed") };
    assert_eq!(end.outcome, Outcome::NotConfirmed);
    jobs.finish_job(&job, &shown()).await.unwrap();
    assert_eq!(standing(jobs, id(1), at(18)).await, Some(JobStanding::Ended(end)), "too late to be told");
}

pub(crate) async fn a_job_that_nobody_began_is_withdrawn_for_good<S: Kind>(store: &S) {
    let jobs = store.jobs();
    let payment = showing(store, 1).await;
    showing(store, 2).await;
    jobs.order_jobs(&[draft(1, "a"), draft(2, "b")]).await.unwrap();
    assert_eq!(standing(jobs, id(2), at(5)).await, Some(JobStanding::Withdrawn));
    store.commit(end(&payment)).await.unwrap();
    assert_eq!(lease(jobs, at(6)).await, None, "a code that is over is put nowhere (P8)");
}

pub(crate) async fn p8_what_is_on_a_device_is_cleared_once_its_payment_is_over<S: Kind>(store: &S) {
    let jobs = store.jobs();
    let payment = on_device(store, 1).await;
    store.commit(end(&payment)).await.unwrap();
    let clearing = lease(jobs, at(3)).await.unwrap();
    assert_eq!((clearing.payment, clearing.task), (id(1), JobTask::Clear));
    assert_eq!(lease(jobs, at(4)).await, None);
    let again = lease(jobs, at(18)).await.unwrap();
    assert_eq!(again.task, JobTask::Clear, "who began it is gone");
    jobs.finish_job(&again, &shown()).await.unwrap();
    assert_eq!(lease(jobs, at(40)).await, None);
}

pub(crate) async fn p8_a_code_is_taken_away_also_when_it_died_while_who_began_that_is_gone<S: Kind>(
    store: &S,
) {
    let jobs = store.jobs();
    let payment = on_device(store, 1).await;
    store.commit(end(&payment)).await.unwrap();
    assert_eq!(lease(jobs, at(295)).await.unwrap().task, JobTask::Clear);
    assert_eq!(lease(jobs, at(311)).await.unwrap().task, JobTask::Clear, "the code died at 300");
    assert_eq!(lease(jobs, at(950)).await, None, "a device that is gone is not called for ever");
}

pub(crate) async fn a_code_that_waits_takes_the_place_of_a_dead_one<S: Kind>(store: &S) {
    let jobs = store.jobs();
    let payment = on_device(store, 1).await;
    store.commit(end(&payment)).await.unwrap();
    showing(store, 2).await;
    jobs.order_jobs(&[draft(2, "a")]).await.unwrap();
    let next = lease(jobs, at(4)).await.unwrap();
    assert_eq!((next.payment, next.task), (id(2), JobTask::Show), "nobody waits for the dead one to go");
    jobs.finish_job(&next, &shown()).await.unwrap();
    assert_eq!(lease(jobs, at(5)).await, None, "the dead one is not there any more");
}

pub(crate) async fn p8_a_dead_code_is_taken_away_when_the_next_could_not_be_put_in_its_place<S: Kind>(
    store: &S,
) {
    let jobs = store.jobs();
    let payment = on_device(store, 1).await;
    store.commit(end(&payment)).await.unwrap();
    showing(store, 2).await;
    jobs.order_jobs(&[draft(2, "a")]).await.unwrap();
    let next = lease(jobs, at(4)).await.unwrap();
    assert_eq!((next.payment, next.task), (id(2), JobTask::Show));
    assert_eq!(lease(jobs, at(5)).await, None, "the device is being driven");
    let failed = JobEnd { outcome: Outcome::Failed, reason: Some("no connection".to_owned()) };
    jobs.finish_job(&next, &failed).await.unwrap();
    let clearing = lease(jobs, at(6)).await.expect("the first code is still there");
    assert_eq!((clearing.payment, clearing.task), (id(1), JobTask::Clear));
}

pub(crate) async fn a_shared_console_shows_one_payment_until_it_is_over<S: Kind>(store: &S) {
    let jobs = store.jobs();
    let first = showing(store, 1).await;
    showing(store, 2).await;
    let (shop, owner, display) =
        (StoreId::parse("17").unwrap(), RegisterId::parse("3").unwrap(), console("d1"));
    let hold = |number| jobs.hold_console(id(number), &shop, &owner, &display);
    let holder = || jobs.console_holder(&shop, &owner, &display);
    assert_eq!(holder().await.unwrap(), None);
    assert!(hold(1).await.unwrap());
    assert!(hold(1).await.unwrap(), "it has hold of it already");
    assert!(!hold(2).await.unwrap());
    assert_eq!(holder().await.unwrap(), Some(id(1)));
    store.commit(end(&first)).await.unwrap();
    assert!(hold(2).await.unwrap());
    assert!(!hold(1).await.unwrap());
    assert_eq!(holder().await.unwrap(), Some(id(2)));
}
