//! Rules about what carries traffic to Pods: Services, Endpoints,
//! `EndpointSlices`, Ingresses and the service proxy.
//!
//! A Service may only stand for the tenant's own Pods, inside the cluster,
//! unless the class says more. Never resolves a name or an address. Start
//! reading at [`judge`].

mod alias;
mod endpoints;
mod ingress;
mod judge;
mod service;

pub use judge::judge;

#[cfg(test)]
mod tests;
