//! One place for a connection.

use std::time::{Duration, Instant};

use axum::http::Uri;
use hyper::body::Bytes;

use crate::cli::bench::fault::{Fault, chain};
use crate::cli::bench::target::Target;
use crate::tls::dial::{Answer, Connection, PostError};

/// A connection that is dialled again whenever it is needed.
pub(super) struct Line {
    connection: Option<Connection>,
}

/// What came of one post.
pub(super) struct Posted {
    pub(super) answer: Result<Answer, (Fault, String)>,
    /// How long connecting took, when it was needed.
    pub(super) dialed: Option<Duration>,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { connection: None }
    }

    /// Connects, so that the first review does not pay for it; how long it took.
    pub(super) async fn connect(&mut self, target: &Target) -> Result<Duration, (Fault, String)> {
        let mut dialed = None;
        let connected = self.dial(target, &mut dialed);
        match tokio::time::timeout(target.timeout, connected).await {
            Ok(connected) => connected.map(|()| dialed.unwrap_or_default()),
            Err(_) => Err(late("no connection")),
        }
    }

    /// TLS version and cipher suite of the connection.
    pub(super) fn negotiated(&self) -> Option<&str> {
        self.connection.as_ref()?.negotiated()
    }

    /// Posts a review within the target's time-out, connecting included. What a
    /// peer had closed before anything was written is dialled again, once, as
    /// Go does.
    pub(super) async fn post(&mut self, target: &Target, path: &Uri, body: &Bytes) -> Posted {
        let mut dialed = None;
        let exchange = self.exchange(target, path, body, &mut dialed);
        let answer = match tokio::time::timeout(target.timeout, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(late("no answer")),
        };
        let ended = self.connection.as_ref().is_some_and(Connection::is_closed);
        if answer.is_err() || !target.keep_alive || ended {
            self.connection = None;
        }
        Posted { answer, dialed }
    }

    async fn exchange(
        &mut self,
        target: &Target,
        path: &Uri,
        body: &Bytes,
        dialed: &mut Option<Duration>,
    ) -> Result<Answer, (Fault, String)> {
        loop {
            if self.connection.is_none() {
                self.dial(target, dialed).await?;
            }
            let Some(connection) = &mut self.connection else { continue };
            match connection.post(path, body.clone(), !target.keep_alive).await {
                Ok(answer) => return Ok(answer),
                Err(PostError::NotSent) if dialed.is_none() => self.connection = None,
                Err(error) => return Err((Fault::of_post(&error), chain(&error))),
            }
        }
    }

    async fn dial(
        &mut self,
        target: &Target,
        dialed: &mut Option<Duration>,
    ) -> Result<(), (Fault, String)> {
        let began = Instant::now();
        let connection = target.dialer.dial().await;
        *dialed = Some(began.elapsed());
        let failed = |error| (Fault::of_dial(&error), chain(&error));
        self.connection = Some(connection.map_err(failed)?);
        Ok(())
    }
}

fn late(what: &str) -> (Fault, String) {
    (Fault::Timeout, format!("{what} within the time-out"))
}
