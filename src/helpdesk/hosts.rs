//! Which `Host` and `Origin` are ours: loopback names with any port, and what the operator named.
//!
//! A browser that was tricked into asking us (DNS rebinding, a form on a foreign page) carries the
//! foreign name in one of the two headers, and is turned away before anything else happens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The names under which the helpdesk may be asked.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    named: Vec<String>,
    bound: Option<IpAddr>,
}

impl Hosts {
    /// Loopback names, and each of `named`: a host (any port) or `host:port` (that port only).
    #[must_use]
    pub fn new(named: &[String]) -> Self {
        Self { named: named.iter().map(|name| name.trim().to_ascii_lowercase()).collect(), bound: None }
    }

    /// The same, and the very address that the operator had us listen on. "Any address" names none.
    #[must_use]
    pub fn bound_to(mut self, address: IpAddr) -> Self {
        self.bound = Some(address).filter(|address| !address.is_unspecified());
        self
    }

    /// Whether a `Host` header (or an authority) names us.
    #[must_use]
    pub fn allows(&self, authority: &str) -> bool {
        let authority = authority.trim().to_ascii_lowercase();
        let Some((host, port)) = split_authority(&authority) else { return false };
        is_loopback(host)
            || host.parse::<IpAddr>().is_ok_and(|address| Some(address) == self.bound)
            || self
                .named
                .iter()
                .any(|named| *named == authority || (port.is_some() && named == host) || format!("[{host}]") == *named)
    }

    /// Whether an `Origin` header is that of a page of ours. `null` is not.
    #[must_use]
    pub fn allows_origin(&self, origin: &str) -> bool {
        ["http://", "https://"]
            .iter()
            .find_map(|scheme| origin.trim().strip_prefix(scheme))
            .is_some_and(|authority| self.allows(authority))
    }
}

/// Host without brackets, and the port where there is one. `None` for what is no authority.
fn split_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    if authority.is_empty() || authority.contains(['/', '@', '?', '#', ' ']) {
        return None;
    }
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port.parse().ok()?))),
            None if rest.is_empty() => Some((host, None)),
            None => None,
        };
    }
    match authority.rsplit_once(':') {
        Some((host, _)) if host.contains(':') => None,
        Some((host, port)) => Some((host, Some(port.parse().ok()?))),
        None => Some((authority, None)),
    }
}

fn is_loopback(host: &str) -> bool {
    host.trim_end_matches('.') == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_pass_with_any_port() {
        let hosts = Hosts::default();
        for name in ["localhost", "LOCALHOST:80", "127.0.0.1:4100", "127.9.9.9", "[::1]:1", "[::1]"] {
            assert!(hosts.allows(name), "{name}");
        }
    }

    #[test]
    fn foreign_and_malformed_names_are_refused() {
        let hosts = Hosts::default();
        for name in [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "127.0.0.1@example.com",
            "::1",
            "localhost:99999",
            "[::1",
            "0.0.0.0",
            "10.0.0.1:80",
            "local host",
        ] {
            assert!(!hosts.allows(name), "{name}");
        }
    }

    #[test]
    fn a_name_of_the_operator_passes_with_any_port_or_with_its_own() {
        let hosts = Hosts::new(&["Desk.Example.com".to_owned(), "other.example:8080".to_owned()]);
        assert!(hosts.allows("desk.example.com"));
        assert!(hosts.allows("desk.example.com:443"));
        assert!(hosts.allows("other.example:8080"));
        assert!(!hosts.allows("other.example:8081"));
        assert!(!hosts.allows("other.example"));
    }

    #[test]
    fn the_address_we_listen_on_passes_and_any_address_does_not() {
        let hosts = Hosts::default().bound_to(IpAddr::from([192, 0, 2, 7]));
        assert!(hosts.allows("192.0.2.7:8080"));
        assert!(!hosts.allows("192.0.2.8:8080"));
        assert!(!Hosts::default().bound_to(IpAddr::from([0, 0, 0, 0])).allows("0.0.0.0:80"));
    }

    #[test]
    fn only_pages_of_ours_are_an_origin() {
        let hosts = Hosts::default();
        assert!(hosts.allows_origin("http://localhost:3000"));
        assert!(!hosts.allows_origin("null"));
        assert!(!hosts.allows_origin("https://example.com"));
        assert!(!hosts.allows_origin("file://localhost"));
    }
}
