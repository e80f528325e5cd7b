//! Files as they come from elsewhere: no Tenant, no namespace, mistakes.

use std::fs;
use std::process::Output;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::commands::{lessor, lines, text};

/// Checks a text as a file of its own.
fn check(yaml: &str, args: &[&str]) -> Result<Output> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("given.yaml");
    fs::write(&file, yaml)?;
    let mut all = vec!["check", file.to_str().unwrap()];
    all.extend(args);
    lessor(&all)
}

/// The verdict on a bare Pod: its leading reason, or none.
fn verdict(spec: &str, args: &[&str]) -> Result<Option<String>> {
    let pod = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: given}}\nspec: {spec}\n");
    let mut all = vec!["-o", "json"];
    all.extend(args);
    let output = check(&pod, &all)?;
    let rows = lines(&output)?;
    ensure!(rows.len() == 1, "{rows:?}{}", text(&output.stderr));
    let reason = rows[0]["reason"].as_str().map(str::to_owned);
    let code = i32::from(reason.is_some());
    ensure!(output.status.code() == Some(code), "{reason:?}");
    ensure!(rows[0]["tenant"] == "example", "{}", rows[0]);
    Ok(reason)
}

pub(super) fn pods() -> Result<()> {
    let restricted = "{securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, \
        initContainers: [{name: i, image: pause, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}], \
        containers: [{name: c, image: pause, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}], \
        volumes: [{name: a}, {name: b, emptyDir: {}}, {name: c, secret: {secretName: test}}, \
          {name: d, persistentVolumeClaim: {claimName: test}}, {name: e, configMap: {name: test}}, {name: f, projected: {sources: []}}]}";
    let silent = "{containers: [{name: c, image: pause}]}";
    let broken = [
        "{hostNetwork: true, containers: [{name: c, image: pause}]}",
        "{containers: [{name: c, image: pause, securityContext: {privileged: true}}]}",
        "{containers: [{name: c, image: pause}], volumes: [{name: v, hostPath: {path: /}}]}",
        "{containers: [{name: c, image: pause, ports: [{containerPort: 80, hostPort: 80}]}]}",
        "{containers: [{name: c, image: pause, livenessProbe: {httpGet: {host: 127.0.0.1, port: 80}}}]}",
        "{containers: [{name: c, image: pause, securityContext: {runAsUser: 0}}]}",
    ];
    let violation = Some("PodSecurityViolation".to_owned());
    for args in [&[][..], &["--no-mutate"]] {
        ensure!(verdict(restricted, args)?.is_none(), "{args:?}");
        for spec in broken {
            ensure!(verdict(spec, args)? == violation, "{args:?} {spec}");
        }
    }
    ensure!(verdict(silent, &[])?.is_none(), "completed");
    ensure!(verdict(silent, &["--no-mutate"])? == violation, "as written");
    Ok(())
}

pub(super) fn claims() -> Result<()> {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  template:\n    spec:\n      containers: [{name: c, image: db}]\n  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {accessModes: [ReadWriteOnce]}\n";
    let output = check(set, &["-o", "json"])?;
    ensure!(output.status.code() == Some(0), "{}", text(&output.stdout));
    let rows = lines(&output)?;
    let names: Vec<_> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    ensure!(names == ["db", "data-db-0", "db-0"], "{names:?}");
    ensure!(rows[1]["warnings"][0].as_str().is_some_and(|w| w.contains("storageClassName")));
    let refused =
        check(&set.replace("accessModes", "volumeName: x, accessModes"), &["-o", "json"])?;
    let rows = lines(&refused)?;
    ensure!(
        rows[0]["allowed"] == true && rows[1]["reason"] == "VolumeBindingForbidden",
        "{rows:?}"
    );
    ensure!(
        rows[0]["warnings"].to_string().contains("\"Claims of this workload will be refused: ")
    );
    Ok(())
}

pub(super) fn errors() -> Result<()> {
    let tenant = "apiVersion: lessor.io/v1\nkind: Tenant\nmetadata:\n  name: acme\nspec:\n";
    for (yaml, expected) in [
        ("kind: Pod\nmetadata: {name: a\nspec: {}\n", "given.yaml:"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  name: b\n", "given.yaml:5"),
        ("apiVersion: v1\nkind: Pod\nspec: {}\n", "given.yaml:1: metadata.name is missing"),
        ("kind: Pod\nmetadata: {name: a}\n", "given.yaml:1: apiVersion is missing"),
        (
            &format!("{tenant}  namespace: [acme]\n"),
            "given.yaml:6: unknown field spec.namespace; known here: ",
        ),
        (
            &format!("{tenant}  isolation:\n    network:\n      ingress: []\n"),
            "given.yaml:8: unknown field spec.isolation.network.ingress",
        ),
        (&format!("{tenant}  suspended: maybe\n"), "Tenant"),
    ] {
        let output = check(yaml, &[])?;
        let said = text(&output.stderr);
        ensure!(output.status.code() == Some(2), "{yaml}: {said}");
        ensure!(said.contains("lessor: ") && said.contains(expected), "{said}");
    }
    let said = text(&lessor(&["check", "no/such/file.yaml"])?.stderr);
    ensure!(said.contains("no/such/file.yaml: cannot be read"), "{said}");
    let refused = check(
        &format!("{tenant}  secrets:\n  - name: ca\n    from: {{secret: root}}\n"),
        &["-o", "json"],
    )?;
    let rows: Vec<Value> = lines(&refused)?;
    ensure!(rows[0]["reason"] == "SecretSourceForbidden", "{rows:?}");
    ensure!(
        rows[0]["causes"][0]["at"].as_str().is_some_and(|at| at.ends_with("given.yaml:8")),
        "{rows:?}"
    );
    Ok(())
}
