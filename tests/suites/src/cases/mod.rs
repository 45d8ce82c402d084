//! The cases of the course's labs, as data: name, part, points, prose, function. What each checks
//! and every limit in it are the course's (MIT 6.5840, spring 2025); the words are ours.

mod append;
mod case;
mod directed;
mod disturb;
mod driven;
mod election;
mod faults;
mod harm;
mod harmed;
mod harsh;
mod kv;
mod lectures;
mod log;
mod persistence;
mod rsm;
mod scenes;
mod snapshots;

pub use case::{Body, Case, Part};

/// All cases, in the course's order.
pub fn all() -> impl Iterator<Item = &'static Case> {
    let parts = [
        election::CASES,
        log::CASES,
        persistence::CASES,
        snapshots::CASES,
        directed::CASES,
        faults::CASES,
        harsh::CASES,
        harmed::CASES,
        rsm::CASES,
        kv::CASES,
        kv::SNAPSHOT_CASES,
        kv::HARMED_CASES,
        append::CASES,
    ];
    parts.into_iter().chain(driven::CASES).flatten()
}

/// The scenes that can be explored, with their places, which come behind those of the cases.
pub fn scenes() -> impl Iterator<Item = (usize, &'static Case)> {
    (all().count()..).zip(scenes::SCENES)
}

/// The scenes of a lecture, with their places, which come behind those.
pub fn lectures() -> impl Iterator<Item = (usize, &'static Case)> {
    (all().count() + scenes::SCENES.len()..).zip(lectures::LECTURES)
}

/// The case or scene at a place: of a case, that among all.
pub fn at(place: usize) -> Option<&'static Case> {
    all()
        .chain(scenes::SCENES)
        .chain(lectures::LECTURES)
        .nth(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<String> = all().map(Case::full_name).collect();
        assert_eq!(names.len(), all().count());
        // Those of 3E and 4E are ours, and the same fault has the same name.
        let of_course = || all().filter(|case| case.alias != case.name);
        let aliases: BTreeSet<&str> = of_course().map(|case| case.alias).collect();
        assert_eq!(aliases.len(), of_course().count());
    }

    #[test]
    fn every_part_has_its_points() {
        for (part, points) in [
            (Part::A3, 15),
            (Part::B3, 30),
            (Part::C3, 30),
            (Part::D3, 25),
            (Part::E3, 0),
            (Part::A4, 20),
            (Part::B4, 45),
            (Part::C4, 35),
            (Part::E4, 0),
            (Part::B24, 60),
            (Part::C24, 40),
            (Part::TinyAA, 24),
            (Part::TinyAB, 26),
            (Part::TinyAC, 2),
            (Part::TinyC, 7),
            (Part::TinyA3, 16),
            (Part::TinyExtra, 0),
        ] {
            let cases = all().filter(|case| case.part == part);
            assert_eq!(cases.map(|case| case.points).sum::<u32>(), points, "{part}");
        }
    }
}
