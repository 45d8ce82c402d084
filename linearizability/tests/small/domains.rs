//! Few operations of each model that comes with the checker.

use super::Domain;
use linearizability::models::{
    Append, AppendInput, AppendOutput, Register, RegisterInput, RegisterOutput, Versioned,
    VersionedInput, VersionedOutput,
};

impl Domain for Register {
    fn inputs() -> Vec<RegisterInput> {
        let mut inputs = vec![RegisterInput::Read; 3];
        inputs.extend((0..3).map(RegisterInput::Write));
        for (from, to) in [(0, 1), (1, 2), (2, 0), (1, 1)] {
            inputs.push(RegisterInput::CompareAndSet { from, to });
        }
        inputs
    }

    fn outputs(input: &RegisterInput) -> Vec<RegisterOutput> {
        match input {
            RegisterInput::Read => {
                let values = [None, Some(0), Some(1), Some(2)];
                values.map(RegisterOutput::Value).to_vec()
            }
            RegisterInput::Write(_) => vec![RegisterOutput::Written],
            RegisterInput::CompareAndSet { .. } => {
                [true, false].map(RegisterOutput::Compared).to_vec()
            }
        }
    }
}

impl Domain for Append {
    fn inputs() -> Vec<AppendInput> {
        let mut inputs = Vec::new();
        for key in ["a", "a", "a", "b"].map(String::from) {
            inputs.push(AppendInput::Get(key.clone()));
            inputs.push(AppendInput::Get(key.clone()));
            inputs.push(AppendInput::Append(key.clone(), "x".to_string()));
            inputs.push(AppendInput::Append(key.clone(), "y".to_string()));
            inputs.push(AppendInput::Append(key.clone(), "".to_string()));
            inputs.push(AppendInput::Put(key, "x".to_string()));
        }
        inputs
    }

    fn outputs(input: &AppendInput) -> Vec<AppendOutput> {
        let AppendInput::Get(_) = input else {
            return vec![AppendOutput::Done];
        };
        let mut values = vec![String::new()];
        for at in 0..15 {
            let longer = ["x", "y"].map(|letter| format!("{}{letter}", values[at]));
            values.extend(longer);
        }
        values.into_iter().map(AppendOutput::Value).collect()
    }
}

impl Domain for Versioned {
    fn inputs() -> Vec<VersionedInput> {
        let mut inputs = Vec::new();
        for key in ["a", "a", "a", "b"].map(String::from) {
            inputs.extend(vec![VersionedInput::Get { key: key.clone() }; 3]);
            for (value, version) in [("x", 0), ("y", 0), ("x", 1), ("y", 1), ("x", 2)] {
                inputs.push(VersionedInput::Put {
                    key: key.clone(),
                    value: value.to_string(),
                    version,
                });
            }
        }
        inputs
    }

    fn outputs(input: &VersionedInput) -> Vec<VersionedOutput> {
        let VersionedInput::Get { .. } = input else {
            return vec![
                VersionedOutput::Ok,
                VersionedOutput::Maybe,
                VersionedOutput::WrongVersion,
                VersionedOutput::NoKey,
            ];
        };
        let mut outputs = vec![VersionedOutput::NoKey];
        for value in ["x", "y"].map(String::from) {
            outputs.extend((0..=3).map(|version| VersionedOutput::Value {
                value: value.clone(),
                version,
            }));
        }
        outputs
    }
}
