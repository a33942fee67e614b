//! What sample buyers buy.

use serde_json::{Value, json};

/// Goods with their quantities (text, as on receipts) and prices and sums in kopecks.
type Line = (&'static str, &'static str, i64, i64);

const BASKETS: [&[Line]; 4] = [
    &[("Молоко 3,2 % 1 л", "2", 9_900, 19_800)],
    &[("Хлеб бородинский", "1", 6_450, 6_450), ("Масло сливочное 180 г", "1", 23_990, 23_990)],
    &[("Яблоки Гала", "1.340", 15_990, 21_427), ("Вода 0,5 л", "2", 4_900, 9_800)],
    &[("Кофе с собой", "1", 19_900, 19_900), ("Круассан", "1", 12_500, 12_500)],
];

/// One checkout's goods.
#[derive(Debug, Clone, Copy)]
pub(super) struct Basket(&'static [Line]);

impl Basket {
    /// The first, the second and so on, in a circle.
    pub(super) fn number(number: usize) -> Self {
        Self(BASKETS[number % BASKETS.len()])
    }

    /// The sum in kopecks.
    pub(super) fn total_minor(self) -> i64 {
        self.0.iter().map(|(.., sum)| sum).sum()
    }

    /// The body of `pay`.
    pub(super) fn pay(self, operation: &str, receipt: &str) -> Value {
        json!({
            "operation": operation,
            "receipt": receipt,
            "amount": { "value": self.total_minor(), "currency": "RUB" },
            "purpose": format!("Оплата по чеку {receipt}"),
            "cashier": "Иванова",
            "items": self.0.iter().map(item).collect::<Vec<_>>(),
        })
    }
}

fn item((name, quantity, price, amount): &Line) -> Value {
    json!({ "name": name, "quantity": quantity, "price": price, "amount": amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_is_the_sum_of_its_goods() {
        let body = Basket::number(1).pay("op", "000002");
        assert_eq!(body["amount"]["value"], 30_440);
        assert_eq!(body["items"].as_array().unwrap().len(), 2);
        assert_eq!(Basket::number(4).total_minor(), Basket::number(0).total_minor());
    }
}
