//! One line per way in which a container can break a control.

use super::super::Level;
use serde_json::{Value, json};

/// In `detail`, `@` stands for the containers and `%` for `uses` or `use`.
pub(super) struct Row {
    pub(super) level: Level,
    pub(super) id: &'static str,
    pub(super) reason: &'static str,
    pub(super) detail: &'static str,
    /// Where the value goes, below the container.
    pub(super) path: &'static str,
    /// The field that is reported, below the container.
    pub(super) field: &'static str,
    pub(super) bad: Value,
    pub(super) good: Value,
}

impl Row {
    /// Where the field that is reported is not the one that was set.
    fn reported_as(self, field: &'static str) -> Self {
        Self { field, ..self }
    }

    /// One row per bad value, each with its twin.
    fn all(
        level: Level,
        [id, reason, detail]: [&'static str; 3],
        path: &'static str,
        values: impl IntoIterator<Item = (Value, Value)>,
    ) -> Vec<Self> {
        values
            .into_iter()
            .map(|(bad, good)| Self { level, id, reason, detail, path, field: path, bad, good })
            .collect()
    }
}

pub(super) fn container_rows() -> Vec<Row> {
    [privileges(), profiles(), capabilities(), selinux(), node(), probes(), identity(), required()]
        .into_iter()
        .flatten()
        .collect()
}

fn privileges() -> Vec<Row> {
    const UNMASKED: &str = r#"@ must not set securityContext.procMount to "Unmasked""#;
    let privileged = Row::all(
        Level::Baseline,
        ["privileged", "privileged", "@ must not set securityContext.privileged=true"],
        "securityContext.privileged",
        [(json!(true), json!(false)), (json!(true), json!(null))],
    );
    let host_process = Row::all(
        Level::Baseline,
        [
            "windowsHostProcess",
            "hostProcess",
            "@ must not set securityContext.windowsOptions.hostProcess=true",
        ],
        "securityContext.windowsOptions.hostProcess",
        [(json!(true), json!(false)), (json!(true), json!(null))],
    );
    let escalation = Row::all(
        Level::Restricted,
        [
            "allowPrivilegeEscalation",
            "allowPrivilegeEscalation != false",
            "@ must set securityContext.allowPrivilegeEscalation=false",
        ],
        "securityContext.allowPrivilegeEscalation",
        [(json!(true), json!(false)), (json!(null), json!(false))],
    );
    let mut rows = [privileged, host_process, escalation].into_iter().flatten().collect::<Vec<_>>();
    for (level, id) in [(Level::Baseline, "procMount"), (Level::Restricted, "procMount_restricted")]
    {
        rows.extend(Row::all(
            level,
            [id, "procMount", UNMASKED],
            "securityContext.procMount",
            [(json!("Unmasked"), json!("Default")), (json!("Unmasked"), json!(null))],
        ));
    }
    rows
}

fn profiles() -> Vec<Row> {
    const SECCOMP: &str = r#"@ must not set securityContext.seccompProfile.type to "Unconfined""#;
    let twins = || ["Localhost", "RuntimeDefault"].map(|good| (json!("Unconfined"), json!(good)));
    let mut rows = Row::all(
        Level::Baseline,
        [
            "appArmorProfile",
            "forbidden AppArmor profile",
            r#"@ must not set AppArmor profile type to "Unconfined""#,
        ],
        "securityContext.appArmorProfile.type",
        twins(),
    );
    for (level, id) in [
        (Level::Baseline, "seccompProfile_baseline"),
        (Level::Restricted, "seccompProfile_restricted"),
    ] {
        let path = "securityContext.seccompProfile.type";
        rows.extend(Row::all(level, [id, "seccompProfile", SECCOMP], path, twins()));
    }
    rows
}

fn capabilities() -> Vec<Row> {
    let baseline = Row::all(
        Level::Baseline,
        [
            "capabilities_baseline",
            "non-default capabilities",
            r#"@ must not include "SYS_ADMIN" in securityContext.capabilities.add"#,
        ],
        "securityContext.capabilities.add",
        [(json!(["CHOWN", "SYS_ADMIN"]), json!(["CHOWN"]))],
    );
    let restricted = Row::all(
        Level::Restricted,
        [
            "capabilities_restricted",
            "unrestricted capabilities",
            r#"@ must not include "CHOWN" in securityContext.capabilities.add"#,
        ],
        "securityContext.capabilities.add",
        [(json!(["CHOWN", "NET_BIND_SERVICE"]), json!(["NET_BIND_SERVICE"]))],
    );
    [baseline, restricted].into_iter().flatten().collect()
}

fn selinux() -> Vec<Row> {
    let id = "seLinuxOptions";
    let row = |detail, path, bad: &str, good: &str| {
        Row::all(Level::Baseline, [id, id, detail], path, [(json!(bad), json!(good))])
    };
    let kind = row(
        r#"@ set forbidden securityContext.seLinuxOptions: type "spc_t""#,
        "securityContext.seLinuxOptions.type",
        "spc_t",
        "container_t",
    );
    let user = row(
        "@ set forbidden securityContext.seLinuxOptions: user may not be set",
        "securityContext.seLinuxOptions.user",
        "system_u",
        "",
    );
    let role = row(
        "@ set forbidden securityContext.seLinuxOptions: role may not be set",
        "securityContext.seLinuxOptions.role",
        "system_r",
        "",
    );
    [kind, user, role].into_iter().flatten().collect()
}

fn node() -> Vec<Row> {
    let bad = json!([{"containerPort": 80}, {"hostPort": 80}]);
    let good = json!([{"containerPort": 80}, {"hostPort": 0}]);
    let text = ["hostPorts", "hostPort", "@ % hostPort 80"];
    Row::all(Level::Baseline, text, "ports", [(bad, good)])
        .into_iter()
        .map(|row| row.reported_as("ports[1].hostPort"))
        .collect()
}

/// Five handlers, two protocols.
fn probes() -> Vec<Row> {
    let text = [
        "hostProbesAndHostLifecycle",
        "probe or lifecycle host",
        r#"@ % probe or lifecycle host "127.0.0.1""#,
    ];
    [
        "livenessProbe.httpGet.host",
        "livenessProbe.tcpSocket.host",
        "readinessProbe.httpGet.host",
        "readinessProbe.tcpSocket.host",
        "startupProbe.httpGet.host",
        "startupProbe.tcpSocket.host",
        "lifecycle.postStart.httpGet.host",
        "lifecycle.postStart.tcpSocket.host",
        "lifecycle.preStop.httpGet.host",
        "lifecycle.preStop.tcpSocket.host",
    ]
    .into_iter()
    .flat_map(|path| Row::all(Level::Baseline, text, path, [(json!("127.0.0.1"), json!(""))]))
    .collect()
}

fn identity() -> Vec<Row> {
    let non_root = Row::all(
        Level::Restricted,
        [
            "runAsNonRoot",
            "runAsNonRoot != true",
            "@ must not set securityContext.runAsNonRoot=false",
        ],
        "securityContext.runAsNonRoot",
        [(json!(false), json!(true))],
    );
    let user = Row::all(
        Level::Restricted,
        ["runAsUser", "runAsUser=0", "@ must not set runAsUser=0"],
        "securityContext.runAsUser",
        [(json!(0), json!(1000)), (json!(0), json!(null))],
    );
    [non_root, user].into_iter().flatten().collect()
}

/// What has to be there.
fn required() -> Vec<Row> {
    const SECCOMP: &str = r#"pod or @ must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost""#;
    let non_root = Row::all(
        Level::Restricted,
        [
            "runAsNonRoot",
            "runAsNonRoot != true",
            "pod or @ must set securityContext.runAsNonRoot=true",
        ],
        "securityContext.runAsNonRoot",
        [(json!(null), json!(true))],
    );
    let seccomp = Row::all(
        Level::Restricted,
        ["seccompProfile_restricted", "seccompProfile", SECCOMP],
        "securityContext.seccompProfile",
        [(json!(null), json!({"type": "RuntimeDefault"}))],
    );
    let text = [
        "capabilities_restricted",
        "unrestricted capabilities",
        r#"@ must set securityContext.capabilities.drop=["ALL"]"#,
    ];
    let drop = Row::all(
        Level::Restricted,
        text,
        "securityContext.capabilities.drop",
        [
            (json!(null), json!(["ALL"])),
            (json!([]), json!(["NET_RAW", "ALL"])),
            (json!(["all"]), json!(["ALL"])),
        ],
    );
    let capabilities = Row::all(
        Level::Restricted,
        text,
        "securityContext.capabilities",
        [(json!(null), json!({"drop": ["ALL"]}))],
    );
    let seccomp =
        seccomp.into_iter().map(|row| row.reported_as("securityContext.seccompProfile.type"));
    let capabilities =
        capabilities.into_iter().map(|row| row.reported_as("securityContext.capabilities.drop"));
    non_root.into_iter().chain(drop).chain(seccomp).chain(capabilities).collect()
}
