//! Forms of authorization servers.

use super::{Form, Row};
use crate::page_tests::servers::SERVER;

const OWN: &str = "/admin/servers/bank";

const NEW: &[Row] = &[
    ("server_id", "", "1 to 40 Latin letters"),
    ("server_id", "a b", "1 to 40 Latin letters"),
    ("server_id", "bank", "such a one already"),
];

const SERVERS: &[Row] = &[
    ("name", "", "People need a name"),
    ("module", "nobody", "no such payment module"),
    ("money", "paper", "Choose one of the list"),
    ("response_timeout_s", "soon", "A whole number"),
    ("response_timeout_s", "0", "At least 1 second"),
    ("code_life_s", "0", "At least 1 second"),
    ("call_timeout_ms", "0", "At least 1 ms"),
    ("call_timeout_ms", "60001", "not longer than the till is kept waiting"),
    ("rate_per_s", "0", "At least 1"),
    ("concurrency", "-1", "A whole number"),
    ("concurrency", "0", "At least 1"),
    ("poll_after_ms", "", "A whole number"),
    ("poll_floor_ms", "x", "A whole number"),
    ("poll_steps", "30", "For example 30:1000"),
    ("poll_steps", "30:0", "Pauses are at least 1 ms"),
    ("poll_steps", "60:1000, 30:1000", "ages rise"),
    ("fee_bp", "0,705", "two decimals at most"),
    ("fee_bp", "101", "0 to 100"),
    ("value_merchant", "", "can not work without it"),
    ("value_merchant", "MA00000005521", "at most 12 characters"),
];

pub(super) fn forms() -> Vec<Form> {
    let new = "/admin/servers/new";
    let fields = &SERVER[1..];
    vec![
        Form::to(new)
            .on(new)
            .with(&[("server_id", "other"), ("fee_bp", "0.7")])
            .with(fields)
            .wrong(NEW)
            .wrong(SERVERS),
        Form::to(OWN)
            .on(OWN)
            .with(&[
                ("fee_bp", "0.7"),
                ("usage", "paused"),
                ("paused_from", ""),
                ("paused_until", "2026-11-29T10:00"),
            ])
            .with(fields)
            .wrong(SERVERS)
            .wrong(&[("paused_until", "soon", "A date and a time")])
            .aside(&[("mark", "0000000000000000", 422, "somebody else changed these settings")]),
        Form::to(OWN)
            .on(OWN)
            .with(&[
                ("fee_bp", "0.7"),
                ("usage", "paused"),
                ("paused_from", "2026-11-29T10:00"),
                ("paused_until", ""),
            ])
            .with(fields)
            .wrong(&[
                ("usage", "broken", "Choose one of the list"),
                ("paused_from", "soon", "A date and a time"),
                ("paused_until", "2026-11-29T10:00", "later than the pause begins"),
            ]),
        Form::to("/admin/servers/bank/secrets")
            .on(OWN)
            .with(&[("secret_secret_key", "right"), ("secret_sign_key", "other")])
            .wrong(&[
                ("secret_secret_key", "a b", "no key has a space"),
                ("secret_sign_key", "a b", "no key has a space"),
            ]),
        Form::to("/admin/servers/bank/secrets")
            .on(OWN)
            .aside(&[("", "", 422, "Enter at least one value")])
            .never_good(),
        Form::to("/admin/servers/bank/next")
            .on(OWN)
            .with(&[("next_secret_key", "right-2"), ("next_at", "2026-11-29T10:00")])
            .wrong(&[
                ("next_secret_key", "a b", "no key has a space"),
                ("next_sign_key", "a b", "no key has a space"),
                ("next_at", "", "in the future"),
                ("next_at", "soon", "in the future"),
                ("next_at", "2026-11-28T10:00", "in the future"),
            ])
            .aside(&[
                ("next_secret_key", "", 422, "Enter at least one value"),
                ("next_secret_key", "false", 422, "The bank did not take them"),
            ]),
        Form::to("/admin/servers/bank/remove")
            .aside(&[("", "", 409, "Payment types need this server")])
            .never_good(),
    ]
}
