//! A corpus out of nothing: every kind that holds a Pod, every operation,
//! subresources, 1 KiB to 7 MiB, some denials, fields that nobody knows.
//!
//! It is made for a tenant as `acme` of the examples. Verdicts hold for Lessor;
//! that an unprivileged Pod is allowed and a privileged one denied holds for
//! most policies of others too. Start reading at [`generate`].

mod groups;
mod mix;
mod objects;

pub(in crate::cli::bench) use groups::generate;
pub(in crate::cli::bench) use mix::Mix;
