//! A webhook that lets only the API server in.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::dial::{Dial, NAME};
use super::process::Process;
use super::review::{Said, config_map, said};
use super::wire;
use crate::controlplane::{Authority, Pair, free_ports};
use crate::suite::Suite;

pub(super) fn register(suite: &mut Suite) {
    suite.plain("client_certificates::only_the_named_client_of_the_authority", || {
        wire::run(only_the_named_client_of_the_authority)
    });
}

async fn only_the_named_client_of_the_authority() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let (tenants, certificates) = (at("tenants"), at("tls"));
    for made in [&tenants, &certificates] {
        std::fs::create_dir(made)?;
    }
    wire::tenant_file(&tenants)?;
    let (ours, theirs) = (Authority::new("ours")?, Authority::new("theirs")?);
    let serving = ours.server(&[NAME])?;
    std::fs::write(certificates.join("tls.crt"), &serving.certificate)?;
    std::fs::write(certificates.join("tls.key"), &serving.key)?;
    std::fs::write(at("clients.crt"), ours.certificate())?;
    let [port, health] = free_ports()?;
    let args = [
        "webhook".to_owned(),
        format!("--listen=127.0.0.1:{port}"),
        format!("--health-listen=127.0.0.1:{health}"),
        "--certs=files".to_owned(),
        format!("--cert-dir={}", certificates.display()),
        format!("--client-ca={}", at("clients.crt").display()),
        "--client-name=kube-apiserver".to_owned(),
        "--static".to_owned(),
        tenants.display().to_string(),
    ];
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut process = Process::start(&args, None, &at("log"))?;
    process.ready(health, Duration::from_secs(30)).await?;

    let ask = async |identity: Option<&Pair>| -> Result<Said> {
        let dial = Dial::new(port, &ours.certificate(), identity)?;
        said(&dial.post("/validate", config_map("acme").to_string()).await?)
    };
    let right = ours.client("kube-apiserver", &[])?;
    let allowed = ask(Some(&right)).await.context("the API server")?;
    ensure!(allowed == Said::Allowed, "{allowed:?}");
    for (what, identity) in [
        ("no certificate", None),
        ("the right name of another authority", Some(theirs.client("kube-apiserver", &[])?)),
        ("another name", Some(ours.client("jane", &[])?)),
        ("the name as a group", Some(ours.client("jane", &["kube-apiserver"])?)),
        ("the webhook's own serving certificate", Some(serving)),
    ] {
        // In TLS 1.3 a refused client learns of it only when it reads.
        let answer = ask(identity.as_ref()).await;
        ensure!(answer.is_err(), "{what} was let in: {answer:?}");
    }
    let allowed = ask(Some(&right)).await.context("afterwards")?;
    ensure!(allowed == Said::Allowed, "{allowed:?}");
    Ok(())
}
