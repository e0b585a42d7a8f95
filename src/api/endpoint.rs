//! Where the API is, and the token for it.
//!
//! Owns what an address may look like: `https` anywhere, `http` to this machine only, since the token
//! goes with every request. Knows nothing of HTTP. Enter at [`Endpoint::parse`].

use std::fmt;

use reqwest::Url;

use super::error::ApiError;
use crate::domain::Secret;

/// Intercom's regional hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// United States.
    Us,
    /// Europe.
    Eu,
    /// Australia.
    Au,
}

impl Region {
    /// From `us`, `eu` or `au`, in any case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "us" => Some(Self::Us),
            "eu" => Some(Self::Eu),
            "au" => Some(Self::Au),
            _ => None,
        }
    }

    /// The address of the region's API.
    #[must_use]
    pub const fn address(self) -> &'static str {
        match self {
            Self::Us => "https://api.intercom.io",
            Self::Eu => "https://api.eu.intercom.io",
            Self::Au => "https://api.au.intercom.io",
        }
    }
}

/// Why an address or a token cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an address with a host.
    #[error("not an address such as https://api.intercom.io")]
    NotAnAddress,
    /// Neither `https` nor `http`.
    #[error("the address must begin with https://")]
    Scheme,
    /// `http` to another machine: the token would be readable on the way.
    #[error("http is allowed to this machine only; use https")]
    InsecureHost,
    /// A user name or password in the address.
    #[error("the address must not contain a user name or password")]
    Credentials,
    /// A query or fragment in the address.
    #[error("the address must not contain ? or #")]
    Trailer,
    /// No token.
    #[error("the token is empty")]
    NoToken,
    /// A token with characters that cannot be sent.
    #[error("the token has characters that cannot be part of one")]
    BadToken,
}

/// An API and the token for it.
#[derive(Clone)]
pub struct Endpoint {
    base: Url,
    token: Secret,
    is_intercom: bool,
}

impl Endpoint {
    /// An endpoint at a typed address. A path is kept as a prefix of every call's.
    ///
    /// # Errors
    /// When the address or the token cannot be used.
    pub fn parse(address: &str, token: Secret) -> Result<Self, EndpointError> {
        let base = Url::parse(address.trim()).map_err(|_| EndpointError::NotAnAddress)?;
        let is_loopback = match base.scheme() {
            "https" | "http" => is_loopback(&base),
            _ => return Err(EndpointError::Scheme),
        };
        let host = base.host_str().filter(|host| !host.is_empty()).ok_or(EndpointError::NotAnAddress)?;
        if base.scheme() == "http" && !is_loopback {
            return Err(EndpointError::InsecureHost);
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(EndpointError::Credentials);
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(EndpointError::Trailer);
        }
        if token.is_empty() {
            return Err(EndpointError::NoToken);
        }
        if !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(EndpointError::BadToken);
        }
        let host = host.trim_end_matches('.');
        let is_intercom = host == "intercom.io" || host.ends_with(".intercom.io");
        Ok(Self { base, token, is_intercom })
    }

    /// Intercom's API in a region.
    ///
    /// # Errors
    /// When the token cannot be used.
    pub fn for_region(region: Region, token: Secret) -> Result<Self, EndpointError> {
        Self::parse(region.address(), token)
    }

    /// The address, without a trailing slash.
    #[must_use]
    pub fn address(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Whether it is Intercom itself, as opposed to a helpdesk that speaks its API.
    #[must_use]
    pub const fn is_intercom(&self) -> bool {
        self.is_intercom
    }

    /// The token: for the request header, and for telling accounts apart.
    #[must_use]
    pub const fn token(&self) -> &Secret {
        &self.token
    }

    pub(super) fn is_plain_http(&self) -> bool {
        self.base.scheme() == "http"
    }

    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.base)
    }

    /// The address of a call. Every segment is one piece of the path, whatever it contains.
    pub(super) fn url(&self, path: &[&str], query: &[(&str, String)]) -> Result<Url, ApiError> {
        // `.` and `..` are dropped by the URL standard, so that a path would mean something else.
        if path.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return Err(ApiError::unsendable("id_invalid"));
        }
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| ApiError::unsendable("request_invalid"))?.pop_if_empty().extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.address())
    }
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn parse(address: &str) -> Result<Endpoint, EndpointError> {
        Endpoint::parse(address, Secret::new("tok"))
    }

    #[test]
    fn https_goes_anywhere_and_http_to_this_machine_only() {
        for good in [
            "https://desk.example.org",
            "http://127.0.0.1:8080",
            "http://localhost:1/",
            "http://[::1]:9",
            " https://a.b/desk/ ",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("http://desk.example.org", EndpointError::InsecureHost),
            ("http://127.0.0.1.example.org", EndpointError::InsecureHost),
            ("ftp://127.0.0.1", EndpointError::Scheme),
            ("api.intercom.io", EndpointError::NotAnAddress),
            ("", EndpointError::NotAnAddress),
            ("https://me:pw@a.b", EndpointError::Credentials),
            ("https://a.b/?x=1", EndpointError::Trailer),
        ] {
            assert_eq!(parse(bad).err(), Some(why), "{bad}");
        }
    }

    #[test]
    fn a_token_that_could_split_a_header_is_refused() {
        let with = |token: &str| Endpoint::parse("https://a.b", Secret::new(token)).err();
        assert_eq!(with("  "), Some(EndpointError::NoToken));
        assert_eq!(with("a\r\nHost: evil"), Some(EndpointError::BadToken));
        assert_eq!(with("dG9rOjE=\n"), None);
    }

    #[test]
    fn regions_have_their_hosts() {
        for (word, host) in [("US", "api.intercom.io"), ("eu", "api.eu.intercom.io"), ("au", "api.au.intercom.io")] {
            let endpoint = Endpoint::for_region(Region::parse(word).unwrap(), Secret::new("t")).unwrap();
            assert_eq!(endpoint.address(), format!("https://{host}"));
            assert!(endpoint.is_intercom());
        }
        assert!(Region::parse("mars").is_none());
        assert!(!parse("https://intercom.io.example.org").unwrap().is_intercom());
        assert!(!parse("https://notintercom.io").unwrap().is_intercom());
    }

    #[test]
    fn an_id_is_one_segment_whatever_it_contains() {
        let endpoint = parse("https://a.b/desk/").unwrap();
        let url = endpoint.url(&["conversations", "1/../../x?y#z"], &[("q", "a&b=c".into())]).unwrap();
        assert_eq!(url.as_str(), "https://a.b/desk/conversations/1%2F..%2F..%2Fx%3Fy%23z?q=a%26b%3Dc");
        assert_eq!(endpoint.url(&["conversations", ".."], &[]).unwrap_err().code(), Some("id_invalid"));
    }

    #[test]
    fn the_token_is_not_in_the_debug_output() {
        let endpoint = Endpoint::parse("https://a.b", Secret::new("s3cr3t")).unwrap();
        assert!(!format!("{endpoint:?}").contains("s3cr3t"));
    }
}
