//! The ticker, the applier, and a thread for each call.

use crate::Bridge;
use crate::disk::server_of;
use crate::engine::Occasion;
use crate::lane::Outgoing;
use crate::view::method;
use labapi::channel::{Receiver, Sender};
use labapi::step::Message;
use labapi::sync::Arc;
use labapi::time::{Duration, Instant};
use labapi::{ApplyMsg, thread};

/// How often the node learns that time has passed. Each time costs a wake, and a case lasts for
/// minutes; the servers' ticks do not fall together, so elections are decided within one.
const TICK: Duration = Duration::from_millis(20);

/// Starts the threads that run as long as the peer does.
pub(crate) fn start(bridge: &Arc<Bridge>, committed: Receiver<ApplyMsg>, apply: Sender<ApplyMsg>) {
    let ticking = Arc::clone(bridge);
    spawn("ticker", move || ticking.tick_on());
    // The service may be slow: nobody waits for it under the lock.
    spawn("applier", move || {
        for message in committed {
            if apply.send(message).is_err() {
                return; // the service is gone
            }
        }
    });
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    let builder = thread::Builder::new().name(name.into());
    builder.spawn(run).expect("a thread can be started");
}

impl Bridge {
    /// Ticks, and does in between what others have left to do.
    fn tick_on(self: &Arc<Self>) {
        let mut next = Instant::now() + TICK;
        loop {
            let mut engine = self.engine.lock();
            while !engine.has_work() && Instant::now() < next {
                self.woken.wait_until(&mut engine, next);
            }
            if engine.has_ended() {
                return;
            }
            let mut occasion = Occasion::Stir;
            if Instant::now() >= next {
                engine.tick();
                next += TICK;
                occasion = Occasion::Tick;
            }
            let (_, messages) = engine.work(occasion);
            drop(engine);
            self.send(messages);
        }
    }

    /// Takes a peer's request; what the node answers, if it does. An answer and its question are
    /// one RPC, and the network treats the answer as the reply that it is.
    pub(crate) fn answer(self: &Arc<Self>, request: Message) -> Option<Message> {
        let from = request.from;
        let (answer, messages) = {
            let mut engine = self.engine.lock();
            engine.step(request);
            engine.work(Occasion::Request(from))
        };
        self.send(messages);
        answer
    }

    /// Sends messages. Each call has a thread of its own: a dead connection holds it up for
    /// seconds, and the next message to the same peer must not wait for that.
    fn send(self: &Arc<Self>, messages: Vec<Outgoing>) {
        for Outgoing { message, append } in messages {
            let bridge = Arc::clone(self);
            spawn("call", move || {
                let end = &bridge.ends[server_of(message.to)];
                let answer: Option<Option<Message>> = end.call(method(message.msg_type), &message);
                let mut engine = bridge.engine.lock();
                if let Some(answer) = answer.flatten() {
                    engine.step(answer);
                }
                if let Some(number) = append {
                    engine.append_ended(message.to, number);
                }
                let (_, messages) = engine.work(Occasion::Stir);
                drop(engine);
                bridge.send(messages);
            });
        }
    }
}
