//! The one way out: every call of the API is one [`Client::send`].
//!
//! Owns headers, timeouts, the cap on answers, and which failure is of which class. Knows no resource:
//! those have files of their own beside this one. Enter at [`Client::new`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LINK, RETRY_AFTER,
    USER_AGENT,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use tokio::time::timeout;

use super::endpoint::Endpoint;
use super::error::{ApiError, Cause, Class, Nonsense};
use super::health::Outcome;
use super::limit::{Limit, Priority, Refusal, Told, Turn};
use super::wire::{Fault, Fields, Wire, mend};
use crate::clock::{Clock, Ids};
use crate::domain::{Capabilities, ContactId, UnixTime};

const JSON: &str = "application/json";
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
    /// All of it; a large request gets more. An answer that goes on has no such bound.
    pub whole: Duration,
    /// Between two signs of life of an answer that tells what changes.
    pub quiet: Duration,
    /// In which the body of a file brings a few kilobytes at least.
    pub stride: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(15),
            whole: Duration::from_secs(60),
            quiet: Duration::from_secs(45),
            stride: Duration::from_secs(60),
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
    /// A turn that was waited for already: the next request's.
    reserved: Arc<Mutex<Option<Turn>>>,
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
    /// What the helpdesk at the other end can do, once it said so on this connection.
    capabilities: Mutex<Option<Capabilities>>,
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
    /// What the answer may be, and is expected to be.
    accept: &'static str,
}

impl<'a> Ask<'a> {
    pub(super) fn get(path: &'a [&'a str]) -> Self {
        Self { method: Method::GET, path, query: Vec::new(), body: None, write: false, accept: JSON }
    }

    /// A POST that changes nothing.
    pub(super) fn search(path: &'a [&'a str], body: Value) -> Self {
        Self { method: Method::POST, path, query: Vec::new(), body: Some(body), write: false, accept: JSON }
    }

    pub(super) fn write(method: Method, path: &'a [&'a str], body: Value) -> Self {
        Self { method, path, query: Vec::new(), body: Some(body), write: true, accept: JSON }
    }

    pub(super) fn with(mut self, parameter: (&'a str, String)) -> Self {
        self.query.push(parameter);
        self
    }

    /// The same for an answer of another type, which goes on.
    pub(super) fn accept(mut self, media: &'static str) -> Self {
        self.accept = media;
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

/// The head of a successful answer, before its body.
struct Head {
    response: Response,
    media: Media,
    request_id: Option<String>,
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
            limit: Limit::new(clock.clone(), Ids::system()),
            clock,
            largest_answer,
            http: tokio::sync::Mutex::new(None),
            capabilities: Mutex::default(),
        };
        Ok(Self { shared: Arc::new(shared), priority: Priority::Foreground, reserved: Arc::default() })
    }

    /// A clone whose calls leave half of the rate budget to others.
    #[must_use]
    pub fn background(&self) -> Self {
        self.with_priority(Priority::Background)
    }

    /// A clone for the reading of what is old: it leaves five eighths of the rate budget to others, the
    /// background among them.
    #[must_use]
    pub fn fill(&self) -> Self {
        self.with_priority(Priority::Fill)
    }

    /// A clone with this priority.
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self { shared: Arc::clone(&self.shared), priority, reserved: Arc::default() }
    }

    /// A clone whose next request has its turn already, so that nothing but the request itself comes after
    /// this. Dropping it gives the turn up.
    ///
    /// # Errors
    /// As a request that may not go out: throttled, signed out, or a server that is failing.
    pub async fn reserve(&self) -> Result<Self, ApiError> {
        // What else has to be there before the first byte.
        self.http().await?;
        let turn = self.permit().await?;
        let shared = Arc::clone(&self.shared);
        Ok(Self { shared, priority: self.priority, reserved: Arc::new(Mutex::new(Some(turn))) })
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

    /// Requests left in this window of the rate budget, and requests of a whole window; absent until an
    /// answer told.
    #[must_use]
    pub fn budget(&self) -> Option<(u64, u64)> {
        self.shared.limit.left()
    }

    /// Sets how long nobody tries after a refused token (a minute if never set).
    ///
    /// After a 401 every call fails as [`Class::NotSignedIn`] at once and nothing is sent, but one call
    /// after each such wait, until one of those is answered.
    pub fn set_signed_out_wait(&self, wait: Duration) {
        self.shared.limit.set_signed_out_wait(wait);
    }

    /// Whether the token was refused, and no try has shown otherwise.
    #[must_use]
    pub fn is_signed_out(&self) -> bool {
        self.shared.limit.is_signed_out()
    }

    /// Lets the next call go out, although the token was refused or the server is failing: a person
    /// asks for it. What a 429 asked for is obeyed all the same.
    pub fn try_now(&self) {
        self.shared.limit.try_now();
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
        *self.known_capabilities() = None;
    }

    /// What was said of capabilities on this connection.
    pub(super) fn known_capabilities(&self) -> MutexGuard<'_, Option<Capabilities>> {
        // A whole value or none, whatever happened to its holder.
        self.shared.capabilities.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn timeouts(&self) -> Timeouts {
        self.shared.timeouts
    }

    /// What goes into the header that names us: for the configured helpdesk only.
    pub(super) fn authorization(&self) -> HeaderValue {
        self.shared.authorization.clone()
    }

    pub(super) async fn http(&self) -> Result<reqwest::Client, ApiError> {
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
        let write = ask.write;
        let (request, more) = self.prepared(ask).await?;
        let turn = self.permit().await?;
        let exchange = async {
            let head = self.exchange(request, more, write, &turn).await?;
            self.read_answer(head, write).await
        };
        let whole = self.shared.timeouts.whole + more;
        let answer = timeout(whole, exchange).await.unwrap_or_else(|_| Err(ApiError::no_answer(Cause::Timeout, write)));
        self.settle(turn, answer.as_ref().err());
        answer
    }

    /// Sends one request and leaves the body of its answer, which must be of the type that was asked
    /// for, to be read as it comes.
    ///
    /// # Errors
    /// Any [`ApiError`], as of [`Client::send`].
    pub(super) async fn open(&self, ask: Ask<'_>) -> Result<Response, ApiError> {
        let accept = ask.accept;
        let (request, more) = self.prepared(ask).await?;
        let turn = self.permit().await?;
        let head = self.exchange(request, more, false, &turn).await.and_then(|head| {
            let media = media_type(head.response.headers()).unwrap_or_default();
            if media == accept {
                return Ok(head.response);
            }
            let error = ApiError::bad_answer(Nonsense::NotJson, false);
            Err(error.with_status(head.response.status().as_u16()).with_request_id(head.request_id))
        });
        self.settle(turn, head.as_ref().err());
        head
    }

    /// The request as it goes out, and how much more time its size asks for.
    async fn prepared(&self, ask: Ask<'_>) -> Result<(reqwest::RequestBuilder, Duration), ApiError> {
        let url = self.shared.endpoint.url(ask.path, &ask.query)?;
        let http = self.http().await?;
        let mut request = http
            .request(ask.method, url)
            .header(AUTHORIZATION, self.shared.authorization.clone())
            .header(HeaderName::from_static("intercom-version"), VERSION)
            .header(ACCEPT, ask.accept)
            // A re-read after doubt must not come from a cache on the way.
            .header(CACHE_CONTROL, "no-cache")
            .header(USER_AGENT, concat!("deskhand/", env!("CARGO_PKG_VERSION")));
        let mut length = 0;
        if let Some(body) = &ask.body {
            let body = serde_json::to_vec(body).map_err(|_| ApiError::unsendable("request_invalid"))?;
            length = body.len();
            request = request.header(CONTENT_TYPE, JSON).body(body);
        }
        Ok((request, Duration::from_secs((length / SLOW_LINE) as u64)))
    }

    async fn permit(&self) -> Result<Turn, ApiError> {
        if let Some(turn) = self.reserved.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ok(turn);
        }
        self.shared.limit.permit(self.priority).await.map_err(|refusal| match refusal {
            Refusal::Throttled(retry_at) => ApiError::new(Class::Throttled { retry_at }),
            Refusal::SignedOut(retry_at) => ApiError::unsent(Class::NotSignedIn, "signed_out", retry_at),
            Refusal::Failing(cause, retry_at) => {
                ApiError::unsent(Class::Unreachable(cause), "waiting_for_server", retry_at)
            }
        })
    }

    /// Tells gate and memory what came of a request.
    fn settle(&self, turn: Turn, error: Option<&ApiError>) {
        let outcome = error.map_or(Outcome::Answered, |error| match error.class() {
            Class::NotSignedIn => Outcome::SignedOut,
            Class::Throttled { .. } => Outcome::Throttled,
            Class::Unreachable(cause) | Class::Ambiguous(cause) => Outcome::Failed(*cause),
            Class::Server => Outcome::Failed(Cause::Server),
            // A portal or a proxy, not the API.
            Class::Nonsense(what @ (Nonsense::NotJson | Nonsense::Redirect)) => Outcome::Failed(Cause::Answer(*what)),
            Class::NotAllowed | Class::NotFound { .. } | Class::Refused | Class::Nonsense(_) => Outcome::Answered,
        });
        if matches!(outcome, Outcome::Failed(_) | Outcome::SignedOut) {
            // What answers next may be another helpdesk.
            *self.known_capabilities() = None;
        }
        turn.end(outcome);
    }

    /// Sends a request and reads the head of its answer; one that is no success is an error already.
    async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
        more: Duration,
        write: bool,
        turn: &Turn,
    ) -> Result<Head, ApiError> {
        let timeouts = self.shared.timeouts;
        let response = timeout(timeouts.connect + timeouts.head + more, request.send())
            .await
            .map_err(|_| ApiError::no_answer(Cause::Timeout, write))?
            .map_err(|error| ApiError::transport(error, write))?;

        let status = response.status();
        turn.note(&read_told(status, response.headers()));
        let request_id = header(response.headers(), "x-request-id").filter(|id| is_plain_id(id)).map(str::to_owned);
        let media = Media::of(response.headers());
        if status.is_success() {
            return Ok(Head { response, media, request_id });
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

    /// Reads the body of a successful answer.
    async fn read_answer(&self, head: Head, write: bool) -> Result<Answer, ApiError> {
        let Head { response, media, request_id } = head;
        let status = response.status().as_u16();
        let body = self.read_body(response, self.shared.largest_answer).await;
        let answer = body.map_err(|broken| broken.into_error(write)).and_then(|bytes| {
            // An empty answer has no type to be wrong.
            if media == Media::Other && !bytes.is_empty() {
                return Err(ApiError::bad_answer(Nonsense::NotJson, write));
            }
            Ok(mend(bytes))
        });
        match answer {
            Ok(text) => Ok(Answer { text, write, status, request_id }),
            Err(error) => Err(error.with_status(status).with_request_id(request_id)),
        }
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
        let Some(media) = media_type(headers) else { return Self::Unsaid };
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

/// What `Content-Type` says, without parameters and in lower case.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().unwrap_or_default();
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
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
