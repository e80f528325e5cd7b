//! A directory of manifests becomes objects, and those a snapshot.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::api::{Callers, ClusterFacts, NamespaceStatus, Tenant, TenantClass, TenantStatus};
use crate::names;
use crate::snapshot::{Change, ManagedKind, NamespaceView, Snapshot};

pub use super::policies::{exemptions, policies};

/// One object of a file.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The file.
    pub path: PathBuf,
    /// First line of the document in the file, from 1.
    pub line: usize,
    /// The text of the document.
    pub text: String,
    /// The object.
    pub object: Value,
}

impl Manifest {
    /// An object that stands in no file.
    #[must_use]
    pub fn built_in(object: Value) -> Self {
        Self { path: PathBuf::from("(built in)"), line: 1, text: String::new(), object }
    }

    /// `kind` of the object; empty when it has none.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.object.get("kind").and_then(Value::as_str).unwrap_or_default()
    }

    /// API group of the object; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        let api_version = self.object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Where a field of the object stands: `file:line`.
    #[must_use]
    pub fn locate(&self, field: &str) -> String {
        let line = self.line + super::locate::line_of(&self.text, field);
        format!("{}:{line}", self.path.display())
    }
}

/// Why files cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file or folder cannot be opened.
    #[error("{path}: cannot be read")]
    Io {
        /// The path.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The text is not YAML or JSON.
    #[error("{path}:{line}: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line in the file, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// One of Lessor's own objects does not fit its schema.
    #[error("{location}: {message}")]
    Schema {
        /// `file:line`.
        location: String,
        /// What is wrong and what would be right.
        message: String,
    },
}

/// Reads every `.yaml`, `.yml` and `.json` file of the given files and
/// folders (recursively, in the order of their names). `-` is standard input.
///
/// # Errors
/// The first path that cannot be read or text that is not YAML.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Manifest>, FileError> {
    let mut manifests = Vec::new();
    for path in paths {
        for file in expand(path)? {
            let text = read_text(&file)?;
            manifests.extend(parse(&file, &text)?);
        }
    }
    Ok(manifests)
}

/// Whether a TenantClass of this name is among the manifests.
#[must_use]
pub fn has_class(manifests: &[Manifest], name: &str) -> bool {
    manifests.iter().any(|manifest| {
        manifest.group() == names::GROUP
            && manifest.kind() == "TenantClass"
            && manifest.object.pointer("/metadata/name").and_then(Value::as_str) == Some(name)
    })
}

/// Paths as a person reads them.
#[must_use]
pub fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn read_text(file: &Path) -> Result<String, FileError> {
    let read = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    read.map_err(|source| FileError::Io { path: file.to_owned(), source })
}

fn expand(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |source| FileError::Io { path: path.to_owned(), source };
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect())
        .map_err(failed)?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            files.extend(expand(&entry)?);
        } else if entry.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json") {
            files.push(entry);
        }
    }
    Ok(files)
}

/// Reads the documents of one text. A `List` becomes its items; empty
/// documents are left out.
///
/// # Errors
/// If a document is not YAML.
pub fn parse(path: &Path, text: &str) -> Result<Vec<Manifest>, FileError> {
    let mut manifests = Vec::new();
    for (line, document) in documents(text) {
        let value: Value = from_yaml(&document).map_err(|error| {
            let within = error
                .location()
                .map_or(0, |at| usize::try_from(at.line()).unwrap_or(1).saturating_sub(1));
            FileError::Syntax {
                path: path.to_owned(),
                line: line + within,
                message: error.without_snippet().to_string(),
            }
        })?;
        let items = match value {
            Value::Null => continue,
            Value::Object(mut list)
                if list.get("kind").and_then(Value::as_str) == Some("List")
                    && list.get("items").is_some_and(Value::is_array) =>
            {
                match list.remove("items") {
                    Some(Value::Array(items)) => items,
                    _ => continue,
                }
            }
            object => vec![object],
        };
        manifests.extend(items.into_iter().map(|object| Manifest {
            path: path.to_owned(),
            line,
            text: document.clone(),
            object,
        }));
    }
    Ok(manifests)
}

/// Reads scalars as kubectl does, which follows YAML 1.1: `0440` is octal,
/// `yes` and `on` are true.
fn from_yaml(text: &str) -> Result<Value, serde_saphyr::Error> {
    let options = serde_saphyr::options! { legacy_octal_numbers: true };
    serde_saphyr::from_str_with_options(text, options)
}

/// Splits a stream at `---` lines, with the first line of each document.
fn documents(text: &str) -> Vec<(usize, String)> {
    let mut documents = Vec::new();
    let (mut start, mut current) = (1, String::new());
    for (index, line) in text.lines().enumerate() {
        if line == "---" || line.starts_with("--- ") {
            documents.push((start, std::mem::take(&mut current)));
            start = index + 2;
        } else {
            current.push_str(line);
            current.push('\n');
        }
    }
    documents.push((start, current));
    let has_content = |text: &str| {
        text.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    };
    documents.retain(|(_, text)| has_content(text));
    documents
}

/// Reads an object of Lessor's own kinds strictly: an unknown field is an error that
/// says where it stands.
///
/// # Errors
/// [`FileError::Schema`].
pub fn decode<T: serde::de::DeserializeOwned + serde::Serialize>(
    manifest: &Manifest,
    crd: &k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
) -> Result<T, FileError> {
    let schema =
        crd.spec.versions.first().and_then(|v| v.schema.as_ref()?.open_api_v3_schema.as_ref());
    if let Some(schema) = schema
        && let Some((field, known)) = super::schema::unknown_field(&manifest.object, schema, "")
    {
        return Err(FileError::Schema {
            location: manifest.locate(&field),
            message: format!("unknown field {field}; known here: {known}"),
        });
    }
    serde_json::from_value(manifest.object.clone()).map_err(|error| FileError::Schema {
        location: manifest.locate(""),
        message: format!("{}: {error}", manifest.kind()),
    })
}

/// Tenants, classes and namespaces of a set of manifests, as if every Tenant
/// were provisioned.
///
/// # Errors
/// If a Tenant or TenantClass does not fit its schema.
pub fn snapshot(
    manifests: &[Manifest],
    facts: ClusterFacts,
    callers: Callers,
) -> Result<Snapshot, FileError> {
    use kube::core::CustomResourceExt as _;

    let mut snapshot = Snapshot::new(facts, callers);
    let (tenant_crd, class_crd) = (Tenant::crd(), TenantClass::crd());
    let ours = |kind: &str| {
        let kind = kind.to_owned();
        manifests.iter().filter(move |m| m.group() == names::GROUP && m.kind() == kind)
    };
    for manifest in ours("TenantClass") {
        let class: TenantClass = decode(manifest, &class_crd)?;
        snapshot.apply(Change::Class(Box::new(class)));
    }
    let mut known = BTreeSet::new();
    for manifest in manifests.iter().filter(|m| m.group().is_empty() && m.kind() == "Namespace") {
        let view = namespace_view(&manifest.object);
        known.insert(view.name.clone());
        snapshot.apply(Change::Namespace(view));
    }
    for manifest in ours("Tenant") {
        let tenant: Tenant = decode(manifest, &tenant_crd)?;
        provision(&mut snapshot, tenant, &mut known);
    }
    snapshot.apply(Change::Synced);
    Ok(snapshot)
}

fn namespace_view(object: &Value) -> NamespaceView {
    let text = |pointer: &str| {
        object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let name = text("/metadata/name");
    let uid = text("/metadata/uid");
    NamespaceView {
        uid: if uid.is_empty() { format!("static-{name}") } else { uid },
        labels: labels
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect(),
        given_to: object["metadata"]["annotations"][names::ADOPT_ANNOTATION]
            .as_str()
            .map(str::to_owned),
        terminating: object.pointer("/metadata/deletionTimestamp").is_some(),
        name,
    }
}

/// Records a Tenant as the controller would have left it.
fn provision(snapshot: &mut Snapshot, mut tenant: Tenant, known: &mut BTreeSet<String>) {
    let name = tenant.metadata.name.clone().unwrap_or_default();
    let uid = tenant.metadata.uid.get_or_insert_with(|| format!("static-{name}")).clone();
    let mut namespaces = tenant.spec.namespaces.clone();
    if namespaces.is_empty() {
        namespaces.push(name.clone());
    }
    let mut entries = Vec::new();
    for namespace in namespaces {
        if snapshot.facts.is_system_namespace(&namespace) {
            continue;
        }
        if known.insert(namespace.clone()) {
            let labels = [
                (names::TENANT_LABEL, name.as_str()),
                (names::TENANT_UID_LABEL, uid.as_str()),
                (names::NAMESPACE_NAME_LABEL, namespace.as_str()),
            ];
            snapshot.apply(Change::Namespace(NamespaceView {
                uid: format!("static-{namespace}"),
                labels: labels.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
                given_to: None,
                terminating: false,
                name: namespace.clone(),
            }));
        }
        for (kind, object) in [
            (ManagedKind::NetworkPolicy, names::DEFAULT_DENY_POLICY),
            (ManagedKind::ResourceQuota, names::QUOTA),
            (ManagedKind::LimitRange, names::LIMIT_RANGE),
        ] {
            snapshot.apply(Change::Managed {
                kind,
                namespace: namespace.clone(),
                name: object.to_owned(),
                exists: true,
            });
        }
        let uid = snapshot.namespace(&namespace).map(|view| view.uid.clone());
        entries.push(NamespaceStatus {
            name: namespace,
            uid,
            isolated: true,
            ready: true,
            message: None,
        });
    }
    tenant.status = Some(TenantStatus { namespaces: entries, ..TenantStatus::default() });
    snapshot.apply(Change::Tenant(Box::new(tenant)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_their_lines() {
        let text = "# head\n---\na: 1\n---\n\n# nothing\n---\nb: 2\n";
        let parsed = parse(Path::new("x.yaml"), text).unwrap();
        assert_eq!(parsed.iter().map(|m| m.line).collect::<Vec<_>>(), [3, 8]);
        let error = parse(Path::new("x.yaml"), "a: 1\n---\nb: [1\n").unwrap_err().to_string();
        assert!(error.starts_with("x.yaml:"), "{error}");
    }

    #[test]
    fn scalars_are_read_as_kubectl_reads_them() {
        let text = "mode: 0440\nquoted: \"0440\"\non: yes\nport: 8080\nversion: 1.10.0\n";
        let parsed = parse(Path::new("x.yaml"), text).unwrap();
        let expected = serde_json::json!(
            {"mode": 288, "quoted": "0440", "on": true, "port": 8080, "version": "1.10.0"});
        assert_eq!(parsed[0].object, expected);
    }

    #[test]
    fn a_list_becomes_its_items() {
        let text = "kind: List\nitems: [{kind: Pod}, {kind: Service}]\n";
        let parsed = parse(Path::new("x.yaml"), text).unwrap();
        assert_eq!(parsed.iter().map(Manifest::kind).collect::<Vec<_>>(), ["Pod", "Service"]);
    }

    #[test]
    fn an_unknown_field_of_a_tenant_says_where_it_stands() {
        let text = "apiVersion: lessor.io/v1\nkind: Tenant\nmetadata:\n  name: acme\nspec:\n  namespace: [a]\n";
        let manifests = parse(Path::new("t.yaml"), text).unwrap();
        let facts = ClusterFacts::default();
        let error =
            snapshot(&manifests, facts, Callers::of_namespace("lessor-system")).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("t.yaml:6: unknown field spec.namespace"), "{error}");
        assert!(error.contains("namespaces"), "{error}");
    }
}
