//! What a suite file says.

use serde_json::{Map, Value};

use super::assertion::Assertion;
use crate::document::index;
use crate::policy::gatekeeper::document::{Document, FieldProblem, FormatError};
use crate::policy::gatekeeper::object::{Gvk, name};

/// A suite: `kind: Suite` of `test.gatekeeper.sh`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suite {
    /// `metadata.name`; mostly empty.
    pub name: String,
    /// Tests, each with a template and a constraint of its own.
    pub tests: Vec<Test>,
    /// Leave all of them out.
    pub skip: bool,
}

/// A template and a constraint, and cases for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Test {
    /// Name, for people and for filters.
    pub name: String,
    /// Path of the ConstraintTemplate.
    pub template: String,
    /// Path of the constraint.
    pub constraint: String,
    /// Path of the ExpansionTemplates; empty: none.
    pub expansion: String,
    /// Objects and what is to be said about them.
    pub cases: Vec<Case>,
    /// The constraint must be refused by the schema of its kind; cases are then
    /// not looked at.
    pub invalid: bool,
    /// Leave this test out.
    pub skip: bool,
}

/// An object and what is to be said about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// Name, for people and for filters.
    pub name: String,
    /// Path of the one object, or of an AdmissionReview.
    pub object: String,
    /// Paths of objects for `data.inventory`.
    pub inventory: Vec<String>,
    /// All of them must hold; a case without any is an error.
    pub assertions: Vec<Assertion>,
    /// Leave this case out.
    pub skip: bool,
}

/// Whether an object is a suite. Gator passes over all other files in silence.
#[must_use]
pub fn is_suite(object: &Value) -> bool {
    let gvk = Gvk::of(object);
    gvk.group == "test.gatekeeper.sh" && gvk.kind == "Suite"
}

impl Suite {
    /// Reads a suite. Fields that it does not know are passed over.
    ///
    /// # Errors
    /// A field of a wrong type.
    pub fn new(document: &Document<'_>) -> Result<Self, FormatError> {
        let Value::Object(fields) = document.object else {
            return Err(document.error("", "is not an object"));
        };
        let fields = Fields { fields, path: String::new() };
        let suite = || -> Result<Self, FieldProblem> {
            Ok(Self {
                name: name(document.object).to_owned(),
                tests: fields.list("tests", test)?,
                skip: fields.flag("skip")?,
            })
        };
        suite().map_err(|problem| problem.of(document))
    }
}

fn test(value: &Value, path: String) -> Result<Test, FieldProblem> {
    let fields = Fields::new(value, path)?;
    Ok(Test {
        name: fields.text("name")?,
        template: fields.text("template")?,
        constraint: fields.text("constraint")?,
        expansion: fields.text("expansion")?,
        cases: fields.list("cases", case)?,
        invalid: fields.flag("invalid")?,
        skip: fields.flag("skip")?,
    })
}

fn case(value: &Value, path: String) -> Result<Case, FieldProblem> {
    let fields = Fields::new(value, path)?;
    Ok(Case {
        name: fields.text("name")?,
        object: fields.text("object")?,
        inventory: fields.list("inventory", |value, path| match value {
            Value::String(text) => Ok(text.clone()),
            other => Err(FieldProblem::type_mismatch(&path, "a path", other)),
        })?,
        assertions: fields.list("assertions", |value, path| {
            let fields = Fields::new(value, path)?;
            Assertion::new(fields.get("violations"), fields.get("message"), &fields.path)
        })?,
        skip: fields.flag("skip")?,
    })
}

/// Fields of an object at a path, looked up as Go does: by their exact name,
/// else whatever the case of the letters.
struct Fields<'a> {
    fields: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    fn new(value: &'a Value, path: String) -> Result<Self, FieldProblem> {
        match value {
            Value::Object(fields) => Ok(Self { fields, path }),
            other => Err(FieldProblem::type_mismatch(&path, "an object", other)),
        }
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        let similar = || {
            let same = |(name, _): &(&String, &Value)| name.eq_ignore_ascii_case(key);
            self.fields.iter().find(same).map(|(_, value)| value)
        };
        self.fields.get(key).or_else(similar).filter(|value| !value.is_null())
    }

    fn at(&self, key: &str) -> String {
        crate::document::child(&self.path, key)
    }

    /// Text; a number or boolean that stands where a name is meant, as YAML
    /// reads `name: 1`, is refused as gator does.
    fn text(&self, key: &str) -> Result<String, FieldProblem> {
        match self.get(key) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => Err(FieldProblem::type_mismatch(&self.at(key), "a string", other)),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, FieldProblem> {
        match self.get(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(FieldProblem::type_mismatch(&self.at(key), "a boolean", other)),
        }
    }

    fn list<T>(
        &self,
        key: &str,
        read: impl Fn(&'a Value, String) -> Result<T, FieldProblem>,
    ) -> Result<Vec<T>, FieldProblem> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(at, item)| read(item, index(&self.at(key), at)))
                .collect(),
            Some(other) => Err(FieldProblem::type_mismatch(&self.at(key), "a list", other)),
        }
    }
}
