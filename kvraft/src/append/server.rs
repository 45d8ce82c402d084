//! A server: its methods submit, and pass the answer on.

use super::store::{Op, Store};
use super::{Change, ChangeReply, GetReply};
use crate::rsm;
use labapi::kv::KvServer;
use labapi::sync::Arc;
use labapi::{Replica, Rsm, Service};

struct Server {
    rsm: Arc<dyn Rsm<Store>>,
}

pub(super) fn make(replica: Replica) -> Arc<dyn KvServer> {
    let rsm = rsm::make(replica, Store::default());
    Arc::new(Server { rsm })
}

impl KvServer for Server {
    fn service(self: Arc<Self>) -> Service {
        let (getting, changing) = (self.clone(), self);
        Service::new("KVServer")
            .method("Get", move |key: String| -> GetReply {
                getting.rsm.submit(Op::Get(key)).ok()
            })
            .method("Change", move |change: Change| -> ChangeReply {
                changing.rsm.submit(Op::Change(change)).is_ok()
            })
    }

    fn kill(&self) {
        self.rsm.kill();
    }
}
