//! Rules about Pods. Pure.
