//! When a screen is told something, in virtual time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use console::samples::{self, Sample};
use console::{Place, ScreenState};
use engine::doors::Screens;
use engine::settings::{ConsoleKind, Settings};
use payment::{LastTry, Payment};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::HttpConfig;
use crate::door::Door;
use crate::fake::Fakes;
use crate::screen::access::Grant;
use crate::screen::feed::Feed;
use crate::screen::look::Looker;

struct Watched {
    fakes: Fakes,
    feed: Feed,
    stop: CancellationToken,
    began: Instant,
}

fn kiosk() -> Place {
    Place::parse("17", "1", "kiosk").unwrap()
}

fn settings() -> Settings {
    samples::settings("Vkusno", "ru", &[(kiosk(), ConsoleKind::Kiosk, None)])
}

impl Watched {
    fn screen() -> Self {
        let (fakes, stop) = (Fakes::new(settings()), CancellationToken::new());
        let door = Arc::new(Door::new(fakes.door(HttpConfig::default()), stop.clone()));
        let looker = Looker { grant: Grant { place: kiosk(), key: None }, asked_language: None };
        Self { feed: Feed::begin(door, looker), fakes, stop, began: Instant::now() }
    }

    fn sample(&self) -> Sample {
        Sample::at(kiosk(), self.fakes.screens.now())
    }

    fn put(&self, payments: Vec<Payment>) {
        self.fakes.screens.put(payments);
    }

    /// The next state that is told, and how many milliseconds after the beginning.
    async fn told(&mut self) -> (ScreenState, u128) {
        let snapshot = self.feed.next().await.expect("the stream goes on");
        (snapshot.view.state, self.began.elapsed().as_millis())
    }
}

#[tokio::test(start_paused = true)]
async fn the_whole_state_comes_first_and_a_sign_of_life_every_ten_seconds() {
    let mut screen = Watched::screen();
    assert_eq!(screen.told().await, (ScreenState::Idle, 0));
    assert_eq!(screen.told().await, (ScreenState::Idle, 10_000));
    assert_eq!(screen.told().await, (ScreenState::Idle, 20_000));
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_followed_at_once_and_without_one_the_state_is_read_every_two_seconds() {
    let mut screen = Watched::screen();
    screen.told().await;
    screen.fakes.screens.change(vec![screen.sample().in_state(ScreenState::Preparing).unwrap()]);
    assert_eq!(screen.told().await, (ScreenState::Preparing, 0));
    screen.put(vec![screen.sample().showing(LastTry::None)]);
    assert_eq!(screen.told().await, (ScreenState::Code, 2_000), "no hint was given");
}

#[tokio::test(start_paused = true)]
async fn hints_that_were_missed_are_made_up_by_reading() {
    let mut screen = Watched::screen();
    screen.told().await;
    screen.put(vec![screen.sample().showing(LastTry::None)]);
    let other = Place::parse("17", "2", "kiosk").unwrap().destination();
    for _ in 0..1_000 {
        screen.fakes.screens.hint(other.clone());
    }
    assert_eq!(screen.told().await, (ScreenState::Code, 0));
}

#[tokio::test(start_paused = true)]
async fn an_outcome_and_a_codes_life_end_to_the_moment() {
    let mut screen = Watched::screen();
    screen.put(vec![screen.sample().in_state(ScreenState::Paid).unwrap()]);
    assert_eq!(screen.told().await, (ScreenState::Paid, 0));
    assert_eq!(screen.told().await, (ScreenState::Idle, 6_000));

    let mut screen = Watched::screen();
    let mut payment = screen.sample().showing(LastTry::None);
    let code = payment.state.attempts[0].code.as_mut().unwrap();
    code.expires_at = Some(screen.fakes.screens.now().plus(Duration::from_millis(4_500)));
    screen.put(vec![payment]);
    assert_eq!(screen.told().await, (ScreenState::Code, 0));
    assert_eq!(screen.told().await, (ScreenState::Checking, 4_500));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_for_a_moment_changes_nothing_and_for_longer_takes_the_code_away() {
    let mut screen = Watched::screen();
    screen.put(vec![screen.sample().showing(LastTry::None)]);
    screen.told().await;
    screen.fakes.screens.is_broken.store(true, Ordering::Relaxed);
    assert_eq!(
        screen.told().await,
        (ScreenState::Unavailable, 8_000),
        "two seconds to notice, six of patience"
    );
    screen.fakes.screens.is_broken.store(false, Ordering::Relaxed);
    assert_eq!(screen.told().await, (ScreenState::Code, 10_000));
}

#[tokio::test(start_paused = true)]
async fn a_screen_that_knows_nothing_yet_says_so_at_once() {
    let mut screen = Watched::screen();
    screen.fakes.screens.is_broken.store(true, Ordering::Relaxed);
    assert_eq!(screen.told().await, (ScreenState::Unavailable, 0));
    assert_eq!(screen.told().await, (ScreenState::Unavailable, 10_000));
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_when_the_console_is_gone_and_when_the_service_stops() {
    let mut screen = Watched::screen();
    screen.told().await;
    screen.fakes.screens.set_settings(samples::settings("Vkusno", "ru", &[]));
    assert_eq!(screen.feed.next().await, None);

    let mut screen = Watched::screen();
    screen.told().await;
    screen.stop.cancel();
    assert_eq!(screen.feed.next().await, None);
    assert_eq!(screen.began.elapsed(), Duration::ZERO, "at once");
}

#[tokio::test(start_paused = true)]
async fn a_screen_goes_on_when_hints_have_stopped() {
    let mut screen = Watched::screen();
    screen.told().await;
    screen.feed.deafen();
    screen.put(vec![screen.sample().showing(LastTry::None)]);
    assert_eq!(screen.told().await, (ScreenState::Code, 2_000));
}

#[tokio::test(start_paused = true)]
async fn a_code_that_a_connected_page_gets_is_told_once_as_drawn() {
    let mut screen = Watched::screen();
    assert_eq!(screen.told().await.0, ScreenState::Idle);
    assert!(screen.fakes.screens.drawn.lock().unwrap().is_empty(), "there is no code yet");
    let payment = screen.sample().showing(LastTry::None);
    screen.put(vec![payment.clone()]);
    assert_eq!(screen.told().await.0, ScreenState::Code);
    screen.told().await;
    let drawn = screen.fakes.screens.drawn.lock().unwrap().clone();
    assert_eq!(drawn, [(payment.id, kiosk().console)]);
}
