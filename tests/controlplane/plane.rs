//! One running control plane.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};

use super::authority::Authority;
use super::binaries::Binaries;
use super::components::{API_SERVER, CONTROLLER_MANAGER, Components, ETCD, Ports};
use super::folder;
use super::guard::{Component, Guard};
use super::kubectl::{Kubectl, Output};
use super::starting::{Starting, etcd_healthy};

/// etcd, kube-apiserver and kube-controller-manager, ready for use. They end
/// with [`ControlPlane::stop`], with a drop, and with this process.
pub(crate) struct ControlPlane {
    folder: PathBuf,
    ports: Ports,
    server: String,
    authority: Authority,
    guard: Guard,
    client: Client,
    kubectl: Kubectl,
    started_in: Duration,
}

impl ControlPlane {
    /// Starts a control plane from nothing. `name` is part of the run folder's
    /// name. Fails with [`super::Unavailable`] where there are no programs.
    pub(crate) async fn start(name: &str) -> Result<Self> {
        let binaries = tokio::task::spawn_blocking(Binaries::find).await??;
        let began = Instant::now();
        let folder = folder::create(name)?;
        let guard = Guard::start(binaries.guard(), &folder)?;
        let authority = Authority::new("lessor-tests")?;
        let [etcd, etcd_peer, api_server, controller_manager] = folder::free_ports()?;
        let ports = Ports { etcd, etcd_peer, api_server, controller_manager };
        let server = format!("https://127.0.0.1:{api_server}");
        let components =
            Components { binaries: &binaries, folder: &folder, ports, authority: &authority };
        components.write_files(&server)?;
        let admin = folder.join("admin.kubeconfig");
        let pair = authority.client("kubernetes-admin", &["system:masters"])?;
        authority.kubeconfig(&admin, &server, &pair)?;
        let client = client(&admin).await?;

        let starting = Starting { guard: &guard, folder: &folder, client: &client };
        guard.add(&components.etcd()).await?;
        starting.wait(ETCD, || etcd_healthy(etcd)).await?;
        guard.add(&components.api_server(true)).await?;
        starting.ready().await?;
        guard.add(&components.controller_manager()).await?;
        let accounts: &Api<ServiceAccount> = &Api::namespaced(client.clone(), "default");
        starting
            .wait(CONTROLLER_MANAGER, || async move { accounts.get("default").await.is_ok() })
            .await?;

        let kubectl = Kubectl {
            program: binaries.program("kubectl"),
            kubeconfig: admin,
            folder: folder.clone(),
        };
        Ok(Self {
            folder,
            ports,
            server,
            authority,
            guard,
            client,
            kubectl,
            started_in: began.elapsed(),
        })
    }

    /// Private, in memory where possible, gone at the end.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn ports(&self) -> Ports {
        self.ports
    }

    /// URL of the API server.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Signs what the API server serves and whom it believes.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// A client with every right.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// Without the time a first build takes.
    pub(crate) fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Kubeconfig of a user with every right.
    pub(crate) fn kubeconfig(&self) -> &Path {
        &self.kubectl.kubeconfig
    }

    /// The kubectl that goes with the server.
    pub(crate) fn kubectl_program(&self) -> &Path {
        &self.kubectl.program
    }

    /// Kubeconfig of any user, at most two groups; the API server adds
    /// `system:authenticated`.
    pub(crate) fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> Result<PathBuf> {
        let path = self.folder.join(format!("{}.kubeconfig", uuid::Uuid::new_v4().simple()));
        let pair = self.authority.client(user, groups)?;
        self.authority.kubeconfig(&path, &self.server, &pair)?;
        Ok(path)
    }

    /// A client for any user, at most two groups.
    pub(crate) async fn client_for(&self, user: &str, groups: &[&str]) -> Result<Client> {
        client(&self.kubeconfig_for(user, groups)?).await
    }

    /// Runs kubectl with every right.
    pub(crate) async fn kubectl(&self, args: &[&str]) -> Result<Output> {
        self.kubectl.run(args, None).await
    }

    /// Runs kubectl with every right and `input` as its standard input.
    pub(crate) async fn kubectl_stdin(&self, args: &[&str], input: &str) -> Result<Output> {
        self.kubectl.run(args, Some(input)).await
    }

    /// Runs kubectl as somebody else.
    pub(crate) async fn kubectl_as(&self, kubeconfig: &Path, args: &[&str]) -> Result<Output> {
        let mut kubectl = self.kubectl.clone();
        kubeconfig.clone_into(&mut kubectl.kubeconfig);
        kubectl.run(args, None).await
    }

    /// Adds a process of a test's own, Lessor for one, that must end with the
    /// control plane. `program` and `args` as on a command line; it logs to
    /// [`ControlPlane::log`]. Returns its process id.
    pub(crate) async fn run(
        &self,
        name: &str,
        program: &Path,
        args: &[&str],
        env: &[String],
    ) -> Result<u32> {
        let program = program.display().to_string();
        let args = std::iter::once(program).chain(args.iter().map(ToString::to_string));
        let component = Component {
            name: name.to_owned(),
            args: args.collect(),
            env: env.to_vec(),
            log: self.log(name),
        };
        self.guard.add(&component).await
    }

    /// Where a component logs.
    pub(crate) fn log(&self, component: &str) -> PathBuf {
        Components::log(&self.folder, component)
    }

    /// The process id of a component that is running.
    pub(crate) fn pid(&self, component: &str) -> Option<u32> {
        self.guard.pid(component)
    }

    /// SIGTERM, after three seconds SIGKILL; returns when it has ended.
    pub(crate) async fn stop_component(&self, name: &str) -> Result<()> {
        self.guard.stop(name).await
    }

    /// SIGKILL; returns when it has ended.
    pub(crate) async fn kill_component(&self, name: &str) -> Result<()> {
        self.guard.kill(name).await
    }

    /// Starts a component that has ended, with the same arguments. Does not
    /// wait until it is of use: see [`ControlPlane::ready`].
    pub(crate) async fn start_component(&self, name: &str) -> Result<u32> {
        self.guard.start_again(name).await
    }

    /// Waits until the API server says it is ready.
    pub(crate) async fn ready(&self) -> Result<()> {
        let starting = Starting { guard: &self.guard, folder: &self.folder, client: &self.client };
        starting.ready().await
    }

    /// Every process id of this control plane, the guard's among them.
    pub(crate) fn processes(&self) -> Vec<u32> {
        [ETCD, API_SERVER, CONTROLLER_MANAGER]
            .iter()
            .filter_map(|name| self.pid(name))
            .chain([self.guard.process()])
            .collect()
    }

    /// Copies the logs to where they outlive the run folder.
    pub(crate) fn keep_logs(&self, into: &Path) -> Result<()> {
        std::fs::create_dir_all(into)?;
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if let (Some("log"), Some(name)) =
                (path.extension().and_then(|extension| extension.to_str()), path.file_name())
            {
                std::fs::copy(&path, into.join(name))?;
            }
        }
        Ok(())
    }

    /// Ends everything and waits for it: nothing is left, no process, no file.
    pub(crate) fn stop(&self) -> Result<()> {
        self.guard.finish()
    }
}

async fn client(kubeconfig: &Path) -> Result<Client> {
    let config = Kubeconfig::read_from(kubeconfig)?;
    let mut config = Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await?;
    // A test sees the first answer.
    config.default_retry = false;
    Client::try_from(config).context("client")
}
