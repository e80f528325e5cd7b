//! How much of what.

use std::str::FromStr;

/// Weights of the groups of a generated corpus.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli::bench) struct Mix(pub(super) Vec<(Group, f64)>);

/// Reviews of one sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Pods,
    Workloads,
    Updates,
    Deletes,
    Connects,
    Subresources,
    Sized,
    Denied,
    Unknown,
}

impl Group {
    /// Every group with its name and its weight unless one is given: of a
    /// hundred reviews, five are denied.
    pub(super) const ALL: [(&'static str, Self, f64); 9] = [
        ("pods", Self::Pods, 40.0),
        ("workloads", Self::Workloads, 20.0),
        ("updates", Self::Updates, 10.0),
        ("deletes", Self::Deletes, 10.0),
        ("connects", Self::Connects, 5.0),
        ("subresources", Self::Subresources, 8.0),
        ("sized", Self::Sized, 2.0),
        ("denied", Self::Denied, 4.0),
        ("unknown", Self::Unknown, 1.0),
    ];
}

impl Default for Mix {
    fn default() -> Self {
        Self(Group::ALL.iter().map(|(_, group, weight)| (*group, *weight)).collect())
    }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "default" {
            return Ok(Self::default());
        }
        let mut mix = Vec::new();
        for part in text.split(',') {
            let (name, weight) = part.split_once('=').unwrap_or((part, "1"));
            let Some((_, group, _)) = Group::ALL.iter().find(|(known, _, _)| *known == name) else {
                let known: Vec<&str> = Group::ALL.iter().map(|(name, _, _)| *name).collect();
                return Err(format!("{name:?} is no group; there are {}", known.join(", ")));
            };
            let weight = weight.parse::<f64>().ok().filter(|w| *w >= 0.0 && w.is_finite());
            let weight = weight.ok_or_else(|| format!("{part:?}: a weight is a number"))?;
            if mix.iter().any(|(known, _)| known == group) {
                return Err(format!("{name:?} is named twice"));
            }
            mix.push((*group, weight));
        }
        mix.retain(|(_, weight)| *weight > 0.0);
        if mix.is_empty() { Err("every weight is 0".to_owned()) } else { Ok(Self(mix)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_given_by_name() {
        let mix: Mix = "pods=95,denied=5,sized=0".parse().unwrap();
        assert_eq!(mix, Mix(vec![(Group::Pods, 95.0), (Group::Denied, 5.0)]));
        assert_eq!("pods".parse(), Ok(Mix(vec![(Group::Pods, 1.0)])));
        assert_eq!("default".parse(), Ok(Mix::default()));
        for (bad, why) in [
            ("pod=1", "there are pods, workloads,"),
            ("pods=many", "is a number"),
            ("pods=-1", "is a number"),
            ("pods=1,pods=2", "twice"),
            ("pods=0", "every weight is 0"),
        ] {
            let error = bad.parse::<Mix>().unwrap_err();
            assert!(error.contains(why), "{bad}: {error}");
        }
    }

    #[test]
    fn five_of_a_hundred_are_denied() {
        let weight = |wanted: &[Group]| -> f64 {
            Mix::default().0.iter().filter(|(group, _)| wanted.contains(group)).map(|g| g.1).sum()
        };
        let all: Vec<Group> = Group::ALL.iter().map(|(_, group, _)| *group).collect();
        assert!((weight(&all) - 100.0).abs() < 1e-9);
        assert!((weight(&[Group::Denied, Group::Unknown]) - 5.0).abs() < 1e-9);
    }
}
