//! Users added and given a new password: on the pages and on the command line alike.

use engine::ports::StoreError;
use secrecy::SecretString;
use store::{AuditEntry, Author, ChangePeopleError, Grant, People, PeopleEdit, User, UserBody, UserId};

use crate::secret::{hash_of_password, temporary_password};

/// A user to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// What they sign in with.
    pub login: String,
    /// Their name for people.
    pub name: String,
    /// What they are, and where.
    pub grants: Vec<Grant>,
}

/// Why a user was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The login has another form.
    #[error("{0:?} is no login: 2 to 40 of a-z 0-9 . _ -, a letter first")]
    Login(String),
    /// The name has another form.
    #[error("people need a name: 1 to 100 characters on one line")]
    Name,
    /// A user without a role could do nothing.
    #[error("give at least one role; owner and admin are for the whole chain")]
    Grants,
    /// There is no such user.
    #[error("there is no user {0:?}: `integrator users list` shows who there is")]
    Unknown(String),
    /// It was changed by somebody else, or the login is taken.
    #[error(transparent)]
    Change(#[from] ChangePeopleError),
    /// The database could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(crate) fn is_login(login: &str) -> bool {
    (2..=40).contains(&login.len())
        && login.starts_with(|first: char| first.is_ascii_lowercase())
        && login
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
}

pub(crate) fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= 100 && !name.chars().any(char::is_control)
}

pub(super) fn are_sound(grants: &[Grant]) -> bool {
    !grants.is_empty() && grants.iter().all(|grant| !grant.role.is_of_the_chain() || grant.store.is_none())
}

pub(crate) fn fresh_id() -> Result<String, StoreError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError(format!("the operating system gives no random bytes: {error}")))?;
    Ok(hex::encode(bytes))
}

/// Adds a user with a temporary password, which they must change at their first sign-in.
pub async fn add_user(people: &dyn People, new: NewUser, author: Author) -> Result<SecretString, UserError> {
    if !is_login(&new.login) {
        return Err(UserError::Login(new.login));
    }
    if !is_name(&new.name) {
        return Err(UserError::Name);
    }
    if !are_sound(&new.grants) {
        return Err(UserError::Grants);
    }
    let (password, hash) = temporary().await?;
    let body = UserBody {
        name: new.name,
        password_hash: Some(hash),
        grants: new.grants,
        second_factor: None,
        must_change_password: true,
        is_blocked: false,
        language: None,
        added_at: author.at,
    };
    let user = User { id: UserId(fresh_id()?), login: new.login, version: 1, body };
    let entry = entry(author, "user.add", None, Some(&user));
    people.change_people(vec![PeopleEdit::AddUser(Box::new(user))], vec![entry]).await?;
    Ok(password)
}

/// Gives a user a temporary password, takes the second factor away, and ends their sessions.
pub async fn reset_user(people: &dyn People, login: &str, author: Author) -> Result<SecretString, UserError> {
    let user = people.user_by_login(login).await?;
    let user = user.ok_or_else(|| UserError::Unknown(login.to_owned()))?;
    let (password, hash) = temporary().await?;
    let mut changed = user.clone();
    changed.body.password_hash = Some(hash);
    changed.body.must_change_password = true;
    changed.body.second_factor = None;
    changed.body.is_blocked = false;
    let entry = entry(author, "user.reset", Some(&user), Some(&changed));
    let edits = vec![
        PeopleEdit::EndSessionsOf(user.id.clone(), None),
        PeopleEdit::ChangeUser(Box::new(changed)),
        PeopleEdit::ForgetTries(format!("login:{login}")),
        PeopleEdit::ForgetTries(format!("code:{}", user.id)),
    ];
    people.change_people(edits, vec![entry]).await?;
    Ok(password)
}

async fn temporary() -> Result<(SecretString, String), StoreError> {
    let none = || StoreError("a temporary password could not be made".to_owned());
    let password = temporary_password().ok_or_else(none)?;
    let hash = hash_of_password(&password).await.ok_or_else(none)?;
    Ok((password, hash))
}

pub(super) fn entry(author: Author, action: &str, before: Option<&User>, after: Option<&User>) -> AuditEntry {
    let about = before.or(after).map(|user| user.login.clone()).unwrap_or_default();
    AuditEntry {
        author,
        action: action.to_owned(),
        about,
        store: None,
        before: before.map(User::told),
        after: after.map(User::told),
    }
}
