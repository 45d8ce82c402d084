//! The caller's side of a call: bytes there, bytes back.

use crate::choice;
use crate::error::CallError;
use crate::event::{KeptBytes, Message};
use crate::handler::Handling;
use crate::id::{EndId, ServerId, name};
use crate::reply_slot::{Answer, ReplySlot};
use crate::router::{Path, Verdict};
use crate::service::{Method, MethodKind};
use crate::shared::Shared;
use crate::step::{Loss, Step};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often a waiting caller looks whether the server is still there.
const GONE_CHECK: Duration = Duration::from_millis(100);

/// What one call at a time needs: a place for the answer, and for the bytes that go and come.
pub(crate) struct CallBuffer {
    pub(crate) slot: Arc<ReplySlot>,
    pub(crate) bytes: Vec<u8>,
}

/// One call.
pub(crate) struct Call<'a> {
    network: &'a Arc<Shared>,
    end: EndId,
    from: ServerId,
    method: &'a str,
    number: u64,
}

impl<'a> Call<'a> {
    pub(crate) fn new(
        network: &'a Arc<Shared>,
        end: EndId,
        from: ServerId,
        method: &'a str,
    ) -> Call<'a> {
        let number = network.count.fetch_add(1, Ordering::Relaxed) + 1;
        Call {
            network,
            end,
            from,
            method,
            number,
        }
    }

    /// Sends what the buffer holds, and waits. Whether the buffer then holds the reply.
    ///
    /// # Errors
    /// When caller and server do not understand each other.
    #[track_caller]
    pub(crate) fn exchange(&self, buffer: &mut CallBuffer) -> Result<bool, CallError> {
        let network = self.network;
        network
            .bytes
            .fetch_add(buffer.bytes.len() as u64, Ordering::Relaxed);
        labrt::trace::fold(&buffer.bytes);
        let now = network.now_for_links();
        let rng = &mut labrt::rand::rng();
        let verdict =
            network
                .router
                .lock()
                .send(self.end, self.method, buffer.bytes.len(), now, rng);
        match verdict {
            Verdict::Closed => Ok(false),
            Verdict::Lost {
                to,
                kind,
                after,
                loss,
            } => {
                let (kind, kept) = (kind.as_ref(), &mut None);
                self.tell(Step::Sent, to, kind, &buffer.bytes, kept);
                self.tell(Step::Lost(loss), to, kind, &buffer.bytes, kept);
                buffer.slot.wait(after);
                Ok(false)
            }
            Verdict::NoSuchMethod { offered } => Err(CallError::NoSuchMethod { offered }),
            Verdict::Arrives {
                path,
                method,
                after,
                copy,
            } => {
                let (to, kind) = (Some(path.server.id), &method.kind);
                let mut kept = None;
                self.tell(Step::Sent, to, Some(kind), &buffer.bytes, &mut kept);
                self.send(buffer, (&path, &method), (after, copy), kept);
                match self.wait(buffer, &path) {
                    Outcome::Reply(mut kept) => {
                        choice::timers_first(|| {
                            let (from, to) = (name(self.from), name(path.server.id));
                            format!("the reply to {from} → {to} {}", self.method)
                        });
                        self.tell(Step::Returned, to, Some(kind), &buffer.bytes, &mut kept);
                        Ok(true)
                    }
                    // The server's side has told of its reply.
                    Outcome::Lost(Loss::Reply) => Ok(false),
                    Outcome::Lost(loss) => {
                        self.tell(Step::Lost(loss), to, Some(kind), &[], &mut None);
                        Ok(false)
                    }
                    Outcome::Misfit(why) => Err(why),
                }
            }
        }
    }

    /// Starts what will handle the request.
    fn send(
        &self,
        buffer: &mut CallBuffer,
        (path, method): (&Path, &Arc<Method>),
        (after, copy): (Duration, Option<Duration>),
        kept: KeptBytes,
    ) {
        let request = Handling {
            call: self.number,
            network: Arc::clone(self.network),
            path: path.clone(),
            method: Arc::clone(method),
            bytes: std::mem::take(&mut buffer.bytes),
            kept,
            after,
            slot: Some(Arc::clone(&buffer.slot)),
            is_copy: false,
        };
        if let Some(after) = copy {
            request.copy(after).start();
        }
        request.start();
    }

    /// Waits for the answer to a request that is on its way.
    #[track_caller]
    fn wait(&self, buffer: &mut CallBuffer, path: &Path) -> Outcome {
        let answer = loop {
            match buffer.slot.wait(GONE_CHECK) {
                Some(answer) => break answer,
                None if path.is_gone() => return Outcome::Lost(Loss::ServerGone),
                None => {}
            }
        };
        match answer {
            Answer::Nothing(loss) => Outcome::Lost(loss),
            Answer::Misfit(why) => Outcome::Misfit(why),
            Answer::Closed => Outcome::Lost(Loss::Closed),
            Answer::Reply(bytes, kept) => {
                self.network
                    .bytes
                    .fetch_add(bytes.len() as u64, Ordering::Relaxed);
                buffer.bytes = bytes;
                Outcome::Reply(kept)
            }
        }
    }

    #[inline]
    fn tell(
        &self,
        step: Step,
        to: Option<ServerId>,
        kind: Option<&Arc<MethodKind>>,
        bytes: &[u8],
        kept: &mut KeptBytes,
    ) {
        self.network.tell(kept, || {
            let (from, to) = match (step, to) {
                (Step::Returned, Some(server)) => (server, Some(self.from)),
                _ => (self.from, to),
            };
            Message {
                call: self.number,
                from,
                to,
                method: self.method,
                step,
                kind,
                bytes,
            }
        });
    }
}

/// How the wait for an answer ended.
enum Outcome {
    /// The buffer holds the reply.
    Reply(KeptBytes),
    /// There will be none.
    Lost(Loss),
    /// The server could not read the request, or not write its reply.
    Misfit(CallError),
}
