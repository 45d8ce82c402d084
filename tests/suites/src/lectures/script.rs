//! A scene as it is written down.

use serde::Deserialize;

/// A whole scene.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    /// Its title.
    pub(crate) title: String,
    /// What it shows, in a line.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the case has it, and a test compares")
    )]
    pub(crate) about: String,
    /// Where the paper has it.
    pub(crate) section: String,
    /// How many servers play in it.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the case has it, and a test compares")
    )]
    pub(crate) servers: usize,
    /// What happens, in order.
    pub(crate) step: Vec<Step>,
}

/// A caption, what is done, and what must hold then.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// What to look at.
    pub(crate) say: String,
    /// What would go wrong otherwise.
    pub(crate) otherwise: Option<String>,
    /// Actions, one after the other.
    #[serde(default, rename = "do")]
    pub(crate) acts: Vec<String>,
    /// What must hold behind them.
    #[serde(default)]
    pub(crate) holds: Vec<String>,
}

impl Script {
    /// The scene that this text is.
    pub(crate) fn read(text: &str) -> Script {
        toml::from_str(text).unwrap_or_else(|error| panic!("a scene cannot be read: {error}"))
    }
}
