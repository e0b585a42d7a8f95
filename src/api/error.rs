//! What can go wrong between us and the API, by what may be done about it.
//!
//! Owns the classes and how a status, a body or a broken connection falls into one. Words for people
//! are found elsewhere, by class and code. Enter at [`ApiError::class`].

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use crate::domain::{ContactId, UnixTime};
use crate::text::Untrusted;

/// A failed call. Cheap to clone; holds neither token nor message bodies.
#[derive(Clone)]
pub struct ApiError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    class: Class,
    status: Option<u16>,
    code: Option<String>,
    message: Untrusted,
    request_id: Option<String>,
    retry_at: Option<UnixTime>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What kind of failure it is, and so what may be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// The token was not taken (401): nothing will work until there is another.
    NotSignedIn,
    /// The token may not do this (403).
    NotAllowed,
    /// There is no such thing (404, 410).
    NotFound {
        /// The contact that took over the one asked for.
        merged_into: Option<ContactId>,
    },
    /// The request was understood and turned down (any other 4xx); nothing was done.
    Refused,
    /// Too many requests (429), or the budget left no room; nothing was done.
    Throttled {
        /// Not before this moment, by this machine's clock.
        retry_at: UnixTime,
    },
    /// The API did not answer. Of a write: certainly nothing was sent.
    Unreachable(Cause),
    /// A write that may have been done or not: read before doing it again.
    Ambiguous(Cause),
    /// A read that the server failed to answer (5xx, 408).
    Server,
    /// An answer that is none of this API's. Of a write: certainly nothing was done.
    Nonsense(Nonsense),
}

/// Why there was no answer, or none to rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The host's name is not known.
    Dns,
    /// Nobody listens there.
    ConnectionRefused,
    /// No connection for any other reason.
    Connect,
    /// No secure connection.
    Tls(TlsFault),
    /// It took too long.
    Timeout,
    /// The connection broke in the middle.
    Cut,
    /// The server failed (5xx, 408).
    Server,
    /// The server said yes in a way that cannot be read.
    Answer(Nonsense),
}

/// Why there is no secure connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// The certificate is out of date, or not yet in.
    Expired,
    /// The certificate is for another host.
    WrongName,
    /// The certificate is signed by somebody this machine does not trust.
    UnknownIssuer,
    /// Anything else.
    Other,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonsense {
    /// It points somewhere else (3xx): we never follow.
    Redirect,
    /// It is no JSON by its content type: a web page, mostly.
    NotJson,
    /// It is no JSON by its bytes: cut short or garbled.
    Garbled,
    /// It is JSON of another shape.
    Shape,
    /// It is larger than we are ready to read.
    TooLarge,
}

impl ApiError {
    pub(super) fn new(class: Class) -> Self {
        Self(Box::new(Inner {
            class,
            status: None,
            code: None,
            message: Untrusted::default(),
            request_id: None,
            retry_at: None,
            source: None,
        }))
    }

    /// A request that was turned down before it left.
    pub(super) fn unsendable(code: &'static str) -> Self {
        let mut error = Self::new(Class::Refused);
        error.0.code = Some(code.to_owned());
        error
    }

    /// A request that was not sent because one like it failed a moment ago.
    pub(super) fn unsent(class: Class, code: &'static str, retry_at: UnixTime) -> Self {
        let mut error = Self::new(class);
        error.0.code = Some(code.to_owned());
        error.0.retry_at = Some(retry_at);
        error
    }

    /// No answer, for this reason; `write` when the request asked for a change.
    pub(super) fn no_answer(cause: Cause, write: bool) -> Self {
        Self::new(if write { Class::Ambiguous(cause) } else { Class::Unreachable(cause) })
    }

    /// A successful status with a body that says nothing.
    pub(super) fn bad_answer(what: Nonsense, write: bool) -> Self {
        Self::new(if write { Class::Ambiguous(Cause::Answer(what)) } else { Class::Nonsense(what) })
    }

    pub(super) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(super) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id.or(self.0.request_id);
        self
    }

    pub(super) fn with_words(mut self, code: Option<String>, message: Untrusted) -> Self {
        self.0.code = code;
        self.0.message = message;
        self
    }

    /// A failure of the transport.
    pub(super) fn transport(error: reqwest::Error, write: bool) -> Self {
        let error = error.without_url();
        let mut failed = if error.is_connect() {
            Self::new(Class::Unreachable(connect_cause(&error)))
        } else if error.is_builder() {
            Self::unsendable("request_invalid")
        } else if error.is_timeout() {
            Self::no_answer(Cause::Timeout, write)
        } else if chain(&error).any(is_bad_encoding) {
            Self::bad_answer(Nonsense::Garbled, write)
        } else {
            Self::no_answer(Cause::Cut, write)
        };
        failed.0.source = Some(Arc::new(error));
        failed
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn class(&self) -> &Class {
        &self.0.class
    }

    /// The HTTP status, when there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The API's code for it (plain letters, digits and `_`), such as `token_unauthorized`. Ours when
    /// the request never left: `id_invalid`, `attachment_limit_exceeded`, `request_invalid`,
    /// `waiting_for_server` (it is failing), `signed_out` (the token was refused before).
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The server's own words; may be empty.
    #[must_use]
    pub fn message(&self) -> &Untrusted {
        &self.0.message
    }

    /// The server's id of the request, plain, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The moment, by this machine's clock, from which another try makes sense; absent when nothing says
    /// so. What failed with one was not done.
    #[must_use]
    pub fn retry_at(&self) -> Option<UnixTime> {
        match self.0.class {
            Class::Throttled { retry_at } => Some(retry_at),
            _ => self.0.retry_at,
        }
    }

    /// Whether sending the same again cannot end differently.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        matches!(self.0.class, Class::NotAllowed | Class::NotFound { .. } | Class::Refused)
    }

    /// Whether a write may have been done although this error came of it.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.0.class, Class::Ambiguous(_))
    }

    /// Whether the server does not know this version of the API.
    #[must_use]
    pub fn is_version_refused(&self) -> bool {
        self.code() == Some("intercom_version_invalid")
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.class)?;
        if let Some(status) = self.0.status {
            write!(f, ", status {status}")?;
        }
        if let Some(code) = &self.0.code {
            write!(f, ", code {code}")?;
        }
        if let Some(id) = &self.0.request_id {
            write!(f, ", request {id}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiError({self})")
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}

/// The error and what caused it, outermost first; what an [`io::Error`] carries counts as its cause.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source())
    })
}

fn connect_cause(error: &reqwest::Error) -> Cause {
    if error.is_dns() {
        return Cause::Dns;
    }
    for link in chain(error) {
        if let Some(tls) = link.downcast_ref::<rustls::Error>() {
            return Cause::Tls(tls_fault(tls));
        }
        if link.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return Cause::ConnectionRefused;
        }
    }
    if error.is_timeout() { Cause::Timeout } else { Cause::Connect }
}

fn tls_fault(error: &rustls::Error) -> TlsFault {
    use rustls::CertificateError as Bad;
    match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } | Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                TlsFault::Expired
            }
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => TlsFault::WrongName,
            Bad::UnknownIssuer => TlsFault::UnknownIssuer,
            _ => TlsFault::Other,
        },
        _ => TlsFault::Other,
    }
}

/// A body that does not unpack, as opposed to one that ends too early.
fn is_bad_encoding(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|io| matches!(io.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_without_an_answer_is_ambiguous_and_a_read_is_not() {
        assert!(ApiError::no_answer(Cause::Timeout, true).is_ambiguous());
        assert_eq!(*ApiError::no_answer(Cause::Timeout, false).class(), Class::Unreachable(Cause::Timeout));
        assert!(ApiError::bad_answer(Nonsense::Garbled, true).is_ambiguous());
    }

    #[test]
    fn only_refusals_are_permanent() {
        for (class, permanent) in [
            (Class::NotSignedIn, false),
            (Class::NotAllowed, true),
            (Class::NotFound { merged_into: None }, true),
            (Class::Refused, true),
            (Class::Throttled { retry_at: UnixTime(1) }, false),
            (Class::Unreachable(Cause::Dns), false),
            (Class::Ambiguous(Cause::Server), false),
            (Class::Server, false),
            (Class::Nonsense(Nonsense::NotJson), false),
        ] {
            assert_eq!(ApiError::new(class.clone()).is_permanent(), permanent, "{class:?}");
        }
    }

    #[test]
    fn certificate_faults_are_told_apart() {
        let fault = |bad| tls_fault(&rustls::Error::InvalidCertificate(bad));
        assert_eq!(fault(rustls::CertificateError::Expired), TlsFault::Expired);
        assert_eq!(fault(rustls::CertificateError::NotValidForName), TlsFault::WrongName);
        assert_eq!(fault(rustls::CertificateError::UnknownIssuer), TlsFault::UnknownIssuer);
        assert_eq!(tls_fault(&rustls::Error::DecryptError), TlsFault::Other);
    }

    #[test]
    fn what_is_logged_of_an_error_holds_no_words_of_the_server() {
        let error = ApiError::new(Class::Refused)
            .with_status(422)
            .with_words(Some("data_invalid".into()), Untrusted::new("body of Jane Doe"))
            .with_request_id(Some("r-1".into()));
        assert_eq!(error.to_string(), "Refused, status 422, code data_invalid, request r-1");
        assert!(!format!("{error:?}").contains("Jane"));
    }
}
