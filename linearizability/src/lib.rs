//! Whether a history of concurrent operations is linearizable.
#![forbid(unsafe_code)]

mod history;
mod model;

pub use history::{Operation, Return};
pub use model::{Kind, Model, Step};
