//! The least that a webhook in this server could cost.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

/// Answers any review `allowed` with its uid and looks at nothing else. What
/// judging costs is told by setting it beside this, in one run: same server,
/// same limits.
///
/// The uid is the first one in the text, which is the request's when it is
/// written in the order of an API server; without one it is empty.
pub async fn floor(body: Bytes) -> Response {
    let uid = first_uid(&body).unwrap_or_default();
    let answer = format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{{"uid":"{uid}","allowed":true}}}}"#
    );
    ([(CONTENT_TYPE, "application/json")], answer).into_response()
}

fn first_uid(body: &[u8]) -> Option<&str> {
    const KEY: &[u8] = br#""uid":""#;
    let begins = body.windows(KEY.len()).position(|window| window == KEY)? + KEY.len();
    let rest = body.get(begins..)?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let length = rest.iter().take_while(|byte| plain(byte)).count();
    std::str::from_utf8(rest.get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uid_is_the_first_one() {
        let review = br#"{"request":{"uid":"a-1","object":{"metadata":{"uid":"b-2"}}}}"#;
        assert_eq!(first_uid(review), Some("a-1"));
        assert_eq!(first_uid(br#"{"uid":"a\"b"}"#), Some("a"));
        assert_eq!(first_uid(b"{}"), None);
        assert_eq!(first_uid(br#""uid":""#), Some(""));
    }
}
