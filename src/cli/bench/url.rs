//! The URL of a webhook, taken apart.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use axum::http::Uri;

/// Where a webhook is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    /// Whether TLS is spoken.
    pub(super) secure: bool,
    /// Name or address, without brackets.
    pub(super) host: String,
    /// Port; 443 or 80 unless it is given.
    pub(super) port: u16,
    /// Path and query; none when only the root is named.
    pub(super) path: Option<String>,
    text: String,
}

impl FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |why: &str| {
            format!("{text:?}: {why}; give for example https://localhost:8443/validate")
        };
        let uri: Uri = text.parse().map_err(|_| bad("no URL"))?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(bad("neither https nor http")),
        };
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| bad("no host"))?;
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        if authority.contains('@') {
            return Err(bad("a user name has no meaning here"));
        }
        let path = uri.path_and_query().map(ToString::to_string).filter(|path| path != "/");
        Ok(Self {
            secure,
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
            path,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Url {
    /// What goes into `Host`: as Go writes it, with the port unless it is the usual one.
    pub(super) fn authority(&self) -> String {
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.secure, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

/// The query by which an API server says how long it waits: whole seconds,
/// rounded up.
pub(super) fn timeout_query(timeout: Duration) -> String {
    let seconds = timeout.as_secs() + u64::from(timeout.subsec_nanos() > 0);
    format!("timeout={seconds}s")
}

/// Refuses to load what is not on this machine.
pub(super) fn only_loopback(url: &Url, addresses: &[SocketAddr]) -> Result<(), String> {
    match addresses.iter().find(|address| !address.ip().to_canonical().is_loopback()) {
        None => Ok(()),
        Some(address) => Err(format!(
            "{url}: {} is not this machine; --allow-remote if you may load what runs there",
            address.ip()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (text, host, port, path, authority) in [
            (
                "https://localhost:8443/validate",
                "localhost",
                8443,
                Some("/validate"),
                "localhost:8443",
            ),
            ("https://localhost", "localhost", 443, None, "localhost"),
            ("https://[::1]:8443/", "::1", 8443, None, "[::1]:8443"),
            ("http://127.0.0.1/a?b=c", "127.0.0.1", 80, Some("/a?b=c"), "127.0.0.1"),
        ] {
            let url: Url = text.parse().unwrap();
            assert_eq!((url.host.as_str(), url.port, url.path.as_deref()), (host, port, path));
            assert_eq!((url.authority().as_str(), url.to_string().as_str()), (authority, text));
        }
        for bad in
            ["localhost:8443", "ftp://localhost", "https://", "/validate", "https://a@b/", ""]
        {
            assert!(bad.parse::<Url>().unwrap_err().contains("for example"), "{bad}");
        }
    }

    #[test]
    fn a_timeout_is_rounded_up() {
        assert_eq!(timeout_query(Duration::from_millis(1)), "timeout=1s");
        assert_eq!(timeout_query(Duration::from_secs(10)), "timeout=10s");
        assert_eq!(timeout_query(Duration::from_millis(10_500)), "timeout=11s");
    }

    #[test]
    fn only_this_machine_is_loaded() {
        let url: Url = "https://webhook.example/".parse().unwrap();
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        for local in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(only_loopback(&url, &[address(local)]).is_ok(), "{local}");
        }
        let mixed = [address("127.0.0.1:1"), address("192.0.2.1:1")];
        assert!(only_loopback(&url, &mixed).unwrap_err().contains("192.0.2.1"));
    }
}
