//! Verdicts of what was judged before.
//!
//! A memo belongs to one evaluator and dies with its policy set; it needs no
//! lock and no expiry. It is bounded in entries and in bytes, and drops what was
//! not asked for longest. Errors are never kept, and exemptions are applied
//! after it.
//!
//! A second memo over the union of the projections of all policies that match
//! answers for all of them at once; its [`Scope`] names them all.

#[cfg(test)]
mod tests;

use lru::LruCache;
use sha2::{Digest as _, Sha256};

/// What an entry costs beside its verdict: key, links and slots of the table.
const OVERHEAD: usize = 160;

/// Whose verdict: program, entry point and parameters, as one digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope([u8; 16]);

impl Scope {
    /// From everything that decides beside the input and the data: digest of the
    /// program, name of the entry point, digest of the parameters; or those of
    /// several policies, in their order.
    #[must_use]
    pub fn of<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        let mut scope = [0; 16];
        for (to, from) in scope.iter_mut().zip(digest.finalize()) {
            *to = from;
        }
        Self(scope)
    }

    /// As a part of a larger scope.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a verdict is remembered under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose verdict.
    pub scope: Scope,
    /// Epoch of the data document; 0 for a program that reads none.
    pub epoch: u64,
    /// [`Projection::hash`](super::Projection::hash) of the input.
    pub input: u128,
}

/// How much a memo may hold. Zero of either turns it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoLimits {
    /// Verdicts.
    pub entries: usize,
    /// Bytes, those of the memo's own bookkeeping included.
    pub bytes: usize,
}

/// What a memo has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoCounters {
    /// Questions that were answered.
    pub hits: u64,
    /// Questions that were not.
    pub misses: u64,
    /// Verdicts that had to go before they were of no use.
    pub evictions: u64,
}

/// Verdicts by what they were about.
#[derive(Debug)]
pub struct Memo<V> {
    entries: LruCache<Key, (V, usize)>,
    limits: MemoLimits,
    bytes: usize,
    counters: MemoCounters,
}

impl<V: Clone> Memo<V> {
    /// An empty memo.
    #[must_use]
    pub fn new(limits: MemoLimits) -> Self {
        let entries = LruCache::unbounded();
        Self { entries, limits, bytes: 0, counters: MemoCounters::default() }
    }

    /// The verdict that is remembered, else that of `evaluate`, which is kept
    /// unless it is an error. `weigh` says how many bytes it takes.
    pub fn get_or_try<E>(
        &mut self,
        key: Key,
        weigh: impl FnOnce(&V) -> usize,
        evaluate: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        if let Some((verdict, _)) = self.entries.get(&key) {
            self.counters.hits += 1;
            return Ok(verdict.clone());
        }
        self.counters.misses += 1;
        let verdict = evaluate()?;
        let bytes = weigh(&verdict).saturating_add(OVERHEAD);
        self.keep(key, &verdict, bytes);
        Ok(verdict)
    }

    fn keep(&mut self, key: Key, verdict: &V, bytes: usize) {
        if self.limits.entries == 0 || bytes > self.limits.bytes {
            return;
        }
        while self.entries.len() >= self.limits.entries || self.bytes + bytes > self.limits.bytes {
            let Some((_, (_, freed))) = self.entries.pop_lru() else { break };
            self.bytes -= freed;
            self.counters.evictions += 1;
        }
        self.bytes += bytes;
        if let Some((_, freed)) = self.entries.put(key, (verdict.clone(), bytes)) {
            self.bytes -= freed;
        }
    }

    /// What it has done so far.
    #[must_use]
    pub const fn counters(&self) -> MemoCounters {
        self.counters
    }

    /// How many verdicts it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes that it holds.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }
}
