//! The runner, as whoever types a command sees it: exit code, standard output, standard error.
//!
//! | tests | file |
//! | --- | --- |
//! | what is said of an implementation that is wrong | `misdeeds` |
//! | what is said to a request that cannot be carried out | `requests` |
//! | the faces for machines: libtest's arguments, determinism | `faces` |
//! | faults that are asked for on any case | `chaos` |
//! | faults that a good network hides | `faults` |
//! | sweeps, explored scenes, smaller runs | `searches` |
//! | key/value services that are wrong | `services` |
//! | runs as pages | `pages` |
//! | scenes of a lecture | `scenes` |
//! | what ends before the end | `stopping` |
//! | what becomes of what the code under test writes | `texts` |
//! | Ctrl-C | `interrupts` |
//! | a command and all that it starts | `group` |
//! | servers as processes | `processes` |
//! | running the real runner | `runner` |

#[path = "judging/chaos.rs"]
mod chaos;
#[path = "judging/driven.rs"]
mod driven;
#[path = "judging/faces.rs"]
mod faces;
#[path = "judging/faults.rs"]
mod faults;
#[path = "judging/group.rs"]
mod group;
#[path = "judging/interrupts.rs"]
mod interrupts;
#[path = "judging/misdeeds.rs"]
mod misdeeds;
#[path = "judging/pages.rs"]
mod pages;
#[path = "judging/processes.rs"]
mod processes;
#[path = "judging/requests.rs"]
mod requests;
#[path = "judging/runner.rs"]
mod runner;
#[path = "judging/scenes.rs"]
mod scenes;
#[path = "judging/searches.rs"]
mod searches;
#[path = "judging/services.rs"]
mod services;
#[path = "judging/stopping.rs"]
mod stopping;
#[path = "judging/texts.rs"]
mod texts;
