//! A replica of a state machine: operations go into Raft's log on one side and come out, in the
//! same order on every replica, on the other.

use labapi::channel::{Receiver, unbounded};
use labapi::sync::Arc;
use labapi::{ApplyMsg, Persister, Raft, Replica, Rsm, StateMachine, WrongLeader, thread};

struct Replicated {
    raft: Arc<dyn Raft>,
    persister: Arc<Persister>,
    max_raft_state: Option<usize>,
    // 4A: who waits for which index, behind a lock.
}

/// Makes a replica of `machine`.
pub(crate) fn make<M: StateMachine>(replica: Replica, mut machine: M) -> Arc<dyn Rsm<M>> {
    let (persister, max_raft_state) = (replica.persister.clone(), replica.max_raft_state);
    // 4C: begin with the snapshot that is on the disk, if there is one.
    let (apply, committed) = unbounded();
    let replicated = Arc::new(Replicated {
        raft: replica.start_raft(apply),
        persister,
        max_raft_state,
    });
    let reader = replicated.clone();
    thread::spawn(move || reader.apply_committed(&mut machine, &committed));
    replicated
}

impl<M: StateMachine> Rsm<M> for Replicated {
    fn submit(&self, op: M::Op) -> Result<M::Reply, WrongLeader> {
        todo!("4A: give the operation to Raft, and wait until it is applied here, or cannot be");
    }

    fn kill(&self) {
        // 4A: nobody may wait in `submit` for ever.
    }
}

impl Replicated {
    /// The reader's whole life: until Raft has nothing more to say.
    fn apply_committed<M: StateMachine>(&self, machine: &mut M, committed: &Receiver<ApplyMsg>) {
        for message in committed {
            match message {
                ApplyMsg::Command { index, command } => {
                    todo!("4A: apply the operation, and answer whoever waits for it")
                }
                ApplyMsg::Snapshot {
                    index, snapshot, ..
                } => todo!("4C: the machine becomes what the snapshot holds"),
            }
        }
    }
}
