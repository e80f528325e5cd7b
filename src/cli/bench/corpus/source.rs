//! A review before it is known where it goes.

use serde_json::Value;

use crate::admission::Endpoint;
use crate::cli::bench::expectation::Expectation;

/// One AdmissionReview and what is known about it.
#[derive(Clone, Debug)]
pub(in crate::cli::bench) struct Source {
    /// File or generated name, as reports show it.
    pub(in crate::cli::bench) name: String,
    /// The AdmissionReview, with its request.
    pub(in crate::cli::bench) review: Value,
    /// Where it was recorded, or belongs, if that is known.
    pub(in crate::cli::bench) endpoint: Option<String>,
    /// What it is expected to get there.
    pub(in crate::cli::bench) expected: Expectation,
    /// How often it comes, relative to the others.
    pub(in crate::cli::bench) weight: f64,
}

impl Source {
    /// Path of the request and what is expected there, when `path` is the one of
    /// the URL, if it has any.
    ///
    /// A verdict of one of Lessor's endpoints does not hold at another one: the
    /// validating ones want objects as the mutating ones leave them. What was
    /// recorded elsewhere is taken to hold everywhere.
    ///
    /// # Errors
    /// A sentence, when there is no path at all.
    pub(in crate::cli::bench) fn destination(
        &self,
        path: Option<&str>,
    ) -> Result<(String, Expectation), String> {
        let Some(path) = path.or(self.endpoint.as_deref()) else {
            return Err(format!(
                "{}: nothing says where it goes; give the URL a path, such as /validate",
                self.name
            ));
        };
        let is_ours = |path: &str| Endpoint::ALL.iter().any(|(known, _)| *known == path);
        let elsewhere = self
            .endpoint
            .as_deref()
            .is_some_and(|endpoint| endpoint != path && is_ours(endpoint) && is_ours(path));
        let expected = if elsewhere { Expectation::ANY } else { self.expected.clone() };
        Ok((path.to_owned(), expected))
    }

    /// The request of the review.
    pub(in crate::cli::bench) fn request(&self) -> &Value {
        &self.review["request"]
    }
}
