//! A server: its methods submit, and pass the answer on.

use crate::rsm;
use crate::store::Store;
use labapi::kv::{GetArgs, GetReply, KvServer, PutArgs, PutReply};
use labapi::sync::Arc;
use labapi::{Replica, Rsm, Service};

struct Server {
    rsm: Arc<dyn Rsm<Store>>,
}

/// Makes a server.
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
    fn get(&self, args: GetArgs) -> GetReply {
        todo!("4B: a get goes through the log as well: this server may have lost the lead")
    }

    fn put(&self, args: PutArgs) -> PutReply {
        todo!("4B: submit a put")
    }
}
