//! A run as a page: one file of HTML that shows it and needs nothing else, no server and no
//! network. Here it is put together; what it does in a browser are the files in `page`, which are
//! plain, and embedded as they are.
//!
//! | file | room |
//! | --- | --- |
//! | `columns` | the events, packed so that a page is a tenth of its trace |
//! | `page/page.html`, `page/style.css` | what the page consists of, and how it looks |
//! | `page/data.js` | unpacks the events, and tells each in words |
//! | `page/model.js` | what they mean: ways of messages, standings, logs, causes |
//! | `page/draw.js` | the picture |
//! | `page/panels.js` | what stands beside it: fields, servers, logs, the list, histories |
//! | `page/search.js`, `page/export.js` | searching; SVG, text, paper |
//! | `page/story.js` | the captions of a scene |
//! | `page/compare.js` | where two runs part |
//! | `page/main.js` | the head, keys, mouse |

mod columns;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use columns::Columns;
use suites::trace::Trace;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/style.css");

/// The scripts, in the order in which they need each other.
const SCRIPTS: [&str; 9] = [
    include_str!("page/data.js"),
    include_str!("page/model.js"),
    include_str!("page/draw.js"),
    include_str!("page/panels.js"),
    include_str!("page/search.js"),
    include_str!("page/export.js"),
    include_str!("page/story.js"),
    include_str!("page/compare.js"),
    include_str!("page/main.js"),
];

/// How hard the events are pressed, from 0 to 10: more takes longer, and gains little.
const LEVEL: u8 = 7;

/// The page of a run. `again` is the command that makes the run again.
pub fn page(trace: &Trace, again: &str) -> String {
    let packed = Columns::of(trace, again).to_json();
    let data = STANDARD.encode(miniz_oxide::deflate::compress_to_vec(&packed, LEVEL));
    let title = escaped(&title(trace));
    // What a run says comes last, and data in base64 at the very end: no mark is taken from it.
    PAGE.replace("{{style}}", STYLE.trim_end())
        .replace("{{script}}", SCRIPTS.concat().trim_end())
        .replace("{{title}}", &title)
        .replace("{{data}}", &data)
}

fn title(trace: &Trace) -> String {
    let header = &trace.header;
    format!("{}, seed {}", header.case, header.seed)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../../suites/src/trace/tests/example.jsonl");

    fn example() -> Trace {
        Trace::parse(EXAMPLE.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What a browser would unpack.
    fn unpacked(page: &str) -> serde_json::Value {
        let start = page.find("type=\"text/plain\">").expect("it holds data");
        let data = &page[start + "type=\"text/plain\">".len()..];
        let data = &data[..data.find('<').expect("it ends")];
        let bytes = STANDARD.decode(data).expect("it is base64");
        let json = miniz_oxide::inflate::decompress_to_vec(&bytes).expect("it is deflated");
        serde_json::from_slice(&json).expect("it is JSON")
    }

    #[test]
    fn a_page_holds_the_whole_run() {
        let trace = example();
        let data = unpacked(&page(&trace, "make test-3B"));
        let count = |column: &str| data[column].as_array().map(Vec::len);
        for column in [
            "at",
            "lane",
            "incarnation",
            "thread",
            "kind",
            "ref",
            "number",
        ] {
            assert_eq!(count(column), Some(trace.lines.len()), "{column}");
        }
        assert_eq!(data["run"]["case"], "3B::backup");
        assert_eq!(data["run"]["failure"]["message"], "index out of bounds");
        assert_eq!(data["again"], "make test-3B");
        let at = data["at"].as_array().expect("a column");
        let sum: i64 = at.iter().filter_map(serde_json::Value::as_i64).sum();
        assert_eq!(sum, 811_121_000);
    }

    #[test]
    fn the_same_trace_gives_the_same_bytes() {
        assert_eq!(page(&example(), "x"), page(&example(), "x"));
    }

    #[test]
    fn nothing_in_a_page_comes_from_elsewhere() {
        let page = page(&example(), "</script><script>alert(1)</script>");
        assert_eq!(
            page.matches("<script").count(),
            2,
            "what a run says is no code"
        );
        let page = page.replace("http://www.w3.org/2000/svg", "");
        for link in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!page.contains(link), "{link}");
        }
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn the_scripts_stay_small() {
        let lines: usize = SCRIPTS.iter().map(|script| script.lines().count()).sum();
        assert!(lines < 2_000, "{lines} lines");
    }
}
