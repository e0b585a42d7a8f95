//! Which language a text is in, found on this machine.
//!
//! Owns [`Language`] and the guess. Knows the detector and nothing of screens. Enter at [`detect`].

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use whatlang::Lang;

use super::beginning;

/// Fewer letters than this say nothing certain to the detector.
const LEAST_LETTERS: usize = 20;
/// The detector mistakes names and numbers for rare languages in less than so many letters.
const LEAST_OF_RARE: usize = 60;
/// So many bytes of a text are looked at: more cost time and tell nothing new.
const LOOKED_AT: usize = 300;
/// Mostly so many are enough.
const FIRST: usize = 110;
/// So many bytes are read for those at most, the rest being addresses and quotes.
const READ: usize = 4_096;

/// A language by its two letters of ISO 639-1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language([u8; 2]);

impl Language {
    /// From two letters, in either case; anything else is none.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let &[first, second] = code.as_bytes() else { return None };
        let is_code = first.is_ascii_alphabetic() && second.is_ascii_alphabetic();
        is_code.then(|| Self([first.to_ascii_lowercase(), second.to_ascii_lowercase()]))
    }

    /// Its two letters, small.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom("not two letters"))
    }
}

/// The language of plain text, where there is enough of it to be reasonably sure. Quoted lines, addresses and
/// what has digits in it do not count. A few microseconds for what is written in the languages whose small words are
/// known here, some hundreds for others; the length does not matter.
#[must_use]
pub fn detect(text: &str) -> Option<Language> {
    let text = own_words(text);
    let mut known = small_words::judge(beginning(&text, FIRST));
    if text.len() > FIRST && !matches!(known, small_words::Verdict::Sure(_)) {
        known = small_words::judge(&text);
    }
    if let small_words::Verdict::Sure(language) = known {
        return Some(Language(*language));
    }
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    if letters < LEAST_LETTERS {
        return None;
    }
    let found = whatlang::detect(&text).filter(whatlang::Info::is_reliable)?;
    let language = two_letters(found.lang())?;
    if found.script() != whatlang::Script::Latin {
        return Some(language);
    }
    let is_common = small_words::knows(language.0);
    // So many words, and none of its small ones: names, numbers of orders, a list.
    let is_doubtful = if is_common { known == small_words::Verdict::Absent } else { letters < LEAST_OF_RARE };
    (!is_doubtful).then_some(language)
}

/// What tells a language: the text without quoted lines, addresses and numbers, at most [`LOOKED_AT`] bytes of it.
fn own_words(text: &str) -> String {
    let read = beginning(text, READ);
    let mut own = String::with_capacity(LOOKED_AT + 16);
    for line in read.lines().filter(|line| !line.trim_start().starts_with('>')) {
        for word in line.split_whitespace() {
            let is_address = word.contains("://") || word.contains('@') || word.starts_with("www.");
            if is_address || word.bytes().any(|byte| byte.is_ascii_digit()) {
                continue;
            }
            // Scripts without blanks have long words.
            let room = LOOKED_AT.saturating_sub(own.len());
            own.push_str(beginning(word, room));
            if own.len() >= LOOKED_AT || word.len() > room {
                return own;
            }
            own.push(' ');
        }
    }
    own
}

/// ISO 639-1 for what the detector tells apart.
fn two_letters(lang: Lang) -> Option<Language> {
    let code = match lang {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
    };
    Language::parse(code)
}

/// The small words that every sentence of a language has: quick to look for, and sure in a line of five words, where
/// the statistics of letters are not.
mod small_words {
    use std::collections::HashMap;
    use std::sync::LazyLock;

    const LISTS: [([u8; 2], &str); 15] = [
        (
            *b"en",
            "the and you your is are was were have has had not with this that for from my me we they it be been will \
             would can could please what when where how do does did to of in on at an but if so there which just still \
             any am it's don't hello thanks thank",
        ),
        (
            *b"fr",
            "le la les un une des du de et est sont je vous nous mon ma mes votre vos notre que qui pas ne pour avec \
             dans sur au aux ce cette il elle ai merci bonjour été être plus mais ou où toujours depuis en par comme \
             avez suis bien très",
        ),
        (
            *b"de",
            "der die das und ist sind ich sie wir mein meine meinen mit nicht ein eine einen einem den dem des für auf \
             von zu zum zur im in es habe hat haben wurde wird bitte kann noch auch aber wenn wie bei nach über oder \
             ihr ihre mir mich danke hallo können wo",
        ),
        (
            *b"es",
            "el la los las un una de del es son que no por para con en mi mis su sus me se lo al como pero está estoy \
             tengo he ha muy más gracias hola cuando dónde qué ustedes usted fue este esta todavía buenos yo ya",
        ),
        (
            *b"it",
            "il lo la gli le un una di del della dei delle che non per con sono ho ha mi mio mia si da nel nella al \
             alla come ma più grazie questo questa vorrei anche stato ancora ciao buongiorno dove quando è in",
        ),
        (
            *b"pt",
            "os as um uma de do da dos das que não por para com em no na meu minha me se ao são está estou foi mas \
             mais muito obrigado obrigada como você eu isso este esta ainda olá quando onde é",
        ),
        (
            *b"nl",
            "de het een en van is zijn ik je wij we mijn niet met voor op aan dat die er maar om bij naar heb heeft \
             hebben kan wordt werd nog ook als uit te deze graag mag hallo bedankt wanneer waar in",
        ),
        (
            *b"sv",
            "och det att jag är som en ett på för med inte har den av till om men min mitt vi ni så kan var från mig \
             hej skulle när tack",
        ),
        (
            *b"da",
            "og det at jeg er som en et på for med ikke har den af til om men min mit vi så kan fra mig var hej skal \
             hvornår tak",
        ),
        (
            *b"nb",
            "og det at jeg er som en et på for med ikke har den av til om men min mitt vi så kan fra meg var hei skal \
             når takk",
        ),
        (
            *b"pl",
            "nie to się na że jest do mam mi dla od czy jak ale moje mój moja proszę dzień dobry po za co przez był \
             była który które mnie tego jeszcze dziękuję kiedy gdzie",
        ),
        (
            *b"tr",
            "ve bir bu için ile ne çok ama var yok ben benim mi mı değil olarak daha gibi kadar teşekkür merhaba lütfen \
             nerede zaman",
        ),
        (
            *b"cs",
            "je se na že to do pro jsem ale jak si by mi mám prosím dobrý den není jsme jste jako jen který kdy kde \
             děkuji už",
        ),
        (
            *b"fi",
            "ja on ei että en se olen oli mutta kun minun voin voi ole tai kuin niin jos mitä vielä tämä kiitos hei \
             milloin missä",
        ),
        (
            *b"hu",
            "és az nem hogy egy is van volt meg csak már még vagy nekem kérem köszönöm ez mert kell mikor hol szeretném",
        ),
    ];

    /// What the small words say.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Verdict {
        /// It is this language.
        Sure(&'static [u8; 2]),
        /// Not enough of them, or of several languages.
        Unsure,
        /// None, in many words.
        Absent,
    }

    /// Each word with the lists that have it, a bit each.
    static WORDS: LazyLock<HashMap<&'static str, u16>> = LazyLock::new(|| {
        let mut words = HashMap::new();
        for (at, (_, list)) in LISTS.iter().enumerate() {
            for word in list.split_whitespace() {
                *words.entry(word).or_default() |= 1_u16 << at;
            }
        }
        words
    });

    /// Whether there is a list of a language.
    pub(super) fn knows(language: [u8; 2]) -> bool {
        LISTS.iter().any(|(code, _)| *code == language)
    }

    /// Looks for the small words of all lists.
    pub(super) fn judge(text: &str) -> Verdict {
        let mut found = [0_usize; LISTS.len()];
        let (mut many, mut letters, mut lower) = (0, 0, String::new());
        let is_within = |letter: char| letter.is_alphabetic() || letter == '\'';
        for word in text.split(|letter| !is_within(letter)).filter(|word| !word.is_empty()) {
            many += 1;
            letters += word.len();
            // None is longer.
            if word.len() > 16 {
                continue;
            }
            lower.clear();
            lower.extend(word.chars().flat_map(char::to_lowercase));
            // `j'ai` has its small word behind, `l'ordre` before: both halves are looked at.
            let whole = WORDS.get(lower.as_str()).copied().unwrap_or_default();
            let halves = if whole == 0 && lower.contains('\'') {
                lower.split('\'').filter_map(|half| WORDS.get(half)).fold(0, |lists, half| lists | half)
            } else {
                whole
            };
            for (at, hits) in found.iter_mut().enumerate() {
                *hits += usize::from(halves >> at & 1 == 1);
            }
        }
        let best = found.iter().copied().max().unwrap_or(0);
        let Some(at) = found.iter().position(|hits| *hits == best) else { return Verdict::Unsure };
        let second = found.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, hits)| *hits).max();
        // Ahead of the next by half, and among enough other words that it is no accident.
        let is_ahead = best * 2 >= second.unwrap_or(0) * 3 && best > second.unwrap_or(0) + 1;
        match LISTS.get(at) {
            Some((language, _)) if best >= 3 && is_ahead && best * 6 >= many && letters >= 10 => {
                Verdict::Sure(language)
            }
            _ if best == 0 && many >= 8 => Verdict::Absent,
            _ => Verdict::Unsure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        detect(text).map(|language| language.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_sentence_tells_and_a_few_words_do_not() {
        for (wanted, text) in [
            ("", "ok merci"),
            ("", ""),
            ("", "Order 1042"),
            ("", "Re: Northwind Trail 45 Polarguard Xtreme Gore-Tex Vibram Megagrip Cordura Dyneema Ripstop"),
            ("en", "Where is my order?"),
            ("en", "Hello, the pole of my tent broke on the second day and I would like to have a refund please."),
            ("fr", "Bonjour, je n'ai toujours pas reçu ma commande et je voudrais savoir quand elle sera livrée."),
            ("fr", "Où est mon colis ? Je pars vendredi, merci de me répondre."),
            ("de", "Guten Tag, die Zeltstange ist am zweiten Tag gebrochen und ich hätte gern mein Geld zurück."),
            ("de", "Wo ist meine Bestellung? Ich warte noch."),
            ("es", "¿Dónde está mi reembolso? Lo pedí hace dos semanas y no me han contestado."),
            ("it", "Buongiorno, non ho ancora ricevuto il mio ordine e vorrei sapere quando arriva."),
            ("pt", "Olá, ainda não recebi a minha encomenda e estou muito preocupado com isso."),
            ("nl", "Hallo, ik heb mijn bestelling nog niet ontvangen, wanneer komt die?"),
            ("sv", "Hej, jag har inte fått min beställning och skulle vilja veta när den kommer."),
            ("pl", "Dzień dobry, nie otrzymałem jeszcze zamówienia, kiedy mogę się go spodziewać? Proszę o odpowiedź."),
            (
                "tr",
                "Merhaba, siparişim hala gelmedi, ne zaman teslim edilecek? Lütfen bana bilgi verin, teşekkür ederim.",
            ),
            ("ru", "Здравствуйте, я до сих пор не получил свой заказ и хотел бы узнать, когда он придёт."),
            ("el", "Καλημέρα, δεν έχω λάβει ακόμα την παραγγελία μου και θα ήθελα να μάθω πότε θα έρθει."),
            ("ja", "注文した商品がまだ届いていません。いつ届くか教えていただけますか。"),
            ("zh", "您好，我的订单还没有收到，请问什么时候可以送到？谢谢您的帮助和耐心等待。"),
            ("ko", "안녕하세요, 주문한 상품이 아직 도착하지 않았습니다. 언제 받을 수 있을까요?"),
            ("ar", "مرحبا، لم أستلم طلبي حتى الآن وأود أن أعرف متى سيصل إلى العنوان المسجل لديكم"),
            ("he", "שלום, עדיין לא קיבלתי את ההזמנה שלי ואני רוצה לדעת מתי היא תגיע אליי הביתה"),
        ] {
            assert_eq!(of(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_quoted_and_addresses_do_not_count() {
        let answer = "> Hello, the pole of my tent broke on the second day and I would like to have a refund.\n\
                      Bonjour, je vous remercie, mais je n'ai toujours pas reçu mon colis.\n\
                      > What is the status of this, and when will you tell me?";
        assert_eq!(of(answer), "fr");
        let addresses = "https://example.com/the/and/you/are/with/this https://example.com/of/the www.the-and-of.example \
                         the.and.of@example.com 1042 T-1 A4";
        assert_eq!(of(addresses), "");
    }

    #[test]
    fn any_text_is_taken_and_a_long_one_costs_no_more() {
        for text in
            ["\u{0}".repeat(9_999), "👨‍👩‍👧".repeat(9_999), "ü".repeat(99_999), " > >\n".repeat(9_999), "'".repeat(9_999)]
        {
            let _ = detect(&text);
            assert!(own_words(&text).len() <= LOOKED_AT + 4);
        }
    }
}
