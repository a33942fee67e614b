//! Questions to a bank as the engine would ask them.

use payment::{
    BankTransaction, CodeId, CodeKind, Currency, IssueRequest, Money, OrderRequest, PaymentId, Plate,
    RefundRequest, Timestamp,
};

const LINK: &str = "AS100032PQ7739G58NCQ457RA2OG82JP";
const PAYMENT: u128 = 0x0191_f7e2_5d3a_7abc_8def_0123_4567_8000;

/// Asks for a code of 1110.11 RUB until 18:05 Moscow time; its order is `0191f7e25d3a7abc8def012345678001`.
pub fn issue_request(kind: CodeKind) -> IssueRequest {
    IssueRequest {
        order: PaymentId::from_uuid(PAYMENT).attempt(1),
        amount: money(111_011),
        kind,
        expires_at: Timestamp::parse("2026-11-21T15:05:00Z").expect("it is RFC 3339"),
        purpose: Some("Receipt 1734, till 3".to_owned()),
        plate: (kind == CodeKind::CashLink).then(plate),
    }
}

/// The plate of the register: the link `AS100032PQ7739G58NCQ457RA2OG82JP`.
pub fn plate() -> Plate {
    Plate {
        link: CodeId::parse(LINK).expect("it is short and plain"),
        payload: format!("https://qr.nspk.ru/{LINK}?type=01&bank=100000000007&crc=81B3"),
    }
}

/// Asks after the same order, by the code's id if it is given.
pub fn order_request(kind: CodeKind, code: Option<&str>) -> OrderRequest {
    let code = code.map(|id| CodeId::parse(id).expect("a test gives a right id"));
    OrderRequest { order: PaymentId::from_uuid(PAYMENT).attempt(1), code, kind }
}

/// Gives 150 RUB of the same order back; the refund's key is `0191f7e25d3a7abc8def012345678801`.
pub fn refund_request(kind: CodeKind) -> RefundRequest {
    RefundRequest {
        refund: PaymentId::from_uuid(PAYMENT).refund(1),
        order: PaymentId::from_uuid(PAYMENT).attempt(1),
        transaction: BankTransaction::parse("120059").expect("it is short and plain"),
        amount: money(15_000),
        kind,
        purpose: Some("Return of receipt 1734".to_owned()),
    }
}

fn money(minor: i64) -> Money {
    Money::try_new(minor, Currency::RUB).expect("it is above zero")
}
