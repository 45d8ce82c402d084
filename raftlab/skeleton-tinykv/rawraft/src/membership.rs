//! One member more or less (§6, in the form of the thesis' §4.1), and leadership handed over
//! (thesis, §3.10).

use crate::peer::Peer;
use labapi::step::Message;

impl Peer {
    /// `message.from` shall lead.
    pub(crate) fn transfer(&mut self, message: Message) {
        todo!("3A: hand leadership over (harness/book/src/tiny-3a.md)");
    }

    pub(crate) fn add_node(&mut self, id: u64) {
        todo!("3A: a member more, of whom nothing is known yet");
    }

    pub(crate) fn remove_node(&mut self, id: u64) {
        todo!("3A: a member less: a smaller majority may have more");
    }
}
