//! Bodies that no API server sends.

use serde_json::{Value, json};

use super::review::{Said, UID, config_map, denied};

/// What must be made of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// A denial that echoes the uid.
    Denied,
    /// HTTP 400: there is no uid to echo.
    NoUid,
    /// Either: whether the uid can still be read is not promised.
    Refused,
    /// Any answer; only a panic would be wrong.
    Answer,
}

impl Expected {
    pub(super) fn is_met(self, said: &Said) -> bool {
        let denied = *said == denied(403, "RequestMalformed");
        let status = *said == Said::Status(400);
        match self {
            Self::Denied => denied,
            Self::NoUid => status,
            Self::Refused => denied || status,
            Self::Answer => true,
        }
    }
}

pub(super) type Case = (&'static str, Vec<u8>, Expected);

/// Reviews whose text is broken.
pub(super) fn texts() -> Vec<Case> {
    use Expected::{Answer, Denied, NoUid, Refused};
    const VALUE: &str = r#""key":"value""#;
    let good = config_map("acme").to_string();
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to).into_bytes()
    };
    let uid = format!(r#""uid":"{UID}""#);
    let name = r#""name":"settings","namespace":"acme"}"#;
    let labelled = name.replace('}', r#","labels":{"a":"b","a":"c"}}"#);
    let not_utf8 = swap(VALUE, r#""key":"?""#);
    let not_utf8 = not_utf8.into_iter().map(|byte| if byte == b'?' { 0xff } else { byte });
    vec![
        ("nothing", Vec::new(), NoUid),
        ("no JSON", b"{".to_vec(), NoUid),
        ("no object", b"[]".to_vec(), NoUid),
        ("null", b"null".to_vec(), NoUid),
        ("cut off", good.as_bytes()[..good.len() - 2].to_vec(), Refused),
        ("two documents", good.repeat(2).into_bytes(), Refused),
        ("two uids", swap(&uid, &format!(r#""uid":"a",{uid}"#)), Refused),
        ("a key twice", swap(VALUE, r#""key":"value","key":"other""#), Denied),
        ("a label twice", swap(name, &labelled), Denied),
        ("a lone surrogate", swap(VALUE, r#""key":"\ud800""#), Denied),
        ("surrogates the wrong way round", swap(VALUE, r#""key":"\udc00\ud800""#), Denied),
        ("a number that is none", swap(VALUE, r#""key":1e999"#), Denied),
        ("invalid UTF-8", not_utf8.collect(), Refused),
        ("an integer beyond 64 bits", swap(VALUE, r#""key":99999999999999999999999"#), Answer),
    ]
}

/// Reviews that say something impossible.
pub(super) fn shapes() -> Vec<Case> {
    use Expected::{Answer, Denied, NoUid};
    let with = |pointer: &str, value: Value| {
        let mut review = config_map("acme");
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        review.pointer_mut(parent).expect("a parent")[key] = value;
        review.to_string().into_bytes()
    };
    let labels = "/request/object/metadata/labels";
    vec![
        ("no request", with("/request", Value::Null), NoUid),
        ("no uid", with("/request/uid", Value::Null), NoUid),
        ("an empty uid", with("/request/uid", json!("")), NoUid),
        ("a uid that is a number", with("/request/uid", json!(7)), NoUid),
        ("v1beta1", with("/apiVersion", json!("admission.k8s.io/v1beta1")), Denied),
        ("another kind", with("/kind", json!("ConversionReview")), Denied),
        ("an unknown operation", with("/request/operation", json!("PURGE")), Denied),
        ("no operation", with("/request/operation", Value::Null), Denied),
        ("an object that is a text", with("/request/object", json!("hello")), Answer),
        ("an object that is a list", with("/request/object", json!([1])), Answer),
        ("an object without metadata", with("/request/object", json!({})), Answer),
        ("metadata that is a list", with("/request/object/metadata", json!([{"a": 7}])), Answer),
        ("labels that are lists", with(labels, json!({"lessor.io/tenant": [7]})), Answer),
    ]
}
