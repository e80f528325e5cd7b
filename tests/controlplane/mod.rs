//! A real control plane on loopback: etcd, kube-apiserver and
//! kube-controller-manager as plain processes, ready from nothing in about five
//! seconds, gone when the process that asked for it is gone, however it ended.
//!
//! There is no container engine, no kubelet and no network plugin. Start
//! reading at [`ControlPlane`]; the programs come from [`Binaries`]; a
//! [`Guard`] process (`guard.go`) owns the children and the run folder.

mod authority;
mod binaries;
mod build;
mod components;
mod fake_kubelet;
mod folder;
mod guard;
mod kubectl;
mod plane;
mod playground;
mod starting;
mod webhook_service;

pub(crate) use authority::{Authority, Pair};
pub(crate) use binaries::{Binaries, Unavailable};
pub(crate) use fake_kubelet::FakeKubelet;
pub(crate) use folder::free_ports;
pub(crate) use guard::{Component, Guard};
pub(crate) use plane::ControlPlane;
pub(crate) use playground::playground;
pub(crate) use webhook_service::reach_loopback;
