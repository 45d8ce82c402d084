//! Options mean what they say, and make's variables are options.

use super::*;
use clap::CommandFactory;

#[test]
fn arguments_mean_what_they_were_made_of() {
    let line = "labs 3A backup --filter all --seeds 7 --seed 8 --mode real --jobs 9 --strategy \
                pct --check-determinism --fail-fast --shrink --viz never --plan 7,12=1 \
                --require-wall --duplicate --late --jitter --pause --skew --chaos \
                --raft a --kv b --tiny t --judged-raft c --judged-kv d --judged-tiny u \
                --results e --so-far g --enough --trace --trace-to f --figures --steady --list";
    let command = Options::command();
    for option in command.get_arguments().filter_map(|arg| arg.get_long()) {
        let is_here = line.contains(&format!("--{option} ")) || line.ends_with(option);
        assert!(is_here, "--{option} is not tried here");
    }
    let all = Options::parse_from(line.split_whitespace());
    for options in [all, Options::default()] {
        let labs = std::iter::once(OsString::from("labs"));
        assert_eq!(
            Options::parse_from(labs.chain(options.arguments())),
            options
        );
    }
}

/// The lines of a Makefile's help that tell of variables: `  SEEDS=100   run each …`.
fn variables(makefile: &str) -> Vec<(String, String)> {
    let told = |line: &str| {
        let (word, text) = line.trim().split_once(' ')?;
        let (name, _) = word.split_once('=')?;
        let is_name = line.starts_with("  ") && name.chars().all(|c| c.is_ascii_uppercase());
        is_name.then(|| (name.to_string(), text.trim().to_string()))
    };
    let (_, help) = makefile.split_once("define HELP\n").expect("it has a help");
    let (help, _) = help.split_once("\nendef").expect("its help has an end");
    help.lines().filter_map(told).collect()
}

#[test]
fn variables_of_make_are_options() {
    let command = Options::command();
    let makefiles = [
        include_str!("../../../../Makefile"),
        include_str!("../../../../raftlab/skeleton/Makefile"),
    ];
    for makefile in makefiles {
        let variables = variables(makefile);
        assert!(variables.len() >= 6, "{variables:?}");
        for (name, told) in variables {
            let option = name.to_lowercase();
            if option == "args" {
                continue;
            }
            let mut arguments = command.get_arguments();
            let known = arguments.find(|arg| arg.get_long() == Some(&option));
            let known = known.unwrap_or_else(|| panic!("make's {name} is no option"));
            let help = known.get_help().map(ToString::to_string);
            let help = help.unwrap_or_default().to_lowercase();
            assert_eq!(told.to_lowercase(), help, "of {name}");
            let takes_value = known.get_action().takes_values();
            let how = if takes_value { "option" } else { "flag" };
            let is_passed_on = makefile.contains(&format!("{how},{option},$("));
            assert!(is_passed_on, "make does not pass {name} on");
        }
    }
}
