//! From Gatekeeper to Policies.
