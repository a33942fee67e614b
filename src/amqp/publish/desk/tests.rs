//! The desk against a model of the broker and the client library.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

fn key(number: usize) -> MessageKey {
    MessageKey { routing_key: "v1.17.3.payment.paid".into(), message_id: Some(number.to_string()) }
}

/// What the library has for each message that was confirmed and not yet asked for.
#[derive(Default)]
struct Library {
    waiting_returns: VecDeque<usize>,
    words: HashMap<usize, Word>,
}

impl Library {
    fn confirm(&mut self, number: usize) {
        let returned = self.waiting_returns.pop_front().map(key);
        self.words.insert(number, Word { is_positive: true, returned });
    }
}

/// The lane runs; meanwhile, before each look at a message, the library works off one more of `arriving`.
fn listen(library: &mut Library, desk: &mut Desk<usize>, arriving: Vec<usize>) -> Vec<(usize, Fate)> {
    let mut arriving = arriving.into_iter();
    let listen = |number: &mut usize| {
        arriving.by_ref().take(1).for_each(|number| library.confirm(number));
        library.words.remove(number).map(Ok::<_, Infallible>)
    };
    desk.hear(listen).unwrap();
    arriving.for_each(|number| library.confirm(number));
    desk.settle()
}

fn pick(unconfirmed: &mut Vec<usize>, picks: &[Index]) -> Vec<usize> {
    let mut picked = Vec::new();
    for pick in picks {
        if !unconfirmed.is_empty() {
            picked.push(unconfirmed.remove(pick.index(unconfirmed.len())));
        }
    }
    picked
}

/// One thing that happens on the wire or in the lane.
#[derive(Debug, Clone)]
enum Step {
    /// A message goes out; whether a queue takes it.
    Publish { is_routable: bool },
    /// The broker confirms some of what is out, those in the list at once and in its order.
    Confirm(Vec<Index>),
    /// The lane runs, and while it does the broker confirms these.
    Listen(Vec<Index>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => any::<bool>().prop_map(|is_routable| Step::Publish { is_routable }),
        2 => prop::collection::vec(any::<Index>(), 1..6).prop_map(Step::Confirm),
        2 => prop::collection::vec(any::<Index>(), 0..6).prop_map(Step::Listen),
    ];
    prop::collection::vec(step, 1..80)
}

proptest! {
    /// Returns come in the order of publishing, each before its confirmation; confirmations come in any order.
    #[test]
    fn no_message_gets_the_fate_of_another(steps in steps()) {
        let (mut library, mut desk) = (Library::default(), Desk::new());
        let mut routable = Vec::new();
        let mut unconfirmed = Vec::new();
        let mut fates = HashMap::new();
        for step in steps {
            match step {
                Step::Publish { is_routable } => {
                    let number = routable.len();
                    routable.push(is_routable);
                    unconfirmed.push(number);
                    desk.add(key(number), number);
                    if !is_routable {
                        library.waiting_returns.push_back(number);
                    }
                }
                Step::Confirm(picks) => {
                    for number in pick(&mut unconfirmed, &picks) {
                        library.confirm(number);
                    }
                }
                Step::Listen(picks) => {
                    let arriving = pick(&mut unconfirmed, &picks);
                    fates.extend(listen(&mut library, &mut desk, arriving));
                }
            }
        }
        for number in unconfirmed {
            library.confirm(number);
        }
        fates.extend(listen(&mut library, &mut desk, vec![]));
        prop_assert_eq!(desk.len(), 0, "all is confirmed, so all is certain");
        for (number, is_routable) in routable.into_iter().enumerate() {
            let expected = if is_routable { Fate::Taken } else { Fate::Returned };
            prop_assert_eq!(fates.get(&number), Some(&expected), "message {}", number);
        }
    }
}

fn heard(desk: &mut Desk<usize>, words: Vec<(usize, Word)>) -> Vec<(usize, Fate)> {
    let mut words: HashMap<_, _> = words.into_iter().collect();
    desk.hear(|number| words.remove(number).map(Ok::<_, Infallible>)).unwrap();
    desk.settle()
}

fn desk(messages: usize) -> Desk<usize> {
    let mut desk = Desk::new();
    for number in 0..messages {
        desk.add(key(number), number);
    }
    desk
}

fn ack(returned: Option<usize>) -> Word {
    Word { is_positive: true, returned: returned.map(key) }
}

#[test]
fn a_return_that_came_with_a_neighbours_confirmation_is_no_word_on_the_neighbour() {
    let mut desk = desk(3);
    assert_eq!(heard(&mut desk, vec![(0, ack(Some(1)))]), [], "0 may have a return that still waits");
    let settled = heard(&mut desk, vec![(1, ack(None))]);
    assert_eq!(settled, [(0, Fate::Taken), (1, Fate::Returned)], "1 was clean, in a later round");
}

#[test]
fn a_doubt_ends_when_nothing_is_outstanding() {
    let mut desk = desk(2);
    let words = vec![(0, ack(Some(1))), (1, ack(None))];
    assert_eq!(heard(&mut desk, words), [(0, Fate::Taken), (1, Fate::Returned)]);
}

#[test]
fn a_second_sending_shares_the_return_of_the_first() {
    let mut desk = desk(1);
    desk.add(key(0), 1);
    assert_eq!(heard(&mut desk, vec![(0, ack(Some(0)))]), [(0, Fate::Returned)]);
    assert_eq!(heard(&mut desk, vec![(1, ack(None))]), [(1, Fate::Returned)]);
    desk.add(key(0), 2);
    assert_eq!(
        heard(&mut desk, vec![(2, ack(None))]),
        [(2, Fate::Taken)],
        "the return is forgotten with them"
    );
}

#[test]
fn a_refused_message_is_refused_whatever_came_along() {
    let mut desk = desk(2);
    let words = vec![(0, Word { is_positive: false, returned: Some(key(1)) }), (1, ack(None))];
    assert_eq!(heard(&mut desk, words), [(0, Fate::Refused), (1, Fate::Returned)]);
}

#[test]
fn an_error_of_the_channel_is_passed_on() {
    let mut desk = desk(1);
    assert_eq!(desk.hear(|_| Some(Err("closed"))), Err("closed"));
}
