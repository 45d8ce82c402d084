//! Within a crate: no files that need each other in a circle, and lower floors know no higher ones.
//!
//! An arrow goes from a file to each file whose items it names by a path, in a `use` or elsewhere.
//! A name that a file only hands on is looked for where it comes from. A module and the files of
//! its own folder are one room with its chambers: arrows between these do not count. (Nor do
//! methods: a type's may stand in several files.)

use crate::source::{Finding, Source, line_at, words};
use std::collections::{BTreeMap, BTreeSet};

/// The floors of a crate, from the ground up, by their modules. Whatever is not named here stands
/// above all of them.
const FLOORS: &[(&str, &[&[&str]])] = &[
    ("labrt", &[&["base"], &["kernel"]]),
    (
        "labrpc",
        &[
            &[
                "codec", "error", "event", "id", "latency", "line", "notation", "service", "spin",
                "step",
            ],
            &["choice", "faults", "link", "router"],
        ],
    ),
];

/// A module's path within its crate: `["kernel", "wait"]`; empty for `lib.rs` and `main.rs`.
type Module = Vec<String>;

/// The files of one crate, by the modules that they are.
struct Crate<'a> {
    files: BTreeMap<Module, &'a Source>,
    /// What a module hands on from elsewhere: its name there, and the path behind it.
    handed_on: BTreeMap<(Module, String), Module>,
}

/// A path in a file's code.
struct Named {
    line: usize,
    path: Module,
    is_handed_on: bool,
}

/// No circle among the files of a crate.
pub(crate) fn check_circles(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in crates(sources).values() {
        let arrows = krate.arrows();
        let mut told = BTreeSet::new();
        let all = arrows
            .iter()
            .flat_map(|(from, to)| to.iter().map(move |to| (from, to)));
        for (from, (to, line)) in all {
            let Some(mut way) = shortest_way(to, from, &arrows) else {
                continue;
            };
            way.insert(0, from.clone());
            let members: BTreeSet<Module> = way.iter().cloned().collect();
            if told.insert(members) {
                let names: Vec<String> = way.iter().map(name).collect();
                let advice = format!(
                    "a circle of files: {}; move what one of these arrows is for into a file of \
                     its own",
                    names.join(" → ")
                );
                findings.push(krate.files[from].finding(*line, advice));
            }
        }
    }
    findings
}

/// No arrow from a lower floor to a higher one.
pub(crate) fn check_floors(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let all = crates(sources);
    for (folder, floors) in FLOORS {
        let Some(krate) = all.get(*folder) else {
            continue;
        };
        let floor = |module: &Module| {
            let room = module.first().map(String::as_str).unwrap_or_default();
            let named = floors.iter().position(|floor| floor.contains(&room));
            named.unwrap_or(floors.len())
        };
        for (from, to) in krate.arrows() {
            let higher = to.iter().filter(|(to, _)| floor(to) > floor(&from));
            findings.extend(higher.map(|(to, line)| {
                let advice = format!(
                    "`{}` stands on a lower floor than `{}` (FLOORS in tidy/floors.rs)",
                    name(&from),
                    name(to)
                );
                krate.files[&from].finding(*line, advice)
            }));
        }
    }
    findings
}

fn name(module: &Module) -> String {
    match module.is_empty() {
        true => "the crate's root".to_string(),
        false => module.join("/"),
    }
}

/// The crates by their folders.
fn crates(sources: &[Source]) -> BTreeMap<&str, Crate<'_>> {
    let mut found: BTreeMap<&str, Crate<'_>> = BTreeMap::new();
    for source in sources {
        let Some((folder, inside)) = source.path.split_once("/src/") else {
            continue;
        };
        let mut module: Module = inside.split('/').map(str::to_string).collect();
        let file = module.pop().unwrap_or_default();
        match file.trim_end_matches(".rs") {
            "mod" => {}
            "lib" | "main" if module.is_empty() => {}
            name => module.push(name.to_string()),
        }
        let krate = found.entry(folder).or_insert_with(|| Crate {
            files: BTreeMap::new(),
            handed_on: BTreeMap::new(),
        });
        krate.files.insert(module, source);
    }
    for krate in found.values_mut() {
        let mut handed_on = BTreeMap::new();
        for (module, source) in &krate.files {
            for named in krate.paths(module, source) {
                if let (true, Some(last)) = (named.is_handed_on, named.path.last()) {
                    handed_on.insert((module.clone(), last.clone()), named.path);
                }
            }
        }
        krate.handed_on = handed_on;
    }
    found
}

impl Crate<'_> {
    /// From each file to those that it names, with the first line where it does.
    fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (module, source) in &self.files {
            for named in self.paths(module, source) {
                let owner = self.owner(&named.path);
                if !owner.starts_with(module) && !module.starts_with(&owner) {
                    let to = arrows.entry(module.clone()).or_default();
                    to.entry(owner).or_insert(named.line);
                }
            }
        }
        arrows
    }

    /// The file in which the item of that path stands.
    fn owner(&self, path: &Module) -> Module {
        for len in (0..=path.len()).rev() {
            let (module, rest) = path.split_at(len);
            if !self.files.contains_key(module) {
                continue;
            }
            let Some((item, below)) = rest.split_first() else {
                return module.to_vec();
            };
            let handed_on = self.handed_on.get(&(module.to_vec(), item.clone()));
            return match handed_on {
                Some(behind) if behind != path => self.owner(&[behind, below].concat()),
                _ => module.to_vec(),
            };
        }
        Module::new()
    }

    /// The paths in a file that lead into its crate; those of its tests aside.
    fn paths(&self, module: &Module, source: &Source) -> Vec<Named> {
        let code = source.code.split("#[cfg(test)]\nmod ").next();
        let code = code.unwrap_or_default();
        let mut found = Vec::new();
        for at in words(code, "use") {
            let before = code[..at].lines().last().unwrap_or_default().trim();
            if !before.is_empty() && !before.starts_with("pub") {
                continue; // part of a macro
            }
            let Some(end) = code[at..].find(';') else {
                continue;
            };
            let tree = code[at + "use".len()..at + end].replace(char::is_whitespace, " ");
            for path in leaves(tree.trim()) {
                let is_handed_on = !before.is_empty();
                let path = self.absolute(module, &path);
                found.extend(path.map(|path| Named {
                    line: line_at(code, at),
                    path,
                    is_handed_on,
                }));
            }
        }
        for start in ["crate", "super"] {
            for at in words(code, start).filter(|at| code[at + start.len()..].starts_with("::")) {
                let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
                let path: String = code[at..].chars().take_while(|c| is_part(*c)).collect();
                if code[..at].ends_with("$") || code[..at].ends_with("::") {
                    continue; // a macro's own crate; `super` of a path that was seen
                }
                let path = self.absolute(module, path.trim_end_matches(':'));
                found.extend(path.map(|path| Named {
                    line: line_at(code, at),
                    path,
                    is_handed_on: false,
                }));
            }
        }
        found
    }

    /// The path from the crate's root; `None` if it leads elsewhere.
    fn absolute(&self, module: &Module, path: &str) -> Option<Module> {
        let mut parts = path.split("::").map(str::trim).peekable();
        let mut from = module.clone();
        match parts.peek().copied() {
            Some("crate") => {
                from.clear();
                parts.next();
            }
            Some("self") => {
                parts.next();
            }
            Some("super") => {
                while parts.next_if_eq(&"super").is_some() {
                    from.pop();
                }
            }
            Some(first) => {
                let child = [&from[..], &[first.to_string()]].concat();
                self.files.get(&child)?;
            }
            None => return None,
        }
        from.extend(parts.map(str::to_string));
        Some(from)
    }
}

/// The paths of a `use`: `a::{b, c::d as e}` is `a::b` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((before, inside)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.trim().trim_end_matches("::self").to_string()];
    };
    let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
    let inside = format!("{inside},");
    let (mut depth, mut begin) = (0, 0);
    let mut parts = Vec::new();
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(inside[begin..at].trim().to_string());
                begin = at + 1;
            }
            _ => {}
        }
    }
    let parts = parts.iter().filter(|part| !part.is_empty());
    parts
        .flat_map(|part| leaves(&format!("{}{part}", before.trim())))
        .collect()
}

type Arrows = BTreeMap<Module, BTreeMap<Module, usize>>;

/// The files on the shortest way from one to another.
fn shortest_way(from: &Module, to: &Module, arrows: &Arrows) -> Option<Vec<Module>> {
    let mut ways = vec![vec![from.clone()]];
    let mut seen = BTreeSet::from([from.clone()]);
    while !ways.is_empty() {
        if let Some(way) = ways.iter().find(|way| way.last() == Some(to)) {
            return Some(way.clone());
        }
        let mut longer = Vec::new();
        for way in &ways {
            let next = way.last().and_then(|at| arrows.get(at)).into_iter();
            for next in next.flat_map(BTreeMap::keys) {
                if seen.insert(next.clone()) {
                    longer.push([&way[..], std::slice::from_ref(next)].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

mod tests {
    use super::*;

    fn told(rule: fn(&[Source]) -> Vec<Finding>, files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source::new(path, text))
            .collect();
        let shown = |f: Finding| {
            let advice = f.advice.split(';').next().unwrap_or_default();
            format!("{}:{}: {advice}", f.path, f.line)
        };
        rule(&sources).into_iter().map(shown).collect()
    }

    #[test]
    fn circles_are_found() {
        let found = told(
            check_circles,
            &[
                ("x/src/lib.rs", "mod a;\nmod b;\nmod c;\npub use a::A;"),
                ("x/src/a.rs", "\nuse crate::{b::{B, self}, c as d};"),
                ("x/src/b.rs", "fn f() { super::c::g(1) }"),
                ("x/src/c.rs", "use std::a::B;\nuse crate::A as _;"),
                ("y/src/a.rs", "use crate::b;"),
                (
                    "y/src/b.rs",
                    "use std::fmt;\n#[cfg(test)]\nmod tests { use crate::a; }",
                ),
            ],
        );
        assert_eq!(found[0], "x/src/a.rs:2: a circle of files: a → b → c → a");
        assert_eq!(found[1], "x/src/a.rs:2: a circle of files: a → c → a");
        assert_eq!(found.len(), 2, "{found:#?}");
    }

    #[test]
    fn a_module_and_its_own_files_are_no_circle() {
        let own = [
            ("x/src/a/mod.rs", "mod b;\npub(crate) use b::B;\nstruct A;"),
            ("x/src/a/b.rs", "use super::A;\nuse crate::Root;"),
            ("x/src/lib.rs", "mod a;\nuse a::B;"),
        ];
        assert_eq!(told(check_circles, &own), [""; 0]);
        let cousins = [
            (
                "x/src/a/mod.rs",
                "mod b;\nmod c;\npub(crate) use b::B;\npub(crate) use c::C;",
            ),
            ("x/src/a/b.rs", "use super::C;"),
            ("x/src/a/c.rs", "use crate::a::B;"),
        ];
        assert_eq!(told(check_circles, &cousins).len(), 1);
    }

    #[test]
    fn an_arrow_upwards_is_found() {
        let found = told(
            check_floors,
            &[
                ("labrt/src/lib.rs", "mod base;\nmod sync;"),
                ("labrt/src/base/mod.rs", "mod ids;"),
                ("labrt/src/base/ids.rs", "use crate::kernel::K;"),
                (
                    "labrt/src/kernel/mod.rs",
                    "use crate::base::I;\nfn f() { crate::sync::g() }",
                ),
                ("labrt/src/sync.rs", "use crate::kernel::K;"),
            ],
        );
        let (end, at) = ("stands on a lower floor than", "(FLOORS in tidy/floors.rs)");
        assert_eq!(
            found,
            [
                format!("labrt/src/base/ids.rs:1: `base/ids` {end} `kernel` {at}"),
                format!("labrt/src/kernel/mod.rs:2: `kernel` {end} `sync` {at}"),
            ]
        );
    }
}
