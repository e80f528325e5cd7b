//! What can go wrong with a review, in classes.

use std::error::Error;
use std::io;

use axum::http::StatusCode;
use serde::Serialize;

use crate::tls::dial::{DialError, PostError};

/// A class of failures. An API server would have failed the request in each of
/// them, except in those named *wrong*, which only an expectation can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Fault {
    /// Not started within the time-out: the target was too slow for the rate,
    /// or the client for the machine.
    Missed,
    /// Nobody listens.
    Refused,
    /// No connection for another reason, such as no route.
    Unreachable,
    /// The handshake failed, or an alert ended the connection.
    Tls,
    /// The connection ended before the answer was complete.
    Reset,
    /// No complete answer within the time-out.
    Timeout,
    /// HTTP status 4xx.
    Status4xx,
    /// HTTP status 5xx.
    Status5xx,
    /// Any other HTTP status that an API server does not take for an answer.
    StatusOther,
    /// Not an AdmissionReview v1 with a response, or not a usable patch.
    BadBody,
    /// Another uid than the request's.
    WrongUid,
    /// Allowed where a denial was expected, or the reverse.
    WrongVerdict,
    /// Denied as expected, with another code or reason.
    WrongReason,
}

impl Fault {
    /// As a person reads it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Missed => "missed start",
            Self::Refused => "connection refused",
            Self::Unreachable => "unreachable",
            Self::Tls => "TLS",
            Self::Reset => "connection reset",
            Self::Timeout => "time-out",
            Self::Status4xx => "HTTP 4xx",
            Self::Status5xx => "HTTP 5xx",
            Self::StatusOther => "other HTTP status",
            Self::BadBody => "bad body",
            Self::WrongUid => "wrong uid",
            Self::WrongVerdict => "wrong verdict",
            Self::WrongReason => "wrong reason",
        }
    }

    /// As a program reads it.
    pub(super) fn key(self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Whether an HTTP status is not an answer: an API server decodes 200 to 206.
    pub(super) fn of_status(status: StatusCode) -> Option<Self> {
        match status.as_u16() {
            200..=206 => None,
            400..=499 => Some(Self::Status4xx),
            500..=599 => Some(Self::Status5xx),
            _ => Some(Self::StatusOther),
        }
    }

    /// Why there is no connection.
    pub(super) fn of_dial(error: &DialError) -> Self {
        match error {
            DialError::Connect { source, .. } => match source.kind() {
                io::ErrorKind::ConnectionRefused => Self::Refused,
                io::ErrorKind::ConnectionReset => Self::Reset,
                io::ErrorKind::TimedOut => Self::Timeout,
                _ => Self::Unreachable,
            },
            DialError::Tls { .. } => Self::Tls,
            DialError::Http(_) => Self::Reset,
            DialError::NoAddress => Self::Unreachable,
        }
    }

    /// Why there is no answer.
    pub(super) fn of_post(error: &PostError) -> Self {
        match error {
            PostError::TooLarge | PostError::Request(_) => Self::BadBody,
            // A refused client certificate shows when the answer is read.
            PostError::NotSent | PostError::Lost(_) if is_tls(error) => Self::Tls,
            PostError::Lost(error) if error.is_parse() => Self::BadBody,
            PostError::NotSent | PostError::Lost(_) => Self::Reset,
        }
    }
}

/// Whether TLS itself is among the causes of an error.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // An `io::Error` hides what it wraps from `source`.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if error.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::*;

    const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

    #[test]
    fn statuses_outside_200_to_206_are_no_answers() {
        for (status, fault) in [
            (200, None),
            (206, None),
            (207, Some(Fault::StatusOther)),
            (302, Some(Fault::StatusOther)),
            (413, Some(Fault::Status4xx)),
            (503, Some(Fault::Status5xx)),
        ] {
            assert_eq!(Fault::of_status(StatusCode::from_u16(status).unwrap()), fault, "{status}");
        }
    }

    #[test]
    fn a_failed_dial_has_its_class() {
        let connect =
            |kind: io::ErrorKind| DialError::Connect { address: PEER, source: kind.into() };
        for (error, fault) in [
            (connect(io::ErrorKind::ConnectionRefused), Fault::Refused),
            (connect(io::ErrorKind::HostUnreachable), Fault::Unreachable),
            (connect(io::ErrorKind::TimedOut), Fault::Timeout),
            (connect(io::ErrorKind::ConnectionReset), Fault::Reset),
            (
                DialError::Tls { address: PEER, source: io::ErrorKind::UnexpectedEof.into() },
                Fault::Tls,
            ),
            (DialError::NoAddress, Fault::Unreachable),
        ] {
            assert_eq!(Fault::of_dial(&error), fault, "{error}");
        }
        assert_eq!(Fault::of_post(&PostError::NotSent), Fault::Reset);
        assert_eq!(Fault::of_post(&PostError::TooLarge), Fault::BadBody);
        assert_eq!(Fault::WrongVerdict.key(), "wrongVerdict");
    }

    #[test]
    fn tls_is_found_below_what_wraps_it() {
        let alert = rustls::Error::DecryptError;
        let wrapped = io::Error::new(io::ErrorKind::InvalidData, alert.clone());
        assert!(is_tls(&wrapped) && is_tls(&alert));
        assert!(!is_tls(&io::Error::from(io::ErrorKind::ConnectionReset)));
        let dial = DialError::Tls { address: PEER, source: wrapped };
        assert!(is_tls(&dial));
        assert!(chain(&dial).starts_with("TLS with 127.0.0.1:1 failed: "), "{}", chain(&dial));
    }
}
