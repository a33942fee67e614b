//! Named profiles: those that come with the program, and an admin's own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::{DisplayProfile, PrinterProfile};

/// Profiles by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// Of printers.
    #[serde(default)]
    pub printers: BTreeMap<String, PrinterProfile>,
    /// Of line displays.
    #[serde(default)]
    pub displays: BTreeMap<String, DisplayProfile>,
}

/// A text is no list of profiles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It is no TOML of the wanted form.
    #[error("profiles can't be read: {0}")]
    Unreadable(String),
    /// A profile says what no device can be.
    #[error("profile {name}: {fault}")]
    Wrong {
        /// The profile.
        name: String,
        /// The field, its value, and what is wanted.
        fault: String,
    },
}

static BUILT_IN: LazyLock<Profiles> = LazyLock::new(|| {
    Profiles::parse(include_str!("profiles.toml")).expect("a test reads the profiles of the program")
});

impl Profiles {
    /// Those that come with the program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads profiles from TOML of the form of `profiles.toml`.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let read: Self = toml::from_str(text).map_err(|error| ProfileError::Unreadable(error.to_string()))?;
        for (name, profile) in &read.printers {
            if let Some(fault) = profile.fault() {
                return Err(ProfileError::Wrong { name: name.clone(), fault });
            }
        }
        Ok(read)
    }

    /// These and others; of two with one name the other's.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.printers.extend(others.printers);
        self.displays.extend(others.displays);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_profiles_are_right() {
        let built_in = Profiles::parse(include_str!("profiles.toml")).unwrap();
        for (name, printer) in &built_in.printers {
            assert!(u16::from(printer.columns) * 12 <= printer.dots, "{name}: font A is 12 dots wide");
        }
        assert!(built_in.printers.len() >= 7 && built_in.displays.len() >= 3);
    }

    #[test]
    fn an_admins_profile_takes_the_place_of_ours_and_a_wrong_one_is_named() {
        let text = |dots: u16, band: u16| {
            format!(
                "[printers.generic-58]\ntitle = \"own\"\npaper_mm = 58\ndots = {dots}\ncolumns = 32\nmax_module = 6\nband_rows = {band}"
            )
        };
        let own = Profiles::parse(&text(400, 24)).unwrap();
        let all = Profiles::built_in().clone().and(own);
        assert_eq!(all.printers["generic-58"].dots, 400);
        assert_eq!(all.printers["generic-80"].dots, 576);
        let wrong = Profiles::parse(&text(401, 24)).unwrap_err();
        assert_eq!(wrong.to_string(), "profile generic-58: dots = 401: must be a multiple of 8");
        let wrong = Profiles::parse(&text(400, 0)).unwrap_err();
        assert_eq!(wrong.to_string(), "profile generic-58: band_rows = 0: must be 1 to 255");
        assert!(matches!(Profiles::parse("[printers.x]\ncolour = 1"), Err(ProfileError::Unreadable(_))));
    }
}
