//! TLS: the crypto provider and authorities beyond the system's.

use reqwest::Certificate;

use crate::{ServerSettings, SettingsError, SettingsKey, Told};

/// The setting for certificate authorities that the system does not know, as many banks in Russia need.
pub const CA_FILE: SettingsKey = SettingsKey {
    name: "ca_file",
    secret: false,
    required: false,
    names_account: false,
    rare: true,
    label: Told {
        ru: "Файл доверенных сертификатов",
        en: "File of trusted certificates",
        kk: "Сенімді сертификаттар файлы",
        ky: "Ишенимдүү сертификаттардын файлы",
        hi: "भरोसेमंद प्रमाणपत्रों की फ़ाइल",
    },
    help: Told {
        ru: "Файл PEM с удостоверяющими центрами, которым доверять кроме системных; обычно пусто",
        en: "A PEM file with certificate authorities to trust besides the system's; usually empty",
        kk: "Жүйедегіден бөлек сенім артатын куәландырушы орталықтар бар PEM файлы; әдетте бос",
        ky: "Системадагыдан тышкары ишенилүүчү күбөлөндүрүүчү борборлор бар PEM файлы; адатта бош",
        hi: "सिस्टम के अलावा भरोसेमंद प्रमाणन संस्थाओं वाली PEM फ़ाइल; आम तौर पर खाली",
    },
};

/// Installs the process's crypto provider (ring) unless one is installed already. May be called any number of times.
///
/// The binary calls it first thing; [`crate::http::Http::build`] calls it too, so that no test can forget it.
pub fn install_crypto() {
    // An error says that a provider is there already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The certificates of [`CA_FILE`]; none if it is not set.
pub(super) fn extra_authorities(settings: &ServerSettings) -> Result<Vec<Certificate>, SettingsError> {
    let Some(path) = settings.value(CA_FILE.name) else {
        return Ok(Vec::new());
    };
    let wrong = |rule: String| SettingsError::Wrong { key: CA_FILE.name, rule };
    let pem = std::fs::read(path).map_err(|error| wrong(format!("{path} can't be read: {error}")))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|_| wrong(format!("{path} is no PEM file")))?;
    if found.is_empty() {
        return Err(wrong(format!("{path} holds no certificate")));
    }
    Ok(found)
}
