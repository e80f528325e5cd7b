//! A control plane for people: up until standard input closes or Ctrl-C.

use std::io::Read;

use anyhow::Result;

use super::components::{API_SERVER, CONTROLLER_MANAGER, ETCD};
use super::plane::ControlPlane;

/// Starts a control plane and prints `name=value` lines for a script, the last
/// of them `ready=true`. Returns when standard input closes, on SIGINT and on SIGTERM.
pub(crate) async fn playground() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let plane = ControlPlane::start("playground").await?;
    println!("kubeconfig={}", plane.kubeconfig().display());
    println!("kubectl={}", plane.kubectl_program().display());
    println!("server={}", plane.server());
    println!("etcd=http://127.0.0.1:{}", plane.ports().etcd);
    println!("folder={}", plane.folder().display());
    println!("seconds={:.1}", plane.started_in().as_secs_f64());
    for component in [ETCD, API_SERVER, CONTROLLER_MANAGER] {
        println!("log={}", plane.log(component).display());
    }
    for pid in plane.processes() {
        println!("pid={pid}");
    }
    println!("ready=true");
    let (closed, input) = tokio::sync::oneshot::channel();
    // A thread that is never joined: reading standard input cannot be cancelled.
    std::thread::spawn(move || {
        let mut ignored = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut ignored);
        let _ = closed.send(());
    });
    tokio::select! {
        _ = input => {}
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    plane.stop()
}
