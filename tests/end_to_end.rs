//! Lessor on a real API server.

use std::time::Duration;

use anyhow::Result;

use crate::suite::{Suite, Test};

pub(crate) fn register(suite: &mut Suite) {
    suite.steady("tenant_becomes_ready", tenant_becomes_ready);
}

async fn tenant_becomes_ready(test: Test) -> Result<()> {
    let lessor = test.lessor().await?;
    let name = &test.prefix;
    lessor
        .apply(&format!(
            "apiVersion: lessor.io/v1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec: {{namespaces: [{name}, {name}-dev]}}\n"
        ))
        .await?;
    lessor.ready(name, Duration::from_secs(20)).await?;
    Ok(())
}
