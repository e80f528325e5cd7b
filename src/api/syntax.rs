//! The syntax of names and labels, as Kubernetes defines it.

/// RFC 1123 label: at most 63 of `a-z`, `0-9`, `-`, alphanumeric at both ends.
pub(crate) fn is_dns_label(text: &str) -> bool {
    text.len() <= 63
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// RFC 1123 subdomain: at most 253 characters, labels separated by dots. Unlike
/// in DNS itself, Kubernetes does not limit the length of each label.
pub(crate) fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|part| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        })
}

/// Qualified name: an optional DNS subdomain and `/`, then a name.
pub(crate) fn is_label_key(text: &str) -> bool {
    let (domain, name) = text.split_once('/').map_or((None, text), |(d, n)| (Some(d), n));
    domain.is_none_or(is_dns_subdomain) && !name.is_empty() && is_label_value(name)
}

/// Empty, or at most 63 of letters, digits, `-`, `_`, `.`, alphanumeric at both ends.
pub(crate) fn is_label_value(text: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    text.len() <= 63
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && edge(text.as_bytes().first())
        && edge(text.as_bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_kubernetes() {
        let long = "a".repeat(63);
        for (text, label, subdomain, key, value) in [
            ("", false, false, false, true),
            ("a", true, true, true, true),
            ("-a", false, false, false, false),
            ("a-", false, false, false, false),
            ("A", false, false, true, true),
            ("a.b", false, true, true, true),
            ("a..b", false, false, true, true),
            ("a/b", false, false, true, false),
            ("a/", false, false, false, false),
            ("/b", false, false, false, false),
            ("a/b/c", false, false, false, false),
            ("a_b", false, false, true, true),
            (long.as_str(), true, true, true, true),
        ] {
            assert_eq!(is_dns_label(text), label, "label {text:?}");
            assert_eq!(is_dns_subdomain(text), subdomain, "subdomain {text:?}");
            assert_eq!(is_label_key(text), key, "key {text:?}");
            assert_eq!(is_label_value(text), value, "value {text:?}");
        }
        let longer = "a".repeat(64);
        assert!(!is_dns_label(&longer) && !is_label_value(&longer) && is_dns_subdomain(&longer));
    }
}
