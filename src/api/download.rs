//! Files that a thread names by their address.
//!
//! Owns the one way to them: the token goes to the configured helpdesk and nowhere else, other hosts are
//! asked over a secure connection only, and redirects are followed by hand under the same two rules. No header is
//! believed: what comes is counted as it comes, decoded, and what a host says of its kind is not read.
//! Enter at [`Client::download`].

use std::io;

use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, HeaderValue, LOCATION, USER_AGENT};
use reqwest::{Response, Url};
use thiserror::Error;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::client::Client;
use super::error::{ApiError, Cause, Class, Nonsense};

/// How many redirects lead to a file.
const MOST_REDIRECTS: usize = 5;
/// A body that brings fewer bytes than these in a [stride](super::Timeouts::stride) is given up: drops that never end
/// keep nobody. A tenth of the slowest line.
const LEAST: u64 = 8 << 10;

/// Why a file could not be fetched.
#[derive(Debug, Error)]
pub enum DownloadError {
    /// Not a web address, or one without a secure connection.
    #[error("the file has no address that can be asked safely")]
    Address,
    /// The host said no, or nothing.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// More bytes than were allowed.
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    /// The host announced so many bytes, and fewer came: (came, announced).
    #[error("{0} bytes came of {1} that were announced")]
    Short(u64, u64),
    /// What came could not be put where it belongs.
    #[error("the file could not be written")]
    Write(#[source] io::Error),
}

/// Takes a piece of a file, with the whole length as far as the host tells it.
pub type TakePiece<'a> = dyn FnMut(&[u8], Option<u64>) -> io::Result<()> + Send + 'a;

impl Client {
    /// Fetches the file at `address`, at most `most` bytes, and hands it over in pieces with the whole
    /// length as far as the host tells it; how many bytes there were.
    ///
    /// # Errors
    /// Any [`DownloadError`]; pieces may have been handed over by then.
    pub async fn download(&self, address: &str, most: u64, piece: &mut TakePiece<'_>) -> Result<u64, DownloadError> {
        let mut response = self.follow(address).await?;
        let length = response
            .headers()
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse::<u64>().ok());
        if length.is_some_and(|length| length > most) {
            return Err(DownloadError::TooLarge(most));
        }
        let (mut done, mut at_stride) = (0_u64, 0_u64);
        let mut strides = interval(self.timeouts().stride);
        strides.set_missed_tick_behavior(MissedTickBehavior::Delay);
        strides.tick().await;
        loop {
            let next = timeout(self.timeouts().idle, response.chunk());
            let chunk = tokio::select! {
                biased;
                _ = strides.tick() => {
                    if done - at_stride < LEAST {
                        return Err(ApiError::no_answer(Cause::Timeout, false).into());
                    }
                    at_stride = done;
                    continue;
                }
                chunk = next => chunk.map_err(|_| ApiError::no_answer(Cause::Timeout, false))?,
            };
            let chunk = match (chunk, length) {
                (Ok(Some(chunk)), _) => chunk,
                (Ok(None) | Err(_), Some(length)) if done < length => return Err(DownloadError::Short(done, length)),
                (Ok(None), _) => return Ok(done),
                (Err(error), _) => return Err(ApiError::transport(error, false).into()),
            };
            done = done.saturating_add(chunk.len() as u64);
            if done > most {
                return Err(DownloadError::TooLarge(most));
            }
            piece(&chunk, length).map_err(DownloadError::Write)?;
        }
    }

    /// The answer that has the file.
    async fn follow(&self, address: &str) -> Result<Response, DownloadError> {
        let home = Url::parse(self.endpoint().address()).map_err(|_| DownloadError::Address)?;
        let mut url = Url::parse(address).map_err(|_| DownloadError::Address)?;
        for _ in 0..=MOST_REDIRECTS {
            let is_home = url.origin() == home.origin();
            // A name and a password in an address would be sent as such.
            let has_user = !url.username().is_empty() || url.password().is_some();
            if has_user || (!is_home && url.scheme() != "https") {
                return Err(DownloadError::Address);
            }
            let agent = concat!("deskhand/", env!("CARGO_PKG_VERSION"));
            let mut request = self.http().await?.get(url.clone()).header(USER_AGENT, agent);
            // What is packed all the same is unpacked, and counted so.
            request = request.header(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            if is_home {
                request = request.header(AUTHORIZATION, self.authorization());
            }
            let timeouts = self.timeouts();
            let response = timeout(timeouts.connect + timeouts.head, request.send())
                .await
                .map_err(|_| ApiError::no_answer(Cause::Timeout, false))?
                .map_err(|error| ApiError::transport(error, false))?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let next = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            match next.filter(|_| status.is_redirection()) {
                Some(next) => url = url.join(next).map_err(|_| DownloadError::Address)?,
                None => return Err(refusal(status.as_u16()).into()),
            }
        }
        Err(ApiError::new(Class::Nonsense(Nonsense::Redirect)).into())
    }
}

/// A host of files has no words of the API's: its status says what it means.
fn refusal(status: u16) -> ApiError {
    let class = match status {
        401 => Class::NotSignedIn,
        403 => Class::NotAllowed,
        404 | 410 => Class::NotFound { merged_into: None },
        408 | 500..=599 => Class::Server,
        300..=399 => Class::Nonsense(Nonsense::Redirect),
        _ => Class::Refused,
    };
    ApiError::new(class).with_status(status)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::Timeouts;
    use super::super::script::{Say, Script, answer, head};
    use super::*;
    use crate::clock::Clock;

    /// 100,000 zeroes as gzip packs them.
    const ZEROES: &[u8] = &[
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x31, 0x01, 0x00, 0x00, 0x00, 0xc2,
        0xa0, 0xf5, 0x4f, 0x6d, 0x0d, 0x0f, 0xa0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x57, 0x03, 0x7d, 0x95,
        0x11, 0xd4, 0xa0, 0x86, 0x01, 0x00,
    ];

    async fn fetch(script: &Script, address: &str, most: u64) -> Result<Vec<u8>, DownloadError> {
        let mut got = Vec::new();
        let mut piece = |bytes: &[u8], _: Option<u64>| {
            got.extend_from_slice(bytes);
            io::Result::Ok(())
        };
        script.client().download(address, most, &mut piece).await?;
        Ok(got)
    }

    #[tokio::test]
    async fn a_file_comes_whole_with_the_token_and_through_a_redirect() {
        let there = answer(302, &[("Location", "/files/b")], b"");
        let script = Script::play(vec![there, answer(200, &[("Content-Type", "image/png")], b"png")]).await;
        let address = format!("{}/files/a", script.client().endpoint().address());
        assert_eq!(fetch(&script, &address, 10).await.unwrap(), b"png");
        assert_eq!(script.lines(), ["GET /files/a", "GET /files/b"]);
    }

    #[tokio::test]
    async fn nothing_is_asked_without_a_secure_connection_but_the_helpdesk_itself() {
        let script = Script::play(vec![answer(302, &[("Location", "http://198.51.100.1/x")], b"")]).await;
        let address = format!("{}/files/a", script.client().endpoint().address());
        assert!(matches!(fetch(&script, &address, 10).await, Err(DownloadError::Address)));
        for address in ["http://198.51.100.1/x", "file:///etc/passwd", "x", ""] {
            assert!(matches!(fetch(&script, address, 10).await, Err(DownloadError::Address)), "{address}");
        }
    }

    #[tokio::test]
    async fn the_token_stays_at_home() {
        let elsewhere = Script::play(vec![answer(200, &[], b"x")]).await;
        let there = answer(302, &[("Location", &format!("{}/x", elsewhere.address))], b"");
        let script = Script::play(vec![there]).await;
        let address = format!("{}/files/a", script.client().endpoint().address());
        // The same machine, but another port without a secure connection.
        assert!(matches!(fetch(&script, &address, 10).await, Err(DownloadError::Address)));
        assert!(elsewhere.lines().is_empty(), "nobody else is asked");
        assert!(script.heard().iter().all(|heard| heard.header("authorization").is_some()));
        for place in ["https://user:word@files.example/x", "file:///etc/passwd", "//", "gopher://x/", "data:,x"] {
            let script = Script::play(vec![answer(302, &[("Location", place)], b"")]).await;
            let address = format!("{}/files/a", script.client().endpoint().address());
            assert!(fetch(&script, &address, 10).await.is_err(), "{place}");
        }
    }

    #[tokio::test]
    async fn a_circle_of_redirects_ends() {
        let round = || answer(302, &[("Location", "/files/a")], b"");
        let script = Script::play((0..20).map(|_| round()).collect()).await;
        let address = format!("{}/files/a", script.client().endpoint().address());
        assert!(matches!(fetch(&script, &address, 10).await, Err(DownloadError::Api(_))));
        assert_eq!(script.lines().len(), MOST_REDIRECTS + 1);
    }

    #[tokio::test]
    async fn a_length_that_lies_is_found_out() {
        let mut long = head(200, &[], 10);
        long.extend_from_slice(b"123");
        let mut more = head(200, &[("Content-Type", "image/png")], 3);
        more.extend_from_slice(b"123456789");
        let endless = [&b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"[..], &[b'x'; 5_000]].concat();
        let absurd = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx".to_vec();
        let empty = answer(200, &[], b"");
        let says = vec![Say::Bytes(long), Say::Bytes(more), Say::Bytes(endless), empty, Say::Bytes(absurd)];
        let script = Script::play(says).await;
        let address = format!("{}/files/a", script.client().endpoint().address());
        assert!(matches!(fetch(&script, &address, 100).await, Err(DownloadError::Short(3, 10))));
        assert_eq!(fetch(&script, &address, 100).await.unwrap(), b"123", "what follows is not the file's");
        assert!(matches!(fetch(&script, &address, 100).await, Err(DownloadError::TooLarge(100))));
        assert_eq!(fetch(&script, &address, 100).await.unwrap(), b"");
        assert!(fetch(&script, &address, 100).await.is_err());
    }

    #[tokio::test]
    async fn a_packed_bomb_is_counted_unpacked() {
        // 100,000 zeroes, packed with gzip.
        let script = Script::play(vec![answer(200, &[("Content-Encoding", "gzip")], ZEROES)]).await;
        let address = format!("{}/files/a", script.client().endpoint().address());
        assert!(matches!(fetch(&script, &address, 1_000).await, Err(DownloadError::TooLarge(1_000))));
        assert_eq!(script.heard()[0].header("accept-encoding"), Some("identity"));
    }

    #[tokio::test]
    async fn a_body_that_stands_still_ends() {
        let mut half = head(200, &[], 10);
        half.extend_from_slice(b"123");
        let script = Script::play(vec![Say::Stall(half)]).await;
        let client =
            script.client_with(Clock::system(), Timeouts { idle: Duration::from_millis(50), ..Timeouts::default() });
        let address = format!("{}/files/a", client.endpoint().address());
        let outcome = client.download(&address, 100, &mut |_, _| Ok(())).await;
        assert!(matches!(outcome, Err(DownloadError::Api(_))));
    }

    #[tokio::test]
    async fn a_body_that_comes_in_drops_ends_however_patient_one_is() {
        let (mut drops, mut enough) = (head(200, &[], 100_000), head(200, &[], 100_000));
        drops.extend_from_slice(b"123");
        enough.extend(std::iter::repeat_n(b'x', 100_000));
        let script = Script::play(vec![Say::Stall(drops), Say::Bytes(enough)]).await;
        let patient = Duration::from_secs(3_600);
        let timeouts = Timeouts { idle: patient, stride: Duration::from_millis(50), ..Timeouts::default() };
        let client = script.client_with(Clock::system(), timeouts);
        let address = format!("{}/files/a", client.endpoint().address());
        let outcome = client.download(&address, 100_000, &mut |_, _| Ok(())).await;
        assert!(matches!(outcome, Err(DownloadError::Api(_))), "{outcome:?}");
        assert!(matches!(client.download(&address, 100_000, &mut |_, _| Ok(())).await, Ok(100_000)));
    }

    #[tokio::test]
    async fn a_file_that_is_too_large_or_gone_says_so() {
        let script = Script::play(vec![answer(200, &[], b"12345"), answer(404, &[], b"")]).await;
        let address = format!("{}/files/a", script.client().endpoint().address());
        assert!(matches!(fetch(&script, &address, 4).await, Err(DownloadError::TooLarge(4))));
        let gone = fetch(&script, &address, 4).await;
        assert!(matches!(gone, Err(DownloadError::Api(error)) if matches!(error.class(), Class::NotFound { .. })));
    }
}
