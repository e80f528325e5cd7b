//! Certificates come, turn over and are lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use lessor::tls::rotate::{Held, ServingNames, Validity, issue};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use super::api::Server;
use super::configurations::{MUTATING, VALIDATING};
use super::dial::Dial;
use super::tenants::{self, In, config_map, pod};
use crate::controlplane::ControlPlane;
use crate::eventually::eventually;
use crate::installation::Installation;
use crate::suite::{Suite, Test};

const SECRET: &str = "/api/v1/namespaces/lessor-system/secrets/lessor-webhook-tls";
/// One look of the leader, and the watches of whoever follows.
const SOON: Duration = Duration::from_secs(15);
/// A bundle is published 30 s before the leaf is switched.
const SWITCHED: Duration = Duration::from_mins(1);
const WORKERS: usize = 3;
const PAUSE: Duration = Duration::from_millis(150);

pub(super) fn register(suite: &mut Suite) {
    suite.rough("certificate_turns_over_under_load", certificate_turns_over_under_load);
    suite.rough("lost_certificate_is_issued_anew", lost_certificate_is_issued_anew);
}

/// What the webhook configurations trust, PEM; all entries trust the same.
pub(super) async fn trusted(plane: &ControlPlane) -> Result<String> {
    let admin = Server(plane.client());
    let mut bundles = Vec::new();
    for path in [MUTATING, VALIDATING] {
        let configuration = admin.get(path).await?;
        for entry in configuration["webhooks"].as_array().context("no entries")? {
            bundles.push(entry["clientConfig"]["caBundle"].as_str().context("no CA")?.to_owned());
        }
    }
    bundles.dedup();
    ensure!(bundles.len() == 1, "the entries trust different CAs");
    Ok(String::from_utf8(STANDARD.decode(&bundles[0])?)?)
}

type Data = BTreeMap<String, Vec<u8>>;

async fn stored(admin: &Server) -> Result<(Value, Data)> {
    let secret = admin.get(SECRET).await?;
    let data = secret["data"].as_object().cloned().unwrap_or_default();
    let decoded = data
        .into_iter()
        .map(|(key, value)| Ok((key, STANDARD.decode(value.as_str().unwrap_or_default())?)))
        .collect::<Result<Data>>()?;
    Ok((secret, decoded))
}

fn ders(pem: &str) -> Result<Vec<Vec<u8>>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).map(|der| Ok(der?.to_vec())).collect()
}

/// The Secret, the configurations and the served leaf belong together.
async fn consistent(lessor: &Installation) -> Result<Vec<u8>> {
    let bundle = trusted(&lessor.plane).await?;
    let (_, data) = stored(&Server(lessor.plane.client())).await?;
    let held = Held::read(&data);
    let current = held.current.as_ref().context("no certificate")?;
    ensure!(ders(&bundle)? == ders(&held.bundle())?, "the bundle is not the Secret's");
    // Dialled by the Service's name, and trusting nothing but the bundle.
    let served = Dial::new(lessor.port, &bundle, None)?.leaf().await?;
    ensure!(ders(current.cert_pem())? == [served.clone()], "another leaf is served");
    Ok(served)
}

/// Makes the renewal due: a generation that is past two thirds of its life.
async fn age(lessor: &Installation) -> Result<Vec<u8>> {
    let admin = Server(lessor.plane.client());
    let names = ServingNames::for_service("lessor-webhook", "lessor-system");
    let validity = Validity::new(Duration::from_hours(4), Duration::from_hours(4))?;
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(3);
    let old = issue(&names, &validity, then)?;
    let leaf = ders(old.cert_pem())?.remove(0);
    let held = Held { current: Some(old), ..Held::default() };
    let data: serde_json::Map<String, Value> =
        held.write().into_iter().map(|(key, value)| (key, json!(STANDARD.encode(value)))).collect();
    let (mut secret, _) = stored(&admin).await?;
    secret["data"] = Value::Object(data);
    admin.replace(SECRET, &secret).await?;
    Ok(leaf)
}

async fn certificate_turns_over_under_load(test: Test) -> Result<()> {
    let (lessor, plane, name) = (test.lessor().await?, &test.plane, test.prefix.as_str());
    let admin = Server(plane.client());
    tenants::ready(&lessor, name).await?;
    eventually(SOON, async || consistent(&lessor).await.map(drop)).await?;
    let old = age(&lessor).await?;
    let pods = format!("{}?dryRun=All", In(name).core("pods"));
    let dialled = async || {
        let served = Dial::new(lessor.port, &trusted(plane).await?, None)?.leaf().await?;
        ensure!(served == old, "the aged leaf is not served");
        Ok(admin.create(&pods, &pod("first")).await.map(drop)?)
    };
    eventually(SOON, dialled).await.context("serving the aged leaf")?;

    let stop = Arc::new(AtomicBool::new(false));
    let admitted = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (admin, pods) = (admin.clone(), pods.clone());
            let (stop, admitted) = (stop.clone(), admitted.clone());
            tokio::spawn(async move {
                let mut failures = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    match admin.create(&pods, &pod("load")).await {
                        Ok(_) => drop(admitted.fetch_add(1, Ordering::Relaxed)),
                        Err(refused) => failures.push(refused.to_string()),
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                failures
            })
        })
        .collect();

    let began = Instant::now();
    let turned = async {
        let both = async || {
            let trusted = ders(&trusted(plane).await?)?;
            ensure!(trusted.len() == 2, "{} CAs are trusted", trusted.len());
            Ok(trusted)
        };
        let before = eventually(SOON, both).await.context("old and new CA before the switch")?;
        let published = Instant::now();
        let new = eventually(SWITCHED, async || {
            let served = consistent(&lessor).await?;
            ensure!(served != old, "still the old leaf");
            Ok(served)
        })
        .await?;
        let settled = published.elapsed();
        ensure!(settled > Duration::from_secs(25), "switched after {settled:?} only");
        ensure!(both().await?.iter().all(|ca| before.contains(ca)), "another CA came");
        // The old leaf may be pooled somewhere, so its CA is trusted on.
        tokio::time::sleep(Duration::from_secs(3)).await;
        ensure!(both().await?.len() == 2 && consistent(&lessor).await? == new);
        Ok(())
    }
    .await;
    stop.store(true, Ordering::Relaxed);
    let mut failures = Vec::new();
    for worker in workers {
        failures.extend(worker.await?);
    }
    turned?;
    let admitted = admitted.load(Ordering::Relaxed);
    eprintln!(
        "certificates: {admitted} admissions in {:.0} s of a rotation, {} failed",
        began.elapsed().as_secs_f64(),
        failures.len()
    );
    ensure!(failures.is_empty(), "{} of {admitted} failed: {}", failures.len(), failures[0]);
    ensure!(admitted > 100, "only {admitted} admissions");
    Ok(())
}

async fn lost_certificate_is_issued_anew(test: Test) -> Result<()> {
    let (lessor, plane, name) = (test.lessor().await?, &test.plane, test.prefix.as_str());
    let admin = Server(plane.client());
    tenants::ready(&lessor, name).await?;
    let before = eventually(SOON, async || consistent(&lessor).await).await?;
    admin.delete(SECRET).await?;
    eventually(SOON, async || {
        ensure!(consistent(&lessor).await? != before, "still the lost one");
        Ok(())
    })
    .await
    .context("deleted")?;
    let create = async |object: &str| {
        Ok(admin.create(&In(name).core("configmaps"), &config_map(object)).await.map(drop)?)
    };
    eventually(SOON, async || create("after-loss").await).await?;

    // Damaged rather than lost: a key that belongs to another certificate.
    let before = consistent(&lessor).await?;
    let foreign = plane.authority().server(&["localhost"])?;
    let damage = json!({"data": {"tls.key": STANDARD.encode(&foreign.key)}});
    admin.merge(SECRET, &damage).await?;
    eventually(SOON, async || {
        ensure!(consistent(&lessor).await? != before, "still the damaged one");
        Ok(())
    })
    .await
    .context("damaged")?;
    eventually(SOON, async || create("after-damage").await).await?;
    lessor.enforcing().await
}
