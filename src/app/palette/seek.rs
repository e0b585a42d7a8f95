//! What the palette asks of the cache, and what comes back.

use super::named_id;
use crate::app::App;
use crate::app::layers::Layer;
use crate::domain::Conversation;
use crate::sync::message::{FoundContact, Generation, Request};

/// Letters from which on contacts and conversations are looked for.
const ENOUGH: usize = 2;

impl App {
    /// What is typed in the palette has changed: what is held in memory answers at once, the cache is asked.
    pub(in crate::app) fn palette_changed(&mut self) {
        let generation = self.next_generation();
        let Some(Layer::Palette(palette)) = self.layers.last_mut() else { return };
        palette.narrow(&self.words);
        palette.asked = generation;
        let typed = palette.input.text().trim();
        let named = named_id(typed);
        if palette.only_macros || (typed.chars().count() < ENOUGH && named.is_none()) {
            return;
        }
        let text = match named {
            // Of an address only the number says which.
            Some(id) if id.as_str() != typed => format!("#{id}"),
            _ => typed.to_owned(),
        };
        self.ask(Request::Find { generation, text });
    }

    /// The cache has answered. Returns whether anything visible changed.
    pub(in crate::app) fn hear_found(
        &mut self,
        generation: Generation,
        contacts: Vec<FoundContact>,
        conversations: Vec<Conversation>,
    ) -> bool {
        for layer in &mut self.layers {
            if let Layer::Palette(palette) = layer
                && palette.asked == generation
            {
                palette.take_in(contacts, conversations, &self.words);
                return true;
            }
        }
        false
    }
}
