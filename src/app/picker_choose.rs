//! What a choice does.

use super::App;
use super::layers::Layer;

impl App {
    /// `enter` in the palette, a picker or the help.
    pub(super) fn choose(&mut self) {
        match self.layers.pop() {
            Some(Layer::Picker(picker)) => self.chosen(picker),
            Some(Layer::Palette(palette)) => self.chosen_in_palette(palette),
            Some(Layer::Path(entry)) => self.path_chosen(entry),
            Some(Layer::Files(list)) => self.file_chosen(&list),
            Some(Layer::Help(help)) => self.chosen_in_help(help),
            Some(Layer::Bulk(layer)) => self.choose_in_bulk(layer),
            Some(Layer::New(form)) => self.new_go_on(form, false),
            Some(Layer::Shift(page)) => self.shift_open(page),
            Some(Layer::Link(link)) => self.open_link(&link),
            Some(layer @ Layer::Links(_)) => {
                self.layers.push(layer);
                self.show_chosen();
            }
            Some(Layer::Copy(menu)) => self.copy_chosen_row(&menu),
            Some(Layer::File(page)) => self.choose_file(page),
            Some(Layer::Pager(pager)) => self.sought_in_page(pager),
            Some(layer @ Layer::Find(_)) => {
                self.layers.push(layer);
                self.find_step(true);
            }
            Some(Layer::Pipe(menu)) => self.pipe_chosen(menu),
            Some(layer @ Layer::Confirm(_)) => self.layers.push(layer),
            // `enter` has seen enough of a picture.
            Some(Layer::Picture(_)) | None => {}
        }
    }
}
