//! What buyers read at their bank where the register says nothing: a payment type's template.

use payment::{RegisterId, StoreId};

/// The most characters of a template. Banks take 140 and fewer; connectors cut to their bank's bound.
pub const LONGEST_PURPOSE_CHARS: usize = 140;

/// What a template may name, in braces.
pub const PURPOSE_WORDS: [&str; 5] = ["shop", "store", "register", "receipt", "operation"];

/// What the words of a template stand for.
#[derive(Debug, Clone, Copy)]
pub struct PurposeOf<'a> {
    /// `{shop}`: the store's name.
    pub shop: &'a str,
    /// `{store}`: its id.
    pub store: &'a StoreId,
    /// `{register}`: the register's id.
    pub register: &'a RegisterId,
    /// `{receipt}`: the receipt's number; nothing where the register told none.
    pub receipt: Option<&'a str>,
    /// `{operation}`: the register's own id of the pay.
    pub operation: &'a str,
}

impl PurposeOf<'_> {
    /// The template with its words filled in. Words that it should not have are left as they are.
    pub fn fill(&self, template: &str) -> String {
        let values = [
            self.shop,
            self.store.as_str(),
            self.register.as_str(),
            self.receipt.unwrap_or_default(),
            self.operation,
        ];
        let mut rest = template;
        let mut filled = String::new();
        // Each word is looked for in the template alone: a shop called "{receipt}" stays one.
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let word = after.split_once('}').and_then(|(word, after)| {
                let at = PURPOSE_WORDS.iter().position(|known| *known == word)?;
                Some((values[at], after))
            });
            if let Some((value, after)) = word {
                filled.push_str(value);
                rest = after;
            } else {
                filled.push('{');
                rest = after;
            }
        }
        filled.push_str(rest);
        filled.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The first word in braces that no template may name; `None`: the template is right.
pub fn unknown_purpose_word(template: &str) -> Option<&str> {
    let words = template.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest));
    let is_whole = template.matches('{').count() == template.matches('}').count();
    words.into_iter().find(|word| !is_whole || !PURPOSE_WORDS.contains(word)).or((!is_whole).then_some("}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_and_nothing_in_a_value_is_taken_for_a_word() {
        let (store, register) = (StoreId::parse("17").unwrap(), RegisterId::parse("3").unwrap());
        let of = |receipt| PurposeOf {
            shop: "Shop {receipt}",
            store: &store,
            register: &register,
            receipt,
            operation: "op-1",
        };
        for (template, receipt, filled) in [
            ("Receipt {receipt}, till {register}", Some("000123"), "Receipt 000123, till 3"),
            ("Receipt {receipt}", None, "Receipt"),
            ("{shop}: {operation}/{store}", Some("1"), "Shop {receipt}: op-1/17"),
            ("plain", None, "plain"),
            ("{unknown} {", None, "{unknown} {"),
        ] {
            assert_eq!(of(receipt).fill(template), filled, "{template}");
        }
    }

    #[test]
    fn a_word_that_is_not_known_is_named() {
        for (template, wrong) in [
            ("", None),
            ("Receipt {receipt} of {shop}", None),
            ("{reciept}", Some("reciept")),
            ("{receipt", Some("receipt")),
            ("receipt}", Some("}")),
            ("{}", Some("")),
        ] {
            assert_eq!(unknown_purpose_word(template), wrong, "{template}");
        }
    }
}
