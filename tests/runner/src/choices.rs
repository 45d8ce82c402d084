//! The choices of a run with a plan, as an outcome tells of them.

use labrt::Choice;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use suites::trace::Text;

/// Something that a run might have gone without, by the number of its choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unusual {
    pub(super) choice: u64,
    pub(super) at: Duration,
    pub(super) what: Text,
}

impl fmt::Display for Unusual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unusual { choice, at, what } = self;
        write!(f, "{:9.6} s  {what} (choice {choice})", at.as_secs_f64())
    }
}

/// In how many ways it could have gone otherwise than plainly.
pub(super) fn ways(choice: &Choice) -> u8 {
    u8::try_from(choice.ways).unwrap_or(u8::MAX)
}

/// What it was, unless it was plain.
pub(super) fn unusual((number, choice): (u64, Choice)) -> Option<Unusual> {
    (choice.way != 0).then(|| Unusual {
        choice: number,
        at: choice.at,
        what: Text::new(choice.what),
    })
}

/// A plan as its text.
pub(super) mod as_text {
    use labrt::Plan;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(plan: &Option<Plan>, to: S) -> Result<S::Ok, S::Error> {
        plan.as_ref().map(Plan::to_string).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Plan>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}
