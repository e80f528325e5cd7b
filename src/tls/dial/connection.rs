//! One connection, one request at a time.

use axum::http::uri::Uri;
use axum::http::{HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;

/// Most bytes of an answer that are read: 16 MiB, far above any patch.
pub const ANSWER_LIMIT: usize = 16 << 20;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ACCEPT: HeaderValue = HeaderValue::from_static("application/json, */*");
const AGENT: HeaderValue = HeaderValue::from_static(concat!("lessor/", env!("CARGO_PKG_VERSION")));
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// A kept connection. It ends, in order, when it is dropped.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
    negotiated: Option<String>,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The peer had closed the connection before anything was written: the same
    /// request may go over another one.
    #[error("the connection was closed before")]
    NotSent,
    /// The connection failed when the request may have been read.
    #[error("the connection ended before the answer")]
    Lost(#[source] hyper::Error),
    /// The answer is longer than [`ANSWER_LIMIT`].
    #[error("the answer is longer than {ANSWER_LIMIT} bytes")]
    TooLarge,
    /// The request cannot be written, such as a path that is none.
    #[error("the request cannot be written")]
    Request(#[source] axum::http::Error),
}

impl Connection {
    pub(super) fn new(
        sender: SendRequest<Full<Bytes>>,
        host: HeaderValue,
        negotiated: Option<String>,
    ) -> Self {
        Self { sender, host, negotiated }
    }

    /// TLS version and cipher suite; none over plain TCP.
    #[must_use]
    pub fn negotiated(&self) -> Option<&str> {
        self.negotiated.as_deref()
    }

    /// Whether the peer has closed it.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Posts JSON to a path, given with its query, and reads the whole answer.
    /// With `close` it asks the peer to end the connection after it.
    ///
    /// # Errors
    /// [`PostError`]; a bad HTTP status is an answer.
    pub async fn post(
        &mut self,
        path: &Uri,
        body: Bytes,
        close: bool,
    ) -> Result<Answer, PostError> {
        self.sender.ready().await.map_err(|_| PostError::NotSent)?;
        let mut request = Request::post(path.clone())
            .header(header::HOST, self.host.clone())
            .header(header::USER_AGENT, AGENT)
            .header(header::CONTENT_TYPE, JSON)
            .header(header::ACCEPT, ACCEPT)
            .body(Full::new(body))
            .map_err(PostError::Request)?;
        if close {
            request.headers_mut().insert(header::CONNECTION, CLOSE);
        }
        let response =
            self.sender.try_send_request(request).await.map_err(|mut error| {
                match error.take_message() {
                    Some(_) => PostError::NotSent,
                    None => PostError::Lost(error.into_error()),
                }
            })?;
        let (parts, body) = response.into_parts();
        match Limited::new(body, ANSWER_LIMIT).collect().await {
            Ok(body) => Ok(Answer { status: parts.status, body: body.to_bytes() }),
            Err(error) => Err(match error.downcast::<hyper::Error>() {
                Ok(error) => PostError::Lost(*error),
                Err(other) => {
                    debug_assert!(other.is::<LengthLimitError>(), "{other}");
                    PostError::TooLarge
                }
            }),
        }
    }
}
