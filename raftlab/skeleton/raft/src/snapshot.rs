//! Log compaction (§7, Figure 13).

use crate::messages::{InstallSnapshotArgs, InstallSnapshotReply};
use crate::raft_log::Index;
use crate::state::State;
use labapi::Bytes;

impl State {
    /// The service holds everything up to and including `index` in `snapshot`: the entries may go.
    pub(crate) fn take_snapshot(&mut self, index: Index, snapshot: Bytes) {
        todo!("3D: trim the log, and keep the snapshot");
    }

    /// InstallSnapshot RPC, receiver side.
    pub(crate) fn handle_install_snapshot(
        &mut self,
        args: InstallSnapshotArgs,
    ) -> InstallSnapshotReply {
        todo!("3D: take a leader's snapshot (Figure 13)");
    }
}
