//! Command lines of the components and the files they need.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rcgen::KeyPair;

use super::authority::Authority;
use super::binaries::Binaries;
use super::guard::Component;

pub(crate) const ETCD: &str = "etcd";
pub(crate) const API_SERVER: &str = "kube-apiserver";
pub(crate) const CONTROLLER_MANAGER: &str = "kube-controller-manager";

const CONTROLLER_USER: &str = "system:kube-controller-manager";
const FRONT_PROXY_USER: &str = "front-proxy-client";
const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";
const SERVICE_RANGE: &str = "10.0.0.0/24";
/// Those that need nodes or a cloud; without them it starts sooner.
const CONTROLLERS: &str = "*,-node-ipam-controller,-node-lifecycle-controller,\
                           -node-route-controller,-service-lb-controller,\
                           -cloud-node-lifecycle-controller";
const AUDIT_POLICY: &str = r#"{"apiVersion": "audit.k8s.io/v1", "kind": "Policy",
"omitStages": ["RequestReceived"], "rules": [{"level": "Metadata"}]}"#;

/// Loopback ports of one control plane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) etcd: u16,
    pub(crate) etcd_peer: u16,
    pub(crate) api_server: u16,
    pub(crate) controller_manager: u16,
}

/// What every command line is made of.
pub(crate) struct Components<'a> {
    pub(crate) binaries: &'a Binaries,
    pub(crate) folder: &'a Path,
    pub(crate) ports: Ports,
    pub(crate) authority: &'a Authority,
}

impl Components<'_> {
    /// Writes certificates, keys and the audit policy into the run folder.
    pub(crate) fn write_files(&self, server: &str) -> Result<()> {
        let serving = self.authority.server(&[
            "127.0.0.1",
            "localhost",
            "10.0.0.1",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        ])?;
        // An authority of its own: whoever holds such a certificate may claim to be anybody.
        let front_proxy = Authority::new("lessor-tests-front-proxy")?;
        let proxy = front_proxy.client(FRONT_PROXY_USER, &[])?;
        let accounts = KeyPair::generate()?;
        self.write("ca.crt", &self.authority.certificate())?;
        self.write("serving.crt", &serving.certificate)?;
        self.write("serving.key", &serving.key)?;
        self.write("front-proxy-ca.crt", &front_proxy.certificate())?;
        self.write("front-proxy.crt", &proxy.certificate)?;
        self.write("front-proxy.key", &proxy.key)?;
        self.write("accounts.key", &accounts.serialize_pem())?;
        self.write("accounts.pub", &accounts.public_key_pem())?;
        self.write("audit-policy.yaml", AUDIT_POLICY)?;
        let controllers = self.authority.client(CONTROLLER_USER, &[])?;
        let kubeconfig = self.folder.join("controllers.kubeconfig");
        self.authority.kubeconfig(&kubeconfig, server, &controllers)
    }

    pub(crate) fn etcd(&self) -> Component {
        let client = format!("http://127.0.0.1:{}", self.ports.etcd);
        let peer = format!("http://127.0.0.1:{}", self.ports.etcd_peer);
        self.component(
            ETCD,
            vec![
                "--name=lessor".to_owned(),
                self.file("--data-dir", "etcd"),
                format!("--listen-client-urls={client}"),
                format!("--advertise-client-urls={client}"),
                format!("--listen-peer-urls={peer}"),
                format!("--initial-advertise-peer-urls={peer}"),
                format!("--initial-cluster=lessor={peer}"),
                "--unsafe-no-fsync".to_owned(),
                "--log-level=warn".to_owned(),
            ],
        )
    }

    pub(crate) fn api_server(&self, audit: bool) -> Component {
        let mut args = vec![
            format!("--etcd-servers=http://127.0.0.1:{}", self.ports.etcd),
            format!("--secure-port={}", self.ports.api_server),
            "--bind-address=127.0.0.1".to_owned(),
            "--advertise-address=127.0.0.1".to_owned(),
            "--endpoint-reconciler-type=none".to_owned(),
            self.file("--cert-dir", "certs"),
            self.file("--tls-cert-file", "serving.crt"),
            self.file("--tls-private-key-file", "serving.key"),
            self.file("--client-ca-file", "ca.crt"),
            format!("--service-account-issuer={ISSUER}"),
            self.file("--service-account-key-file", "accounts.pub"),
            self.file("--service-account-signing-key-file", "accounts.key"),
            self.file("--requestheader-client-ca-file", "front-proxy-ca.crt"),
            format!("--requestheader-allowed-names={FRONT_PROXY_USER}"),
            "--requestheader-username-headers=X-Remote-User".to_owned(),
            "--requestheader-group-headers=X-Remote-Group".to_owned(),
            "--requestheader-extra-headers-prefix=X-Remote-Extra-".to_owned(),
            self.file("--proxy-client-cert-file", "front-proxy.crt"),
            self.file("--proxy-client-key-file", "front-proxy.key"),
            "--authorization-mode=RBAC".to_owned(),
            format!("--service-cluster-ip-range={SERVICE_RANGE}"),
            "--allow-privileged=true".to_owned(),
            "--profiling=false".to_owned(),
        ];
        if audit {
            args.push(self.file("--audit-policy-file", "audit-policy.yaml"));
            args.push(self.file("--audit-log-path", "audit.log"));
        }
        self.component(API_SERVER, args)
    }

    pub(crate) fn controller_manager(&self) -> Component {
        self.component(
            CONTROLLER_MANAGER,
            vec![
                self.file("--kubeconfig", "controllers.kubeconfig"),
                self.file("--root-ca-file", "ca.crt"),
                self.file("--service-account-private-key-file", "accounts.key"),
                self.file("--tls-cert-file", "serving.crt"),
                self.file("--tls-private-key-file", "serving.key"),
                format!("--secure-port={}", self.ports.controller_manager),
                "--bind-address=127.0.0.1".to_owned(),
                "--use-service-account-credentials".to_owned(),
                "--leader-elect=false".to_owned(),
                // The default of 20 requests a second costs five seconds at the start.
                "--kube-api-qps=500".to_owned(),
                "--kube-api-burst=1000".to_owned(),
                format!("--controllers={CONTROLLERS}"),
                // It would write below /usr/libexec.
                self.file("--flex-volume-plugin-dir", "flex"),
                "--profiling=false".to_owned(),
            ],
        )
    }

    /// Where a component logs.
    pub(crate) fn log(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.log"))
    }

    fn component(&self, name: &str, mut args: Vec<String>) -> Component {
        let program = self.binaries.program(name).display().to_string();
        args.insert(0, program);
        Component {
            name: name.to_owned(),
            args,
            env: Vec::new(),
            log: Self::log(self.folder, name),
        }
    }

    fn file(&self, flag: &str, name: &str) -> String {
        format!("{flag}={}", self.folder.join(name).display())
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.folder.join(name), text)?)
    }
}
