//! Words in the reader's language, from the catalogues in `locales/<language>/`. Every one of them is complete.

use std::borrow::Cow;
use std::collections::HashMap;

use console::Language;
use fluent_templates::{LanguageIdentifier, static_loader};

static_loader! {
    static CATALOGUES = {
        locales: "./locales",
        fallback_language: "ru",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The words of one language.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    language: Language,
    id: LanguageIdentifier,
}

impl Words {
    pub(crate) fn of(language: Language) -> Self {
        let id = language.code().parse().expect("the codes of languages are BCP 47");
        Self { language, id }
    }

    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Every language as a choice of a form: its code and its name.
    pub(crate) fn languages(&self) -> impl Iterator<Item = (String, String)> {
        Language::ALL.into_iter().map(|language| {
            let code = language.code();
            (code.to_owned(), self.text(&format!("language-{code}")))
        })
    }

    /// The text under a key; the key itself where no catalogue has it, which the tests forbid.
    pub(crate) fn text(&self, key: &str) -> String {
        self.lookup(key).unwrap_or_else(|| key.to_owned())
    }

    /// The text under a key, or `None` when no catalogue has it.
    pub(crate) fn lookup(&self, key: &str) -> Option<String> {
        CATALOGUES.lookup_single_language::<&str>(&self.id, key, None).ok()
    }

    /// A number with a point, such as `0.7`, with the decimal mark of the language.
    pub(crate) fn decimal(&self, number: &str) -> String {
        let mark = self.language.words().lookup("decimal-mark");
        number.replacen('.', mark.as_deref().unwrap_or("."), 1)
    }

    /// The text under a key with its places filled in.
    pub(crate) fn fill(&self, key: &str, places: &[(&'static str, String)]) -> String {
        let places: HashMap<Cow<'static, str>, _> =
            places.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone().into())).collect();
        let found = CATALOGUES.lookup_single_language(&self.id, key, Some(&places));
        found.unwrap_or_else(|_| key.to_owned())
    }
}
