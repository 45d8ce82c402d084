//! The handout's page of the oracles says what they say.

use suites::oracles::RULES;

#[test]
fn the_handout_has_every_rule() {
    let page = include_str!("../../../book/src/oracles.md");
    let names: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names, rules);
    let words: Vec<&str> = page.split_whitespace().collect();
    let page = words.join(" ");
    for rule in RULES {
        let sentence = format!("{} ({}).", rule.sentence, rule.section);
        assert!(page.contains(&sentence[1..]), "{}", rule.name);
        let hint = format!("Often broken because {}.", rule.hint);
        assert!(page.contains(&hint), "{}", rule.name);
    }
}
