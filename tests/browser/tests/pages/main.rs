//! What `raftlab view` writes, in a real browser: as somebody who looks, listens, types, prints.
#![forbid(unsafe_code)]

mod browser;
mod picture;

use anyhow::{Result, ensure};
use browser::{Open, open, view};

const MISTAKES: [&str; 2] = ["--raft", "tests/fixtures/mistakes"];

/// A leader that takes a newer term over, and goes on leading.
fn failing() -> Result<Open> {
    let words = [&["3B::rejoin", "--seed", "2"], &MISTAKES[..]].concat();
    open(&view(
        &words,
        "no-step-down",
        &format!("failing-{:?}.html", std::thread::current().id()),
    )?)
}

#[test]
fn what_is_wrong_stands_first() -> Result<()> {
    let page = failing()?;
    ensure!(
        page.text("verdict")?.contains("ElectionSafety"),
        "{}",
        page.text("verdict")?
    );
    let said = page.text("violation")?;
    for word in [
        "term 2 has two leaders",
        "at most one server leads a term",
        "n1 sends entries",
    ] {
        ensure!(said.contains(word), "no {word:?} in {said}");
    }
    // In sight, above the picture, which shows the message that should not have been sent.
    let place = "document.getElementById('violation').getBoundingClientRect().bottom \
                 < document.getElementById('canvas').getBoundingClientRect().top";
    ensure!(page.ask(place)? == "true", "the picture comes first");
    let event = page.text("event")?;
    ensure!(
        event.contains("Raft.AppendEntries") && event.contains("n1 → n2"),
        "{event}"
    );
    page.is_content()
}

#[test]
fn events_are_gone_through_with_the_keyboard() -> Result<()> {
    let page = failing()?;
    let at = || page.ask("raftlab.cursor");
    let end = at()?;
    page.press("k")?;
    let before = at()?;
    ensure!(before != end, "k stays at {end}");
    ensure!(
        page.text("live")?.contains("seconds, "),
        "nothing is said: {}",
        page.text("live")?
    );
    page.press("j")?;
    ensure!(at()? == end, "j does not lead back to {end}");
    page.press("1")?;
    ensure!(page.ask("raftlab.cursor === raftlab.evidence.events[0].i")? == "true");
    page.press("v")?;
    ensure!(at()? == end);
    page.press("g")?;
    ensure!(at()? == "0");
    page.press("h")?;
    ensure!(
        page.ask("raftlab.events.length === raftlab.run.n")? == "true",
        "some stay folded"
    );
    page.is_content()
}

#[test]
fn a_term_is_found() -> Result<()> {
    let page = failing()?;
    page.type_into("#search", "term:2 type:AE")?;
    let found = page.text("found")?;
    ensure!(
        !found.starts_with('0') && found.contains("found"),
        "{found}"
    );
    page.press("Enter")?;
    page.press("Escape")?;
    page.press("g")?;
    page.press("n")?;
    let event = page.text("event")?;
    ensure!(
        event.contains("Raft.AppendEntries") && event.contains("term2"),
        "{event}"
    );
    let hash = page.ask("location.hash")?;
    ensure!(hash.contains("q=term"), "the address ends with {hash:?}");
    page.is_content()
}

#[test]
fn a_message_shows_its_fields_under_the_mouse() -> Result<()> {
    let page = failing()?;
    let middle = |way: &str| {
        let corner = if way == "x" { "left" } else { "top" };
        page.ask(&format!(
            "(() => {{ const hit = raftlab.picture.hits.find(({{ x1, x2 }}) => x2 - x1 > 60); \
             return document.getElementById('canvas').getBoundingClientRect().{corner} \
             + (hit.{way}1 + hit.{way}2) / 2; }})()"
        ))
    };
    page.hover(middle("x")?.parse()?, middle("y")?.parse()?)?;
    let tip = page.text("tip")?;
    for field in ["message", "way", "fate", "term"] {
        ensure!(tip.contains(field), "no {field} in {tip}");
    }
    ensure!(page.ask("document.getElementById('tip').hidden")? == "false");
    page.is_content()
}

#[test]
fn it_prints() -> Result<()> {
    let page = failing()?;
    ensure!(page.pdf()?.starts_with(b"%PDF"), "it is no PDF");
    page.on_paper()?;
    let shown = |id: &str| page.ask(&format!("getComputedStyle({id}).display"));
    ensure!(
        shown("document.getElementById('tools')")? == "none",
        "buttons on paper"
    );
    let paper = page.ask("raftlab.picture.colours.paper")?;
    ensure!(paper == "#ffffff", "paper is {paper}");
    let rows = page.ask("document.querySelectorAll('#print tr').length")?;
    ensure!(rows.parse::<usize>()? > 10, "{rows} events on paper");
    page.is_content()
}

#[test]
fn it_is_heard_and_needs_no_colour() -> Result<()> {
    let page = failing()?;
    // Whatever can be used has a name, and each event is told in words.
    let nameless = "[...document.querySelectorAll('button, input, canvas, [role]')]\
                    .filter((one) => !one.textContent.trim() \
                    && !one.getAttribute('aria-label') && !(one.labels && one.labels.length) \
                    && !['tip', 'found'].includes(one.id)).map((one) => one.outerHTML)";
    ensure!(page.ask(nameless)?.is_empty(), "{}", page.ask(nameless)?);
    let option = page.ask("document.querySelector('[role=option]').getAttribute('aria-label')")?;
    ensure!(option.contains("seconds, "), "{option}");
    // What colours say, letters say too.
    let roles = page.text("state")?;
    ensure!(
        roles.contains("leader") && roles.contains("follower"),
        "{roles}"
    );
    let svg = page.ask("asSvg(raftlab)")?;
    ensure!(
        svg.contains(">L2<") && svg.contains(">F2<"),
        "no letters in the picture"
    );
    ensure!(
        svg.contains("stroke-dasharray"),
        "replies look like requests"
    );
    page.is_content()
}

/// 181,000 events, which take 40 MB as a trace.
#[test]
fn a_long_run_opens_at_once_and_moves() -> Result<()> {
    let page = open(&view(
        &["4B::many_partitions_many_clients", "--seed", "1"],
        "",
        "long.html",
    )?)?;
    let (count, ready) = (
        page.ask("raftlab.run.n")?,
        page.ask("document.documentElement.dataset.ready")?,
    );
    println!("{count} events, ready after {ready} ms");
    ensure!(count.parse::<u64>()? > 100_000, "{count} events");
    ensure!(ready.parse::<f64>()? < 2_000.0, "ready after {ready} ms");
    let frame = page.ask(
        "(() => { const start = performance.now(); \
         for (let k = 0; k < 50; k++) { raftlab.left += 7; raftlab.picture.draw(); } \
         return (performance.now() - start) / 50; })()",
    )?;
    println!("{frame} ms a frame");
    ensure!(frame.parse::<f64>()? < 20.0, "{frame} ms a frame");
    page.is_content()
}

#[test]
fn a_scene_says_what_to_look_at() -> Result<()> {
    let page = open(&view(
        &["lecture::figure_8", "--seed", "1"],
        "",
        "scene.html",
    )?)?;
    let first = page.text("says")?;
    ensure!(first.contains("S1 is the leader"), "{first}");
    page.press(".")?;
    page.press(".")?;
    page.press(".")?;
    let later = page.text("says")?;
    ensure!(later.contains("not committed by counting"), "{later}");
    ensure!(
        page.text("otherwise")?
            .contains("overwrite what was applied")
    );
    // Where it says so, four servers hold an entry that is not committed, and none applied it.
    page.press(",")?;
    ensure!(page.text("says")?.contains("(b)"), "{}", page.text("says")?);
    page.is_content()
}

/// The other page is read from a file that is chosen; here it is handed over as one.
#[test]
fn two_runs_are_compared_to_where_they_part() -> Result<()> {
    let page = failing()?;
    let difference = |other: &str| {
        page.ask(&format!(
            "(() => {{ const other = new Run(JSON.parse(JSON.stringify(raftlab.run.page))); \
             {other}; showDifference(raftlab, other); \
             return document.getElementById('difference').textContent; }})()"
        ))
    };
    ensure!(difference("")?.contains("the same, event for event"));
    let told = difference("other.kind[99] = -2; other.ref[99] = 0; other.n -= 3")?;
    ensure!(told.contains("the first 99 events are the same"), "{told}");
    ensure!(page.ask("raftlab.difference")? == "99");
    page.is_content()
}

/// Ten thousand messages in a second, in one picture.
#[test]
fn a_burst_is_shown_by_how_much_there_is() -> Result<()> {
    let page = open(&view(
        &["3C::reliable_churn", "--seed", "1"],
        "",
        "burst.html",
    )?)?;
    page.ask("raftlab.zoomBy(-12)")?;
    page.press("k")?;
    ensure!(page.ask("raftlab.sight()[1] - raftlab.sight()[0] > 10000")? == "true");
    picture::compare("burst", &page.shot()?)?;
    page.is_content()
}

#[test]
fn pages_look_as_they_did() -> Result<()> {
    picture::compare("failing", &failing()?.shot()?)?;
    for (name, words) in [
        ("figure8", &["3C::figure8", "--seed", "1"][..]),
        ("partition", &["4B::one_partition", "--seed", "1"]),
    ] {
        let page = open(&view(words, "", &format!("{name}.html"))?)?;
        page.ask("raftlab.go(raftlab.events[Math.floor(raftlab.events.length / 2)])")?;
        page.press("k")?;
        picture::compare(name, &page.shot()?)?;
        page.is_content()?;
    }
    Ok(())
}
