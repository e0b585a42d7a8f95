//! A picture in full detail over its half blocks, where the terminal is known to have such (feature `images`).
//!
//! Owns what is drawn over the frame, and that it goes with its page. The half blocks below stay: what a terminal
//! does not draw is seen all the same. Enter at [`TheScreen::follow_picture`].

use ratatui::layout::Rect;
use rustix::termios::tcgetwinsize;

use super::screen::{TheScreen, Wake};
use crate::app::Layer;
use crate::host::{Cells, Graphics};
use crate::term;
use crate::ui;

/// Which picture, and where.
type Spot = (u64, Rect);

/// Bytes that draw a picture, made aside.
pub(super) struct Drawn {
    spot: Spot,
    bytes: Vec<u8>,
}

/// What is drawn over the frame.
#[derive(Default)]
pub(super) struct Pictures {
    /// What shall be there; its bytes may be on their way.
    wanted: Option<Spot>,
    /// Something is there.
    is_shown: bool,
}

impl TheScreen {
    /// After a frame: a picture whose page came is made ready aside, one whose page went is taken away. `forgot`
    /// says that the frame was drawn over everything.
    pub(super) fn follow_picture(&mut self, forgot: bool) {
        let Some(graphics) = Graphics::of(|name| std::env::var(name).ok()) else { return };
        let front = ui::picture_place(&self.app);
        if front == self.pictures.wanted && !(forgot && front.is_some()) {
            return;
        }
        self.pictures.wanted = front;
        if std::mem::take(&mut self.pictures.is_shown) {
            write_raw(&graphics.remove());
        }
        let (Some(spot), Some(Layer::Picture(picture))) = (front, self.app.layers.last()) else { return };
        let (pixels, wake, place) = (picture.pixels.clone(), self.wake.clone(), spot.1);
        let dots = tcgetwinsize(rustix::stdio::stdout())
            .map_or((0, 0), |size| (size.ws_xpixel / size.ws_col.max(1), size.ws_ypixel / size.ws_row.max(1)));
        let cells = Cells { at: (place.x, place.y), size: (place.width, place.height), dots };
        std::thread::spawn(move || {
            if let Some(bytes) = graphics.draw((pixels.width, pixels.height), &pixels.rgb, cells) {
                // Fails only after the loop has ended.
                let _ = wake.send(Wake::Drawn(Drawn { spot, bytes }));
            }
        });
    }

    /// A picture is ready: it is drawn if its page is still in front.
    pub(super) fn draw_picture(&mut self, drawn: &Drawn) {
        if self.pictures.wanted == Some(drawn.spot) {
            self.pictures.is_shown = true;
            write_raw(&drawn.bytes);
        }
    }
}

fn write_raw(bytes: &[u8]) {
    if let Err(error) = term::write(bytes) {
        // A terminal that is gone is found by the next frame.
        tracing::warn!(%error, "the picture could not be drawn");
    }
}
