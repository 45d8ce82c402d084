//! The numbers of servers, clients and ends.

/// A server's number in the network, from 0; a client's from [`FIRST_CLIENT`] on.
pub type ServerId = usize;

/// The numbers from here on are those of clients: they call, and serve nothing.
pub const FIRST_CLIENT: ServerId = 1 << 16;

/// An end's number: one for each (client, server, incarnation).
pub type EndId = u64;

/// How traces and reports call a server, or a client: `n2`, `c0`.
pub fn name(id: ServerId) -> String {
    match id.checked_sub(FIRST_CLIENT) {
        None => format!("n{id}"),
        Some(client) => format!("c{client}"),
    }
}
