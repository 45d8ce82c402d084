//! The key/value service whose values have versions (4B, 4C).

use super::clients::{Client, Service};
use crate::Submission;
use labapi::kv::{Clerk, Error, Version, Versioned};
use linearizability::models::{self, VersionedInput, VersionedOutput};

/// The service, its servers and clients.
pub type KvLab = Service<models::Versioned, dyn Clerk>;

/// What became of a put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It took effect.
    Done,
    /// It may have.
    Maybe,
    /// It did not.
    Refused,
}

impl KvLab {
    /// Starts `count` servers, all connected.
    pub fn new(
        submission: &Submission,
        count: usize,
        reliable: bool,
        max_raft_state: Option<usize>,
    ) -> KvLab {
        let parts = (submission.lab4.server, submission.lab4.clerk);
        let size = (count, reliable);
        Service::start(submission, parts, size, max_raft_state, models::Versioned)
    }
}

impl Client<models::Versioned, dyn Clerk> {
    /// What `key` holds; `None` if it was never put.
    pub fn get(&self, key: &str) -> Option<Versioned> {
        let input = VersionedInput::Get {
            key: key.to_string(),
        };
        let told = |answer: &Result<Versioned, Error>| match answer {
            Ok(Versioned { value, version }) => VersionedOutput::Value {
                value: value.clone(),
                version: *version,
            },
            Err(Error::NoKey) => VersionedOutput::NoKey,
            Err(other) => self.misspoken(&format!("get({key:?})"), *other),
        };
        self.perform(input, |clerk| clerk.get(key), told).ok()
    }

    /// Lets `key` hold `value`, if it has that version.
    pub fn put(&self, key: &str, value: &str, version: Version) -> Put {
        let input = VersionedInput::Put {
            key: key.to_string(),
            value: value.to_string(),
            version,
        };
        let told = |answer: &Result<(), Error>| match answer {
            Ok(()) => VersionedOutput::Ok,
            Err(Error::NoKey) => VersionedOutput::NoKey,
            Err(Error::Version) => VersionedOutput::WrongVersion,
            Err(Error::Maybe) => VersionedOutput::Maybe,
            Err(other) => self.misspoken(&format!("put({key:?})"), *other),
        };
        match self.perform(input, |clerk| clerk.put(key, value, version), told) {
            Ok(()) => Put::Done,
            Err(Error::Maybe) => Put::Maybe,
            Err(_) => Put::Refused,
        }
    }

    /// Puts until `key` holds `value`, whatever its version was; the version that it has then.
    pub fn put_at_last(&self, key: &str, value: &str, mut version: Version) -> Version {
        while self.put(key, value, version) != Put::Done {
            match self.get(key) {
                // The put that was not answered did it.
                Some(held) if held.value == value && held.version == version + 1 => break,
                Some(held) => version = held.version,
                None => version = 0,
            }
        }
        version + 1
    }

    /// `key` must hold `value`, with that version.
    pub fn check_get(&self, key: &str, value: &str, version: Version) {
        let expected = Versioned {
            value: value.to_string(),
            version,
        };
        let held = self.get(key);
        if held.as_ref() != Some(&expected) {
            self.service().fault(format!(
                "get({key:?}) by client {}: expected {expected:?}, got {held:?}",
                self.number()
            ));
        }
    }

    fn misspoken(&self, what: &str, error: Error) -> ! {
        self.service().fault(format!(
            "{what} by client {}: the clerk answered {error:?} ({error}), which a clerk keeps to \
             itself, or which is no answer to that",
            self.number()
        ))
    }
}
