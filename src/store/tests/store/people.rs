//! Users, sessions, failed tries: the same on every kind of store.

use payment::{Currency, Money, OperationId, PaymentId, Timestamp};
use serde_json::json;
use store::{
    AuditEntry, Author, ChangePeopleError, Grant, People, PeopleEdit, RefundRequest, RefundRequestBody, Role,
    Session, SessionBody, User, UserBody, UserId,
};

use crate::sample::at;

pub(crate) fn user(login: &str) -> User {
    let body = UserBody {
        name: format!("Имя {login}"),
        password_hash: Some("$argon2id$…".to_owned()),
        grants: vec![Grant { role: Role::Support, store: Some(shop()) }],
        second_factor: None,
        must_change_password: false,
        is_blocked: false,
        language: None,
        added_at: at(0),
    };
    User { id: UserId(format!("{login:0>32}")), login: login.to_owned(), version: 1, body }
}

fn shop() -> payment::StoreId {
    payment::StoreId::parse("17").unwrap()
}

pub(crate) fn author(now: Timestamp) -> Author {
    Author { who: "olga".to_owned(), from: "10.0.0.7".to_owned(), at: now }
}

fn entry(about: &str) -> AuditEntry {
    AuditEntry {
        author: author(at(5)),
        action: "user.add".to_owned(),
        about: about.to_owned(),
        store: Some(shop()),
        before: None,
        after: Some(json!({ "login": about })),
    }
}

fn session(token: &str, user: &User, ends_at: Timestamp) -> PeopleEdit {
    PeopleEdit::BeginSession(Box::new(Session {
        token_sha256: token.to_owned(),
        user: user.id.clone(),
        seen_at: at(1),
        ends_at,
        body: SessionBody {
            begun_at: at(1),
            from: "10.0.0.7".to_owned(),
            browser: "Firefox".to_owned(),
            is_whole: true,
        },
    }))
}

async fn add(people: &dyn People, login: &str) -> User {
    let user = user(login);
    let edits = vec![PeopleEdit::AddUser(Box::new(user.clone()))];
    people.change_people(edits, vec![entry(login)]).await.unwrap();
    user
}

pub(crate) async fn a_user_is_read_back_as_they_were_added(people: &dyn People) {
    let (olga, anna) = (add(people, "olga").await, add(people, "anna").await);
    assert_eq!(people.users().await.unwrap(), [anna.clone(), olga.clone()]);
    assert_eq!(people.user_by_login("olga").await.unwrap(), Some(olga));
    assert_eq!(people.user(&anna.id).await.unwrap(), Some(anna));
    assert_eq!(people.user_by_login("nobody").await.unwrap(), None);
}

pub(crate) async fn a_login_is_taken_once(people: &dyn People) {
    add(people, "olga").await;
    let other = User { id: UserId("f".repeat(32)), ..user("olga") };
    let refused = people.change_people(vec![PeopleEdit::AddUser(Box::new(other))], vec![]).await;
    assert!(matches!(refused, Err(ChangePeopleError::LoginTaken)), "{refused:?}");
}

pub(crate) async fn a_user_is_changed_only_at_the_version_that_was_read(people: &dyn People) {
    let mut olga = add(people, "olga").await;
    olga.body.is_blocked = true;
    let change = |user: &User| vec![PeopleEdit::ChangeUser(Box::new(user.clone()))];
    people.change_people(change(&olga), vec![]).await.unwrap();
    let refused = people.change_people(change(&olga), vec![]).await;
    assert!(matches!(refused, Err(ChangePeopleError::Conflict)), "{refused:?}");
    let kept = people.user(&olga.id).await.unwrap().unwrap();
    assert_eq!((kept.version, kept.body.is_blocked), (2, true));
    let removal = |version| vec![PeopleEdit::RemoveUser(olga.id.clone(), version)];
    assert!(people.change_people(removal(1), vec![]).await.is_err());
    people.change_people(removal(2), vec![]).await.unwrap();
    assert_eq!(people.users().await.unwrap(), []);
}

pub(crate) async fn a_refused_change_leaves_neither_edits_nor_entries(people: &dyn People) {
    let olga = add(people, "olga").await;
    let edits = vec![
        PeopleEdit::AddUser(Box::new(user("anna"))),
        session("a-token", &olga, at(100)),
        PeopleEdit::ChangeUser(Box::new(User { version: 9, ..olga.clone() })),
    ];
    people.change_people(edits, vec![entry("anna")]).await.unwrap_err();
    assert_eq!(people.users().await.unwrap(), [olga]);
    assert_eq!(people.sessions(at(2)).await.unwrap(), []);
    assert_eq!(people.audit_before(None, 10).await.unwrap().len(), 1);
}

pub(crate) async fn sessions_end_by_time_by_hand_and_with_their_user(people: &dyn People) {
    let (olga, anna) = (add(people, "olga").await, add(people, "anna").await);
    let begin = vec![
        session("one", &olga, at(100)),
        session("two", &olga, at(200)),
        session("three", &olga, at(200)),
        session("four", &anna, at(200)),
    ];
    people.change_people(begin, vec![]).await.unwrap();
    assert!(people.session("one", at(99)).await.unwrap().is_some());
    assert!(people.session("one", at(100)).await.unwrap().is_none(), "its time is over");
    let seen = vec![PeopleEdit::SeeSession("one".to_owned(), at(90), at(300))];
    people.change_people(seen, vec![]).await.unwrap();
    let kept = people.session("one", at(299)).await.unwrap().unwrap();
    assert_eq!((kept.seen_at, kept.user), (at(90), olga.id.clone()));

    people.change_people(vec![PeopleEdit::EndSession("two".to_owned())], vec![]).await.unwrap();
    let others = PeopleEdit::EndSessionsOf(olga.id.clone(), Some("one".to_owned()));
    people.change_people(vec![others], vec![]).await.unwrap();
    let left =
        |sessions: Vec<Session>| sessions.into_iter().map(|session| session.token_sha256).collect::<Vec<_>>();
    assert_eq!(left(people.sessions(at(150)).await.unwrap()), ["one", "four"]);
    people.change_people(vec![PeopleEdit::RemoveUser(anna.id, 1)], vec![]).await.unwrap();
    assert_eq!(left(people.sessions(at(150)).await.unwrap()), ["one"]);
    people.change_people(vec![PeopleEdit::ForgetSessions(at(300))], vec![]).await.unwrap();
    assert_eq!(people.sessions(at(0)).await.unwrap(), []);
}

pub(crate) async fn a_setup_link_is_good_once_and_until_its_end_and_the_newest_alone_holds(
    people: &dyn People,
) {
    let put = |hash: &str, end| vec![PeopleEdit::PutSetupLink(hash.to_owned(), end)];
    let take = |hash: &str, now| vec![PeopleEdit::TakeSetupLink(hash.to_owned(), now)];
    people.change_people(put("old", at(100)), vec![]).await.unwrap();
    people.change_people(put("new", at(100)), vec![]).await.unwrap();
    assert_eq!(people.setup_link("new", at(1)).await.unwrap(), Some(at(100)));
    assert_eq!(people.setup_link("old", at(1)).await.unwrap(), None);
    for (hash, now) in [("old", at(1)), ("new", at(100)), ("", at(1))] {
        let refused = people.change_people(take(hash, now), vec![]).await;
        assert!(matches!(refused, Err(ChangePeopleError::Conflict)), "{hash}: {refused:?}");
    }
    people.change_people(take("new", at(99)), vec![]).await.unwrap();
    people.change_people(take("new", at(99)), vec![]).await.unwrap_err();
}

pub(crate) async fn tries_are_counted_within_their_window(people: &dyn People) {
    for tries in 1..=3 {
        assert_eq!(people.count_try("olga", at(tries), at(100)).await.unwrap(), tries.unsigned_abs());
    }
    assert_eq!(people.count_try("anna", at(4), at(100)).await.unwrap(), 1);
    assert_eq!(people.count_try("olga", at(99), at(500)).await.unwrap(), 4, "a try does not prolong it");
    assert_eq!(people.count_try("olga", at(100), at(200)).await.unwrap(), 1, "the window is over");
    people.change_people(vec![PeopleEdit::ForgetTries("olga".to_owned())], vec![]).await.unwrap();
    assert_eq!(people.count_try("olga", at(101), at(200)).await.unwrap(), 1);
}

pub(crate) async fn entries_are_chained_and_come_newest_first(people: &dyn People) {
    assert_eq!(people.verify_audit().await.unwrap().entries, 0);
    people.change_people(vec![], vec![entry("a"), entry("b")]).await.unwrap();
    people.change_people(vec![], vec![entry("c")]).await.unwrap();
    let page = people.audit_before(None, 2).await.unwrap();
    let told: Vec<_> = page.iter().map(|record| (record.number, record.entry.about.as_str())).collect();
    assert_eq!(told, [(3, "c"), (2, "b")]);
    assert_eq!(page[0].entry, entry("c"));
    assert_eq!(people.audit_before(Some(2), 2).await.unwrap()[0].entry.about, "a");
    let verdict = people.verify_audit().await.unwrap();
    assert_eq!((verdict.entries, verdict.head, verdict.problem), (3, page[0].hash.clone(), None));
}

pub(crate) async fn of_many_changes_at_once_each_has_its_own_place_in_the_chain(people: &dyn People) {
    let names: Vec<String> = (0..20).map(|number| format!("user{number}")).collect();
    let changes = names.iter().map(|name| people.change_people(vec![], vec![entry(name)]));
    for done in futures_util::future::join_all(changes).await {
        done.unwrap();
    }
    let verdict = people.verify_audit().await.unwrap();
    assert_eq!((verdict.entries, verdict.problem), (20, None));
}

fn request(number: u32, payment: u32, asked_by: &User) -> RefundRequest {
    RefundRequest {
        operation: OperationId::parse(&format!("hand-{number}")).unwrap(),
        store: shop(),
        payment: PaymentId::from_uuid(u128::from(payment) << 12),
        asked_by: asked_by.id.clone(),
        agreed_by: None,
        expires_at: at(100 + i64::from(number)),
        body: RefundRequestBody {
            who: asked_by.login.clone(),
            asked_at: at(1),
            amount: Money::try_new(500_000, Currency::RUB).unwrap(),
            transaction: None,
            reason: "returned".to_owned(),
        },
    }
}

pub(crate) async fn a_refund_is_agreed_to_once_in_time_and_by_another_person(people: &dyn People) {
    let (olga, anna) = (add(people, "olga").await, add(people, "anna").await);
    let mut asked = request(1, 1, &olga);
    let operation = || asked.operation.clone();
    let put = PeopleEdit::PutRefundRequest(Box::new(asked.clone()));
    people.change_people(vec![put], vec![]).await.unwrap();
    assert_eq!(people.refund_requests().await.unwrap(), [asked.clone()]);
    let agree = |user: &User, now| vec![PeopleEdit::AgreeToRefund(operation(), user.id.clone(), now)];
    for (who, now) in [(&olga, at(2)), (&anna, at(101)), (&anna, at(500))] {
        let refused = people.change_people(agree(who, now), vec![]).await;
        assert!(matches!(refused, Err(ChangePeopleError::Conflict)), "{} at {now}: {refused:?}", who.login);
    }
    people.change_people(agree(&anna, at(100)), vec![]).await.unwrap();
    people.change_people(agree(&anna, at(100)), vec![]).await.unwrap_err();
    people.change_people(vec![PeopleEdit::DropRefundRequest(operation())], vec![]).await.unwrap_err();
    asked.agreed_by = Some(anna.id);
    assert!(!asked.has_expired(at(500)), "what was agreed to waits until it is carried out");
    assert_eq!(people.refund_requests().await.unwrap(), [asked.clone()]);
    for _ in 0..2 {
        let end = PeopleEdit::EndRefundRequest(asked.operation.clone());
        people.change_people(vec![end], vec![]).await.unwrap();
    }
    assert_eq!(people.refund_requests().await.unwrap(), []);
}

pub(crate) async fn a_payment_has_one_request_at_most(people: &dyn People) {
    let olga = add(people, "olga").await;
    let put = |number, payment| vec![PeopleEdit::PutRefundRequest(Box::new(request(number, payment, &olga)))];
    people.change_people(put(2, 1), vec![]).await.unwrap();
    for (number, payment) in [(2, 2), (3, 1), (2, 1)] {
        let refused = people.change_people(put(number, payment), vec![]).await;
        assert!(matches!(refused, Err(ChangePeopleError::Conflict)), "{number} of {payment}: {refused:?}");
    }
    people.change_people(put(1, 2), vec![]).await.unwrap();
    let requests = people.refund_requests().await.unwrap();
    let names: Vec<&str> = requests.iter().map(|request| request.operation.as_str()).collect();
    assert_eq!(names, ["hand-1", "hand-2"], "the first to expire first");
    let drop = PeopleEdit::DropRefundRequest(requests[0].operation.clone());
    people.change_people(vec![drop.clone()], vec![]).await.unwrap();
    people.change_people(vec![drop], vec![]).await.unwrap_err();
    people.change_people(put(1, 2), vec![]).await.unwrap();
}
