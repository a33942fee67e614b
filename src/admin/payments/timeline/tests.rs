use console::Language;
use payment::{EndCode, Finding, FiscalReceipt, OperationId, Origin};

use super::*;
use crate::page_tests::samples::{self, NOW};

fn told(language: Language, fact: &Fact) -> Told {
    let mut payment = samples::paid(1);
    let state = payment::RefundState::Queued { not_before: NOW };
    samples::add_refund(&mut payment, 0, Origin::Late, state);
    let (words, clock) = (Words::of(language), Clock::of(Some(&samples::store_in("Europe/Moscow"))));
    let bank = |server: &ServerId| format!("Bank {server}");
    Teller { words: &words, clock: &clock, payment: &payment, bank: &bank }.tell(fact)
}

#[test]
fn a_fact_tells_who_did_what_with_the_reason_beside_it() {
    let payment = samples::paid(1);
    let attempt = payment.id.attempt(1);
    let by_olga = Fact::CreditAssigned { credit: 0, role: CreditRole::Pays, by: Some("olga".to_owned()) };
    let declined = Fact::TryDeclined { attempt, reason: Some("no money".to_owned()) };
    let closing =
        Fact::ClosingBegan { wish: Wish::Cancel, reason: Some("olga: left".to_owned()), tell_by: NOW };
    for (fact, text, who, detail) in [
        (Fact::Accepted { give_up_at: NOW }, "The register asks for ₽198.00.", "register 1", None),
        (declined, "A try was declined.", "Bank bank", Some("no money")),
        (by_olga, "₽198.00 was accepted as payment.", "olga", None),
        (
            closing,
            "A cancel was asked for; its outcome is told by 15:00:00.",
            "register or staff",
            Some("olga: left"),
        ),
        (
            Fact::CreditFound { credit: payment.state.credits[0].clone() },
            "₽198.00 arrived: paid. Transaction T1.",
            "Bank bank",
            None,
        ),
        (
            Fact::RefundCompleted { refund: payment.id.refund(1), transaction: None },
            "₽50.00 went back.",
            "the service",
            None,
        ),
        (
            Fact::RefundCompleted { refund: payment.id.refund(9), transaction: None },
            "— went back.",
            "the service",
            None,
        ),
    ] {
        let said = told(Language::English, &fact);
        assert_eq!((said.text.as_str(), said.who.as_str(), said.detail.as_deref()), (text, who, detail));
    }
}

#[test]
fn no_fact_is_told_by_the_name_of_its_key() {
    let payment = samples::shown(1);
    let attempt = payment.id.attempt(1);
    let refund = payment.id.refund(1);
    let receipt = FiscalReceipt { drive: "1".to_owned(), document: "2".to_owned(), sign: "3".to_owned() };
    let fiscalized = |operation, of| Fact::Fiscalized {
        operation: OperationId::parse(operation).unwrap(),
        of,
        receipt: receipt.clone(),
    };
    let cause = "why".to_owned();
    let mut facts = vec![
        Fact::WaitBegan { what: Wait::Superseded },
        Fact::WaitBegan { what: Wait::Link { until: NOW } },
        Fact::WaitEnded { give_up_at: NOW },
        Fact::IssueOrdered { attempt: payment.state.attempts[0].clone() },
        Fact::NotIssued { attempt, cause: cause.clone(), refusal: None, next_attempt_at: NOW },
        Fact::IssueUnknown { attempt, cause: cause.clone(), next_attempt_at: NOW },
        Fact::ProcessingSeen { attempt },
        Fact::ProcessingGone { attempt },
        Fact::AnnulmentWanted { attempt },
        Fact::AnnulmentUncertain { attempt, cause: cause.clone(), not_before: NOW },
        Fact::WatchEnded { attempt },
        Fact::CreditProven { credit: 0 },
        Fact::CreditTaken { credit: 7 },
        Fact::ReviewBegan { code: cause.clone(), reason: cause.clone() },
        Fact::ReviewEnded { who: cause.clone(), why: cause.clone() },
        Fact::RefundNotSent { refund, cause: cause.clone(), not_before: NOW },
        Fact::RefundUnknown { refund, cause: cause.clone() },
        Fact::RefundNotFound { refund },
        Fact::RefundPending { refund },
        Fact::RefundParked { refund, reason: cause },
        fiscalized("op-1", None),
        fiscalized("r-1", None),
        fiscalized("op-1", Some(Receipted::Sale)),
        fiscalized("op-1", Some(Receipted::Refund(refund))),
        Fact::Settled,
        Fact::Inspected { finding: Finding::RowMended { says: "x".to_owned() } },
        Fact::Inspected { finding: Finding::BankDiffers { attempt, says: "x".to_owned() } },
    ];
    let causes = [
        DeathCause::Paid,
        DeathCause::Annulled,
        DeathCause::Expired,
        DeathCause::Declined,
        DeathCause::WaitedOut,
    ];
    facts.extend(causes.map(|cause| Fact::AttemptDied { attempt, cause, watch_until: NOW }));
    let ended = |(word, code): (&EndWord, &EndCode)| {
        Fact::Ended(payment::Ending {
            word: *word,
            code: *code,
            reason: String::new(),
            certain: true,
            payable_until: None,
            at: NOW,
        })
    };
    facts.extend(EndWord::ALL.iter().cycle().zip(EndCode::ALL).map(ended));
    for language in [Language::Russian, Language::English] {
        for fact in &facts {
            let text = told(language, fact).text;
            let is_key =
                |word: &str| ["fact-", "end-", "output-", "{"].iter().any(|key| word.starts_with(key));
            assert!(!text.split_whitespace().any(is_key), "{fact:?}: {text}");
            assert_ne!(text, Words::of(language).text("fact-other"), "{fact:?}");
        }
    }
}
