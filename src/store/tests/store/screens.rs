//! What screens leave behind: pairings and ratings.

use std::time::Duration;

use payment::{ConsoleId, RegisterId, StoreId};
use secrecy::SecretString;
use store::{PAIRING_LASTS, Pairing, RatingCount, code_of_token, hash_of_key};

use crate::sample::{at, id};
use crate::settings::{Fresh, On};

fn place() -> (StoreId, RegisterId, ConsoleId) {
    (StoreId::parse("17").unwrap(), RegisterId::parse("1").unwrap(), ConsoleId::parse("kiosk").unwrap())
}

/// The example, and a console of it.
async fn shop(on: On) -> (Fresh, (StoreId, RegisterId, ConsoleId)) {
    let fresh = Fresh::with_example(on).await;
    let settings = fresh.db.settings().await.unwrap();
    let found = settings.stores.iter().find_map(|(store, its)| {
        its.registers.iter().find_map(|(register, its)| {
            its.consoles.keys().next().map(|console| (store.clone(), register.clone(), console.clone()))
        })
    });
    (fresh, found.expect("the example has a console"))
}

async fn key(fresh: &Fresh, (store, register, console): &(StoreId, RegisterId, ConsoleId)) -> Option<String> {
    let settings = fresh.db.settings().await.unwrap();
    settings.stores[store].registers[register].consoles[console].screen_key_sha256.clone()
}

pub(crate) async fn a_typed_code_gives_the_console_to_the_device_that_shows_it(on: On) {
    let (fresh, place) = shop(on).await;
    let target = (&place.0, &place.1, &place.2);
    let (device, other) =
        (fresh.db.begin_pairing(at(0)).await.unwrap(), fresh.db.begin_pairing(at(0)).await.unwrap());
    assert_eq!(fresh.db.pairing_of(&device.token, at(1)).await.unwrap(), Some(device.expires_at));
    let typed = code_of_token(&device.token).to_ascii_lowercase();
    let paired = fresh.db.pair(&typed, target, at(1)).await.unwrap();
    assert!(matches!(paired, Pairing::Paired(_)), "{paired:?}");
    assert_eq!(key(&fresh, &place).await, Some(hash_of_key(&device.token)));

    // Once only; and the next device takes the console from the first.
    assert_eq!(fresh.db.pair(&typed, target, at(2)).await.unwrap(), Pairing::UnknownCode);
    assert_eq!(key(&fresh, &place).await, Some(hash_of_key(&device.token)));
    fresh.db.pair(&code_of_token(&other.token), target, at(3)).await.unwrap();
    assert_eq!(key(&fresh, &place).await, Some(hash_of_key(&other.token)));
}

pub(crate) async fn a_code_that_is_too_old_or_unknown_pairs_nothing(on: On) {
    let (fresh, place) = shop(on).await;
    let target = (&place.0, &place.1, &place.2);
    let before = key(&fresh, &place).await;
    let device = fresh.db.begin_pairing(at(0)).await.unwrap();
    let (code, end) = (code_of_token(&device.token), at(0).plus(PAIRING_LASTS));
    assert_eq!(device.expires_at, end);
    for (typed, now) in [(code.as_str(), end), ("22222222", at(1)), ("", at(1)), ("' OR 1=1 --", at(1))] {
        assert_eq!(fresh.db.pair(typed, target, now).await.unwrap(), Pairing::UnknownCode, "{typed}");
    }
    assert_eq!(fresh.db.pairing_of(&device.token, end).await.unwrap(), None);
    let forged = SecretString::from("another token");
    assert_eq!(fresh.db.pairing_of(&forged, at(1)).await.unwrap(), None);
    assert_eq!(key(&fresh, &place).await, before);
}

pub(crate) async fn a_code_is_not_used_up_by_a_console_that_is_not_there(on: On) {
    let (fresh, place) = shop(on).await;
    let device = fresh.db.begin_pairing(at(0)).await.unwrap();
    let code = code_of_token(&device.token);
    let missing = ConsoleId::parse("missing").unwrap();
    let told = fresh.db.pair(&code, (&place.0, &place.1, &missing), at(1)).await.unwrap();
    assert_eq!(told, Pairing::UnknownConsole);
    let told = fresh.db.pair(&code, (&place.0, &place.1, &place.2), at(1)).await.unwrap();
    assert!(matches!(told, Pairing::Paired(_)), "{told:?}");
}

pub(crate) async fn of_several_taps_on_one_payment_the_last_one_counts(on: On) {
    let fresh = Fresh::with_example(on).await;
    let (store, register, console) = place();
    let place = (&store, &register, &console);
    for (payment, rating, second) in [(1, 1, 10), (1, 3, 11), (2, 3, 12), (3, 2, 13), (4, 1, 99)] {
        fresh.db.rate(id(payment), place, rating, at(second)).await.unwrap();
    }
    let count = |rating, buyers| RatingCount { rating, buyers };
    let until = at(13).plus(Duration::from_secs(1));
    assert_eq!(fresh.db.ratings(&store, at(0), until).await.unwrap(), [count(2, 1), count(3, 2)]);
    let other = StoreId::parse("18").unwrap();
    assert_eq!(fresh.db.ratings(&other, at(0), until).await.unwrap(), []);
}
