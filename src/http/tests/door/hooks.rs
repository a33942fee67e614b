//! Notifications of banks.

use crate::running::Running;

const ORDER: &str = "0191f7e25d3a7abc8def012345678001";

#[tokio::test]
async fn a_notification_is_answered_by_what_it_is_and_its_order_is_hinted() {
    let door = Running::locked().await;
    for (name, path, sign, body, status, hints) in [
        ("the bank's", "/hooks/bank", "right", ORDER.as_bytes(), 200, 1),
        ("the bank's, of no order of ours", "/hooks/bank", "right", b"hello", 200, 0),
        ("the bank's, of money", "/hooks/bank", "right, with money", ORDER.as_bytes(), 200, 1),
        ("the bank's, too early", "/hooks/bank", "right, too early", ORDER.as_bytes(), 503, 1),
        ("a wrong signature", "/hooks/bank", "wrong", ORDER.as_bytes(), 401, 1),
        ("unreadable", "/hooks/bank", "right", b"\xff\xfe", 400, 0),
        ("nobody's", "/hooks/nobody", "right", ORDER.as_bytes(), 404, 0),
        ("no server's name", "/hooks/a%20b", "right", ORDER.as_bytes(), 404, 0),
    ] {
        let answer = door.post(path).header("x-sign", sign).body(body.to_vec()).send().await.unwrap();
        assert_eq!(answer.status(), status, "{name}");
        let hinted: Vec<_> = door.fakes.hints.0.lock().unwrap().drain(..).collect();
        assert_eq!(hinted.len(), hints, "{name}");
        assert!(hinted.iter().all(|order| order.to_string() == ORDER), "{name}");
    }
    assert_eq!(door.get("/hooks/bank").send().await.unwrap().status(), 405);
    door.stop().await;
}

#[tokio::test]
async fn a_notification_is_64_kib_at_most() {
    let door = Running::locked().await;
    for (length, status) in [(64 * 1024, 200), (64 * 1024 + 1, 413), (1_000_000, 413)] {
        let answer = door.post("/hooks/bank").header("x-sign", "right").body(vec![b'a'; length]).send().await;
        // A server that refuses a large body early may close while it is still being sent.
        if let Ok(answer) = answer {
            assert_eq!(answer.status(), status, "{length}");
        } else {
            assert_eq!(status, 413, "{length}");
        }
    }
    door.stop().await;
}

#[tokio::test]
async fn a_flood_of_forged_notifications_gives_few_hints() {
    let door = Running::locked().await;
    for _ in 0..100 {
        let answer = door.post("/hooks/bank").body(ORDER).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    assert!(door.fakes.hints.0.lock().unwrap().len() < 60, "20 at once and two a second");
    door.post("/hooks/bank").header("x-sign", "right").body(ORDER).send().await.unwrap();
    let hinted = door.fakes.hints.0.lock().unwrap().len();
    door.post("/hooks/bank").header("x-sign", "right").body(ORDER).send().await.unwrap();
    assert_eq!(door.fakes.hints.0.lock().unwrap().len(), hinted + 1, "real ones still count");
    door.stop().await;
}

#[tokio::test]
async fn in_a_flood_the_bank_is_asked_to_tell_of_money_again() {
    let door = Running::locked().await;
    let tell = async |sign: &'static str| {
        let sent = door.post("/hooks/bank").header("x-sign", sign).body(ORDER).send().await;
        sent.unwrap().status().as_u16()
    };
    let mut tried = 0;
    let told = loop {
        match tell("right, with money").await {
            200 => tried += 1,
            other => break other,
        }
        assert!(tried < 20_000, "400 at once and 200 a second");
    };
    assert_eq!(told, 503, "not a word of it is lost");
    assert_eq!(tell("right").await, 200, "a mere hint may be");
    door.stop().await;
}
