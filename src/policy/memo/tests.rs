use super::*;

fn key(input: u128) -> Key {
    Key { scope: Scope::of([b"p".as_slice()]), epoch: 0, input }
}

fn memo(entries: usize, bytes: usize) -> Memo<u32> {
    Memo::new(MemoLimits { entries, bytes })
}

fn ask(memo: &mut Memo<u32>, key: Key, verdict: u32) -> u32 {
    memo.get_or_try(key, |_| 40, || Ok::<_, ()>(verdict)).expect("no error")
}

#[test]
fn the_second_question_is_answered_without_evaluation() {
    let mut memo = memo(8, 8000);
    assert_eq!(ask(&mut memo, key(1), 7), 7);
    let again = memo.get_or_try(key(1), |_| 40, || Err("evaluated"));
    assert_eq!(again, Ok(7));
    assert_eq!(memo.counters(), MemoCounters { hits: 1, misses: 1, evictions: 0 });
}

/// Would catch a key that forgets one of its parts.
#[test]
fn every_part_of_the_key_counts() {
    let mut memo = memo(8, 8000);
    ask(&mut memo, key(1), 7);
    let others = [
        Key { input: 2, ..key(1) },
        Key { epoch: 1, ..key(1) },
        Key { scope: Scope::of([b"q".as_slice()]), ..key(1) },
    ];
    for (verdict, other) in (8..).zip(others) {
        assert_eq!(ask(&mut memo, other, verdict), verdict);
    }
    assert_eq!(memo.counters().hits, 0);
}

#[test]
fn a_scope_tells_its_parts_apart() {
    let scope = |parts: &[&'static [u8]]| Scope::of(parts.iter().copied());
    assert_ne!(scope(&[b"ab", b"c"]), scope(&[b"a", b"bc"]));
    assert_ne!(scope(&[b"a", b""]), scope(&[b"a"]));
    assert_eq!(scope(&[b"a", b"b"]), scope(&[b"a", b"b"]));
}

#[test]
fn an_error_is_not_kept() {
    let mut memo = memo(8, 8000);
    assert_eq!(memo.get_or_try(key(1), |_| 40, || Err("budget")), Err("budget"));
    assert!(memo.is_empty());
    assert_eq!(ask(&mut memo, key(1), 7), 7);
}

#[test]
fn it_holds_no_more_entries_than_it_may_and_drops_the_oldest() {
    let mut memo = memo(3, 8000);
    for input in 0..3 {
        ask(&mut memo, key(input), 0);
    }
    // Asked for again, so the next oldest goes.
    ask(&mut memo, key(0), 9);
    ask(&mut memo, key(3), 0);
    assert_eq!((memo.len(), memo.counters().evictions), (3, 1));
    assert_eq!(ask(&mut memo, key(0), 9), 0);
    assert_eq!(ask(&mut memo, key(1), 9), 9);
}

#[test]
fn it_holds_no_more_bytes_than_it_may() {
    let mut memo = memo(100, 3 * (40 + OVERHEAD));
    for input in 0..10 {
        ask(&mut memo, key(input), 0);
        assert!(memo.bytes() <= 3 * (40 + OVERHEAD));
        assert_eq!(memo.bytes(), memo.len() * (40 + OVERHEAD));
    }
    assert_eq!((memo.len(), memo.counters().evictions), (3, 7));
    // What alone would fill it pushes nothing out.
    memo.get_or_try(key(99), |_| 3 * (40 + OVERHEAD), || Ok::<_, ()>(1)).expect("no error");
    assert_eq!(memo.len(), 3);
    memo.get_or_try(key(98), |_| usize::MAX, || Ok::<_, ()>(1)).expect("no error");
    assert_eq!(memo.len(), 3);
}

#[test]
fn one_that_is_off_keeps_nothing() {
    for mut memo in [memo(0, 8000), memo(8, 0)] {
        ask(&mut memo, key(1), 7);
        assert_eq!(ask(&mut memo, key(1), 8), 8);
        assert!(memo.is_empty());
    }
}
