//! What cert-manager needs to issue the serving certificate.

use serde_json::{Value, json};

use super::labels;
use super::settings::{Certificates, Install};
use crate::names;

const API_VERSION: &str = "cert-manager.io/v1";
const ROOT: &str = "lessor-self-signed";
const AUTHORITY: &str = "lessor-ca";

/// An authority of Lessor's own, and a leaf it signs. Both live 90 days and are
/// renewed after 60, so that none outlives the other unnoticed.
pub(super) fn objects(install: &Install) -> Vec<Value> {
    match install.certificates {
        Certificates::SelfManaged | Certificates::Files => Vec::new(),
        Certificates::CertManager => vec![
            object(install, "Issuer", ROOT, &json!({"selfSigned": {}})),
            object(
                install,
                "Certificate",
                AUTHORITY,
                &json!({
                    "isCA": true,
                    "commonName": AUTHORITY,
                    "secretName": AUTHORITY,
                    "duration": "2160h",
                    "renewBefore": "720h",
                    "privateKey": private_key(),
                    "issuerRef": {"kind": "Issuer", "name": ROOT},
                }),
            ),
            object(install, "Issuer", AUTHORITY, &json!({"ca": {"secretName": AUTHORITY}})),
            object(
                install,
                "Certificate",
                names::WEBHOOK_SERVICE,
                &json!({
                    "secretName": names::CERTIFICATE_SECRET,
                    "dnsNames": install.service_names(),
                    "duration": "2160h",
                    "renewBefore": "720h",
                    "usages": ["digital signature", "server auth"],
                    "privateKey": private_key(),
                    "issuerRef": {"kind": "Issuer", "name": AUTHORITY},
                }),
            ),
        ],
    }
}

fn private_key() -> Value {
    json!({"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"})
}

fn object(install: &Install, kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": install.namespace,
            "labels": labels("certificates"),
        },
        "spec": spec,
    })
}
