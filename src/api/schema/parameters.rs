//! A schema of parameters, read once.

use serde_json::Value;

use super::sentence::field_errors;
use super::{defaults, draft, known, structural};
use crate::api::FieldError;

/// Most errors that are reported about one schema or one set of parameters.
pub(super) const MAX_ERRORS: usize = 32;

/// A schema of parameters.
#[derive(Debug)]
pub struct ParametersSchema {
    schema: Value,
    validator: jsonschema::Validator,
    /// Fields that the schema does not know are errors.
    closed: bool,
}

impl ParametersSchema {
    /// Reads a structural schema, found at `field` of an object: every value has
    /// a type, nothing is unknown to Kubernetes, defaults fit. Parameters that
    /// the schema does not know are errors.
    ///
    /// # Errors
    /// Everything that is wrong with the schema, by the path of the field.
    pub fn structural(schema: &Value, field: &str) -> Result<Self, Vec<FieldError>> {
        let errors = structural::errors(schema, field);
        if !errors.is_empty() {
            return Err(errors);
        }
        let read = Self::build(schema, field, true)?;
        let errors = read.wrong_defaults(field);
        if errors.is_empty() { Ok(read) } else { Err(errors) }
    }

    /// Reads the schema of a Gatekeeper template. Older ones (`legacySchema`)
    /// are not structural: types may be missing, and parameters that the schema
    /// does not know are kept.
    ///
    /// # Errors
    /// When a regular expression, a type or a bound cannot be read.
    pub fn lenient(schema: &Value, field: &str) -> Result<Self, Vec<FieldError>> {
        Self::build(schema, field, false)
    }

    fn build(schema: &Value, field: &str, closed: bool) -> Result<Self, Vec<FieldError>> {
        let validator = draft::validator(schema).map_err(|problem| vec![problem.at(field)])?;
        Ok(Self { schema: schema.clone(), validator, closed })
    }

    /// Fills in defaults, as the API server does for custom resources: a field
    /// that is absent gets its default, and so does one that is null without
    /// being nullable; without a default the null goes. Defaults inside an
    /// object that is absent are not invented.
    pub fn fill(&self, parameters: &mut Value) {
        defaults::fill(&self.schema, parameters);
    }

    /// Everything that is wrong with parameters that stand at `field` of an
    /// object. Defaults have been filled in before.
    #[must_use]
    pub fn errors(&self, parameters: &Value, field: &str) -> Vec<FieldError> {
        let mut errors =
            field_errors(self.validator.iter_errors(parameters), parameters, "", field);
        known::repeated(&self.schema, parameters, field, &mut errors);
        if self.closed {
            known::unknown(&self.schema, parameters, field, &mut errors);
        }
        errors.truncate(MAX_ERRORS);
        errors
    }

    /// Fields of parameters that the schema does not know, whether or not they
    /// are errors; the API server would drop them.
    #[must_use]
    pub fn unknown_fields(&self, parameters: &Value, field: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        known::unknown(&self.schema, parameters, field, &mut errors);
        errors.truncate(MAX_ERRORS);
        errors
    }

    /// Defaults that the schema itself would refuse.
    fn wrong_defaults(&self, field: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        defaults::each(
            &self.schema,
            field,
            &mut Vec::new(),
            &mut |schema, default, path, place| {
                let mut filled = default.clone();
                defaults::fill(schema, &mut filled);
                // In its place, so that the one validator serves for all of them.
                let (whole, pointer) = defaults::placed(&filled, place);
                let found = self.validator.iter_errors(&whole);
                errors.extend(field_errors(found, &filled, &pointer, path));
                known::repeated(schema, &filled, path, &mut errors);
                known::unknown(schema, &filled, path, &mut errors);
            },
        );
        errors.truncate(MAX_ERRORS);
        errors
    }
}
