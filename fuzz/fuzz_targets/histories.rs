//! Small histories of each model: the checker and one that tries every order must agree, whatever
//! the times, clients and answers, and its evidence must hold.
#![no_main]

mod small;

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use linearizability::models::{Append, Register, Versioned};
use linearizability::{Limits, Operation, Verdict, check};
use small::{Domain, History};

/// More would take the other checker too long.
const OPERATIONS: usize = 7;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Unstructured::new(bytes);
    let _ = match bytes.int_in_range(0..=2) {
        Ok(0) => judge(&Register, &mut bytes),
        Ok(1) => judge(&Append, &mut bytes),
        _ => judge(&Versioned, &mut bytes),
    };
});

fn judge<M: Domain>(model: &M, bytes: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let mut history: History<M> = Vec::new();
    while history.len() < OPERATIONS && !bytes.is_empty() {
        history.push(operation::<M>(bytes)?);
    }
    let report = check(model, &history, Limits::default());
    let required = small::returned_in_order::<M>(&history);
    let furthest = small::furthest(model, &history);
    match report.verdict {
        Verdict::Linearizable(_) => assert_eq!(furthest, required.len()),
        Verdict::NotLinearizable(_) => assert!(furthest < required.len()),
        Verdict::Undecided(_) => panic!("so few operations are always decided"),
    }
    Ok(())
}

fn operation<M: Domain>(
    bytes: &mut Unstructured<'_>,
) -> arbitrary::Result<Operation<M::Input, M::Output>> {
    let inputs = M::inputs();
    let input = bytes.choose_iter(inputs.into_iter())?;
    let (client, call, takes) = <(u8, u8, Option<u8>)>::arbitrary(bytes)?;
    let (client, call) = (u64::from(client % 4), u64::from(call));
    let Some(takes) = takes else {
        return Ok(Operation::pending(client, call, input));
    };
    let output = bytes.choose_iter(M::outputs(&input))?;
    Ok(Operation::new(
        client,
        call,
        input,
        call + u64::from(takes),
        output,
    ))
}
