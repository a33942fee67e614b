//! What the shop of the pictures is made of: names as long as real ones, in Russian.

use serde_json::{Value, json};

/// What people of the shop say.
pub(super) struct StoreWords {
    pub(super) cashier: &'static str,
    pub(super) reason: &'static str,
    /// Login, name, role.
    pub(super) users: &'static [[&'static str; 3]],
}

pub(super) const STORE_WORDS: StoreWords = StoreWords {
    cashier: "Константинопольская А. В.",
    reason: "Покупатель передумал: молоко с истёкшим сроком годности",
    users: &[
        ["irina", "Ирина Сергеевна Бондаренко-Воскресенская", "store_admin:17"],
        ["support", "Поддержка сети", "support"],
        ["kassa", "Старший кассир", "cashier:17"],
    ],
};

/// The items of a receipt over 347,50 ₽.
pub(super) fn items() -> Value {
    json!([
        { "name": "Молоко «Заливные луга» отборное пастеризованное 3,4–4,5 %, 1 л", "quantity": "2",
          "price": 9_900, "amount": 19_800 },
        { "name": "Яблоки Гала, вес", "quantity": "0.75", "price": 19_933, "amount": 14_950 },
    ])
}

/// Its settings.
pub(super) const MORE: &str = r#"
[servers.raif]
name = "Райффайзенбанк — расчётный счёт магазинов Поволжья"
module = "{module}"
test = false
response_timeout_s = 30
call_timeout_ms = 5000
code_life_s = 300
rate_per_s = 50
concurrency = 16
fee_bp = 40

[servers.raif.values]
sbp_merchant_id = "{merchant}"
base_url = "{bank}"
code_life_min_s = "1"
dead_after_s = "10"

[servers.raif.secrets]
secret_key = "{key}"

[servers.trial]
name = "Тестовый контур"
module = "{module}"
test = true
response_timeout_s = 30
call_timeout_ms = 5000
code_life_s = 300
rate_per_s = 50
concurrency = 16
usage = "refunds_only"

[servers.trial.values]
sbp_merchant_id = "{merchant}"
base_url = "{bank}"

[servers.trial.secrets]
secret_key = "{key}"

[stores.17]
name = "Универсам «Солнышко» на проспекте Ленина, 125 к. 2"
zone = "Europe/Moscow"
language = "ru"
currency = "RUB"
default_payment_type = "sbp"
late_money = "refund"
second_person_above_minor = 500000

[stores.17.payment_types.sbp]
name = "QR-код (СБП)"
servers = ["raif"]
purpose = "Чек {receipt}, касса {register}"

[stores.17.payment_types.plate]
name = "Табличка на кассе"
servers = ["raif"]
code = "cash_link"

[stores.17.payment_types.static]
name = "Статический QR-код"
servers = ["raif"]
code = "static"

[stores.17.registers.1]
name = "Касса 1"

[stores.17.registers.2]
name = "Касса 2, у входа с парковки"
open_payments = "many"

[stores.17.registers.2.consoles.printer]
name = "Принтер чеков"
kind = "printer"
show_qr = true
address = "tcp://127.0.0.1:9"
profile = "atol-rp326"

[stores.17.registers.2.consoles.pole]
name = "Строчный дисплей"
kind = "line_display"
show_qr = false
address = "tcp://127.0.0.1:9"
profile = "ocd-300-cp1251"

[stores.17.registers.3]
name = "Касса самообслуживания"

[stores.17.registers.3.consoles.kiosk]
name = "Экран киоска"
kind = "kiosk"
show_qr = true

[stores.17.screens]
slide_s = 10

[[stores.17.screens.slides]]
title = "Скидка 10 % на хлеб после 20:00"
text = "Каждый день, кроме воскресенья"

[[stores.17.screens.slides]]
title = "Карта лояльности — на кассе"

[stores.18]
name = "Минимаркет на Садовой"
zone = "Europe/Moscow"
language = "ru"
currency = "RUB"
default_payment_type = "sbp"

[stores.18.payment_types.sbp]
name = "QR-код (СБП)"
servers = ["raif"]

[stores.18.registers.1]
name = "Касса 1"

[api_keys.lab]
store = "17"
name = "Кассовая программа"
sha256 = "{api_key_sha256}"
"#;
