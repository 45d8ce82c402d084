//! `select!`, for the channels of both worlds.

/// Waits for the first of several channel operations, as `crossbeam_channel::select!`:
///
/// ```
/// use labrt::{channel::{self, select}, time::Duration};
///
/// let (sender, receiver) = channel::unbounded();
/// sender.send(1).unwrap();
/// select! {
///     recv(receiver) -> message => assert_eq!(message, Ok(1)),
///     recv(channel::after(Duration::from_secs(1))) -> _ => panic!("too late"),
/// }
/// ```
///
/// Arms are `recv(receiver) -> pattern => body`, `send(sender, message) -> pattern => body`, and
/// at most one `default => body` (when nothing is ready) or `default(timeout) => body`. If several
/// operations are ready, one of them is picked at random.
#[macro_export]
macro_rules! select {
    ($($arms:tt)*) => {
        $crate::__select_parse!(() () $($arms)*)
    };
}

/// Sorts the arms: `(operations) (default)`, then what is left to read.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_parse {
    ($ops:tt $default:tt) => {
        $crate::__select_bind!(() $ops $default)
    };
    // An arm whose body is a block may go without a comma.
    (($($ops:tt)*) $d:tt recv($r:expr $(,)?) -> $p:pat => $body:block, $($rest:tt)*) => {
        $crate::__select_parse!(($($ops)* (recv ($r) ($p) $body)) $d $($rest)*)
    };
    (($($ops:tt)*) $d:tt recv($r:expr $(,)?) -> $p:pat => $body:block $($rest:tt)*) => {
        $crate::__select_parse!(($($ops)* (recv ($r) ($p) $body)) $d $($rest)*)
    };
    (($($ops:tt)*) $d:tt recv($r:expr $(,)?) -> $p:pat => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select_parse!(($($ops)* (recv ($r) ($p) {$body})) $d $($($rest)*)?)
    };
    (($($ops:tt)*) $d:tt send($s:expr, $v:expr $(,)?) -> $p:pat => $body:block, $($rest:tt)*) => {
        $crate::__select_parse!(($($ops)* (send ($s, $v) ($p) $body)) $d $($rest)*)
    };
    (($($ops:tt)*) $d:tt send($s:expr, $v:expr $(,)?) -> $p:pat => $body:block $($rest:tt)*) => {
        $crate::__select_parse!(($($ops)* (send ($s, $v) ($p) $body)) $d $($rest)*)
    };
    (($($ops:tt)*) $d:tt send($s:expr, $v:expr $(,)?) -> $p:pat => $body:expr
        $(, $($rest:tt)*)?) => {
        $crate::__select_parse!(($($ops)* (send ($s, $v) ($p) {$body})) $d $($($rest)*)?)
    };
    ($ops:tt () default $(())? => $body:block, $($rest:tt)*) => {
        $crate::__select_parse!($ops (try $body) $($rest)*)
    };
    ($ops:tt () default $(())? => $body:block $($rest:tt)*) => {
        $crate::__select_parse!($ops (try $body) $($rest)*)
    };
    ($ops:tt () default $(())? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select_parse!($ops (try {$body}) $($($rest)*)?)
    };
    ($ops:tt () default($t:expr) => $body:block, $($rest:tt)*) => {
        $crate::__select_parse!($ops (timeout ($t) $body) $($rest)*)
    };
    ($ops:tt () default($t:expr) => $body:block $($rest:tt)*) => {
        $crate::__select_parse!($ops (timeout ($t) $body) $($rest)*)
    };
    ($ops:tt () default($t:expr) => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select_parse!($ops (timeout ($t) {$body}) $($($rest)*)?)
    };
}

/// Evaluates the channels, one inside the other: what an arm makes (`recv(after(..))`) lives until
/// the whole `select!` ends, and longer than the `Select` that borrows it.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_bind {
    (($($bound:tt)*) ((recv ($r:expr) $p:tt $body:tt) $($more:tt)*) $d:tt) => {
        match &$r {
            receiver => $crate::__select_bind!(
                ($($bound)* (recv receiver $p $body)) ($($more)*) $d
            ),
        }
    };
    (($($bound:tt)*) ((send ($s:expr, $v:expr) $p:tt $body:tt) $($more:tt)*) $d:tt) => {
        match &$s {
            sender => $crate::__select_bind!(
                ($($bound)* (send sender ($v) $p $body)) ($($more)*) $d
            ),
        }
    };
    ($bound:tt () $d:tt) => {{
        let mut select = $crate::channel::Select::new();
        $crate::__select_add!(select () $bound $d)
    }};
}

/// Adds the operations one after another, each with an index of its own, then waits.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_add {
    ($select:ident ($($added:tt)*) ((recv $r:ident $p:tt $body:tt) $($more:tt)*) $d:tt) => {{
        let index = $select.recv($r);
        $crate::__select_add!($select ($($added)* (recv $r index $p $body)) ($($more)*) $d)
    }};
    ($select:ident ($($added:tt)*) ((send $s:ident $v:tt $p:tt $body:tt) $($more:tt)*) $d:tt) => {{
        let index = $select.send($s);
        $crate::__select_add!($select ($($added)* (send $s $v index $p $body)) ($($more)*) $d)
    }};
    ($select:ident $added:tt () ()) => {{
        let operation = $select.select();
        drop($select);
        $crate::__select_run!(operation $added)
    }};
    ($select:ident $added:tt () (try $body:block)) => {{
        let operation = $select.try_select();
        drop($select);
        match operation {
            Ok(operation) => $crate::__select_run!(operation $added),
            Err(_) => $body,
        }
    }};
    ($select:ident $added:tt () (timeout ($t:expr) $body:block)) => {{
        let operation = $select.select_timeout($t);
        drop($select);
        match operation {
            Ok(operation) => $crate::__select_run!(operation $added),
            Err(_) => $body,
        }
    }};
}

/// Completes the operation that was selected, and runs its arm.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_run {
    ($operation:ident ()) => {
        unreachable!("a select returned an operation that was not added")
    };
    ($operation:ident ((recv $r:ident $index:ident ($p:pat) $body:block) $($more:tt)*)) => {
        if $operation.index() == $index {
            let $p = $operation.recv($r);
            $body
        } else {
            $crate::__select_run!($operation ($($more)*))
        }
    };
    ($operation:ident ((send $s:ident ($v:expr) $index:ident ($p:pat) $body:block) $($more:tt)*))
    => {
        if $operation.index() == $index {
            let $p = $operation.send($s, $v);
            $body
        } else {
            $crate::__select_run!($operation ($($more)*))
        }
    };
}
