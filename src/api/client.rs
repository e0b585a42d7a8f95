//! The one way out: every call of the API is one [`Client::send`].
//!
//! Owns headers, timeouts, the cap on answers, and which failure is of which class. Knows no resource:
//! those have files of their own beside this one. Enter at [`Client::new`].

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LINK, RETRY_AFTER, USER_AGENT,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use tokio::time::timeout;

use super::endpoint::Endpoint;
use super::error::{ApiError, Cause, Class, Nonsense};
use super::limit::{Limit, Priority, Told};
use super::wire::{Fault, Fields, Wire, mend};
use crate::clock::Clock;
use crate::domain::{ContactId, UnixTime};

/// The version of the API that this room speaks.
const VERSION: &str = "2.16";
/// Decoded bytes of an answer that we are ready to read.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;
/// Of an error's body only so much matters.
const LARGEST_FAULT: usize = 64 * 1024;
/// A slow line still carries so many bytes a second: longer requests get more time.
const SLOW_LINE: usize = 64 * 1024;
/// Servers commonly close an idle connection after a minute; we are sooner.
const IDLE_CONNECTION: Duration = Duration::from_secs(30);

/// How long a call may take in its stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until there is a secure connection.
    pub connect: Duration,
    /// From then until the answer's head; a large request gets more.
    pub head: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// All of it; a large request gets more.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(15),
            whole: Duration::from_secs(60),
        }
    }
}

/// A client of one endpoint. Clones are cheap and share connections and the rate budget.
///
/// Dropping the future of a call drops the call; a write may have been done by then.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
    priority: Priority,
}

#[derive(Debug)]
struct Shared {
    endpoint: Endpoint,
    authorization: HeaderValue,
    timeouts: Timeouts,
    limit: Limit,
    clock: Clock,
    largest_answer: usize,
    http: tokio::sync::Mutex<Option<reqwest::Client>>,
}

/// A request before it goes out.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    method: Method,
    path: &'a [&'a str],
    query: Vec<(&'a str, String)>,
    body: Option<Value>,
    /// Whether it asks for a change, so that a lost answer leaves a doubt.
    write: bool,
}

impl<'a> Ask<'a> {
    pub(super) fn get(path: &'a [&'a str]) -> Self {
        Self { method: Method::GET, path, query: Vec::new(), body: None, write: false }
    }

    /// A POST that changes nothing.
    pub(super) fn search(path: &'a [&'a str], body: Value) -> Self {
        Self { method: Method::POST, path, query: Vec::new(), body: Some(body), write: false }
    }

    pub(super) fn write(method: Method, path: &'a [&'a str], body: Value) -> Self {
        Self { method, path, query: Vec::new(), body: Some(body), write: true }
    }

    pub(super) fn with(mut self, parameter: (&'a str, String)) -> Self {
        self.query.push(parameter);
        self
    }
}

/// A successful answer.
#[derive(Debug)]
pub(super) struct Answer {
    text: String,
    write: bool,
    status: u16,
    request_id: Option<String>,
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The fields of the JSON object that it is.
    pub(super) fn fields(&self) -> Result<Fields<'_>, ApiError> {
        Fields::parse_strictly(&self.text)
            .map_err(|error| self.bad(if error.is_data() { Nonsense::Shape } else { Nonsense::Garbled }))
    }

    /// The one item that it is.
    pub(super) fn item<W: Wire>(&self) -> Result<W::Value, ApiError> {
        let item = self.fields()?.read::<W>().and_then(|item| item.into_value().ok());
        item.ok_or_else(|| self.bad(Nonsense::Shape))
    }

    /// Whether it says by its status (204) that there is nothing to read.
    pub(super) fn is_empty_success(&self) -> bool {
        self.status == 204 && self.text.is_empty()
    }

    /// The error that this answer is after all.
    pub(super) fn bad(&self, what: Nonsense) -> ApiError {
        ApiError::bad_answer(what, self.write).with_status(self.status).with_request_id(self.request_id.clone())
    }

    #[cfg(test)]
    pub(super) fn of_read(json: &str) -> Self {
        Self { text: json.to_owned(), write: false, status: 200, request_id: None }
    }
}

/// Why a body could not be read to its end.
enum Broken {
    TooLarge,
    TooSlow,
    Transport(reqwest::Error),
}

impl Client {
    /// A client of `endpoint`. Cheap: connections and certificates come with the first call, or with
    /// [`Client::prepare`].
    ///
    /// # Errors
    /// When the token cannot be put into a header.
    pub fn new(endpoint: Endpoint, clock: Clock, timeouts: Timeouts) -> Result<Self, ApiError> {
        Self::with_largest_answer(endpoint, clock, timeouts, LARGEST_ANSWER)
    }

    fn with_largest_answer(
        endpoint: Endpoint,
        clock: Clock,
        timeouts: Timeouts,
        largest_answer: usize,
    ) -> Result<Self, ApiError> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", endpoint.token().expose()))
            .map_err(|_| ApiError::unsendable("token_invalid"))?;
        authorization.set_sensitive(true);
        let shared = Shared {
            endpoint,
            authorization,
            timeouts,
            limit: Limit::new(clock.clone()),
            clock,
            largest_answer,
            http: tokio::sync::Mutex::new(None),
        };
        Ok(Self { shared: Arc::new(shared), priority: Priority::Foreground })
    }

    /// A clone whose calls leave half of the rate budget to others.
    #[must_use]
    pub fn background(&self) -> Self {
        self.with_priority(Priority::Background)
    }

    /// A clone with this priority.
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self { shared: Arc::clone(&self.shared), priority }
    }

    /// Where it talks to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    /// The server's clock minus ours, to about half a second; absent until an answer carried a date.
    #[must_use]
    pub fn server_offset(&self) -> Option<SignedDuration> {
        self.shared.limit.offset_millis().map(SignedDuration::from_millis)
    }

    /// Now by the server's clock, as far as it is known.
    #[must_use]
    pub fn server_now(&self) -> UnixTime {
        let offset = self.shared.limit.offset_millis().unwrap_or(0);
        UnixTime(self.shared.clock.unix_millis().saturating_add(offset).div_euclid(1_000))
    }

    /// Builds what the first call would otherwise wait for (about 20 ms: the machine's certificates).
    ///
    /// # Errors
    /// When no secure connection can be made on this machine at all.
    pub async fn prepare(&self) -> Result<(), ApiError> {
        self.http().await.map(drop)
    }

    /// Forgets all connections, as after the machine slept.
    pub async fn disconnect(&self) {
        *self.shared.http.lock().await = None;
    }

    async fn http(&self) -> Result<reqwest::Client, ApiError> {
        let mut slot = self.shared.http.lock().await;
        if let Some(http) = &*slot {
            return Ok(http.clone());
        }
        let shared = Arc::clone(&self.shared);
        let built = tokio::task::spawn_blocking(move || build(&shared.endpoint, shared.timeouts)).await;
        let http = built
            .map_err(|_| ApiError::new(Class::Unreachable(Cause::Connect)))?
            .map_err(|error| ApiError::transport(error, false))?;
        Ok(slot.insert(http).clone())
    }

    /// Sends one request and reads its answer.
    ///
    /// # Errors
    /// Any [`ApiError`]. Waits for a turn in the rate budget, but not for long.
    pub(super) async fn send(&self, ask: Ask<'_>) -> Result<Answer, ApiError> {
        let url = self.shared.endpoint.url(ask.path, &ask.query)?;
        let http = self.http().await?;
        let mut request = http
            .request(ask.method, url)
            .header(AUTHORIZATION, self.shared.authorization.clone())
            .header(HeaderName::from_static("intercom-version"), VERSION)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("deskhand/", env!("CARGO_PKG_VERSION")));
        let mut length = 0;
        if let Some(body) = &ask.body {
            let body = serde_json::to_vec(body).map_err(|_| ApiError::unsendable("request_invalid"))?;
            length = body.len();
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let more = Duration::from_secs((length / SLOW_LINE) as u64);
        if let Err(retry_at) = self.shared.limit.permit(self.priority).await {
            return Err(ApiError::new(Class::Throttled { retry_at }));
        }
        let whole = self.shared.timeouts.whole + more;
        let exchange = self.exchange(request, more, ask.write);
        timeout(whole, exchange).await.unwrap_or_else(|_| Err(ApiError::no_answer(Cause::Timeout, ask.write)))
    }

    async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
        more: Duration,
        write: bool,
    ) -> Result<Answer, ApiError> {
        let timeouts = self.shared.timeouts;
        let sent_millis = self.shared.clock.unix_millis();
        let response = timeout(timeouts.connect + timeouts.head + more, request.send())
            .await
            .map_err(|_| ApiError::no_answer(Cause::Timeout, write))?
            .map_err(|error| ApiError::transport(error, write))?;

        let status = response.status();
        self.shared.limit.note(&read_told(status, response.headers()), sent_millis);
        let request_id = header(response.headers(), "x-request-id").filter(|id| is_plain_id(id)).map(str::to_owned);
        let media = Media::of(response.headers());
        if status.is_success() {
            let body = self.read_body(response, self.shared.largest_answer).await;
            let answer = body.map_err(|broken| broken.into_error(write)).and_then(|bytes| {
                // An empty answer has no type to be wrong.
                if media == Media::Other && !bytes.is_empty() {
                    return Err(ApiError::bad_answer(Nonsense::NotJson, write));
                }
                Ok(mend(bytes))
            });
            return match answer {
                Ok(text) => Ok(Answer { text, write, status: status.as_u16(), request_id }),
                Err(error) => Err(error.with_status(status.as_u16()).with_request_id(request_id)),
            };
        }
        let merged_into = canonical_contact(response.headers());
        let bytes = self.read_body(response, LARGEST_FAULT).await.unwrap_or_default();
        let is_page = media == Media::Other && !bytes.is_empty();
        let fault: Fault = Fields::parse(&mend(bytes)).and_then(Fields::read).unwrap_or_default();
        let class = match status.as_u16() {
            401 => Class::NotSignedIn,
            429 => Class::Throttled { retry_at: self.shared.limit.retry_at() },
            // 303 says that the request was taken, and where to read what came of it.
            303 if write => Class::Ambiguous(Cause::Answer(Nonsense::Redirect)),
            300..=399 => Class::Nonsense(Nonsense::Redirect),
            408 | 500..=599 if write => Class::Ambiguous(Cause::Server),
            408 | 500..=599 => Class::Server,
            // A web page is not the API speaking: a wrong address, a portal, a firewall.
            _ if is_page => Class::Nonsense(Nonsense::NotJson),
            403 => Class::NotAllowed,
            404 | 410 => Class::NotFound { merged_into },
            400..=499 => Class::Refused,
            _ => Class::Nonsense(Nonsense::Shape),
        };
        let error = ApiError::new(class)
            .with_status(status.as_u16())
            .with_request_id(request_id)
            .with_request_id(fault.request_id());
        let (code, message) = fault.into_words();
        Err(error.with_words(code, message))
    }

    async fn read_body(&self, mut response: Response, most: usize) -> Result<Vec<u8>, Broken> {
        let mut bytes = Vec::new();
        loop {
            let chunk = timeout(self.shared.timeouts.idle, response.chunk()).await.map_err(|_| Broken::TooSlow)?;
            let Some(chunk) = chunk.map_err(Broken::Transport)? else { return Ok(bytes) };
            if bytes.len() + chunk.len() > most {
                return Err(Broken::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
    }
}

impl Broken {
    fn into_error(self, write: bool) -> ApiError {
        match self {
            Self::TooLarge => ApiError::bad_answer(Nonsense::TooLarge, write),
            Self::TooSlow => ApiError::no_answer(Cause::Timeout, write),
            Self::Transport(error) => ApiError::transport(error, write),
        }
    }
}

/// What an answer says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    Json,
    Unsaid,
    Other,
}

impl Media {
    fn of(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(CONTENT_TYPE) else { return Self::Unsaid };
        let value = value.to_str().unwrap_or_default();
        let media = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_json = matches!(media.as_str(), "application/json" | "text/json") || media.ends_with("+json");
        if is_json { Self::Json } else { Self::Other }
    }
}

/// The connection pool. No redirect is followed, nothing is sent twice, and a token for this machine
/// never passes a proxy.
fn build(endpoint: &Endpoint, timeouts: Timeouts) -> reqwest::Result<reqwest::Client> {
    // Fails when it was installed before, which is just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(timeouts.connect)
            .pool_idle_timeout(IDLE_CONNECTION);
        if endpoint.is_loopback() {
            // Whatever the resolver thinks, `localhost` is here.
            let here = [([127, 0, 0, 1], 0).into(), ([0, 0, 0, 0, 0, 0, 0, 1], 0).into()];
            builder = builder.no_proxy().resolve_to_addrs("localhost", &here);
        }
        builder
    };
    if endpoint.is_plain_http() {
        // There is nothing to verify, so the machine's certificates need not be loaded.
        return builder().tls_backend_preconfigured(bundled_roots()).build();
    }
    // A machine without certificates of its own (a bare container) gets the bundled ones.
    builder().build().or_else(|_| builder().tls_backend_preconfigured(bundled_roots()).build())
}

fn bundled_roots() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let mut config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

fn is_plain_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn read_told(status: StatusCode, headers: &HeaderMap) -> Told {
    let number = |name| header(headers, name).and_then(|text| text.parse::<i64>().ok());
    let count = |name| number(name).and_then(|number| u64::try_from(number).ok());
    let date = header(headers, DATE.as_str()).and_then(parse_http_date);
    let retry_after = header(headers, RETRY_AFTER.as_str()).and_then(|text| {
        let secs = text.parse().ok().or_else(|| {
            // A date means by the server's clock, so only the distance to its own date counts.
            Some(parse_http_date(text)?.saturating_sub(date?).max(0).unsigned_abs())
        })?;
        Some(Duration::from_secs(secs))
    });
    Told {
        date,
        limit: count("x-ratelimit-limit"),
        remaining: count("x-ratelimit-remaining"),
        reset: number("x-ratelimit-reset"),
        throttled: status == StatusCode::TOO_MANY_REQUESTS,
        retry_after,
    }
}

fn parse_http_date(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp().as_second())
}

/// The contact that a merged one became: `Link: </contacts/{id}>; rel="canonical"`.
fn canonical_contact(headers: &HeaderMap) -> Option<ContactId> {
    let link = header(headers, LINK.as_str())?;
    if !link.contains("canonical") {
        return None;
    }
    let (path, _) = link.strip_prefix('<')?.split_once('>')?;
    let (before, id) = path.rsplit_once('/')?;
    ContactId::parse(id).filter(|_| before.ends_with("contacts"))
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
