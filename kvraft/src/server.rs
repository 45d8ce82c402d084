//! A server: its methods do no more than submit, and pass the answer on.

use crate::rsm;
use crate::store::{Op, Reply, Store};
use labapi::kv::{Error, GetArgs, GetReply, KvServer, PutArgs, PutReply};
use labapi::sync::Arc;
use labapi::{Replica, Rsm, Service};

struct Server {
    rsm: Arc<dyn Rsm<Store>>,
}

/// Makes a server; see [`labapi::kv::MakeKvServer`].
pub(crate) fn make(replica: Replica) -> Arc<dyn KvServer> {
    let rsm = rsm::make(replica, Store::default());
    Arc::new(Server { rsm })
}

impl KvServer for Server {
    fn service(self: Arc<Self>) -> Service {
        let (getting, putting) = (self.clone(), self);
        Service::new("KVServer")
            .method("Get", move |args: GetArgs| getting.get(args))
            .method("Put", move |args: PutArgs| putting.put(args))
    }

    fn kill(&self) {
        self.rsm.kill();
    }
}

impl Server {
    /// A get goes through the log as well. This server's own store may be behind: it may have lost
    /// the lead without knowing.
    fn get(&self, args: GetArgs) -> GetReply {
        match self.rsm.submit(Op::Get(args)) {
            Ok(Reply::Get(reply)) => reply,
            Ok(Reply::Put(_)) => unreachable!("a get is answered as a get"),
            Err(_) => Err(Error::WrongLeader),
        }
    }

    fn put(&self, args: PutArgs) -> PutReply {
        match self.rsm.submit(Op::Put(args)) {
            Ok(Reply::Put(reply)) => reply,
            Ok(Reply::Get(_)) => unreachable!("a put is answered as a put"),
            Err(_) => Err(Error::WrongLeader),
        }
    }
}
