//! Forms that move money, or say what becomes of a sale.

use engine::settings::{EventsBy, Settings};

use super::{CODE, Form, Row};

const CODES: [Row; 3] = [
    ("code", "", "That is not the code"),
    ("code", "000000", "That is not the code"),
    ("code", "AAAA-BBBB-CCCC", "That is not the code"),
];

const LONG: &str = "A reason that is longer than anybody reads, and on and on and on and on and on and on and on and on \
    and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on.";

fn without_queues(settings: &mut Settings) {
    let registers = settings.stores.values_mut().flat_map(|store| store.registers.values_mut());
    registers.for_each(|register| register.events_by = EventsBy::Http);
}

pub(super) fn forms() -> Vec<Form> {
    [vec![refund()], deeds(), by_two_people(), vec![claim()]].into_iter().flatten().collect()
}

fn refund() -> Form {
    let paid = "/admin/stores/17/payments/{payment 1}/refund";
    Form::to(paid)
        .on(paid)
        .with(&[("amount", "50"), ("reason", "broken"), ("code", CODE)])
        .wrong(&[
            ("amount", "", "A number above zero"),
            ("amount", "0", "A number above zero"),
            ("amount", "-1", "A number above zero"),
            ("amount", "1.005", "A number above zero"),
            ("amount", "much", "A number above zero"),
            ("amount", "198.01", "No more than ₽198.00"),
            ("reason", "", "A reason is needed"),
            ("reason", "line\nbreak", "A reason is needed"),
            ("reason", LONG, "A reason is needed"),
        ])
        .wrong(&CODES)
        .aside(&[
            ("operation", "", 404, "Not found"),
            ("operation", "op-1", 404, "Not found"),
            ("operation", "hand-short", 404, "Not found"),
            ("credit", "", 404, "Not found"),
            ("credit", "x", 404, "Not found"),
            ("credit", "7", 409, "this money is taken care of"),
        ])
}

fn deeds() -> Vec<Form> {
    let review = "/admin/stores/17/payments/{payment 3}/review";
    vec![
        Form::to("/admin/stores/17/payments/{payment 2}/cancel").with(&[("reason", "left")]).aside(&[
            ("reason", "line\nbreak", 422, "Nothing was cancelled"),
            ("reason", LONG, 422, "at most 200"),
        ]),
        Form::to("/admin/stores/17/payments/{payment 1}/cancel")
            .aside(&[("", "", 409, "a cancel gives no money back")])
            .never_good(),
        Form::to("/admin/stores/17/payments/{payment 1}/resend"),
        Form::to("/admin/stores/17/payments/{payment 1}/resend")
            .prepared(without_queues)
            .aside(&[("", "", 409, "asks for its events over HTTP")])
            .never_good(),
        Form::to(review)
            .on(review)
            .with(&[("verdict", "paid:T-held"), ("reason", "the statement"), ("code", CODE)])
            .wrong(&[
                ("verdict", "", "Choose a decision"),
                ("verdict", "perhaps", "Choose a decision"),
                ("verdict", "paid:T1", "Choose a decision"),
                ("reason", "", "A reason is needed"),
                ("reason", LONG, "A reason is needed"),
            ])
            .wrong(&CODES),
        Form::to("/admin/stores/17/payments/{payment 1}/review")
            .aside(&[("", "", 409, "there is no review")])
            .never_good(),
    ]
}

fn by_two_people() -> Vec<Form> {
    let waiting = "/admin/stores/17/refund-requests/{operation}";
    vec![
        Form::to("/admin/stores/17/refund-requests/{operation}/agree")
            .on(waiting)
            .with(&[("code", CODE)])
            .wrong(&CODES),
        Form::to("/admin/stores/17/refund-requests/{operation}/drop").on(waiting),
        Form::to("/admin/stores/17/refund-requests/hand-nothing/agree")
            .aside(&[("", "", 404, "Not found")])
            .never_good(),
        Form::to("/admin/stores/17/refund-requests/hand-nothing/drop")
            .aside(&[("", "", 404, "Not found")])
            .never_good(),
    ]
}

fn claim() -> Form {
    Form::to("/admin/operations/unclaimed/claim")
        .on("/admin/operations/unclaimed/claim?server=bank&transaction=T-1")
        .with(&[
            ("claim_register", "1"),
            ("claim_operation", "op-1"),
            ("claim_receipt", "000123"),
            ("code", CODE),
        ])
        .wrong(&[
            ("claim_register", "", "Choose a register of this store"),
            ("claim_register", "9", "Choose a register of this store"),
            ("claim_operation", "", "From 1 to 64 characters"),
            ("claim_receipt", LONG, "No longer than 64"),
            ("claim_receipt", "line\nbreak", "No longer than 64"),
        ])
        .wrong(&CODES)
        .aside(&[
            ("server", "nobody", 404, "Not found"),
            ("transaction", "", 404, "Not found"),
            ("transaction", "T-2", 404, "Not found"),
        ])
}
