//! Readers of recorded histories, for the tests and the benchmark. Where they lie and where they
//! come from: `tests/histories/README.md`.
#![allow(dead_code, reason = "each user needs a part of it")]

use linearizability::Operation;
use linearizability::models::{
    AppendInput, AppendOutput, RegisterInput, RegisterOutput, VersionedInput, VersionedOutput,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Operations of a [`linearizability::models::Register`].
pub(crate) type RegisterHistory = Vec<Operation<RegisterInput, RegisterOutput>>;
/// Operations of a [`linearizability::models::Append`] map.
pub(crate) type AppendHistory = Vec<Operation<AppendInput, AppendOutput>>;
/// Operations of a [`linearizability::models::Versioned`] map.
pub(crate) type VersionedHistory = Vec<Operation<VersionedInput, VersionedOutput>>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories")
}

fn read(name: &str) -> String {
    let path = folder().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file with a known verdict, and whether it is linearizable.
pub(crate) fn verdicts() -> Vec<(String, bool)> {
    let table = read("VERDICTS.tsv");
    let rows = table.lines().skip(1).map(|row| {
        let (name, verdict) = row.split_once('\t').expect("two columns");
        (name.to_string(), verdict == "true")
    });
    rows.collect()
}

/// Calls that have not returned yet, by process.
struct Calls<I, O> {
    open: BTreeMap<u64, (u64, I)>,
    history: Vec<Operation<I, O>>,
}

impl<I, O> Calls<I, O> {
    fn new() -> Self {
        Calls {
            open: BTreeMap::new(),
            history: Vec::new(),
        }
    }

    fn call(&mut self, process: u64, at: u64, input: I) {
        let before = self.open.insert(process, (at, input));
        assert!(before.is_none(), "process {process} calls twice");
    }

    fn end(&mut self, process: u64) -> (u64, I) {
        let call = self.open.remove(&process);
        call.unwrap_or_else(|| panic!("process {process} returns without a call"))
    }

    fn ok(&mut self, process: u64, at: u64, output: O) {
        let (call, input) = self.end(process);
        self.history
            .push(Operation::new(process, call, input, at, output));
    }

    fn lost(&mut self, process: u64) {
        let (call, input) = self.end(process);
        self.history.push(Operation::pending(process, call, input));
    }

    fn finish(mut self) -> Vec<Operation<I, O>> {
        for (process, (call, input)) in std::mem::take(&mut self.open) {
            self.history.push(Operation::pending(process, call, input));
        }
        self.history
    }
}

/// A log of Jepsen's etcd test: one register. Time is the line.
pub(crate) fn etcd(name: &str) -> RegisterHistory {
    let mut calls = Calls::new();
    for (at, line) in (0..).zip(read(name).lines()) {
        let Some((_, event)) = line.split_once("jepsen.util - ") else {
            continue;
        };
        let mut words = event.split_whitespace();
        let mut word = || {
            words
                .next()
                .unwrap_or_else(|| panic!("{name}: {line:?} ends early"))
        };
        let process = word().parse().expect("a process is a number");
        let (event, function) = (word(), word());
        let values: Vec<Option<u64>> = words.map(value).collect();
        match (event, function) {
            (":invoke", ":read") => calls.call(process, at, RegisterInput::Read),
            (":invoke", ":write") => {
                let value = values[0].expect("a value is written");
                calls.call(process, at, RegisterInput::Write(value));
            }
            (":invoke", ":cas") => {
                let [Some(from), Some(to)] = values[..] else {
                    panic!("{name}: {line:?} compares no values");
                };
                calls.call(process, at, RegisterInput::CompareAndSet { from, to });
            }
            (":ok", ":read") => calls.ok(process, at, RegisterOutput::Value(values[0])),
            (":ok", ":write") => calls.ok(process, at, RegisterOutput::Written),
            (":ok", ":cas") => calls.ok(process, at, RegisterOutput::Compared(true)),
            (":fail", ":cas") => calls.ok(process, at, RegisterOutput::Compared(false)),
            (":fail", ":read") | (":info", _) => calls.lost(process),
            _ => panic!("{name}: {line:?} is no event that is known"),
        }
    }
    calls.finish()
}

/// `nil`, a number, or a number with a bracket of a pair.
fn value(word: &str) -> Option<u64> {
    word.trim_matches(['[', ']']).parse().ok()
}

/// A log of gets, puts and appends. Time is the line.
pub(crate) fn kv(name: &str) -> AppendHistory {
    let mut calls = Calls::new();
    for (at, line) in (0..).zip(read(name).lines()) {
        let field = |field: &str| {
            let (_, rest) = line.split_once(field).expect("every line has all fields");
            rest.split([',', '}'])
                .next()
                .expect("split yields one")
                .trim()
        };
        let process = field(":process").parse().expect("a process is a number");
        let key = || field(":key").trim_matches('"').to_string();
        let value = || field(":value").trim_matches('"').to_string();
        match (field(":type"), field(":f")) {
            (":invoke", ":get") => calls.call(process, at, AppendInput::Get(key())),
            (":invoke", ":put") => calls.call(process, at, AppendInput::Put(key(), value())),
            (":invoke", ":append") => calls.call(process, at, AppendInput::Append(key(), value())),
            (":ok", ":get") => calls.ok(process, at, AppendOutput::Value(value())),
            (":ok", _) => calls.ok(process, at, AppendOutput::Done),
            _ => panic!("{name}: {line:?} is no event that is known"),
        }
    }
    calls.finish()
}

/// A run of the course's lab 4C: an operation with all that is known of it in each line.
pub(crate) fn lab(name: &str) -> VersionedHistory {
    read(name).lines().map(lab_operation).collect()
}

fn lab_operation(line: &str) -> Operation<VersionedInput, VersionedOutput> {
    let (asked, answered) = line.split_once("\"out\":").expect("an answer");
    let number = |text: &str, field: &str| -> i64 {
        let (_, rest) = text
            .split_once(&format!("\"{field}\":"))
            .expect("the field");
        let digits = rest.split([',', '}']).next().expect("split yields one");
        digits.parse().expect("a number")
    };
    // Values hold escaped quotes. They need not be unescaped to be compared.
    let string = |text: &str, field: &str, next: &str| -> String {
        let (_, rest) = text
            .split_once(&format!("\"{field}\":\""))
            .expect("the field");
        let (value, _) = rest.split_once(next).expect("what follows the field");
        value.to_string()
    };
    let key = string(asked, "Key", "\",\"Value\"");
    let version = number(answered, "Version") as u64;
    let error = string(answered, "Err", "\"");
    let (input, output) = if number(asked, "Op") == 0 {
        let value = string(answered, "Value", "\",\"Version\"");
        let output = match error.as_str() {
            "OK" => VersionedOutput::Value { value, version },
            "ErrNoKey" => VersionedOutput::NoKey,
            other => panic!("a get ends in {other}"),
        };
        (VersionedInput::Get { key }, output)
    } else {
        let input = VersionedInput::Put {
            key,
            value: string(asked, "Value", "\",\"Version\""),
            version: number(asked, "Version") as u64,
        };
        let output = match error.as_str() {
            "OK" => VersionedOutput::Ok,
            "ErrVersion" => VersionedOutput::WrongVersion,
            "ErrNoKey" => VersionedOutput::NoKey,
            "ErrMaybe" => VersionedOutput::Maybe,
            other => panic!("a put ends in {other}"),
        };
        (input, output)
    };
    let client = number(line, "c") as u64;
    let (call, ret) = (number(line, "call"), number(line, "ret"));
    Operation::new(client, call as u64, input, ret as u64, output)
}
