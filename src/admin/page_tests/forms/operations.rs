//! Forms of what waits for people: dead letters, events that are not delivered.

use super::Form;

pub(super) fn forms() -> Vec<Form> {
    let (replay, release) = ("/admin/operations/letters/replay", "/admin/operations/events/release");
    let nothing = ("", "", 422, "Nothing is chosen");
    vec![
        Form::to(replay)
            .with(&[("which", "chosen")])
            .aside(&[nothing, ("which", "", 422, "Nothing is chosen")])
            .never_good(),
        Form::to(replay).with(&[("which", "chosen"), ("letter", "a")]),
        Form::to(replay).with(&[("which", "all")]),
        Form::to(release)
            .with(&[("which", "chosen")])
            .aside(&[
                nothing,
                ("register", "17/9", 422, "Nothing is chosen"),
                ("register", "1", 422, "Nothing is chosen"),
            ])
            .never_good(),
        Form::to(release).with(&[("which", "chosen"), ("register", "17/1")]),
        Form::to(release).with(&[("which", "all")]),
    ]
}
