//! No process of Lessor's runs and its webhook configurations are gone: what the
//! API server's own policies hold by themselves. Every attack has its twin that
//! is allowed: Lessor, administrators, and everything that is no tenant's.

mod ground;
mod kept;
mod managed;
mod namespaces;
mod network;
mod pods;
mod volumes;

use anyhow::{Context as _, Result};

use self::ground::Ground;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.rough("floor_holds_without_lessor", floor_holds_without_lessor);
    suite.rough("floor_lets_namespaces_go", floor_lets_namespaces_go);
    kept::register(suite);
}

async fn floor_holds_without_lessor(test: Test) -> Result<()> {
    let ground = Ground::new(test).await?;
    let volumes = volumes::prepare(&ground).await?;
    pods::prepare(&ground).await?;
    ground
        .without_lessor(async || {
            namespaces::attack(&ground).await.context("namespaces")?;
            managed::attack(&ground).await.context("managed objects")?;
            pods::attack(&ground).await.context("Pods")?;
            network::attack(&ground).await.context("network policies")?;
            volumes::attack(&ground, &volumes).await.context("volumes")
        })
        .await
}

/// The platform empties a Namespace that an administrator deletes, managed
/// objects included, though nobody may delete them while it lives.
async fn floor_lets_namespaces_go(test: Test) -> Result<()> {
    let ground = Ground::new(test).await?;
    ground.without_lessor(async || namespaces::go(&ground).await).await
}
