//! One file as the rules see it, and a lexer that is just good enough to tell code from comments
//! and literals.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// A file of the project.
pub(crate) struct Source {
    /// From the workspace's root, with `/` between the parts.
    pub(crate) path: String,
    /// As it stands.
    pub(crate) text: String,
    /// Its code: comments and the insides of literals are spaces, so that columns and lines agree
    /// with `text`. Empty if the file is not Rust.
    pub(crate) code: String,
    /// Its comments; everything else is spaces.
    pub(crate) comments: String,
}

/// What a rule found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The file.
    pub(crate) path: String,
    /// The line, from 1; 0 for the file as a whole.
    pub(crate) line: usize,
    /// What is wrong, and what to do.
    pub(crate) advice: String,
}

impl Source {
    /// A file with that content.
    pub(crate) fn new(path: &str, text: &str) -> Source {
        let is_rust = path.ends_with(".rs");
        let kinds = if is_rust { classify(text) } else { Vec::new() };
        let only = |wanted: Kind| {
            let kept = text.chars().zip(&kinds);
            kept.map(|(c, kind)| if c == '\n' || *kind == wanted { c } else { ' ' })
                .collect()
        };
        Source {
            path: path.to_string(),
            text: text.to_string(),
            code: only(Kind::Code),
            comments: only(Kind::Comment),
        }
    }

    /// The folder that the file lies in, from the project's root.
    pub(crate) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether the file lies below `folder`, a path from the project's root.
    pub(crate) fn is_below(&self, folder: &str) -> bool {
        self.path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Something to say about line `line`.
    pub(crate) fn finding(&self, line: usize, advice: impl Into<String>) -> Finding {
        Finding {
            path: self.path.clone(),
            line,
            advice: advice.into(),
        }
    }
}

/// The line of a byte of `text`, from 1.
pub(crate) fn line_at(text: &str, at: usize) -> usize {
    1 + text[..at].matches('\n').count()
}

/// Where `word` stands in `text`, as a whole word.
pub(crate) fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
}

/// Every file under `root` whose name `wanted` takes, without what is built or hidden, in order.
/// Of the hidden folders only `.ci` is the project's.
pub(crate) fn read_all(root: &Path, wanted: impl Fn(&str) -> bool) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(root, &mut paths).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    paths.sort();
    let named = paths.iter().map(|path| {
        let inside = path.strip_prefix(root).expect("walk stays below root");
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        (path, parts.join("/"))
    });
    named
        .filter(|(_, name)| wanted(name))
        .filter_map(|(path, name)| Some(Source::new(&name, &fs::read_to_string(path).ok()?)))
        .collect()
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name == "target" || name.starts_with('.') && name != ".ci" {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), into)?;
        } else if !kind.is_symlink() {
            // What a link leads to is found where it is.
            into.push(entry.path());
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    /// The inside of a string or character literal.
    Literal,
}

/// What each character of a Rust file belongs to.
fn classify(text: &str) -> Vec<Kind> {
    let chars: Vec<char> = text.chars().collect();
    let mut kinds = vec![Kind::Code; chars.len()];
    let mut at = 0;
    while at < chars.len() {
        let (end, kind) = match (chars[at], chars.get(at + 1)) {
            ('/', Some('/')) => (line_end(&chars, at), Kind::Comment),
            ('/', Some('*')) => (block_end(&chars, at), Kind::Comment),
            ('"', _) => (quoted_end(&chars, at + 1, '"'), Kind::Literal),
            ('\'', _) if is_char_literal(&chars, at) => {
                (quoted_end(&chars, at + 1, '\''), Kind::Literal)
            }
            ('r', Some('"' | '#')) if begins_raw_string(&chars, at) => {
                (raw_end(&chars, at + 1), Kind::Literal)
            }
            _ => (at + 1, Kind::Code),
        };
        let end = end.min(chars.len());
        match kind {
            // A literal's first and last character stay code: something stands there.
            Kind::Literal if end - at > 2 => kinds[at + 1..end - 1].fill(kind),
            Kind::Literal => {}
            Kind::Comment | Kind::Code => kinds[at..end].fill(kind),
        }
        at = end;
    }
    kinds
}

fn line_end(chars: &[char], at: usize) -> usize {
    let rest = chars[at..].iter().position(|&c| c == '\n');
    rest.map_or(chars.len(), |n| at + n)
}

/// Block comments nest.
fn block_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut here = at;
    while here < chars.len() {
        match (chars[here], chars.get(here + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                here += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                here += 2;
                if depth == 0 {
                    return here;
                }
            }
            _ => here += 1,
        }
    }
    chars.len()
}

/// Just behind the closing `quote`; `at` is behind the opening one.
fn quoted_end(chars: &[char], mut at: usize, quote: char) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            c if c == quote => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// `'x'` and `'\n'` are characters, `'x` a lifetime or a label.
fn is_char_literal(chars: &[char], at: usize) -> bool {
    chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'')
}

/// `r"…"`, `r#"…"#`, `br"…"`; not the raw identifier `r#type`, nor a name that ends in r.
fn begins_raw_string(chars: &[char], at: usize) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let prefix_begin = match at.checked_sub(1).map(|before| chars[before]) {
        Some('b' | 'c') => at - 1,
        _ => at,
    };
    let follows_name = prefix_begin > 0 && is_part(chars[prefix_begin - 1]);
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    !follows_name && chars.get(at + 1 + hashes) == Some(&'"')
}

/// Just behind the end of a raw string; `at` is behind its `r`.
fn raw_end(chars: &[char], at: usize) -> usize {
    let hashes = chars[at..].iter().take_while(|&&c| c == '#').count();
    let closing: String = format!("\"{}", "#".repeat(hashes));
    let closing: Vec<char> = closing.chars().collect();
    let from = at + hashes + 1;
    let inside = chars[from.min(chars.len())..]
        .windows(closing.len())
        .position(|window| window == closing);
    inside.map_or(chars.len(), |n| from + n + closing.len())
}

mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Source::new("a.rs", text).code
    }

    /// The same with spaces made visible.
    fn dotted(text: &str) -> String {
        code(text).replace(' ', ".")
    }

    #[test]
    fn comments_and_literals_are_not_code() {
        assert_eq!(dotted("a // b\nc"), "a.....\nc");
        assert_eq!(dotted("a/* b /* c */ d */e"), "a.................e");
        assert_eq!(dotted(r#"a("b\"c",d)"#), "a(\"....\",d)");
        assert_eq!(dotted(r#"x("// y")y"#), "x(\"....\")y");
        assert_eq!(dotted(r##"r#"a " b"#+r#type"##), "r........#+r#type");
        assert_eq!(dotted(r#"br"\"+c"#), "br..\"+c");
    }

    #[test]
    fn a_lifetime_is_no_character() {
        assert_eq!(dotted(r#"<'a>('"','\'','b')"#), "<'a>('.','..','.')");
        assert_eq!(dotted(r#"&'static str;"x""#), "&'static.str;\".\"");
    }

    #[test]
    fn lines_and_columns_stay() {
        let text = "/* ä\nö */ let x = \"é\n\";";
        assert_eq!(code(text).chars().count(), text.chars().count());
        let semicolon = code(text).find(';').expect("it is code");
        assert_eq!(line_at(&code(text), semicolon), 3);
    }

    #[test]
    fn words_are_whole() {
        let found: Vec<_> = words("fn fnord fn_ (fn)", "fn").collect();
        assert_eq!(found, [0, 14]);
    }
}
