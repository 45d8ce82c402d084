//! Scenes of a lecture, as data: files of captions and actions, each with what must hold behind it.
//! A scene is a case like any other, played on whatever Raft is judged; in its trace, and so on its
//! page, the captions stand among the events.
//!
//! ```toml
//! title = "The first election"
//! servers = 3
//! about = "three servers elect their first leader"
//! section = "§5.2"
//!
//! [[step]]
//! say = "All three start as followers of term 0."
//! otherwise = "Would all wait equally long, all would stand at once."
//! do = ["elect"]
//! holds = ["leads leader", "one term"]
//! ```
//!
//! Servers are `n0`, `n1`, …, `all`, and by the names that a scene gives them: `leader` is who was
//! elected last, `f1`, `f2`, … are the others at the first election, in their order.
//!
//! | `do` | meaning |
//! | --- | --- |
//! | `elect`, `elect as NAME` | until one of the connected servers leads; NAME is another name for it |
//! | `elect among A B …`, `… as NAME` | until one of these leads |
//! | `put C`, `put C at A` | gives the command C to the leader, or to A, which must take it |
//! | `agree C by N` | until N servers have applied C, whoever leads |
//! | `wait C by N` | until N servers have applied C where it was put |
//! | `sleep MS` | lets time pass |
//! | `cut A …`, `join A …` | from the network, to it |
//! | `split A … / B …`, `heal` | into sides, and back |
//! | `crash A …`, `restart A …` | with what they have saved; a restarted server is connected |
//! | `twice`, `latency MS` | from now on each request comes twice, a message takes so long |
//! | `name A B` | B is another name for A |
//!
//! | `holds` | meaning |
//! | --- | --- |
//! | `leads A`, `follows A …` | what they say of themselves |
//! | `deposed A` | A is in a later term than the one that it was elected in, by that name |
//! | `nobody leads` | none of the connected servers says that it does |
//! | `one term` | all connected servers are in the same |
//! | `applied C by N` | at least N servers have applied C, where it was put |
//! | `nobody applied C` | none has applied anything there |
//! | `gone C` | another command was applied there |

mod play;
mod script;

pub(crate) use play::play;
#[cfg(test)]
pub(crate) use script::Script;
