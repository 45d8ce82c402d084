//! Choices that a harness names, and plans that say how they go.

use labrt::harness::{choose, hold_choices};
use labrt::{Choice, Plan, Report, Simulation};

/// Three choices, of which the second goes its first way by itself; how they went.
fn three() -> [u32; 3] {
    let told = |way| format!("way {way}");
    [choose(2, 0, told), choose(2, 1, told), choose(0, 1, told)]
}

fn planned(plan: &str) -> Report<[u32; 3]> {
    let plan: Plan = plan.parse().expect("a plan");
    Simulation::new(1).plan(plan).run(three)
}

#[test]
fn without_a_plan_all_go_their_own_way_and_nothing_is_kept() {
    let report = Simulation::new(1).run(three);
    assert_eq!(report.outcome, Ok([0, 1, 1]));
    assert!(report.choices.is_empty());
    assert_eq!(three(), [0, 1, 1], "in the real world");
}

#[test]
fn a_plan_lets_them_go_otherwise() {
    for (plan, ways) in [
        ("", [0, 1, 1]),
        ("1=2", [2, 1, 1]),
        ("2=0", [0, 0, 1]),
        ("none", [0, 0, 0]),
        ("3", [0, 0, 1]),
        ("none,2=2", [0, 2, 0]),
        ("1=3", [0, 1, 1]), // there is no third way
    ] {
        assert_eq!(planned(plan).outcome, Ok(ways), "{plan}");
    }
}

#[test]
fn a_report_tells_of_all() {
    let choices = planned("1=2").choices;
    let told = |choice: &Choice| (choice.ways, choice.way, choice.what.clone());
    assert_eq!(
        choices.iter().map(told).collect::<Vec<_>>(),
        [
            (2, 2, "way 2".to_string()),
            (2, 1, "way 1".to_string()),
            (0, 1, "way 1".to_string())
        ]
    );
}

#[test]
fn what_is_held_is_no_choice() {
    let plan: Plan = "2=1".parse().expect("a plan");
    let report = Simulation::new(1).plan(plan).run(|| {
        let first = choose(1, 0, |_| String::new());
        hold_choices(true);
        let held = choose(1, 0, |_| String::new());
        hold_choices(false);
        [first, held, choose(1, 0, |_| String::new())]
    });
    assert_eq!(report.outcome, Ok([0, 0, 1]));
    assert_eq!(report.choices.len(), 2);
}
