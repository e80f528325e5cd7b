//! The key of the digests of secrets.

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};

use super::options::ControllerError;
use crate::names;
use crate::provision::DigestKey;

/// Key in the Secret's data.
const DATA_KEY: &str = "key";
/// Fewer bytes are no key.
const SHORTEST: usize = 32;

/// Reads the key, or makes one of 244 random bits if there is none.
pub(super) async fn obtain(client: Client, namespace: &str) -> Result<DigestKey, ControllerError> {
    let secrets: Api<Secret> = Api::namespaced(client, namespace);
    let name = names::DIGEST_KEY_SECRET;
    if let Some(secret) = secrets.get_opt(name).await.map_err(ControllerError::DigestKey)? {
        return key(&secret);
    }
    let random = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
    let bytes = random.iter().flat_map(|uuid| *uuid.as_bytes()).collect();
    let secret = Secret {
        metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
        data: Some([(DATA_KEY.to_owned(), ByteString(bytes))].into()),
        ..Secret::default()
    };
    let params = PostParams {
        field_manager: Some(names::FIELD_MANAGER.to_owned()),
        ..PostParams::default()
    };
    match secrets.create(&params, &secret).await {
        Ok(secret) => key(&secret),
        Err(kube::Error::Api(status)) if status.is_already_exists() => {
            key(&secrets.get(name).await.map_err(ControllerError::DigestKey)?)
        }
        Err(error) => Err(ControllerError::DigestKey(error)),
    }
}

fn key(secret: &Secret) -> Result<DigestKey, ControllerError> {
    let bytes = secret.data.as_ref().and_then(|data| data.get(DATA_KEY));
    bytes
        .filter(|bytes| bytes.0.len() >= SHORTEST)
        .map(|bytes| DigestKey::new(bytes.0.clone()))
        .ok_or_else(|| ControllerError::DigestKeyMalformed(names::DIGEST_KEY_SECRET.to_owned()))
}
