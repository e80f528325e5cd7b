//! Parameters and their schema: OpenAPI v3 as CustomResourceDefinitions have it.
//!
//! A [`ParametersSchema`] is read once and then fills in defaults and says what
//! is wrong with parameters, by field path. What JSON Schema can say is checked
//! by a validator of it, over a translation (`draft.rs`) that holds what OpenAPI
//! says differently; regular expressions are matched in linear time, as RE2
//! does. Defaults, unknown fields and lists that are maps are walked here, by the
//! rules of the API server's structural schemas. Start reading at
//! [`ParametersSchema`].

mod defaults;
mod draft;
mod known;
mod parameters;
mod sentence;
mod structural;
#[cfg(test)]
mod tests;

pub use parameters::ParametersSchema;
