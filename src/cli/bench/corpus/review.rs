//! Reviews ready to be sent.

use axum::http::Uri;
use fastrand::Rng;
use hyper::body::Bytes;
use serde_json::Value;
use uuid::Builder;

use crate::cli::bench::expectation::Expectation;
use crate::cli::bench::values::Vary;

use super::Source;
use super::deck::Deck;
use super::text::{TAG, Text, UID, written};
use super::vary::vary;

/// One review, where it goes and what it is expected to get.
#[derive(Clone, Debug)]
pub(in crate::cli::bench) struct Review {
    /// As reports show it.
    pub(in crate::cli::bench) name: String,
    /// Path with `?timeout=`.
    pub(in crate::cli::bench) path: Uri,
    /// What it is expected to get.
    pub(in crate::cli::bench) expected: Expectation,
    text: Text,
}

/// All reviews of a run and the order in which they come.
#[derive(Clone, Debug)]
pub(in crate::cli::bench) struct Corpus {
    reviews: Vec<Review>,
    deck: Deck,
}

impl Corpus {
    /// The reviews of `sources` for a URL with this path, if it has one.
    /// `query` is appended to each path.
    ///
    /// # Errors
    /// A sentence, when a review cannot be sent anywhere.
    pub(in crate::cli::bench) fn new(
        sources: &[Source],
        path: Option<&str>,
        query: &str,
        what: &[Vary],
    ) -> Result<Self, String> {
        let review = |source: &Source| {
            let (path, expected) = source.destination(path)?;
            let glue = if path.contains('?') { '&' } else { '?' };
            let path = format!("{path}{glue}{query}");
            let path = path.parse().map_err(|error| format!("{path}: {error}"))?;
            let text = text(&source.review, what);
            Ok::<_, String>(Review { name: source.name.clone(), path, expected, text })
        };
        let weights: Vec<f64> = sources.iter().map(|source| source.weight).collect();
        Ok(Self {
            reviews: sources.iter().map(review).collect::<Result<_, _>>()?,
            deck: Deck::new(&weights),
        })
    }

    /// All of them.
    pub(in crate::cli::bench) fn reviews(&self) -> &[Review] {
        &self.reviews
    }

    /// The review that comes at this place, with its index.
    pub(in crate::cli::bench) fn at(&self, number: u64) -> Option<(usize, &Review)> {
        let index = self.deck.at(number);
        Some((index, self.reviews.get(index)?))
    }

    /// The same reviews, of which nothing is expected.
    pub(in crate::cli::bench) fn expecting_nothing(mut self) -> Self {
        for review in &mut self.reviews {
            review.expected = Expectation::ANY;
        }
        self
    }
}

impl Review {
    /// Bytes of its body.
    pub(in crate::cli::bench) fn len(&self) -> usize {
        self.text.len()
    }

    /// Its next body.
    pub(in crate::cli::bench) fn body(&self, fresh: &mut Fresh) -> (Uid, Bytes) {
        let (uid, tag) = fresh.next();
        let body = Bytes::from(self.text.with(&uid.0, &tag));
        (uid, body)
    }

    #[cfg(test)]
    pub(super) fn varied(&self) -> usize {
        self.text.varied()
    }
}

/// A uid as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli::bench) struct Uid([u8; UID]);

impl Uid {
    /// As it stands in an answer.
    pub(in crate::cli::bench) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Uids and variations that nobody has seen, in this run or another: they come
/// from the system's randomness and not from the seed of a run.
#[derive(Clone, Debug, Default)]
pub(in crate::cli::bench) struct Fresh {
    rng: Rng,
}

impl Fresh {
    fn next(&mut self) -> (Uid, [u8; TAG]) {
        let mut uid = [0; UID];
        let random = Builder::from_random_bytes(self.rng.u128(..).to_ne_bytes());
        random.into_uuid().hyphenated().encode_lower(&mut uid);
        (Uid(uid), self.tag())
    }

    fn tag(&mut self) -> [u8; TAG] {
        let number = self.rng.u32(..);
        std::array::from_fn(|place| {
            let digit = (number >> (4 * place)) & 0xf;
            char::from_digit(digit, 16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(b'0')
        })
    }
}

/// The text of a review, with marks where each copy differs that stand nowhere
/// else in it.
fn text(review: &Value, what: &[Vary]) -> Text {
    let mut review = review.clone();
    let plain = written(&review);
    let stands = |text: &[u8], mark: &[u8]| text.windows(mark.len()).any(|window| window == mark);
    let mut fresh = Fresh::default();
    let (uid, tag) = loop {
        let (uid, tag) = fresh.next();
        if !stands(&plain, &uid.0) && !stands(&plain, &tag) && !stands(&uid.0, &tag) {
            break (uid, tag);
        }
    };
    if let Some(request) = review.get_mut("request").and_then(Value::as_object_mut) {
        request.insert("uid".to_owned(), Value::from(uid.as_str()));
    }
    vary(&mut review, what, std::str::from_utf8(&tag).unwrap_or_default());
    Text::new(written(&review), &uid.0, &tag)
}
