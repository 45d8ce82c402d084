//! The state machine of the key/value service: what each key holds, and how often it was put.

use labapi::kv::{GetArgs, GetReply, PutArgs, PutReply};
use labapi::{Bytes, StateMachine};
use serde::{Deserialize, Serialize};

/// What stands in Raft's log.
#[derive(Serialize, Deserialize)]
pub(crate) enum Op {
    Get(GetArgs),
    Put(PutArgs),
}

pub(crate) enum Reply {
    Get(GetReply),
    Put(PutReply),
}

#[derive(Default)]
pub(crate) struct Store {
    // 4B: values and versions, by key.
}

impl StateMachine for Store {
    type Op = Op;
    type Reply = Reply;

    fn apply(&mut self, op: Op) -> Reply {
        todo!("4B: carry out a get or a put");
    }

    fn snapshot(&self) -> Bytes {
        todo!("4C: all that the store holds, as bytes (labapi::codec::encode)");
    }

    fn restore(&mut self, snapshot: &Bytes) {
        todo!("4C: become what a snapshot holds (labapi::codec::decode)");
    }
}
