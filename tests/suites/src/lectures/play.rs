//! Plays a scene on a cluster.

use super::script::{Script, Step};
use crate::cluster::Cluster;
use crate::trace::{self, Caption, Text, What};
use bytes::Bytes;
use labrpc::harness::Latency;
use labrt::time::{Duration, Instant};
use std::collections::BTreeMap;

/// What a message takes: long enough to be seen as a way.
const LATENCY: Duration = Duration::from_millis(1);
/// How often somebody looks whether what is waited for has come about.
const LOOK: Duration = Duration::from_millis(5);
/// How long is waited for it: what the course grants a whole agreement.
const PATIENCE: Duration = Duration::from_secs(10);

/// Plays the scene that `text` is.
pub(crate) fn play(lab: &Cluster, text: &str) {
    let script = Script::read(text);
    lab.keep_to_the_script();
    lab.net().set_long_delays(false);
    lab.net().set_base_latency(Some(Latency::Fixed(LATENCY)));
    let mut stage = Stage {
        lab,
        names: BTreeMap::new(),
        terms: BTreeMap::new(),
        put: BTreeMap::new(),
    };
    caption(&format!("{} ({})", script.title, script.section), None);
    for step in &script.step {
        stage.play(step);
    }
}

fn caption(text: &str, otherwise: Option<&str>) {
    trace::of_case(|| {
        What::Caption(Caption {
            text: Text::new(text),
            otherwise: otherwise.map(Text::new),
        })
    });
}

/// The cluster, with what a scene calls its parts.
struct Stage<'a> {
    lab: &'a Cluster,
    names: BTreeMap<String, usize>,
    /// The term in which who bears a name was elected.
    terms: BTreeMap<String, u64>,
    /// Where each command was put.
    put: BTreeMap<String, u64>,
}

impl Stage<'_> {
    fn play(&mut self, step: &Step) {
        caption(&step.say, step.otherwise.as_deref());
        for act in &step.acts {
            self.lab.note(act);
            self.act(act);
            self.lab.sleep(Duration::ZERO);
        }
        for claim in &step.holds {
            if !self.holds(claim) {
                self.lab.fault(format!(
                    "the scene expects: {claim}\n  which does not hold where it says: {}",
                    step.say.split_whitespace().collect::<Vec<_>>().join(" ")
                ));
            }
        }
    }

    fn act(&mut self, act: &str) {
        let lab = self.lab;
        let words: Vec<&str> = act.split_whitespace().collect();
        match &words[..] {
            ["elect", rest @ ..] => self.elect(rest),
            ["put", command] => self.put(command, self.server("leader")),
            ["put", command, "at", server] => self.put(command, self.server(server)),
            ["agree", command, "by", count] => {
                let index = lab.one(bytes(command), number(count), true);
                self.put.insert(command.to_string(), index);
            }
            ["wait", command, "by", count] => self.wait(command, number(count)),
            ["sleep", ms] => lab.sleep(millis(ms)),
            ["cut", servers @ ..] => self.each(servers, |server| lab.disconnect(server)),
            ["join", servers @ ..] => self.each(servers, |server| lab.connect(server)),
            ["split", sides @ ..] => self.split(sides),
            ["heal"] => lab.connect_all(),
            ["crash", servers @ ..] => self.each(servers, |server| lab.crash(server)),
            ["restart", servers @ ..] => self.each(servers, |server| {
                lab.start(server);
                lab.connect(server);
            }),
            ["twice"] => lab.net().set_duplicated(1.0),
            ["latency", ms] => lab.net().set_base_latency(Some(Latency::Fixed(millis(ms)))),
            ["name", server, name] => {
                let server = self.server(server);
                self.names.insert(name.to_string(), server);
            }
            _ => panic!("no scene can do this: {act}"),
        }
    }

    fn holds(&self, claim: &str) -> bool {
        let lab = self.lab;
        let leads = |server| lab.state(server).is_some_and(|state| state.is_leader);
        let words: Vec<&str> = claim.split_whitespace().collect();
        match &words[..] {
            ["leads", server] => leads(self.server(server)),
            ["follows", servers @ ..] => self.servers(servers).into_iter().all(|one| !leads(one)),
            ["deposed", name] => {
                let term = self.terms.get(*name).copied();
                let now = lab.state(self.server(name)).map(|state| state.term);
                now > term
            }
            ["nobody", "leads"] => {
                let mut connected = (0..lab.len()).filter(|server| lab.is_connected(*server));
                !connected.any(leads)
            }
            ["one", "term"] => {
                lab.check_terms();
                true
            }
            ["applied", command, "by", count] => {
                let (applied, what) = lab.n_committed(self.index(command));
                applied >= number(count) && what == Some(bytes(command))
            }
            ["nobody", "applied", command] => lab.n_committed(self.index(command)).0 == 0,
            ["gone", command] => {
                let (applied, what) = lab.n_committed(self.index(command));
                applied > 0 && what != Some(bytes(command))
            }
            _ => panic!("no scene can claim this: {claim}"),
        }
    }

    fn elect(&mut self, words: &[&str]) {
        let (among, name) = match words {
            [rest @ .., "as", name] => (rest, Some(*name)),
            rest => (rest, None),
        };
        let leader = match among {
            [] => self.lab.check_one_leader(),
            ["among", servers @ ..] => self.one_of(&self.servers(servers)),
            _ => panic!("no scene can elect so: {words:?}"),
        };
        if !self.names.contains_key("leader") {
            for other in 1..self.lab.len() {
                let server = (leader + other) % self.lab.len();
                self.names.insert(format!("f{other}"), server);
            }
        }
        let term = self.lab.state(leader).map_or(0, |state| state.term);
        for name in std::iter::once("leader").chain(name) {
            self.names.insert(name.to_string(), leader);
            self.terms.insert(name.to_string(), term);
        }
    }

    /// Waits until one of these leads: the one of the highest term.
    fn one_of(&self, servers: &[usize]) -> usize {
        let mut found = None;
        self.until("one of them to lead", || {
            let states = servers
                .iter()
                .filter_map(|one| Some((self.lab.state(*one)?, *one)));
            let leaders = states.filter(|(state, _)| state.is_leader);
            found = leaders
                .max_by_key(|(state, _)| state.term)
                .map(|(_, server)| server);
            found.is_some()
        });
        found.expect("it was waited for")
    }

    fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let begin = Instant::now();
        while !is_so() {
            if begin.elapsed() > PATIENCE {
                self.lab
                    .fault(format!("the scene waited {PATIENCE:?} for {what}, in vain"));
            }
            self.lab.sleep(LOOK);
        }
    }

    fn put(&mut self, command: &str, server: usize) {
        match self.lab.start_command(server, bytes(command)) {
            Some(started) => drop(self.put.insert(command.to_string(), started.index)),
            None => self.lab.fault(format!(
                "n{server} leads, and does not take the command {command}"
            )),
        }
    }

    fn wait(&self, command: &str, count: usize) {
        let index = self.index(command);
        self.until(&format!("{count} servers to apply {command}"), || {
            let (applied, what) = self.lab.n_committed(index);
            applied >= count && what == Some(bytes(command))
        });
    }

    fn split(&self, words: &[&str]) {
        let sides = words.split(|word| *word == "/");
        let sides: Vec<Vec<usize>> = sides.map(|side| self.servers(side)).collect();
        let sides: Vec<&[usize]> = sides.iter().map(Vec::as_slice).collect();
        self.lab.partition(&sides);
    }

    fn each(&self, words: &[&str], act: impl Fn(usize)) {
        self.servers(words).into_iter().for_each(act);
    }

    fn servers(&self, words: &[&str]) -> Vec<usize> {
        match words {
            ["all"] => (0..self.lab.len()).collect(),
            words => words.iter().map(|word| self.server(word)).collect(),
        }
    }

    fn server(&self, word: &str) -> usize {
        let numbered = word
            .strip_prefix('n')
            .and_then(|digits| digits.parse().ok());
        let server = self.names.get(word).copied().or(numbered);
        server.unwrap_or_else(|| panic!("no server of the scene is called {word}"))
    }

    fn index(&self, command: &str) -> u64 {
        let index = self.put.get(command);
        *index.unwrap_or_else(|| panic!("nobody has put {command}"))
    }
}

fn bytes(command: &str) -> Bytes {
    Bytes::copy_from_slice(command.as_bytes())
}

fn number(word: &str) -> usize {
    let number = word.parse();
    number.unwrap_or_else(|_| panic!("{word} is no number"))
}

fn millis(word: &str) -> Duration {
    Duration::from_millis(number(word) as u64)
}
