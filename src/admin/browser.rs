//! Browsers as people call them.

/// What a browser calls itself, and what people call it: the first that is named counts, since most call themselves others too.
const BROWSERS: [(&str, &str); 8] = [
    ("YaBrowser", "Yandex"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// The name of a browser and of its system, such as `Chrome, Windows`; of one that nobody knows, what it calls itself.
pub(crate) fn name_of(agent: &str) -> String {
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => agent.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_as_people_call_it() {
        let chrome = "(KHTML, like Gecko) Chrome/140.0.0.0";
        for (agent, name) in [
            (format!("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 {chrome} Safari/537.36"), "Chrome, Linux"),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} YaBrowser/25.8 Safari/537.36"), "Yandex, Windows"),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {chrome} Safari/537.36 Edg/140.0"), "Edge, Windows"),
            (format!("Mozilla/5.0 (Linux; Android 10; K) {chrome} Mobile Safari/537.36"), "Chrome, Android"),
            ("Mozilla/5.0 (Windows NT 10.0; rv:142.0) Gecko/20100101 Firefox/142.0".to_owned(), "Firefox, Windows"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1".to_owned(),
                "Safari, iPhone",
            ),
            ("curl/8.1".to_owned(), "curl/8.1"),
            (String::new(), ""),
        ] {
            assert_eq!(name_of(&agent), name, "{agent}");
        }
    }
}
