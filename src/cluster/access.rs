//! What a user may do, asked of the API server.

use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use kube::api::{Api, PostParams};

/// Who is asked about, as admission saw them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Username.
    pub user: String,
    /// UID; may be empty.
    pub uid: String,
    /// Groups.
    pub groups: Vec<String>,
    /// What the authenticator added.
    pub extra: BTreeMap<String, Vec<String>>,
}

/// Asks the API server's authorizer by `SubjectAccessReviews`, which store
/// nothing. Used for Lessor's own kinds only: their writes are rare.
#[derive(Clone)]
pub struct AccessReviews {
    client: kube::Client,
}

impl fmt::Debug for AccessReviews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessReviews").finish_non_exhaustive()
    }
}

impl AccessReviews {
    /// Asks with the rights of `client`, which may create `SubjectAccessReviews`.
    #[must_use]
    pub const fn new(client: kube::Client) -> Self {
        Self { client }
    }

    /// Whether the subject may do this. An authorizer that has no opinion says no.
    ///
    /// # Errors
    /// If the API server did not answer.
    pub async fn is_allowed(
        &self,
        subject: &Subject,
        attributes: ResourceAttributes,
    ) -> Result<bool, kube::Error> {
        let review = SubjectAccessReview {
            spec: spec(subject, attributes),
            ..SubjectAccessReview::default()
        };
        let reviews: Api<SubjectAccessReview> = Api::all(self.client.clone());
        let answer = reviews.create(&PostParams::default(), &review).await?;
        Ok(answer.status.is_some_and(|status| status.allowed && status.denied != Some(true)))
    }
}

fn spec(subject: &Subject, attributes: ResourceAttributes) -> SubjectAccessReviewSpec {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    SubjectAccessReviewSpec {
        user: text(&subject.user),
        uid: text(&subject.uid),
        groups: Some(subject.groups.clone()),
        extra: (!subject.extra.is_empty()).then(|| subject.extra.clone()),
        resource_attributes: Some(attributes),
        non_resource_attributes: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requester_is_described_in_full() {
        let subject = Subject {
            user: "dev".to_owned(),
            uid: String::new(),
            groups: vec!["devs".to_owned()],
            extra: [("scopes".to_owned(), vec!["a".to_owned()])].into(),
        };
        let attributes =
            ResourceAttributes { verb: Some("use".to_owned()), ..ResourceAttributes::default() };
        let spec = serde_json::to_value(spec(&subject, attributes)).unwrap();
        assert_eq!(
            spec,
            serde_json::json!({
                "user": "dev", "groups": ["devs"], "extra": {"scopes": ["a"]},
                "resourceAttributes": {"verb": "use"}
            })
        );
    }
}
