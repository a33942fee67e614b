//! People on plain data.

use std::collections::BTreeMap;

use async_trait::async_trait;
use engine::ports::StoreError;
use payment::{OperationId, Timestamp};

use super::audit::{Follower, Link, chained};
use super::{
    AuditEntry, AuditRecord, AuditVerdict, ChangePeopleError, People, PeopleEdit, RefundRequest, Session,
    User, UserId,
};
use crate::MemoryStore;

/// What the tables of people are in a database.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    users: BTreeMap<UserId, User>,
    sessions: BTreeMap<String, Session>,
    setup_link: Option<(String, Timestamp)>,
    tries: BTreeMap<String, (u64, Timestamp)>,
    refund_requests: BTreeMap<OperationId, RefundRequest>,
    audit: Vec<Link>,
}

impl Tables {
    fn make(&mut self, edit: PeopleEdit) -> Result<(), ChangePeopleError> {
        match edit {
            PeopleEdit::AddUser(user) => {
                let is_taken = |other: &User| other.login == user.login || other.id == user.id;
                if self.users.values().any(is_taken) {
                    return Err(ChangePeopleError::LoginTaken);
                }
                self.users.insert(user.id.clone(), User { version: 1, ..*user });
            }
            PeopleEdit::ChangeUser(user) => {
                let kept = self.at_version(&user.id, user.version)?;
                kept.version += 1;
                kept.body = user.body;
            }
            PeopleEdit::RemoveUser(id, version) => {
                self.at_version(&id, version)?;
                self.users.remove(&id);
                self.sessions.retain(|_, session| session.user != id);
            }
            PeopleEdit::BeginSession(session) => {
                if !self.users.contains_key(&session.user) {
                    return Err(StoreError("there is no such user".to_owned()).into());
                }
                self.sessions.insert(session.token_sha256.clone(), *session);
            }
            PeopleEdit::SeeSession(hash, seen_at, ends_at) => {
                if let Some(session) = self.sessions.get_mut(&hash) {
                    (session.seen_at, session.ends_at) = (seen_at, ends_at);
                }
            }
            PeopleEdit::EndSession(hash) => drop(self.sessions.remove(&hash)),
            PeopleEdit::EndSessionsOf(user, except) => {
                self.sessions.retain(|hash, session| session.user != user || except.as_ref() == Some(hash));
            }
            PeopleEdit::ForgetSessions(now) => self.sessions.retain(|_, session| session.ends_at > now),
            PeopleEdit::PutSetupLink(hash, ends_at) => self.setup_link = Some((hash, ends_at)),
            PeopleEdit::TakeSetupLink(hash, now) => {
                let held = self.setup_link.take_if(|(kept, end)| *kept == hash && *end > now);
                held.ok_or(ChangePeopleError::Conflict)?;
            }
            PeopleEdit::ForgetTries(who) => drop(self.tries.remove(&who)),
            PeopleEdit::PutRefundRequest(request) => {
                let is_other = |other: &RefundRequest| {
                    other.operation == request.operation || other.payment == request.payment
                };
                if self.refund_requests.values().any(is_other) {
                    return Err(ChangePeopleError::Conflict);
                }
                self.refund_requests.insert(request.operation.clone(), *request);
            }
            PeopleEdit::AgreeToRefund(operation, user, now) => {
                let request = self.waiting(&operation)?;
                if request.asked_by == user || request.expires_at <= now {
                    return Err(ChangePeopleError::Conflict);
                }
                request.agreed_by = Some(user);
            }
            PeopleEdit::DropRefundRequest(operation) => {
                self.waiting(&operation)?;
                self.refund_requests.remove(&operation);
            }
            PeopleEdit::EndRefundRequest(operation) => drop(self.refund_requests.remove(&operation)),
        }
        Ok(())
    }

    fn at_version(&mut self, id: &UserId, version: u64) -> Result<&mut User, ChangePeopleError> {
        let user = self.users.get_mut(id).filter(|user| user.version == version);
        user.ok_or(ChangePeopleError::Conflict)
    }

    /// A request that nobody has agreed to.
    fn waiting(&mut self, operation: &OperationId) -> Result<&mut RefundRequest, ChangePeopleError> {
        let request = self.refund_requests.get_mut(operation).filter(|request| request.agreed_by.is_none());
        request.ok_or(ChangePeopleError::Conflict)
    }

    fn head(&self) -> (i64, String) {
        self.audit.last().map_or((0, String::new()), |link| (link.number, link.hash.clone()))
    }
}

#[async_trait]
impl People for MemoryStore {
    async fn users(&self) -> Result<Vec<User>, StoreError> {
        let mut users: Vec<User> = self.people().users.values().cloned().collect();
        users.sort_by(|one, other| one.login.cmp(&other.login));
        Ok(users)
    }

    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        Ok(self.people().users.get(id).cloned())
    }

    async fn user_by_login(&self, login: &str) -> Result<Option<User>, StoreError> {
        Ok(self.people().users.values().find(|user| user.login == login).cloned())
    }

    async fn change_people(
        &self,
        edits: Vec<PeopleEdit>,
        entries: Vec<AuditEntry>,
    ) -> Result<(), ChangePeopleError> {
        let mut people = self.people();
        let mut changed = people.clone();
        edits.into_iter().try_for_each(|edit| changed.make(edit))?;
        let (number, hash) = changed.head();
        changed.audit.extend(chained(number, &hash, &entries)?);
        *people = changed;
        Ok(())
    }

    async fn session(&self, token_sha256: &str, now: Timestamp) -> Result<Option<Session>, StoreError> {
        Ok(self.people().sessions.get(token_sha256).filter(|session| session.ends_at > now).cloned())
    }

    async fn sessions(&self, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let mut sessions: Vec<Session> =
            self.people().sessions.values().filter(|session| session.ends_at > now).cloned().collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
        Ok(sessions)
    }

    async fn setup_link(&self, token_sha256: &str, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let people = self.people();
        let link = people.setup_link.as_ref().filter(|(hash, end)| hash == token_sha256 && *end > now);
        Ok(link.map(|(_, end)| *end))
    }

    async fn refund_requests(&self) -> Result<Vec<RefundRequest>, StoreError> {
        let mut requests: Vec<RefundRequest> = self.people().refund_requests.values().cloned().collect();
        requests.sort_by(|one, other| {
            (one.expires_at, &one.operation).cmp(&(other.expires_at, &other.operation))
        });
        Ok(requests)
    }

    async fn count_try(&self, who: &str, now: Timestamp, until: Timestamp) -> Result<u64, StoreError> {
        let mut people = self.people();
        people.tries.retain(|_, (_, end)| *end > now);
        let (tries, _) = people.tries.entry(who.to_owned()).or_insert((0, until));
        *tries += 1;
        Ok(*tries)
    }

    async fn audit_before(&self, number: Option<u64>, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        let before = number.and_then(|number| i64::try_from(number).ok()).unwrap_or(i64::MAX);
        let people = self.people();
        let links = people.audit.iter().rev().filter(|link| link.number < before);
        links.take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().map(Link::record).collect()
    }

    async fn verify_audit(&self) -> Result<AuditVerdict, StoreError> {
        let people = self.people();
        let mut follower = Follower::default();
        let _whole = people.audit.iter().all(|link| follower.take(link));
        Ok(follower.verdict(people.head()))
    }
}
