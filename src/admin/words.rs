//! Words in the reader's language, from the catalogues in `locales/<language>/`. Russian and English are complete; what another
//! language lacks is said in the one that its readers know best.

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
    ids: Vec<LanguageIdentifier>,
}

impl Words {
    pub(crate) fn of(language: Language) -> Self {
        let next: &[&str] = match language {
            Language::Russian => &["ru"],
            Language::English => &["en"],
            Language::Kazakh => &["kk", "ru"],
            Language::Kyrgyz => &["ky", "ru"],
            Language::Hindi => &["hi", "en"],
        };
        let ids = next.iter().map(|code| code.parse().expect("the codes above are BCP 47")).collect();
        Self { language, ids }
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
        self.ids.iter().find_map(|id| CATALOGUES.lookup_single_language::<&str>(id, key, None).ok())
    }

    /// The text under a key with its places filled in.
    pub(crate) fn fill(&self, key: &str, places: &[(&'static str, String)]) -> String {
        let places: HashMap<Cow<'static, str>, _> =
            places.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone().into())).collect();
        let found =
            self.ids.iter().find_map(|id| CATALOGUES.lookup_single_language(id, key, Some(&places)).ok());
        found.unwrap_or_else(|| key.to_owned())
    }
}
