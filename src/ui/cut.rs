//! Cutting what does not fit so that the telling part stays: never within a character.
//!
//! A name keeps its first and its last word, an address its host, a file its ending, a host its end; a title gives up
//! its `Re:` and `[EXTERNAL]` before any of its words. Enter at [`name`], [`file()`], [`title`].

use super::paint::cells;
use crate::text::{Clean, clean, graphemes, truncate};

/// A person's name, or an address that stands for one, in at most `most` cells.
pub fn name(text: &Clean, most: u16) -> Clean {
    if cells(text) <= most {
        return text.clone();
    }
    let both = match text.split_once('@') {
        Some((user, host)) if !text.contains(' ') => {
            let room = most.saturating_sub(cells(host) + 1);
            (room >= 4).then(|| clean(&format!("{}@{host}", truncate(user, room.into()))))
        }
        // A number has no word that stands for it.
        _ if !text.chars().any(char::is_alphabetic) => None,
        _ => {
            let mut words = text.split(' ').filter(|word| !word.is_empty());
            let (first, last) = (words.next().unwrap_or_default(), words.next_back().unwrap_or_default());
            (!last.is_empty()).then(|| clean(&format!("{first} … {last}")))
        }
    };
    both.filter(|cut| cells(cut) <= most).unwrap_or_else(|| truncate(text, most.into()))
}

/// The name of a file: its ending tells what it is.
pub fn file(text: &Clean, most: u16) -> Clean {
    if cells(text) <= most {
        return text.clone();
    }
    match text.rsplit_once('.') {
        Some((stem, ending)) if cells(ending) <= 8 && cells(ending) + 4 < most => {
            let room = most - cells(ending);
            clean(&format!("{}{ending}", truncate(stem, room.into())))
        }
        _ => truncate(text, most.into()),
    }
}

/// The host of a link: its end tells where it leads.
pub fn host(text: &Clean, most: u16) -> Clean {
    if cells(text) <= most {
        return text.clone();
    }
    let mut room = most.saturating_sub(1);
    let mut from = text.len();
    for cluster in graphemes(text).collect::<Vec<_>>().into_iter().rev() {
        let Some(left) = room.checked_sub(cells(cluster)) else { break };
        (room, from) = (left, from - cluster.len());
    }
    if most == 0 { Clean::default() } else { clean(&format!("…{}", text.get(from..).unwrap_or_default())) }
}

/// A title: what mail programs put in front goes first.
pub fn title(text: &Clean, most: u16) -> Clean {
    const MARKS: [&str; 9] = ["re", "fw", "fwd", "aw", "wg", "sv", "vs", "tr", "rv"];
    if cells(text) <= most {
        return text.clone();
    }
    let mut rest: &str = text;
    loop {
        let after = match rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            // `[EXTERNAL]`, or the name of a mailing list.
            Some((_, after)) => after,
            None => match rest.split_once(':') {
                Some((mark, after)) if MARKS.contains(&mark.trim().to_lowercase().as_str()) => after,
                _ => break,
            },
        };
        if after.trim().is_empty() {
            break;
        }
        rest = after.trim_start();
    }
    truncate(rest, most.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_keeps_its_first_and_last_word() {
        let long = clean("Maximiliane Freifrau von und zu Hohenstein-Waldburg");
        assert_eq!(name(&long, 60), long);
        assert_eq!(name(&long, 40), "Maximiliane … Hohenstein-Waldburg");
        assert_eq!(name(&clean("+33 6 12 34 56 78"), 12), "+33 6 12 34…");
        assert_eq!(name(&long, 20), "Maximiliane Freifra…");
        assert_eq!(name(&clean("chloe.dubois.du.rhone@example.fr"), 20), "chloe.du…@example.fr");
        assert_eq!(name(&clean("chloe.dubois@a-very-long-host.example.fr"), 12), "chloe.duboi…");
    }

    #[test]
    fn a_host_keeps_its_end() {
        let long = clean("www.bank.com.login.secure.evil.example");
        assert_eq!(host(&long, 15), "…e.evil.example");
        assert_eq!(host(&long, 14), "….evil.example");
        assert_eq!(host(&long, 38), long);
        assert_eq!((host(&long, 1), host(&long, 0)), (clean("…"), Clean::default()));
    }

    #[test]
    fn a_file_keeps_its_ending_and_a_title_loses_its_mail_marks() {
        assert_eq!(file(&clean("a very long report of the year.pdf"), 16), "a very long…pdf");
        assert_eq!(file(&clean("report.pdf"), 16), "report.pdf");
        assert_eq!(title(&clean("Re: Fwd: tent pole broke on day two"), 27), "tent pole broke on day two");
        assert_eq!(title(&clean("Re: tent pole"), 27), "Re: tent pole");
        assert_eq!(title(&clean("[EXTERNAL] Fwd: tent pole"), 17), "tent pole");
        assert_eq!(title(&clean("[EXTERNAL] Fwd: tent pole"), 27), "[EXTERNAL] Fwd: tent pole");
        assert_eq!(title(&clean("[a very long list of things]"), 9), "[a very…");
        assert_eq!(title(&clean("Order: tent pole broke on day two"), 12), "Order: tent…");
    }

    proptest! {
        #[test]
        fn what_is_cut_fits(text in "\\PC{0,40}", most in 0_u16..30) {
            for cut in [name, file, title, host] {
                prop_assert!(cells(&cut(&clean(&text), most)) <= most);
            }
        }
    }
}
