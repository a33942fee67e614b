//! Configuration files that nobody would write.

use fuzz::{Target, Tongue};
use toml::Value;

use super::Config;

/// Stands in the secrets of the samples, and must stand in no error.
const SECRET: &str = "4815162342";

#[test]
fn config() {
    Target::new("config", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/config"))
        .tongue(Tongue::Toml)
        .inputs(1_000)
        .run(|input| {
            let Ok(text) = std::str::from_utf8(input) else { return };
            let Err(error) = Config::of("config.toml", text) else { return };
            let told = error.to_string();
            assert!(told.starts_with("the configuration"), "{told}");
            let is_in_its_place =
                store::read_toml(text).map_or(true, |root| !is_elsewhere(&root.into(), &[]));
            assert!(!is_in_its_place || !told.contains(SECRET), "a secret is shown: {told}");
        });
}

/// Whether the secret stands where no secret belongs: there an error may quote it.
fn is_elsewhere(value: &Value, path: &[&str]) -> bool {
    match value {
        Value::Table(table) => table.iter().any(|(name, value)| {
            let path = [path, &[name.as_str()]].concat();
            name.contains(SECRET) || is_elsewhere(value, &path)
        }),
        _ if matches!(path, ["amqp", "uri" | "management"] | ["database", "url"]) => false,
        other => other.to_string().contains(SECRET),
    }
}
