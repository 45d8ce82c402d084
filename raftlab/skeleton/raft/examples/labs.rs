//! `tests/labs.rs` as a program of its own, for `make`: `cargo run` adds no words to the report of
//! a failure, as `cargo test` does.

#[path = "../tests/labs.rs"]
mod labs;

fn main() -> std::process::ExitCode {
    runner::main(labs::submission())
}
