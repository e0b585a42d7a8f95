//! Files that a thread names by their address.
//!
//! Owns the one way to them: the token goes to the configured helpdesk and nowhere else, other hosts are
//! asked over a secure connection only, and redirects are followed by hand under the same two rules.
//! Enter at [`Client::download`].

use std::io;

use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, LOCATION, USER_AGENT};
use reqwest::{Response, Url};
use thiserror::Error;
use tokio::time::timeout;

use super::client::Client;
use super::error::{ApiError, Cause, Class, Nonsense};

/// How many redirects lead to a file.
const MOST_REDIRECTS: usize = 5;

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
        let mut done: u64 = 0;
        loop {
            let chunk = timeout(self.timeouts().idle, response.chunk())
                .await
                .map_err(|_| ApiError::no_answer(Cause::Timeout, false))?
                .map_err(|error| ApiError::transport(error, false))?;
            let Some(chunk) = chunk else { return Ok(done) };
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
            if !is_home && url.scheme() != "https" {
                return Err(DownloadError::Address);
            }
            let mut request =
                self.http().await?.get(url.clone()).header(USER_AGENT, concat!("deskhand/", env!("CARGO_PKG_VERSION")));
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
    use super::super::script::{Script, answer};
    use super::*;

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
    async fn a_file_that_is_too_large_or_gone_says_so() {
        let script = Script::play(vec![answer(200, &[], b"12345"), answer(404, &[], b"")]).await;
        let address = format!("{}/files/a", script.client().endpoint().address());
        assert!(matches!(fetch(&script, &address, 4).await, Err(DownloadError::TooLarge(4))));
        let gone = fetch(&script, &address, 4).await;
        assert!(matches!(gone, Err(DownloadError::Api(error)) if matches!(error.class(), Class::NotFound { .. })));
    }
}
