//! What a table of fields is made of.

/// The JSON that a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// `true` or `false`.
    Boolean,
    /// A number without a fraction.
    Integer,
    /// Text.
    String,
    /// The name of a Secret in the Pod's namespace.
    SecretName,
    /// Text or a number, as in `200m`.
    Quantity,
    /// A port by number or by name.
    IntOrString,
    /// Whatever the API server keeps for itself.
    Anything,
    /// An object with these fields.
    Object(&'static Type),
    /// A list.
    List(&'static Self),
    /// An object with free keys.
    Map(&'static Self),
}

impl Shape {
    /// What a reader is told to write.
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::String | Self::SecretName => "a string",
            Self::Quantity => "a quantity",
            Self::IntOrString => "an integer or a string",
            Self::Anything => "a value",
            Self::Object(_) | Self::Map(_) => "an object",
            Self::List(_) => "a list",
        }
    }
}

/// A field that Kubernetes knows.
#[derive(Debug)]
pub(super) struct Known {
    /// Name in JSON.
    pub(super) name: &'static str,
    /// What it holds.
    pub(super) shape: Shape,
    /// Kubernetes minor version that brought it; 33 stands for 1.33 and before.
    /// A test holds every later field against a list of decisions.
    #[cfg(test)]
    pub(super) since: u8,
}

/// A type of the Kubernetes API.
#[derive(Debug)]
pub(super) struct Type {
    /// Name in the API reference.
    pub(super) name: &'static str,
    /// Its fields.
    pub(super) fields: &'static [Known],
}

impl Type {
    /// The field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&'static Known> {
        self.fields.iter().find(|known| known.name == name)
    }
}

/// Writes types as `NAME = "TypeName" { field: shape, 34 newer: shape, }`.
/// A shape is `boolean`, `integer`, `string`, `secret`, `quantity`,
/// `int_or_string`, `anything`, the name of a type, `[shape]` for a list or
/// `{shape}` for an object with free keys.
macro_rules! table {
    (@shape boolean) => { super::shape::Shape::Boolean };
    (@shape integer) => { super::shape::Shape::Integer };
    (@shape string) => { super::shape::Shape::String };
    (@shape secret) => { super::shape::Shape::SecretName };
    (@shape quantity) => { super::shape::Shape::Quantity };
    (@shape int_or_string) => { super::shape::Shape::IntOrString };
    (@shape anything) => { super::shape::Shape::Anything };
    (@shape [$inner:tt]) => {
        super::shape::Shape::List(&super::shape::table!(@shape $inner))
    };
    (@shape {$inner:tt}) => {
        super::shape::Shape::Map(&super::shape::table!(@shape $inner))
    };
    (@shape $type:ident) => { super::shape::Shape::Object(&$type) };
    (@since) => { 33 };
    (@since $since:literal) => { $since };
    ($($type:ident = $name:literal { $($($since:literal)? $field:ident : $shape:tt),* $(,)? })*) => {
        $(
            pub(super) static $type: super::shape::Type = super::shape::Type {
                name: $name,
                fields: &[$(super::shape::Known {
                    name: stringify!($field),
                    shape: super::shape::table!(@shape $shape),
                    #[cfg(test)]
                    since: super::shape::table!(@since $($since)?),
                }),*],
            };
        )*
    };
}

pub(super) use table;
