//! Levels, versions and the labels of Namespaces.

use super::super::{Labels, Level, Version};
use std::collections::BTreeMap;

fn parse(labels: &[(&str, &str)]) -> (Labels, Vec<String>) {
    let map: BTreeMap<String, &str> = labels
        .iter()
        .map(|(key, value)| (format!("pod-security.kubernetes.io/{key}"), *value))
        .collect();
    let (labels, errors) = Labels::parse(|key| map.get(key).copied());
    (labels, errors.iter().map(ToString::to_string).collect())
}

const PRIVILEGED: (Level, Version) = (Level::Privileged, Version::Latest);
const BASELINE: (Level, Version) = (Level::Baseline, Version::Latest);
const RESTRICTED: (Level, Version) = (Level::Restricted, Version::Latest);

#[test]
fn levels_are_read_exactly_and_ordered() {
    for level in [Level::Privileged, Level::Baseline, Level::Restricted] {
        assert_eq!(level.to_string().parse(), Ok(level));
    }
    for bad in ["", "Baseline", "baseline ", "strict"] {
        let error = bad.parse::<Level>().unwrap_err();
        assert_eq!(error.to_string(), "must be one of privileged, baseline, restricted");
    }
    assert!(Level::Privileged < Level::Baseline && Level::Baseline < Level::Restricted);
}

#[test]
fn versions_are_read_exactly_and_ordered() {
    for (text, version) in [
        ("latest", Version::Latest),
        ("v1.0", Version::Minor(0)),
        ("v1.9", Version::Minor(9)),
        ("v1.37", Version::Minor(37)),
        ("v1.4294967295", Version::Minor(u32::MAX)),
    ] {
        assert_eq!(text.parse(), Ok(version));
        assert_eq!(version.to_string(), text);
    }
    for bad in [
        "",
        "Latest",
        "1.25",
        "v1",
        "v1.",
        "v1.x",
        "v1.01",
        "v1.00",
        "v1.+1",
        "v1.-1",
        "v1.1 ",
        "v2.1",
        "v1.25.1",
        "v1.4294967296",
        "v1.\u{661}",
    ] {
        let error = bad.parse::<Version>().unwrap_err();
        assert_eq!(error.to_string(), r#"must be "latest" or "v1.x""#, "{bad}");
    }
    assert!(Version::Minor(8) < Version::Minor(25) && Version::Minor(u32::MAX) < Version::Latest);
}

#[test]
fn unset_labels_ask_for_nothing() {
    let expected = Labels { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED };
    assert_eq!(parse(&[]), (expected, vec![]));
    assert_eq!(parse(&[("other", "x")]), (expected, vec![]));
}

#[test]
fn each_mode_has_its_own_level_and_version() {
    let (labels, errors) = parse(&[
        ("enforce", "baseline"),
        ("enforce-version", "v1.30"),
        ("audit", "restricted"),
        ("audit-version", "v1.31"),
        ("warn", "privileged"),
        ("warn-version", "v1.32"),
    ]);
    assert_eq!(errors, [""; 0]);
    assert_eq!(labels.enforce, (Level::Baseline, Version::Minor(30)));
    assert_eq!(labels.audit, (Level::Restricted, Version::Minor(31)));
    assert_eq!(labels.warn, (Level::Privileged, Version::Minor(32)));
}

#[test]
fn warn_follows_a_stricter_enforce() {
    let (labels, _) = parse(&[("enforce", "baseline"), ("enforce-version", "v1.30")]);
    assert_eq!(labels.warn, (Level::Baseline, Version::Minor(30)));
    assert_eq!(labels.audit, PRIVILEGED);

    let (labels, _) = parse(&[
        ("enforce", "restricted"),
        ("enforce-version", "v1.30"),
        ("warn-version", "v1.20"),
    ]);
    assert_eq!(labels.warn, (Level::Restricted, Version::Minor(20)));

    // Not stricter: the version does not follow either.
    let (labels, _) = parse(&[("enforce", "privileged"), ("enforce-version", "v1.30")]);
    assert_eq!(labels.warn, PRIVILEGED);

    // Set: it stays as it is, valid or not.
    let (labels, _) = parse(&[("enforce", "restricted"), ("warn", "baseline")]);
    assert_eq!(labels.warn, BASELINE);
    let (labels, errors) = parse(&[("enforce", "restricted"), ("warn", "bogus")]);
    assert_eq!(labels.warn, PRIVILEGED);
    assert_eq!(errors.len(), 1);
}

#[test]
fn invalid_levels_fail_closed_for_enforce_and_open_for_the_others() {
    let (labels, errors) = parse(&[("enforce", "bogus"), ("audit", "x"), ("warn", "y")]);
    assert_eq!(labels, Labels { enforce: RESTRICTED, audit: PRIVILEGED, warn: PRIVILEGED });
    let levels = "must be one of privileged, baseline, restricted";
    assert_eq!(
        errors,
        [
            format!(
                r#"metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "bogus": {levels}"#
            ),
            format!(
                r#"metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "x": {levels}"#
            ),
            format!(
                r#"metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: "y": {levels}"#
            ),
        ]
    );
    // An invalid enforce level is not one that warn follows.
    let (labels, errors) = parse(&[("enforce", "bogus")]);
    assert_eq!(labels, Labels { enforce: RESTRICTED, audit: PRIVILEGED, warn: PRIVILEGED });
    assert_eq!(errors.len(), 1);
}

#[test]
fn invalid_versions_mean_latest() {
    let (labels, errors) = parse(&[
        ("enforce", "baseline"),
        ("enforce-version", "v1.x"),
        ("audit-version", "1.2"),
        ("warn-version", ""),
    ]);
    assert_eq!(labels, Labels { enforce: BASELINE, audit: PRIVILEGED, warn: BASELINE });
    assert_eq!(errors.len(), 3);
    assert_eq!(
        errors[0],
        r#"metadata.labels[pod-security.kubernetes.io/enforce-version]: Invalid value: "v1.x": must be "latest" or "v1.x""#
    );
}
