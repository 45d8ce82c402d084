//! `raftlab course`: a repository for a class, to be cloned by its students.

use crate::harness::{self, Files};
use crate::track::Track;
use crate::workspace::shell_path;
use crate::{git, new, pack};
use runner::{sayln, warnln};
use serde::Deserialize;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use suites::cases;

/// What `raftlab course --help` says; no doc comment, in which brackets would be links.
const ABOUT: &str = r#"Make a template repository for a class, for GitHub Classroom or GitLab

It holds the skeleton, the harness, the handout, and workflows that give points for each part.
Title, parts and links come from course.toml:

  title = "Distributed Systems, autumn"
  parts = ["3A", "3B"]
  seeds = 20

  [[links]]
  name = "The course's page"
  url = "https://example.org""#;

/// Make a template repository for a class, for GitHub Classroom or GitLab
#[derive(clap::Args)]
#[command(long_about = ABOUT)]
pub(crate) struct Course {
    /// The folder to make; it must be empty, or not exist yet
    dir: PathBuf,
    /// What the course is; all parts, without a title of its own, if there is none
    #[arg(long, value_name = "course.toml")]
    config: Option<PathBuf>,
    /// The parts that count, such as 3A,3B; they go before those of course.toml
    #[arg(long, value_delimiter = ',')]
    parts: Vec<String>,
}

/// What a course.toml says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {
    title: String,
    parts: Vec<String>,
    /// Under so many seeds each case has to pass.
    seeds: u64,
    links: Vec<Link>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    name: String,
    url: String,
}

impl Default for Config {
    fn default() -> Config {
        let parts = ["3A", "3B", "3C", "3D", "4A", "4B", "4C"];
        Config {
            title: "The Raft labs".into(),
            parts: parts.map(str::to_string).to_vec(),
            seeds: 20,
            links: Vec::new(),
        }
    }
}

/// A part that counts.
struct Part {
    name: String,
    points: u32,
}

impl Course {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let (config, text) = self.config()?;
        let parts = parts(&config)?;
        new::refuse_content(&self.dir)?;
        let mut files = new::whole(Track::Labs);
        lay_over(&mut files, &config, &parts);
        files.insert("course.toml".into(), text);
        harness::lay(&files, &self.dir)?;
        let what = match git::begin(&self.dir, "Begin the course") {
            Ok(()) => "a git repository with one commit",
            Err(reason) => {
                warnln!(
                    "warning: {} is no repository yet: {reason}",
                    self.dir.display()
                );
                "a folder with all that is needed"
            }
        };
        let points: u32 = parts.iter().map(|part| part.points).sum();
        sayln!(
            "{}: {what}; {points} points. What comes next:\n",
            self.dir.display()
        );
        sayln!("  cd {}", shell_path(&self.dir));
        sayln!("  git push …      to a repository that is a template; students begin with a copy");
        sayln!("  raftlab update  brings a newer harness, here and in the copies");
        Ok(ExitCode::SUCCESS)
    }

    /// What the course is, and the text that says so.
    fn config(&self) -> Result<(Config, String), String> {
        let text = match &self.config {
            None => String::new(),
            Some(file) => fs::read_to_string(file)
                .map_err(|error| format!("cannot read {}: {error}", file.display()))?,
        };
        let mut config: Config = toml::from_str(&text).map_err(|error| {
            let line = error
                .span()
                .map_or(0, |at| text[..at.start].matches('\n').count())
                + 1;
            let file = self.config.clone().unwrap_or_default();
            let reason = error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_string();
            format!("{}:{line}: {reason}", file.display())
        })?;
        if !self.parts.is_empty() {
            config.parts.clone_from(&self.parts);
        }
        if config.seeds == 0 {
            return Err("seeds = 0 judges nothing; at least 1 is needed".into());
        }
        Ok((config, text))
    }
}

/// The parts of the course, with their points.
fn parts(config: &Config) -> Result<Vec<Part>, String> {
    let part = |word: &String| {
        let of_part = cases::all().filter(|case| case.part.to_string().eq_ignore_ascii_case(word));
        let points: Vec<u32> = of_part.map(|case| case.points).collect();
        match points.is_empty() {
            true => Err(format!(
                "there is no part {word:?}; there are 3A to 3D and 4A to 4C, and 3E and 4E without \
                 points"
            )),
            false => Ok(Part {
                name: word.to_uppercase(),
                points: points.iter().sum(),
            }),
        }
    };
    let parts: Vec<Part> = config.parts.iter().map(part).collect::<Result<_, _>>()?;
    match parts.is_empty() {
        true => Err("a course has at least one part: parts = [\"3A\"]".into()),
        false => Ok(parts),
    }
}

/// Makes of a student's workspace one of this course.
fn lay_over(files: &mut Files, config: &Config, parts: &[Part]) {
    let readme = files.remove("README.md").unwrap_or_default();
    files.insert("README.md".into(), readme_of(&readme, config, parts));
    files.remove(".github/workflows/labs.yml");
    let github = github(config, parts);
    files.insert(".github/workflows/classroom.yml".into(), github);
    files.insert(".gitlab-ci.yml".into(), gitlab(config, parts));
    for (path, text) in pack::below("course") {
        let path = match path {
            "devcontainer.json" => ".devcontainer/devcontainer.json",
            other => other,
        };
        files.insert(path.into(), text.into());
    }
}

/// The skeleton's README, with the course's title, links and parts.
fn readme_of(readme: &str, config: &Config, parts: &[Part]) -> String {
    let mut text = format!("# {}\n\n", config.title.replace('\n', " "));
    for Link { name, url } in &config.links {
        let _ = writeln!(text, "- [{name}]({url})");
    }
    let counted: Vec<String> = parts
        .iter()
        .map(|part| match part.points {
            0 => format!("{} (an extra)", part.name),
            points => format!("{} ({points} points)", part.name),
        })
        .collect();
    let _ = writeln!(
        text,
        "- What counts: {}. A case counts if it passes under {} seeds.\n\
         - The handout: [harness/book/src](harness/book/src/SUMMARY.md), or `make book`\n\
         - Whose this is: [NOTICE.md](NOTICE.md)\n",
        counted.join(", "),
        config.seeds
    );
    let rest = readme.split_once('\n').map_or("", |(_, rest)| rest);
    let is_other_part = |line: &str| {
        let cell = line
            .strip_prefix("| ")
            .and_then(|line| line.split(" |").next());
        let is_part = |cell: &str| cases::all().any(|case| case.part.to_string() == cell);
        cell.is_some_and(|cell| is_part(cell) && !parts.iter().any(|part| part.name == cell))
    };
    for line in rest.lines().skip(1).filter(|line| !is_other_part(line)) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// The workflow of GitHub, whose Classroom reads the points that the graders report.
fn github(config: &Config, parts: &[Part]) -> String {
    let mut text = String::from(
        "name: Autograding Tests\n\
         on: [push, workflow_dispatch, repository_dispatch]\n\
         permissions:\n  checks: write\n  actions: read\n  contents: read\n\
         jobs:\n  labs:\n    runs-on: ubuntu-latest\n    timeout-minutes: 120\n\
         \x20   if: github.actor != 'github-classroom[bot]'\n    steps:\n\
         \x20     - uses: actions/checkout@v4\n\
         \x20     - name: The toolchain\n\
         \x20       run: cargo clippy --version || rustup update stable\n\
         \x20     - name: The harness, built\n\
         \x20       run: cargo build -q -p raft --example labs\n",
    );
    for Part { name, points } in parts {
        let id = format!("part-{}", name.to_lowercase());
        let _ = write!(
            text,
            "      - name: {name}\n        id: {id}\n\
             \x20       uses: classroom-resources/autograding-command-grader@v1\n        with:\n\
             \x20         test-name: {name}\n          command: make test-{name} SEEDS={}\n\
             \x20         timeout: 20\n          max-score: {points}\n",
            config.seeds
        );
    }
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    let _ = write!(
        text,
        "      - name: Points\n        if: always()\n\
         \x20       run: make points PARTS=\"{}\" | \
         tee -a \"${{GITHUB_STEP_SUMMARY:-/dev/null}}\"\n\
         \x20     - name: The report to Classroom\n\
         \x20       uses: classroom-resources/autograding-grading-reporter@v1\n        env:\n",
        names.join(" ")
    );
    for name in &names {
        let _ = writeln!(
            text,
            "          PART-{name}_RESULTS: ${{{{ steps.part-{}.outputs.result }}}}",
            name.to_lowercase()
        );
    }
    let ids: Vec<String> = names
        .iter()
        .map(|name| format!("part-{}", name.to_lowercase()))
        .collect();
    let _ = write!(
        text,
        "        with:\n          runners: {}\n",
        ids.join(",")
    );
    text
}

/// The pipeline of GitLab: a job for each part, after one that builds.
fn gitlab(config: &Config, parts: &[Part]) -> String {
    let mut text = String::from(
        "image: rust:latest\n\
         stages: [build, test]\n\
         cache:\n  key: $CI_COMMIT_REF_SLUG\n  paths: [target/, .cargo/]\n\
         variables:\n  CARGO_HOME: $CI_PROJECT_DIR/.cargo\n\n\
         build:\n  stage: build\n  script:\n    - cargo build -q -p raft --example labs\n",
    );
    for Part { name, points } in parts {
        let _ = write!(
            text,
            "\n\"{name} ({points} points)\":\n  stage: test\n  script:\n\
             \x20   - make test-{name} SEEDS={}\n  after_script:\n    - make points PARTS={name}\n",
            config.seeds
        );
    }
    text
}
