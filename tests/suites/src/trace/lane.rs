//! Whose column an event stands in.

use super::form::read_word;
use labrpc::{FIRST_CLIENT, ServerId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::{self, Display};
use std::str::FromStr;

/// A server or a client: whose column an event stands in. Written as `n2` or `c0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The server of this number.
    Server(usize),
    /// The client of this number.
    Client(usize),
}

/// The sides of a partition, as `n0 n1 | n2`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sides(Vec<Vec<Lane>>);

impl Sides {
    /// The sides that have members.
    pub fn of(sides: &[&[usize]]) -> Sides {
        let sides = sides.iter().filter(|side| !side.is_empty());
        let lanes = |side: &&[usize]| side.iter().copied().map(Lane::Server).collect();
        Sides(sides.map(lanes).collect())
    }

    /// Whether there is more than one.
    pub fn is_split(&self) -> bool {
        self.0.len() > 1
    }

    pub(super) fn sides(&self) -> impl Iterator<Item = &[Lane]> {
        self.0.iter().map(Vec::as_slice)
    }
}

impl Lane {
    /// The server's number, if it is one.
    pub fn server(self) -> Option<usize> {
        match self {
            Lane::Server(number) => Some(number),
            Lane::Client(_) => None,
        }
    }
}

impl From<ServerId> for Lane {
    fn from(id: ServerId) -> Lane {
        match id.checked_sub(FIRST_CLIENT) {
            None => Lane::Server(id),
            Some(client) => Lane::Client(client),
        }
    }
}

impl Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lane::Server(number) => write!(f, "n{number}"),
            Lane::Client(number) => write!(f, "c{number}"),
        }
    }
}

/// A word that names neither a server nor a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoLane;

impl Display for NoLane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("servers are n0, n1, …, clients c0, c1, …")
    }
}

impl FromStr for Lane {
    type Err = NoLane;

    fn from_str(word: &str) -> Result<Lane, NoLane> {
        let number = |digits: &str| {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = digits.parse::<u32>().ok().filter(|_| is_number);
            number.map(|number| number as usize).ok_or(NoLane)
        };
        match word.split_at_checked(1) {
            Some(("n", digits)) => Ok(Lane::Server(number(digits)?)),
            Some(("c", digits)) => Ok(Lane::Client(number(digits)?)),
            _ => Err(NoLane),
        }
    }
}

impl Serialize for Lane {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Lane {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lane, D::Error> {
        read_word(deserializer, |word| {
            word.parse().map_err(|told: NoLane| told.to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_what_reports_call_it() {
        for lane in [Lane::Server(0), Lane::Server(12), Lane::Client(3)] {
            assert_eq!(lane.to_string().parse(), Ok(lane));
        }
        for word in ["", "n", "x1", "n-1", "n+1", "n1 ", "n99999999999", "é1"] {
            assert_eq!(word.parse::<Lane>(), Err(NoLane), "{word:?}");
        }
        assert_eq!(Lane::from(FIRST_CLIENT + 2), Lane::Client(2));
        assert_eq!(Lane::from(2), Lane::Server(2));
    }
}
