//! Connections: how many at once, and how long each may keep us waiting.
//!
//! Owns [`Patient`], an accepting end with a cap, and the deadlines of a connection: the first byte
//! of a request, its whole head, and the taking of an answer. What happens between head and answer
//! is the gate's to time. Knows nothing of paths or of HTTP beyond where a head ends.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

/// How long a connection may keep us waiting.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between two requests of one connection.
    pub idle: Duration,
    /// From the first byte of a request to the end of its head.
    pub head: Duration,
    /// For the other side to take a piece of the answer.
    pub write: Duration,
    /// At the end, for requests that are under way to finish.
    pub grace: Duration,
    /// Connections at once; the next ones wait in the system's queue.
    pub connections: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(75),
            head: Duration::from_secs(10),
            write: Duration::from_secs(30),
            grace: Duration::from_secs(5),
            connections: 2048,
        }
    }
}

/// Accepts connections up to a cap, each with deadlines.
pub struct Patient {
    listener: TcpListener,
    patience: Patience,
    room: Arc<Semaphore>,
}

impl Patient {
    /// Wraps a bound listener.
    #[must_use]
    pub fn new(listener: TcpListener, patience: Patience) -> Self {
        Self { listener, patience, room: Arc::new(Semaphore::new(patience.connections)) }
    }
}

impl Listener for Patient {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            let Ok(permit) = Arc::clone(&self.room).acquire_owned().await else {
                // Nobody closes the semaphore; were it closed, nothing more would be accepted.
                std::future::pending::<()>().await;
                continue;
            };
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    // A small answer must not wait for the next segment; without it we are only slower.
                    let _ = stream.set_nodelay(true);
                    return (Connection::new(stream, self.patience, permit), address);
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// Where a connection is in the life of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing of the next request has come.
    Idle,
    /// Empty lines have come, which may stand before a request (RFC 9112, 2.2) and end nothing.
    Blank,
    /// Some of a head has come; `line_ended` when its last line is complete.
    Head { line_ended: bool },
    /// The head is complete: the body and the answer are timed elsewhere.
    Request,
}

/// One connection with deadlines.
pub struct Connection {
    stream: TcpStream,
    patience: Patience,
    phase: Phase,
    read_deadline: Option<Pin<Box<Sleep>>>,
    write_deadline: Option<Pin<Box<Sleep>>>,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, patience: Patience, permit: OwnedSemaphorePermit) -> Self {
        Self {
            stream,
            patience,
            phase: Phase::Idle,
            read_deadline: Some(Box::pin(sleep(patience.idle))),
            write_deadline: None,
            _permit: permit,
        }
    }

    fn note_read(&mut self, bytes: &[u8]) {
        let before = self.phase;
        self.phase = after_reading(before, bytes);
        match (before, self.phase) {
            (_, Phase::Request) => self.read_deadline = None,
            (Phase::Idle, Phase::Blank | Phase::Head { .. }) => {
                self.read_deadline = Some(Box::pin(sleep(self.patience.head)));
            }
            _ => {}
        }
    }

    fn note_written(&mut self, bytes: &[u8]) {
        self.write_deadline = None;
        // "100 Continue" answers nothing yet.
        if !bytes.starts_with(b"HTTP/1.1 100") {
            self.phase = Phase::Idle;
            self.read_deadline = Some(Box::pin(sleep(self.patience.idle)));
        }
    }

    /// After a write that could not go out: fails when the other side takes too long.
    fn write_stalled(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let wait = self.patience.write;
        let deadline = self.write_deadline.get_or_insert_with(|| Box::pin(sleep(wait)));
        deadline.as_mut().poll(cx).map(|()| timed_out())
    }
}

fn timed_out() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the other side kept us waiting too long")
}

/// Follows a head to its end (an empty line), wherever the reads are cut.
fn after_reading(phase: Phase, bytes: &[u8]) -> Phase {
    let mut phase = phase;
    for byte in bytes {
        phase = match (phase, byte) {
            (Phase::Request, _) | (Phase::Head { line_ended: true }, b'\n') => return Phase::Request,
            (Phase::Idle | Phase::Blank, b'\r' | b'\n') => Phase::Blank,
            (Phase::Head { .. }, b'\n') => Phase::Head { line_ended: true },
            (Phase::Head { line_ended }, b'\r') => Phase::Head { line_ended },
            _ => Phase::Head { line_ended: false },
        };
    }
    phase
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                // What was filled before stays in front, so the range is within the filled part.
                this.note_read(buf.filled().get(before..).unwrap_or_default());
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => match &mut this.read_deadline {
                Some(deadline) => deadline.as_mut().poll(cx).map(|()| Err(timed_out())),
                None => Poll::Pending,
            },
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(cx, bytes) {
            Poll::Ready(Ok(count)) => {
                this.note_written(bytes);
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => this.write_stalled(cx).map(Err),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write_vectored(cx, pieces) {
            Poll::Ready(Ok(count)) => {
                this.note_written(pieces.first().map_or(&[][..], |piece| piece));
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => this.write_stalled(cx).map(Err),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[test]
    fn a_head_ends_at_the_empty_line_wherever_the_reads_are_cut() {
        let head = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        for cut in 1..head.len() - 1 {
            let first = after_reading(Phase::Idle, &head[..cut]);
            assert_ne!(first, Phase::Request, "cut at {cut}");
            assert_eq!(after_reading(first, &head[cut..]), Phase::Request, "cut at {cut}");
        }
        assert_eq!(after_reading(Phase::Idle, b"GET / HTTP/1.1\n\n"), Phase::Request);
        let blank = after_reading(after_reading(Phase::Idle, b"\r\n"), b"\r\n\r\n");
        assert_eq!(blank, Phase::Blank, "empty lines alone are no head");
        assert_eq!(after_reading(blank, b"GET"), Phase::Head { line_ended: false });
    }

    async fn pair(patience: Patience) -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap());
        let mut patient = Patient::new(listener, patience);
        let ((connection, _), client) = tokio::join!(patient.accept(), client);
        (connection, client.unwrap())
    }

    fn short() -> Patience {
        let short = Duration::from_millis(30);
        Patience { head: short, write: short, connections: 1, ..Patience::default() }
    }

    #[tokio::test]
    async fn a_head_that_does_not_end_is_cut_off() {
        let (mut connection, mut client) = pair(short()).await;
        client.write_all(b"GET / HT").await.unwrap();
        let mut buffer = [0; 64];
        assert_eq!(connection.read(&mut buffer).await.unwrap(), 8);
        let error = connection.read(&mut buffer).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn an_answer_that_nobody_takes_is_given_up() {
        let (mut connection, _client) = pair(short()).await;
        let piece = vec![0; 1 << 20];
        let error = loop {
            if let Err(error) = connection.write_all(&piece).await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_body_is_not_held_to_the_deadline_of_a_head() {
        let (mut connection, mut client) = pair(short()).await;
        client.write_all(b"POST / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut buffer = [0; 64];
        assert_eq!(connection.read(&mut buffer).await.unwrap(), 19);
        assert!(connection.read_deadline.is_none());
        connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        assert!(connection.read_deadline.is_some());
    }
}
