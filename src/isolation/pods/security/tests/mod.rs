//! Tests of the standards.
