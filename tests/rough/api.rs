//! Raw requests to the API server: no client type may hide what it answers.

use anyhow::{Result, ensure};
use kube::Client;
use serde_json::Value;

/// An API server as one user.
#[derive(Clone)]
pub(super) struct Server(pub(super) Client);

/// What the API server said when it did not do as asked.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    /// HTTP status; 0 if there was no answer.
    pub(super) code: u16,
    pub(super) message: String,
    /// Reasons of the causes.
    pub(super) causes: Vec<String>,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.message)
    }
}

impl std::error::Error for Refused {}

impl Server {
    pub(super) async fn get(&self, path: &str) -> Result<Value, Refused> {
        self.call("GET", path, None).await
    }

    pub(super) async fn create(&self, path: &str, object: &Value) -> Result<Value, Refused> {
        self.call("POST", path, Some(object)).await
    }

    pub(super) async fn replace(&self, path: &str, object: &Value) -> Result<Value, Refused> {
        self.call("PUT", path, Some(object)).await
    }

    /// A JSON merge patch.
    pub(super) async fn merge(&self, path: &str, patch: &Value) -> Result<Value, Refused> {
        self.call("PATCH", path, Some(patch)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<Value, Refused> {
        self.call("DELETE", path, None).await
    }

    /// The items of a list.
    pub(super) async fn list(&self, path: &str) -> Result<Vec<Value>, Refused> {
        let mut list = self.get(path).await?;
        Ok(list["items"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }

    /// Whether an object exists.
    pub(super) async fn exists(&self, path: &str) -> Result<bool, Refused> {
        match self.get(path).await {
            Ok(_) => Ok(true),
            Err(refused) if refused.code == 404 => Ok(false),
            Err(refused) => Err(refused),
        }
    }

    async fn call(&self, verb: &str, path: &str, body: Option<&Value>) -> Result<Value, Refused> {
        let failed = |error: &dyn std::error::Error| Refused {
            code: 0,
            message: error.to_string(),
            causes: Vec::new(),
        };
        let content = if verb == "PATCH" { "merge-patch+json" } else { "json" };
        let request = hyper::Request::builder()
            .method(verb)
            .uri(path)
            .header("content-type", format!("application/{content}"))
            .body(body.map(|body| body.to_string().into_bytes()).unwrap_or_default())
            .map_err(|error| failed(&error))?;
        match self.0.request(request).await {
            Ok(value) => Ok(value),
            Err(kube::Error::Api(status)) => Err(Refused {
                code: status.code,
                message: status.message,
                causes: status
                    .details
                    .into_iter()
                    .flat_map(|details| details.causes)
                    .map(|cause| cause.reason)
                    .collect(),
            }),
            Err(error) => Err(failed(&error)),
        }
    }
}

/// The refusal of what had to be refused, with this status and this in its message.
pub(super) fn refused(answer: Result<Value, Refused>, code: u16, said: &str) -> Result<()> {
    let refusal = match answer {
        Ok(object) => anyhow::bail!("admitted where it had to be refused: {object}"),
        Err(refusal) => refusal,
    };
    ensure!(refusal.code == code && refusal.message.contains(said), "{refusal}");
    Ok(())
}
