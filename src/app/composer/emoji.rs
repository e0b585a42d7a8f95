//! Emoji by name: those that people put into a support reply.
//!
//! Owns the names, which are our own words for them. Enter at [`find`].

/// Names and their emoji, at most `most`: those that begin as typed first, then those with a word that
/// does. `typed` is in lower case.
pub(super) fn find(typed: &str, most: usize) -> Vec<(&'static str, &'static str)> {
    let within = |name: &str| name.starts_with(typed) || name.split('_').any(|word| word.starts_with(typed));
    let mut found: Vec<_> = TABLE.iter().copied().filter(|(name, _)| within(name)).collect();
    // What is nearest to what was typed comes first; the order of the table is kept otherwise.
    found.sort_by_key(|(name, _)| (!name.starts_with(typed), name.len()));
    found.truncate(most);
    found
}

#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    // faces
    ("smile", "😄"), ("slight_smile", "🙂"), ("grin", "😁"), ("laugh", "😆"), ("joy", "😂"), ("rofl", "🤣"),
    ("relaxed", "😌"), ("blush", "😊"), ("wink", "😉"), ("heart_eyes", "😍"), ("kiss_face", "😘"), ("star_struck", "🤩"),
    ("party_face", "🥳"), ("cool", "😎"), ("nerd", "🤓"), ("thinking", "🤔"), ("raised_eyebrow", "🤨"), ("neutral", "😐"),
    ("expressionless", "😑"), ("no_mouth", "😶"), ("smirk", "😏"), ("unamused", "😒"), ("eye_roll", "🙄"), ("grimace", "😬"),
    ("relieved", "😌"), ("pensive", "😔"), ("sleepy", "😪"), ("sleeping", "😴"), ("sick", "🤒"), ("hurt", "🤕"),
    ("nausea", "🤢"), ("sneeze", "🤧"), ("hot_face", "🥵"), ("cold_face", "🥶"), ("dizzy_face", "😵"), ("mind_blown", "🤯"),
    ("confused", "😕"), ("worried", "😟"), ("sad", "🙁"), ("surprised", "😮"), ("astonished", "😲"), ("flushed", "😳"),
    ("pleading", "🥺"), ("fearful", "😨"), ("anxious", "😰"), ("cry", "😢"), ("sob", "😭"), ("scream", "😱"),
    ("disappointed", "😞"), ("sweat", "😓"), ("sweat_smile", "😅"), ("weary", "😩"), ("tired", "😫"), ("yawn", "🥱"),
    ("angry", "😠"), ("rage", "😡"), ("skull", "💀"), ("ghost", "👻"), ("robot", "🤖"), ("alien", "👽"),
    ("upside_down", "🙃"), ("hug", "🤗"), ("shush", "🤫"), ("zipper_mouth", "🤐"), ("melting", "🫠"), ("salute", "🫡"),
    ("halo", "😇"), ("tongue", "😛"), ("yum", "😋"), ("money_face", "🤑"), ("cowboy", "🤠"), ("clown", "🤡"),
    // hands and people
    ("thumbs_up", "👍"), ("+1", "👍"), ("thumbs_down", "👎"), ("-1", "👎"), ("ok_hand", "👌"), ("wave", "👋"),
    ("clap", "👏"), ("raised_hands", "🙌"), ("pray", "🙏"), ("thanks", "🙏"), ("handshake", "🤝"), ("muscle", "💪"),
    ("fingers_crossed", "🤞"), ("point_up", "☝"), ("point_down", "👇"), ("point_left", "👈"), ("point_right", "👉"), ("raised_hand", "✋"),
    ("fist", "✊"), ("victory", "✌"), ("writing_hand", "✍"), ("eyes", "👀"), ("ear", "👂"), ("brain", "🧠"),
    ("shrug", "🤷"), ("facepalm", "🤦"), ("person", "👤"), ("people", "👥"), ("baby", "👶"), ("family", "👪"),
    ("developer", "🧑‍💻"), ("mechanic", "🧑‍🔧"), ("police", "👮"), ("detective", "🕵"), ("runner", "🏃"), ("walking", "🚶"),
    // hearts and signs
    ("heart", "❤️"), ("orange_heart", "🧡"), ("yellow_heart", "💛"), ("green_heart", "💚"), ("blue_heart", "💙"), ("purple_heart", "💜"),
    ("black_heart", "🖤"), ("white_heart", "🤍"), ("broken_heart", "💔"), ("sparkling_heart", "💖"), ("check", "✅"), ("check_mark", "✔"),
    ("cross", "❌"), ("cross_mark", "✖"), ("warning", "⚠️"), ("stop_sign", "🛑"), ("no_entry", "⛔"), ("forbidden", "🚫"),
    ("question", "❓"), ("exclamation", "❗"), ("info", "ℹ️"), ("hundred", "💯"), ("anger", "💢"), ("boom", "💥"),
    ("sparkles", "✨"), ("star", "⭐"), ("glowing_star", "🌟"), ("dizzy", "💫"), ("fire", "🔥"), ("zap", "⚡"),
    ("recycle", "♻️"), ("infinity", "♾️"), ("plus", "➕"), ("minus", "➖"), ("divide", "➗"), ("copyright", "©"),
    ("registered", "®"), ("trademark", "™"), ("red_circle", "🔴"), ("orange_circle", "🟠"), ("yellow_circle", "🟡"), ("green_circle", "🟢"),
    ("blue_circle", "🔵"), ("white_circle", "⚪"), ("black_circle", "⚫"), ("arrow_up", "⬆️"), ("arrow_down", "⬇️"), ("arrow_left", "⬅️"),
    ("arrow_right", "➡️"), ("back_arrow", "🔙"), ("soon", "🔜"), ("top", "🔝"), ("new", "🆕"), ("free", "🆓"),
    ("ok", "🆗"), ("sos", "🆘"), ("speech", "💬"), ("thought", "💭"), ("zzz", "💤"), ("bell", "🔔"),
    ("no_bell", "🔕"), ("mute", "🔇"), ("speaker", "🔊"), ("megaphone", "📣"), ("loudspeaker", "📢"), ("bulb", "💡"),
    // work
    ("mail", "📧"), ("envelope", "✉️"), ("inbox", "📥"), ("outbox", "📤"), ("package", "📦"), ("mailbox", "📫"),
    ("phone", "📞"), ("mobile", "📱"), ("laptop", "💻"), ("desktop", "🖥"), ("keyboard", "⌨"), ("mouse", "🖱"),
    ("printer", "🖨"), ("camera", "📷"), ("video", "📹"), ("tv", "📺"), ("headphones", "🎧"), ("microphone", "🎤"),
    ("battery", "🔋"), ("plug", "🔌"), ("disk", "💾"), ("cd", "💿"), ("link", "🔗"), ("paperclip", "📎"),
    ("pin", "📌"), ("map_pin", "📍"), ("scissors", "✂️"), ("pencil", "✏️"), ("pen", "🖊"), ("memo", "📝"),
    ("page", "📄"), ("bookmark", "🔖"), ("book", "📖"), ("books", "📚"), ("newspaper", "📰"), ("folder", "📁"),
    ("open_folder", "📂"), ("calendar", "📅"), ("date", "📆"), ("clipboard", "📋"), ("chart", "📊"), ("chart_up", "📈"),
    ("chart_down", "📉"), ("lock", "🔒"), ("unlock", "🔓"), ("key", "🔑"), ("hammer", "🔨"), ("wrench", "🔧"),
    ("tools", "🛠"), ("gear", "⚙️"), ("toolbox", "🧰"), ("magnet", "🧲"), ("microscope", "🔬"), ("telescope", "🔭"),
    ("search", "🔍"), ("bug", "🐛"), ("rocket", "🚀"), ("construction", "🚧"), ("siren", "🚨"), ("flag", "🚩"),
    ("finish_flag", "🏁"), ("white_flag", "🏳"), ("trophy", "🏆"), ("medal", "🏅"), ("gold_medal", "🥇"), ("target", "🎯"),
    ("puzzle", "🧩"), ("game", "🎮"), ("dice", "🎲"), ("art", "🎨"), ("music", "🎵"), ("ticket", "🎫"),
    ("gift", "🎁"), ("tada", "🎉"), ("party", "🎉"), ("confetti", "🎊"), ("balloon", "🎈"), ("cake", "🎂"),
    ("money_bag", "💰"), ("money", "💵"), ("euro", "💶"), ("pound", "💷"), ("yen", "💴"), ("credit_card", "💳"),
    ("receipt", "🧾"), ("shopping_cart", "🛒"), ("shopping_bags", "🛍"), ("shop", "🏪"), ("bank", "🏦"), ("office", "🏢"),
    ("house", "🏠"), ("hospital", "🏥"), ("school", "🏫"), ("factory", "🏭"), ("hotel", "🏨"), ("tent", "⛺"),
    // time, places, weather
    ("clock", "🕐"), ("alarm_clock", "⏰"), ("stopwatch", "⏱"), ("hourglass", "⏳"), ("watch", "⌚"), ("globe", "🌍"),
    ("world", "🌐"), ("map", "🗺"), ("compass", "🧭"), ("mountain", "⛰"), ("beach", "🏖"), ("sunrise", "🌅"),
    ("sun", "☀️"), ("moon", "🌙"), ("cloud", "☁️"), ("rain", "🌧"), ("storm", "⛈"), ("snow", "❄️"),
    ("snowman", "⛄"), ("rainbow", "🌈"), ("umbrella", "☔"), ("ocean", "🌊"), ("droplet", "💧"), ("wind", "💨"),
    ("car", "🚗"), ("taxi", "🚕"), ("bus", "🚌"), ("truck", "🚚"), ("train", "🚆"), ("metro", "🚇"),
    ("bike", "🚲"), ("scooter", "🛴"), ("plane", "✈️"), ("ship", "🚢"), ("boat", "⛵"), ("fuel", "⛽"),
    // food, plants, animals
    ("coffee", "☕"), ("tea", "🍵"), ("beer", "🍺"), ("cheers", "🍻"), ("wine", "🍷"), ("champagne", "🍾"),
    ("pizza", "🍕"), ("burger", "🍔"), ("fries", "🍟"), ("bread", "🍞"), ("croissant", "🥐"), ("cheese", "🧀"),
    ("egg", "🥚"), ("salad", "🥗"), ("sushi", "🍣"), ("noodles", "🍜"), ("cookie", "🍪"), ("chocolate", "🍫"),
    ("ice_cream", "🍦"), ("popcorn", "🍿"), ("apple", "🍎"), ("banana", "🍌"), ("orange", "🍊"), ("lemon", "🍋"),
    ("strawberry", "🍓"), ("cherries", "🍒"), ("avocado", "🥑"), ("carrot", "🥕"), ("flower", "🌸"), ("rose", "🌹"),
    ("sunflower", "🌻"), ("bouquet", "💐"), ("tree", "🌳"), ("christmas_tree", "🎄"), ("leaf", "🍃"), ("clover", "🍀"),
    ("seedling", "🌱"), ("cactus", "🌵"), ("dog", "🐶"), ("cat", "🐱"), ("mouse_face", "🐭"), ("rabbit", "🐰"),
    ("fox", "🦊"), ("bear", "🐻"), ("panda", "🐼"), ("monkey", "🐵"), ("lion", "🦁"), ("unicorn", "🦄"),
    ("owl", "🦉"), ("penguin", "🐧"), ("turtle", "🐢"), ("snail", "🐌"), ("bee", "🐝"), ("butterfly", "🦋"),
    ("fish", "🐟"), ("whale", "🐳"), ("octopus", "🐙"), ("crab", "🦀"), ("paw", "🐾"), ("dragon", "🐉"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::text::clean_entry;

    #[test]
    fn every_emoji_has_a_name_of_its_own_and_can_be_written() {
        let mut names = BTreeSet::new();
        for (name, emoji) in TABLE {
            assert!(names.insert(*name), "{name} twice");
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_+-".contains(&byte))
            );
            assert_eq!(clean_entry(emoji), *emoji, "{name}");
        }
        assert!(names.len() >= 300, "{}", names.len());
    }

    #[test]
    fn what_begins_as_typed_comes_first() {
        assert_eq!(find("smile", 2).first(), Some(&("smile", "😄")));
        let found: Vec<&str> = find("heart", 20).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found.first(), Some(&"heart"));
        assert!(found.contains(&"broken_heart") && found.contains(&"heart_eyes"));
        assert!(find("xyzzy", 5).is_empty());
    }
}
