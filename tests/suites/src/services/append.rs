//! The older form of the key/value service: Get, Put, Append, each exactly once.

use super::clients::{Client, Service};
use crate::Submission;
use labapi::kv::append::{Clerk, Parts};
use linearizability::models::{Append, AppendInput, AppendOutput};

/// The service, its servers and clients.
pub type AppendLab = Service<Append, dyn Clerk>;

impl AppendLab {
    /// Starts `count` servers, all connected.
    pub fn new(
        submission: &Submission,
        parts: Parts,
        count: usize,
        reliable: bool,
        max_raft_state: Option<usize>,
    ) -> AppendLab {
        let parts = (parts.server, parts.clerk);
        Service::start(submission, parts, (count, reliable), max_raft_state, Append)
    }
}

impl Client<Append, dyn Clerk> {
    /// What `key` holds; empty if it was never put.
    pub fn get(&self, key: &str) -> String {
        let told = |value: &String| AppendOutput::Value(value.clone());
        self.perform(
            AppendInput::Get(key.to_string()),
            |clerk| clerk.get(key),
            told,
        )
    }

    /// Lets `key` hold `value`.
    pub fn put(&self, key: &str, value: &str) {
        let input = AppendInput::Put(key.to_string(), value.to_string());
        self.perform(
            input,
            |clerk| clerk.put(key, value),
            |()| AppendOutput::Done,
        );
    }

    /// Adds `value` to the end of what `key` holds.
    pub fn append(&self, key: &str, value: &str) {
        let input = AppendInput::Append(key.to_string(), value.to_string());
        self.perform(
            input,
            |clerk| clerk.append(key, value),
            |()| AppendOutput::Done,
        );
    }

    /// `key` must hold exactly `value`.
    pub fn check_get(&self, key: &str, value: &str) {
        let held = self.get(key);
        if held != value {
            self.service().fault(format!(
                "get({key:?}) by client {}: expected {value:?}, got {held:?}",
                self.number()
            ));
        }
    }
}
