//! Words in the buyer's language, from the catalogues in `locales/<language>/`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::{LanguageIdentifier, Loader, static_loader};

static_loader! {
    static CATALOGUES = {
        locales: "./locales",
        fallback_language: "ru",
        // Marks around arguments are for mixed writing directions; none of our languages needs them.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A language that has a complete catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Russian.
    #[default]
    Russian,
    /// English.
    English,
    /// Kazakh.
    Kazakh,
    /// Kyrgyz.
    Kyrgyz,
    /// Hindi.
    Hindi,
}

impl Language {
    /// Every language, the usual one first.
    pub const ALL: [Self; 5] = [Self::Russian, Self::English, Self::Kazakh, Self::Kyrgyz, Self::Hindi];

    /// The code in settings and in `lang` attributes, such as `ru` (BCP 47).
    pub fn code(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::English => "en",
            Self::Kazakh => "kk",
            Self::Kyrgyz => "ky",
            Self::Hindi => "hi",
        }
    }

    /// What its own readers know it by, short enough for a button.
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Russian => "Рус",
            Self::English => "Eng",
            Self::Kazakh => "Қаз",
            Self::Kyrgyz => "Кыр",
            Self::Hindi => "हिं",
        }
    }

    /// Reads a code; a region after it is passed over (`en-GB` is English). `None` for a language without a catalogue.
    pub fn parse(code: &str) -> Option<Self> {
        let main = code.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(main))
    }

    /// The first language of an `Accept-Language` header that has a catalogue. Weights are taken to fall from left to
    /// right, as browsers write them.
    pub fn accepted(header: &str) -> Option<Self> {
        header.split(',').find_map(|part| Self::parse(part.split(';').next().unwrap_or_default()))
    }

    /// The words of this language.
    pub fn words(self) -> Words {
        let id = self.code().parse().expect("the codes above are BCP 47");
        Words { language: self, id }
    }
}

/// The words of one language.
#[derive(Debug, Clone)]
pub struct Words {
    language: Language,
    id: LanguageIdentifier,
}

impl Words {
    /// Whose words these are.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text under a key.
    pub fn text(&self, key: &str) -> String {
        CATALOGUES.lookup(&self.id, key)
    }

    /// The text under a key, or `None` when no catalogue has it.
    pub fn lookup(&self, key: &str) -> Option<String> {
        CATALOGUES.try_lookup(&self.id, key)
    }

    /// The text under a key with its places filled in.
    pub fn fill(&self, key: &str, places: &[(&'static str, String)]) -> String {
        let places: HashMap<Cow<'static, str>, _> =
            places.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone().into())).collect();
        CATALOGUES.lookup_with_args(&self.id, key, &places)
    }
}
