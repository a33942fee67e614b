//! The texts for what screens leave behind.

pub(crate) const FORGET_PAIRINGS: &str = "DELETE FROM pairings WHERE expires_at <= $1";

pub(crate) const BEGIN_PAIRING: &str = "INSERT INTO pairings (code, token_sha256, expires_at) VALUES ($1, $2, $3) \
     ON CONFLICT DO NOTHING RETURNING code";

/// Of two who type the same code at once, one gets it.
pub(crate) const TAKE_PAIRING: &str = "UPDATE pairings SET is_taken = TRUE \
     WHERE code = $1 AND expires_at > $2 AND NOT is_taken RETURNING token_sha256";

pub(crate) const PAIRING_OF_TOKEN: &str =
    "SELECT expires_at FROM pairings WHERE code = $1 AND token_sha256 = $2 AND expires_at > $3";

pub(crate) const RATE: &str = "INSERT INTO ratings (payment, store, register, console, rating, rated_at) \
     VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (payment) DO UPDATE SET rating = excluded.rating, rated_at = excluded.rated_at RETURNING payment";

pub(crate) const COUNT_RATINGS: &str = "SELECT rating, COUNT(*) FROM ratings \
     WHERE store = $1 AND rated_at >= $2 AND rated_at < $3 GROUP BY rating ORDER BY rating";

pub(crate) const SAW_SCREEN: &str = "INSERT INTO console_sightings (store, register, console, seen_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (store, register, console) DO UPDATE SET seen_at = excluded.seen_at \
     RETURNING store";

pub(crate) const SIGHTINGS: &str =
    "SELECT store, register, console, seen_at FROM console_sightings ORDER BY store, register, console";

pub(crate) const LAST_JOB: &str = "SELECT ordered_at, outcome, reason FROM output_jobs \
     WHERE store = $1 AND owner = $2 AND console = $3 ORDER BY ordered_at DESC LIMIT 1";
