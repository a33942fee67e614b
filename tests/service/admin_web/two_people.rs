//! Two people and real money: the first ten roubles, paid at a kiosk and given back; a large refund that needs both of them; the
//! journal that keeps itself fresh meanwhile; a dead letter that is sent again.

use serde_json::json;
use universal_integrator::till::{AmqpRegister, BasicProperties, RawMessage};

use super::person::Person;
use super::words::{ENGLISH, RUSSIAN, Words};
use super::{PASSWORD, first_run, no_secret_is_logged, setup_link};
use crate::lab::{Broker, Browser, LIMIT, MERCHANT_KEY, Plan, World, until};
use crate::till::{begin, expect, pay};

const JOURNAL: &str = "/admin/stores/17/payments";
const GO_LIVE: &str = "/admin/stores/17/go-live";

#[tokio::test(flavor = "multi_thread")]
async fn two_people_go_live_and_give_a_large_sum_back_together_in_russian() {
    Box::pin(story(&RUSSIAN)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_go_live_and_give_a_large_sum_back_together_in_english() {
    Box::pin(story(&ENGLISH)).await;
}

async fn story(words: &Words) {
    let plan = Plan { log: "debug", ..Plan::default() };
    let world = World::build(plan, Broker::shared()).await;
    let base = format!("http://{}", world.service.http());
    let mut anna = Person::sits_down_in_a_hurry(words, &base).await;
    let recovery = first_run(&mut anna, &setup_link(&world.service)).await;
    let mut olga = Person::sits_down_in_a_hurry(words, &base).await;
    let temporary = second_person(&world, &mut olga).await;
    real_money_and_a_limit(&anna).await;

    go_live(&world, &mut anna, &olga).await;
    let till = world.till("2").await;
    large_refund(&world, &till, &mut anna, &mut olga, &recovery[0]).await;
    dead_letter(&world, &till, &mut anna).await;

    let tokens = [anna.token().await, olga.token().await];
    anna.leaves().await;
    olga.leaves().await;
    let secrets = [PASSWORD, MERCHANT_KEY, &temporary, &recovery[0], &tokens[0], &tokens[1]];
    no_secret_is_logged(&world.service.log(), &secrets);
    world.books_agree(&[&till]).await;
    world.end().await;
}

/// Olga, who may refund: from her temporary password to a second factor of her own. Returns that password.
async fn second_person(world: &World, olga: &mut Person<'_>) -> String {
    let add = ["users", "add", "olga", "--name", "Olga", "--role", "support:17"];
    let printed = world.service.command(&add).await;
    let temporary = printed.trim().rsplit(' ').next().unwrap().to_owned();
    olga.go("/admin/sign-in").await;
    olga.fill(&[("login", "olga"), ("password", &temporary)]).await;
    olga.send("/admin/sign-in", false).await;
    olga.fill(&[("password_old", &temporary), ("password", PASSWORD), ("password_again", PASSWORD)]).await;
    olga.send("/admin/me/password", false).await;
    olga.notice(olga.words.password_changed).await;
    olga.go("/admin").await;
    olga.title(olga.words.second_factor).await;
    let seed = olga.browser.read(".scan p code").await;
    olga.has_scanned(&seed);
    let code = olga.code(0).await;
    olga.fill(&[("code", &code)]).await;
    olga.send("/admin/me/second-factor", false).await;
    olga.title(olga.words.recovery).await;
    temporary
}

/// The bank works with real money from now on, and refunds above a hundred roubles need two people.
async fn real_money_and_a_limit(anna: &Person<'_>) {
    anna.go("/admin/servers/sbp").await;
    anna.choose("money", "live").await;
    anna.send("/admin/servers/sbp", false).await;
    anna.notice(anna.words.saved).await;
    anna.go("/admin/stores/17/settings").await;
    anna.fill(&[("second_person_above", "100")]).await;
    anna.send("/admin/stores/17/settings", false).await;
    anna.notice(anna.words.saved).await;
}

/// Ten roubles at the kiosk of register 1, paid and given back. Olga has the journal open all the while, and touches nothing.
async fn go_live(world: &World, anna: &mut Person<'_>, olga: &Person<'_>) {
    let words = anna.words;
    let kiosk = Browser::open_for("ru", 1280, 800).await;
    let screen = "screen?store=17&register=1&console=kiosk-1";
    kiosk.go(&format!("http://{}/{screen}", world.service.http())).await;
    olga.go(JOURNAL).await;
    olga.browser.run("window.isTheSamePage = true").await;

    anna.go(GO_LIVE).await;
    anna.choose("live_register", "1").await;
    anna.choose("live_type", "sbp").await;
    anna.send("/go-live", false).await;
    anna.browser.see(".sum", "10").await;
    kiosk.see(".face", "10,00").await;
    olga.browser.see("#live .journal", words.awaiting).await;

    let payload = until("the code is out", async || {
        let records = world.records().await;
        Some(records.first()?.payment.state.attempts.first()?.code.as_ref()?.payload.clone())
    })
    .await;
    world.bank.pay(&payload).await;
    kiosk.see(".face", RUSSIAN.thanks).await;
    olga.browser.see("#live .journal", words.paid).await;
    assert_eq!(olga.browser.run("return window.isTheSamePage").await, true, "nobody loaded it anew");
    kiosk.close().await;

    anna.browser.run("location.reload()").await;
    anna.click(".deeds a[href$='/refund']").await;
    let code = anna.code(1).await;
    anna.fill(&[("reason", words.reason), ("code", &code)]).await;
    anna.send("/refund", false).await;
    anna.notice(words.refund_asked).await;
    anna.until_told(words.refunded_ten).await;

    anna.go(GO_LIVE).await;
    assert_eq!(anna.browser.read_all(".checks li.good").await.len(), 3, "shown, paid and given back");
    anna.look_closely("50-go-live-done").await;
    let (told, ledger) = (anna.browser.read_all(".checks code").await, world.bank.ledger().await);
    let ([paid], [back]) = (&ledger.payments[..], &ledger.refunds[..]) else { panic!("{ledger:?}") };
    assert_eq!((paid.amount, back.amount, back.status.as_str()), (1_000, 1_000, "COMPLETED"));
    assert_eq!(told.first(), Some(&paid.transaction), "the page names the money as the bank does");
    assert_eq!(back.transaction, paid.transaction);
}

/// One asks with a code, nothing happens; the other agrees with a code of her own, and the money goes back.
async fn large_refund(
    world: &World,
    till: &AmqpRegister,
    anna: &mut Person<'_>,
    olga: &mut Person<'_>,
    recovery: &str,
) {
    let words = anna.words;
    let payload = begin(till, &pay("large", 19_800)).await;
    world.bank.pay(&payload).await;
    expect(till, "large", "payment.paid").await;

    anna.go(JOURNAL).await;
    anna.click(".journal tbody tr:first-child a").await;
    anna.click(".deeds a[href$='/refund']").await;
    anna.fill(&[("reason", words.reason), ("code", recovery)]).await;
    anna.send("/refund", false).await;
    anna.notice(words.refund_waits).await;
    anna.look_closely("51-refund-waits").await;
    assert_eq!(world.bank.ledger().await.refunds.len(), 1, "no money moves before somebody else agrees");

    olga.go("/admin/refund-requests").await;
    olga.look_closely("52-refund-requests").await;
    olga.click("main .cards a").await;
    olga.look_closely("53-refund-request").await;
    let code = olga.code(1).await;
    olga.fill(&[("code", &code)]).await;
    olga.send("/agree", false).await;
    olga.notice(words.refund_asked).await;
    olga.until_told(words.refunded_large).await;
    let ledger = world.bank.ledger().await;
    assert_eq!(ledger.refunds.iter().map(|refund| refund.amount).collect::<Vec<_>>(), [1_000, 19_800]);
}

/// A till asks before it has a queue: nobody can answer it. Once it has one, the letter is sent again, and the answer comes.
async fn dead_letter(world: &World, till: &AmqpRegister, anna: &mut Person<'_>) {
    let properties = BasicProperties::default().with_content_type("application/json".into());
    let body = json!({ "operation": "lost" }).to_string().into_bytes();
    let letter = RawMessage { routing_key: "v1.17.3.get".to_owned(), properties, body };
    till.publish_raw(letter).await.unwrap();
    until("it is among the dead letters", async || (world.waiting("dead").await == 1).then_some(())).await;

    anna.go("/admin/operations/letters").await;
    anna.browser.see(".heap", "v1.17.3.get").await;
    anna.look_closely("54-dead-letter").await;
    let third = world.till("3").await;
    anna.click("input[name='letter']").await;
    anna.click("button[name='which'][value='chosen']").await;
    anna.notice(anna.words.letters_sent).await;
    anna.browser.see(".empty", anna.words.letters_none).await;
    third.wait_for("lost", |_| true, LIMIT).await.unwrap();
    assert_eq!(world.waiting("dead").await, 0, "it is answered, and nowhere else");
    third.close().await;
}
