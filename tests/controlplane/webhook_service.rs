//! Lets the API server reach a webhook on loopback through a Service.

use anyhow::Result;
use k8s_openapi::api::core::v1::{Namespace, Service};
use kube::Client;
use kube::api::{Api, Patch, PatchParams};
use serde_json::json;

/// Makes `namespace` and in it the Service `service`, an `ExternalName` for
/// `localhost`. A `clientConfig.service` with these names then reaches
/// 127.0.0.1 at **`clientConfig.service.port`**, which has to be the port that
/// is listened on; the Service's own ports play no part. The server needs a
/// certificate for `<service>.<namespace>.svc`.
///
/// The API server resolves such a Service itself, so no kube-proxy is needed.
/// Preferred over `clientConfig.url`, because the name in the certificate and
/// the protocol are those of a real cluster: to a loopback URL it may speak HTTP/2.
pub(crate) async fn reach_loopback(client: Client, namespace: &str, service: &str) -> Result<()> {
    let apply = PatchParams::apply("lessor-tests").force();
    let home = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
    Api::<Namespace>::all(client.clone()).patch(namespace, &apply, &Patch::Apply(home)).await?;
    let alias = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": service},
        "spec": {"type": "ExternalName", "externalName": "localhost"},
    });
    Api::<Service>::namespaced(client, namespace)
        .patch(service, &apply, &Patch::Apply(alias))
        .await?;
    Ok(())
}
