//! Forms of people: the way in, one's own affairs, users.

use super::scene::PASSWORD;
use super::{CODE, Form, Row, Who};

const NEW_PASSWORD: [Row; 4] = [
    ("password", "short", "at least 12 characters"),
    ("password", "aaaaaaaaaaaaaaaa", "Too simple"),
    ("password", "the-boss-is-here", "without the login"),
    ("password_again", "another one here", "The passwords differ"),
];

const NAME: [Row; 2] = [("name", "", "People need a name"), ("name", "line\nbreak", "People need a name")];

const LOGIN: [Row; 3] = [
    ("login", "", "A login is 2 to 40"),
    ("login", "Ann Smith", "A login is 2 to 40"),
    ("login", "1st", "a letter first"),
];

pub(super) fn forms() -> Vec<Form> {
    [way_in(), of_oneself(), of_users()].into_iter().flatten().collect()
}

fn way_in() -> Vec<Form> {
    let long: &'static str = "a password that is longer than anybody has patience to type, again and again. \
        a password that is longer than anybody has patience to type, again and again. \
        a password that is longer than anybody has patience to type, again and again. \
        a password that is longer than any.";
    vec![
        Form::to("/admin/setup/{token}")
            .by(Who::Newcomer)
            .with(&[
                ("login", "boss"),
                ("name", "The Boss"),
                ("password", PASSWORD),
                ("password_again", PASSWORD),
            ])
            .wrong(&NAME)
            .wrong(&LOGIN)
            .wrong(&NEW_PASSWORD)
            .wrong(&[("password", long, "at most 256 bytes")]),
        Form::to("/admin/setup/guessed")
            .by(Who::Newcomer)
            .with(&[("login", "boss"), ("name", "Eve"), ("password", PASSWORD), ("password_again", PASSWORD)])
            .aside(&[("", "", 404, "The link is not valid")])
            .never_good(),
        Form::to("/admin/sign-in")
            .by(Who::Guest)
            .on("/admin/sign-in")
            .with(&[("login", "boss"), ("password", PASSWORD)])
            .aside(&[
                ("login", "", 422, "Login or password is not right"),
                ("login", "nobody", 422, "Login or password is not right"),
                ("password", "", 422, "Login or password is not right"),
                ("password", "not the password", 422, "Login or password is not right"),
            ]),
        Form::to("/admin/sign-in/code")
            .by(Who::HalfWay)
            .on("/admin/sign-in/code")
            .with(&[("code", CODE)])
            .wrong(&[
                ("code", "", "That is not the code"),
                ("code", "000000", "That is not the code"),
                ("code", "AAAA-BBBB-CCCC", "That is not the code"),
            ]),
    ]
}

fn of_oneself() -> Vec<Form> {
    vec![
        Form::to("/admin/me/language")
            .on("/admin/me")
            .with(&[("my_language", "hi")])
            .wrong(&[("my_language", "de", "Choose a language"), ("my_language", "", "Choose a language")]),
        Form::to("/admin/me/password")
            .on("/admin/me/password")
            .with(&[
                ("password_old", PASSWORD),
                ("password", "five words in a row"),
                ("password_again", "five words in a row"),
            ])
            .wrong(&[
                ("password_old", "", "That is not the password"),
                ("password_old", "guess", "not the password"),
            ])
            .wrong(&NEW_PASSWORD)
            .wrong(&[("password", PASSWORD, "That is the old password")]),
        // Only the phone that scans the seed of this very page has its code.
        Form::to("/admin/me/second-factor")
            .on("/admin/me/second-factor")
            .with(&[("code_old", CODE), ("code", "000000")])
            .wrong(&[
                ("code_old", "", "That is not the code"),
                ("code_old", "000000", "That is not the code"),
                ("code", "", "That is not the code"),
                ("code", "000001", "That is not the code"),
            ])
            .aside(&[("seed", "v1:forged", 409, "Changed by somebody else")])
            .never_good(),
        Form::to("/admin/me/sessions/end")
            .on("/admin/me")
            .aside(&[("session", "", 404, "Not found"), ("session", "0123456789abcdef", 404, "Not found")]),
    ]
}

fn of_users() -> Vec<Form> {
    const ROLES: [Row; 3] = [
        ("roles", "", "Choose at least one role"),
        ("roles", "emperor", "Choose at least one role"),
        ("roles", "cashier:nowhere", "Choose at least one role"),
    ];
    vec![
        Form::to("/admin/users/new")
            .on("/admin/users/new")
            .with(&[("login", "pavel"), ("name", "Pavel"), ("roles", "cashier:17")])
            .wrong(&NAME)
            .wrong(&LOGIN)
            .wrong(&ROLES)
            .wrong(&[
                ("login", "olga", "such a login already"),
                ("roles", "owner:17", "Choose at least one role"),
            ])
            .shows(),
        Form::to("/admin/users/{user}")
            .on("/admin/users/{user}")
            .with(&[("name", "Olga"), ("roles", "cashier:17")])
            .wrong(&NAME)
            .wrong(&ROLES)
            .aside(&[
                ("version", "0", 409, "Changed by somebody else"),
                ("version", "newest", 409, "Changed by somebody else"),
            ]),
        Form::to("/admin/users/{boss}")
            .on("/admin/users/{boss}")
            .with(&[("name", "Boss"), ("roles", "owner")])
            .wrong(&[("roles", "auditor", "This is the last owner")])
            .aside(&[("is_blocked", "on", 422, "This is the last owner")]),
        Form::to("/admin/users/{user}/remove").on("/admin/users/{user}").aside(&[]),
        Form::to("/admin/users/{boss}/remove")
            .on("/admin/users/{boss}")
            .aside(&[("", "", 409, "You can’t remove yourself")])
            .never_good(),
        Form::to("/admin/sessions/end")
            .on("/admin/sessions")
            .aside(&[("user", "", 404, "Not found"), ("user", "nobody", 404, "Not found")]),
    ]
}
