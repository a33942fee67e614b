//! Forms of stores, payment types and registers.

use engine::settings::Settings;
use payment::{PaymentTypeCode, RegisterId};

use super::{Form, Row};
use crate::page_tests::kit::shop;

const NAME: Row = ("name", "", "People need a name");

const STORE: &[Row] = &[
    NAME,
    ("name", "line\nbreak", "People need a name"),
    ("zone", "Mars/Olympus", "There is no such time zone"),
    ("zone", "", "There is no such time zone"),
    ("language", "de", "Choose a language"),
    ("currency", "XXL", "Choose a currency"),
    ("late_money", "keep", "Choose one of the list"),
    ("claim_within_s", "0", "Seconds, 1 to 86400"),
    ("claim_within_s", "86401", "Seconds, 1 to 86400"),
    ("claim_within_s", "soon", "Seconds, 1 to 86400"),
    ("second_person_above", "much", "An amount is needed"),
    ("second_person_above", "-1", "An amount is needed"),
    ("second_person_above", "1.005", "An amount is needed"),
];

const STORE_FIELDS: &[(&str, &str)] = &[
    ("name", "Shop 21"),
    ("zone", "Europe/Moscow"),
    ("language", "ru"),
    ("currency", "RUB"),
    ("late_money", "offer"),
    ("claim_within_s", "600"),
    ("second_person_above", "5000"),
];

const TYPES: &[Row] = &[
    NAME,
    ("server_1", "", "Choose an authorization server"),
    ("server_1", "nobody", "Choose an authorization server"),
    ("kind", "buyer", "Choose one of the list"),
    ("kind", "static", "None of the chosen servers gives such codes"),
    ("type_code_life_s", "x", "A whole number"),
    ("type_code_life_s", "0", "At least 1 second"),
    ("purpose", "Receipt {reciept}", "in braces only"),
    ("type_late_money", "keep", "Choose one of the list"),
    ("claim_within_s", "soon", "Seconds, 1 to 86400"),
];

const TYPE_FIELDS: &[(&str, &str)] = &[
    ("name", "SBP 2"),
    ("server_1", "bank"),
    ("kind", "dynamic"),
    ("type_code_life_s", "120"),
    ("purpose", "Receipt {receipt}"),
    ("type_late_money", "offer"),
    ("claim_within_s", "600"),
];

const REGISTERS: &[Row] = &[
    NAME,
    ("events_by", "post", "Choose one of the list"),
    ("open_payments", "some", "Choose one of the list"),
];

const REGISTER_FIELDS: &[(&str, &str)] =
    &[("name", "Till 2"), ("events_by", "both"), ("open_payments", "many")];

/// Two payment types: the first is the default.
fn with_two_types(settings: &mut Settings) {
    let store = settings.stores.get_mut(&shop("17")).unwrap();
    let tender = store.payment_types.values().next().unwrap().clone();
    store.payment_types.insert(PaymentTypeCode::parse("other").unwrap(), tender);
}

pub(super) fn forms() -> Vec<Form> {
    [stores(), payment_types(), registers()].into_iter().flatten().collect()
}

fn stores() -> Vec<Form> {
    let (new, settings) = ("/admin/stores/new", "/admin/stores/17/settings");
    vec![
        Form::to(new)
            .on(new)
            .with(&[("store_id", "21")])
            .with(STORE_FIELDS)
            .wrong(&[
                ("store_id", "", "1 to 40 Latin letters"),
                ("store_id", "a b", "1 to 40 Latin letters"),
                ("store_id", "17", "such a one already"),
            ])
            .wrong(STORE),
        Form::to(settings)
            .on(settings)
            .with(STORE_FIELDS)
            .with(&[("default_payment_type", "sbp")])
            .wrong(STORE)
            .wrong(&[
                ("default_payment_type", "a b", "Choose a payment type of this store"),
                ("default_payment_type", "nobody", "Choose a payment type of this store"),
            ])
            .aside(&[("mark", "0000000000000000", 422, "somebody else changed these settings")]),
        Form::to("/admin/stores/17/remove").aside(&[("", "", 409, "Remove them first")]).never_good(),
        Form::to("/admin/stores/19/remove"),
    ]
}

fn payment_types() -> Vec<Form> {
    let (new, own) = ("/admin/stores/17/payment-types/new", "/admin/stores/17/payment-types/sbp");
    vec![
        Form::to(new)
            .on(new)
            .with(&[("type_code", "sbp2")])
            .with(TYPE_FIELDS)
            .wrong(&[
                ("type_code", "с б п", "1 to 40 Latin letters"),
                ("type_code", "", "1 to 40 Latin letters"),
                ("type_code", "sbp", "such a one already"),
            ])
            .wrong(TYPES),
        Form::to(own).on(own).with(TYPE_FIELDS).wrong(TYPES).aside(&[(
            "mark",
            "0000000000000000",
            422,
            "somebody else changed these settings",
        )]),
        Form::to("/admin/stores/17/payment-types/sbp/remove"),
        Form::to("/admin/stores/17/payment-types/sbp/remove")
            .prepared(with_two_types)
            .aside(&[("", "", 409, "This is the default payment type")])
            .never_good(),
    ]
}

/// Register 1 of store 18 is gone.
fn with_room_in_18(settings: &mut Settings) {
    settings.stores.get_mut(&shop("18")).unwrap().registers.remove(&RegisterId::parse("1").unwrap());
}

fn registers() -> Vec<Form> {
    let (new, own) = ("/admin/stores/17/registers/new", "/admin/stores/17/registers/1");
    vec![
        Form::to(new)
            .on(new)
            .with(&[("register_id", "2")])
            .with(REGISTER_FIELDS)
            .wrong(&[
                ("register_id", "", "1 to 40 Latin letters"),
                ("register_id", "a.b", "1 to 40 Latin letters"),
                ("register_id", "1", "such a one already"),
            ])
            .wrong(REGISTERS),
        Form::to(own).on(own).with(REGISTER_FIELDS).wrong(REGISTERS).aside(&[(
            "mark",
            "0000000000000000",
            422,
            "somebody else changed these settings",
        )]),
        Form::to("/admin/stores/17/registers/1/remove"),
        Form::to("/admin/stores/17/registers/5/remove")
            .aside(&[("", "", 409, "The register has open payments")])
            .never_good(),
        Form::to("/admin/stores/17/registers/1/move").on(own).with(&[("to_store", "19")]).wrong(&[
            ("to_store", "", "Choose a store"),
            ("to_store", "17", "Choose a store"),
            ("to_store", "nowhere", "Choose a store"),
            ("to_store", "18", "a register with this number already"),
        ]),
        Form::to("/admin/stores/17/registers/1/move")
            .on(own)
            .with(&[("to_store", "18")])
            .prepared(with_room_in_18),
        Form::to("/admin/stores/17/registers/5/move")
            .on("/admin/stores/17/registers/5")
            .with(&[("to_store", "19")])
            .wrong(&[("to_store", "19", "The register has open payments")])
            .never_good(),
    ]
}
