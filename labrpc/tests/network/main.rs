//! The network as its users see it: in both worlds where that makes sense, in simulations where
//! times and odds matter.

mod beyond;
mod common;
mod course;
mod crashes;
mod describing;
mod rates;
mod watching;
