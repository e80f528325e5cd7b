//! The sink that hashes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use regorus::Value as Rego;
use serde_json::Number;
use siphasher::sip128::SipHasher24;

use super::view::Doc;
use super::walk::{Sink, copy};

/// The secret of a process that makes its hashes unforeseeable. What is hashed
/// comes from tenants: with a hash that they could compute, one object could be
/// made to look like another that was allowed. SipHash-2-4 with 128 bits is a
/// pseudorandom function under a secret key, costs about as little as a plain
/// hash of short texts, and needs no help from the processor, as SHA-256 would.
/// Nothing that is hashed is ever shown.
#[derive(Clone)]
pub struct HashKey(SipHasher24);

impl HashKey {
    /// From 16 bytes that nobody outside can know.
    #[must_use]
    pub fn new(secret: &[u8; 16]) -> Self {
        Self(SipHasher24::new_with_key(secret))
    }

    fn hash(&self, bytes: &[u8]) -> u128 {
        self.0.hash(bytes).as_u128()
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey")
    }
}

/// What hashing one review remembers.
#[derive(Debug)]
pub(super) struct Digests<'a> {
    key: &'a HashKey,
    /// Digests of containers that count as a whole.
    known: BTreeMap<(usize, u8), u128>,
    /// What is hashed next. A container in the making is its tail.
    bytes: Vec<u8>,
}

impl<'a> Digests<'a> {
    pub(super) fn new(key: &'a HashKey) -> Self {
        Self { key, known: BTreeMap::new(), bytes: Vec::new() }
    }

    /// The digest of what one walk writes.
    pub(super) fn of(&mut self, walk: impl FnOnce(&mut Self)) -> u128 {
        let start = self.bytes.len();
        walk(self);
        let digest = self.key.hash(self.bytes.get(start..).unwrap_or_default());
        self.bytes.truncate(start);
        digest
    }

    fn sized(&mut self, tag: u8, bytes: &[u8]) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&bytes.len().to_le_bytes());
        self.bytes.extend_from_slice(bytes);
    }
}

// Every value begins with a tag of its own and says where it ends, so that no
// two different values are written alike.
const PRESENT: u8 = 0;
const NULL: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
const UNSIGNED: u8 = 4;
const SIGNED: u8 = 5;
const FLOAT: u8 = 6;
const NUMERAL: u8 = 7;
const TEXT: u8 = 8;
const GIVEN: u8 = 9;
const ITEMS: u8 = 10;
const MEMBERS: u8 = 11;
const KEY: u8 = 12;
const END: u8 = 13;
const DIGEST: u8 = 14;

impl Sink for Digests<'_> {
    type Value = ();
    type Items = ();
    type Members = ();
    type Key = ();

    fn present(&mut self) {
        self.bytes.push(PRESENT);
    }

    fn null(&mut self) {
        self.bytes.push(NULL);
    }

    fn boolean(&mut self, flag: bool) {
        self.bytes.push(if flag { TRUE } else { FALSE });
    }

    fn number(&mut self, number: &Number) {
        let (tag, bits) = if let Some(unsigned) = number.as_u64() {
            (UNSIGNED, unsigned.to_le_bytes())
        } else if let Some(signed) = number.as_i64() {
            (SIGNED, signed.to_le_bytes())
        } else if let Some(float) = number.as_f64() {
            (FLOAT, float.to_bits().to_le_bytes())
        } else {
            // Only where `serde_json` keeps numbers as text.
            return self.sized(NUMERAL, number.to_string().as_bytes());
        };
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&bits);
    }

    fn text(&mut self, text: &str) {
        self.sized(TEXT, text.as_bytes());
    }

    fn given(&mut self, _value: Option<&Rego>) {
        self.bytes.push(GIVEN);
    }

    fn items(&mut self, _length: usize) {
        self.bytes.push(ITEMS);
    }

    fn push(&mut self, _items: &mut (), _value: ()) {}

    fn close_items(&mut self, _items: ()) {
        self.bytes.push(END);
    }

    fn members(&mut self) {
        self.bytes.push(MEMBERS);
    }

    fn key(&mut self, name: &str, _known: Option<&Arc<str>>) {
        self.sized(KEY, name.as_bytes());
    }

    fn insert(&mut self, _members: &mut (), _key: (), _value: ()) {}

    fn close_members(&mut self, _members: ()) {
        self.bytes.push(END);
    }

    fn whole(&mut self, doc: Doc<'_>) {
        let Some(identity) = doc.identity() else { return copy(doc, self) };
        let digest = match self.known.get(&identity) {
            Some(digest) => *digest,
            None => {
                let digest = self.of(|sink| copy(doc, sink));
                self.known.insert(identity, digest);
                digest
            }
        };
        self.bytes.push(DIGEST);
        self.bytes.extend_from_slice(&digest.to_le_bytes());
    }
}
