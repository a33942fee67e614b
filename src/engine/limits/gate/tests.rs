use super::*;

const START: Timestamp = Timestamp::from_micros(1_000_000_000);

fn at(millis: u64) -> Timestamp {
    START.plus(Duration::from_millis(millis))
}

/// When each of so many who come at once gets a turn, in milliseconds, if each leaves at once.
fn turns(gate: &mut Gate, quota: Quota, count: usize) -> Vec<u64> {
    let mut waiting: Vec<_> = (0..count).map(|_| enter(gate, Rank::Buyer)).collect();
    let mut turns = Vec::new();
    let mut now = START;
    while !waiting.is_empty() {
        let pumped = gate.pump(quota, now);
        waiting.retain_mut(|turn| {
            let came = turn.try_recv().is_ok();
            if came {
                turns.push(u64::try_from(now.since(START).as_millis()).unwrap());
                gate.give_back();
            }
            !came
        });
        if let Pump::Again(pause) = pumped {
            now = now.plus(pause);
            gate.timer_is_over();
        }
    }
    turns
}

#[test]
fn calls_are_spread_by_the_rate_after_a_short_burst() {
    let turns = turns(&mut Gate::default(), Quota::new(10, 100), 8);
    assert_eq!(turns, [0, 0, 100, 200, 300, 400, 500, 600]);
}

#[test]
fn instances_that_share_a_quota_stay_within_it_together() {
    for instances in 1..=7_u32 {
        let part = Quota::new(10, 12).shared_by(Some(instances));
        assert!(part.concurrency * instances <= 12, "{instances}");
        let calls_each = turns(&mut Gate::default(), part, 70).iter().filter(|at| **at < 6_000).count();
        let burst_at_most = 1; // each may make up for one call
        assert!(calls_each <= 60 / instances as usize + burst_at_most, "{instances}: {calls_each}");
    }
    assert_eq!(Quota::new(10, 2).shared_by(Some(5)).concurrency, 1, "at least one each");
}

#[test]
fn an_instance_without_a_share_waits_for_it() {
    let (mut gate, quota) = (Gate::default(), Quota::new(10, 2));
    let mut waiting = enter(&mut gate, Rank::Buyer);
    assert_eq!(gate.pump(quota.shared_by(None), START), Pump::Again(CLOSED_FOR));
    assert!(waiting.try_recv().is_err());
    gate.timer_is_over();
    assert_eq!(gate.pump(quota.shared_by(Some(2)), at(100)), Pump::Done);
    assert!(waiting.try_recv().is_ok());
}

#[test]
fn no_more_than_the_quota_are_inside_and_who_leaves_lets_the_next_one_in() {
    let (mut gate, quota) = (Gate::default(), Quota::new(100_000, 2));
    let mut waiting: Vec<_> = (0..3).map(|_| enter(&mut gate, Rank::Buyer)).collect();
    assert_eq!(gate.pump(quota, START), Pump::Done);
    let came: Vec<bool> = waiting.iter_mut().map(|turn| turn.try_recv().is_ok()).collect();
    assert_eq!(came, [true, true, false]);
    gate.give_back();
    assert_eq!(gate.pump(quota, START), Pump::Done);
    assert!(waiting[2].try_recv().is_ok());
}

#[test]
fn buyers_go_first_and_who_has_left_is_passed_over() {
    let (mut gate, quota) = (Gate::default(), Quota::new(100_000, 1));
    let mut watch = gate.enter(Rank::Watch, Verb::AskOrder, true, Probes::default());
    let gone = gate.enter(Rank::Buyer, Verb::AskOrder, true, Probes::default());
    gate.leave(gone.ticket);
    drop(gone);
    drop(gate.enter(Rank::Buyer, Verb::AskOrder, true, Probes::default()));
    let mut buyer = gate.enter(Rank::Buyer, Verb::AskOrder, true, Probes::default());
    gate.pump(quota, START);
    assert!(buyer.turn.try_recv().is_ok() && watch.turn.try_recv().is_err());
    assert_eq!(gate.questions, 1, "the watch still waits");
}

fn enter(gate: &mut Gate, rank: Rank) -> oneshot::Receiver<Turn> {
    gate.enter(rank, Verb::Issue, false, Probes::default()).turn
}

fn question(number: u128) -> Question {
    Question::Order(payment::PaymentId::from_uuid(number << 12).attempt(1))
}

#[test]
fn questions_beyond_one_round_stand_in_line_as_the_server_can_take_them() {
    let (mut gate, quota) = (Gate::default(), Quota::new(20, 2));
    let _waiting: Vec<_> =
        (1..=2).map(|n| gate.admit(question(n), Rank::Buyer, quota, START).unwrap()).collect();
    let mut told = |number, rank, now| gate.admit(question(number), rank, quota, now).map(drop);
    assert_eq!(told(3, Rank::Buyer, START), Err(at(100)));
    assert_eq!(told(4, Rank::Buyer, START), Err(at(150)), "by the rate");
    assert_eq!(told(5, Rank::Watch, START), Err(at(200)));
    assert_eq!(told(6, Rank::Watch, START), Err(at(400)), "the watch is asked less often");
    hear(&mut gate, Verb::AskOrder, Seen::Answer, Duration::from_secs(8), START);
    let told = gate.admit(question(7), Rank::Buyer, quota, START).map(drop);
    assert_eq!(told, Err(at(1_150)), "by what calls take: 2 s by now, 2 at once");
}

#[test]
fn who_comes_new_goes_behind_those_who_stand_in_line_and_whose_time_has_come_goes_in() {
    let (mut gate, quota) = (Gate::default(), Quota::new(20, 1));
    let first = gate.admit(question(1), Rank::Buyer, quota, START).unwrap();
    assert_eq!(gate.admit(question(2), Rank::Buyer, quota, START).map(drop), Err(at(100)));
    gate.leave(first.ticket);
    assert_eq!(gate.admit(question(3), Rank::Buyer, quota, at(50)).map(drop), Err(at(150)), "behind 2");
    assert!(gate.admit(question(2), Rank::Buyer, quota, at(100)).is_ok());
    assert!(
        gate.admit(question(4), Rank::Watch, quota, at(100)).is_err(),
        "the watch waits for nobody to wait"
    );
}

fn hear(gate: &mut Gate, verb: Verb, seen: Seen, took: Duration, now: Timestamp) {
    gate.hear((verb, Probes::default()), seen, took, now, || 0);
}

fn make_ill(gate: &mut Gate, verb: Verb) {
    while gate.breakers().let_pass(verb) {
        hear(gate, verb, Seen::Failure, Duration::from_secs(10), START);
    }
}

#[test]
fn who_waits_where_the_bank_turns_out_to_be_ill_is_told_and_nobody_else() {
    let (mut gate, quota) = (Gate::default(), Quota::new(100_000, 1));
    let mut code = gate.queue_up(Rank::Buyer, Verb::Issue, START).unwrap();
    let mut refund = gate.queue_up(Rank::Buyer, Verb::Refund, START).unwrap();
    let mut order = gate.admit(question(1), Rank::Buyer, quota, START).unwrap();
    make_ill(&mut gate, Verb::Issue);
    assert_eq!(code.turn.try_recv(), Ok(Turn::Away(Duration::ZERO)));
    assert_eq!(refund.turn.try_recv(), Err(oneshot::error::TryRecvError::Empty));
    assert!(gate.queue_up(Rank::Buyer, Verb::Issue, at(1)).is_none());
    assert_eq!((gate.crowd(), gate.questions), ((0, 2), 1));
    make_ill(&mut gate, Verb::AskOrder);
    for (waiting, pause) in [(&mut refund, Duration::ZERO), (&mut order, TOLD_APART)] {
        assert_eq!(waiting.turn.try_recv(), Ok(Turn::Away(pause)), "one after the other");
    }
    assert_eq!(gate.pump(quota, START), Pump::Done);
    assert_eq!((gate.crowd(), gate.questions), ((0, 0), 0));
}

#[test]
fn one_question_is_the_probe_and_the_others_get_times_behind_it() {
    let (mut gate, quota) = (Gate::default(), Quota::new(5, 1));
    make_ill(&mut gate, Verb::AskOrder);
    let told = |gate: &mut Gate, number, now| {
        gate.admit(question(number), Rank::Buyer, quota, at(now)).map(|admitted| admitted.probes)
    };
    assert_eq!(told(&mut gate, 1, 0), Err(at(1_200)), "the pause, and one spacing of the rate");
    assert_eq!(told(&mut gate, 2, 0), Err(at(1_400)));
    let news = gate.admit_at_once(question(3), quota, at(10)).map(|admitted| admitted.probes);
    assert_eq!(news, Err(at(1_600)));
    let watch = gate.admit(question(4), Rank::Watch, quota, at(10)).map(|admitted| admitted.probes);
    assert_eq!(watch, Err(at(1_800)), "the watch four times as far apart");
    let probes = told(&mut gate, 1, 1_200).unwrap();
    assert_ne!(probes, Probes::default());
    assert_eq!(told(&mut gate, 2, 1_400), Err(at(1_500)), "while it is asked");
    gate.hear((Verb::AskOrder, probes), Seen::Answer, Duration::from_millis(50), at(1_450), || 0);
    assert_eq!(told(&mut gate, 2, 1_500), Ok(Probes::default()));
}

#[test]
fn nobody_waits_behind_questions_for_refunds_that_are_ill() {
    let (mut gate, quota) = (Gate::default(), Quota::new(5, 1));
    make_ill(&mut gate, Verb::AskRefund);
    let refund = Question::Refund(payment::PaymentId::from_uuid(1 << 12).refund(1));
    assert_eq!(gate.admit(refund, Rank::Buyer, quota, START).map(drop), Err(at(1_200)));
    assert!(gate.admit(question(1), Rank::Buyer, quota, START).is_ok());
}

#[test]
fn the_time_that_calls_take_is_that_of_answers_smoothed_and_unknown_before_the_first() {
    let mut gate = Gate::default();
    hear(&mut gate, Verb::AskOrder, Seen::Failure, Duration::from_secs(10), START);
    assert_eq!(gate.call_time(), None);
    for (took, smoothed) in [(8, 2), (2, 2), (10, 4)] {
        hear(&mut gate, Verb::AskOrder, Seen::Answer, Duration::from_secs(took), START);
        assert_eq!(gate.call_time(), Some(Duration::from_secs(smoothed)), "after {took} s");
    }
}
