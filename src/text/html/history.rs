//! What plain lines say about what follows them: quotes, earlier messages, signatures.
//!
//! Owns the words by which mail programs of many languages introduce an earlier message. Looks at text only,
//! folded for comparing. Enter at [`marks_of`].

use crate::text::{beginning, fold};

/// Lines that the headers of an earlier message may take.
const HEADER_LINES: usize = 7;
/// Lines that an introduction may be broken into.
const ATTRIBUTION_LINES: usize = 3;
/// Bytes up to which a line can be an introduction or a separator.
const LINE_CAP: usize = 400;
/// Bytes from which on a line of dashes parts what is above from what is below.
const RULER: usize = 5;
/// Bytes up to which a line can say what it was sent from.
const SENT_FROM_CAP: usize = 90;

/// What a line of text means for what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    /// Quoted with this many `>`.
    Quote(u8),
    /// `On … wrote:`; quoted if a quote follows.
    Attribution,
    /// `-----Original Message-----`, or the headers of one: quoted, and all after it.
    Earlier,
    /// What follows is forwarded: the point of the message.
    Forward,
    /// `-- `
    Signature,
    /// `Sent from my phone`: this line only.
    SentFrom,
    /// A line of dashes: it belongs to an earlier message that it stands before.
    Ruler,
    /// `This e-mail is confidential`: a signature, whatever comes before it.
    Notice,
}

/// What each line means. Linear: each looks at a few lines around it.
pub(super) fn marks_of(lines: &[&str]) -> Vec<Mark> {
    let mut marks = vec![Mark::None; lines.len()];
    for index in 0..lines.len() {
        let line = lines[index].trim();
        if line.is_empty() {
            continue;
        }
        if let Some(depth) = quote_signs(line) {
            marks[index] = Mark::Quote(depth);
            continue;
        }
        if line.len() > LINE_CAP {
            if is_notice(line) {
                marks[index] = Mark::Notice;
            }
            continue;
        }
        if matches!(line, "--" | "—-" | "- -") {
            marks[index] = Mark::Signature;
        } else if line.ends_with([':', '：'])
            && marks[index] == Mark::None
            && let Some(first) = attribution_start(lines, index)
        {
            marks[first..=index].fill(Mark::Attribution);
        } else if let Some(mark) = separator(line) {
            marks[index] = mark;
        } else if starts_headers(&lines[index..]) {
            marks[index] = Mark::Earlier;
        } else if is_sent_from(line) {
            marks[index] = Mark::SentFrom;
        } else if is_notice(line) {
            marks[index] = Mark::Notice;
        }
    }
    marks
}

/// How often a line is quoted; `>:(` and `->` are no quotes.
fn quote_signs(line: &str) -> Option<u8> {
    if !line.starts_with('>') || line.starts_with(">:") || line.starts_with(">_") || line.starts_with(">.") {
        return None;
    }
    let signs = &line[..line.len() - line.trim_start_matches(['>', ' ', '\u{A0}']).len()];
    u8::try_from(signs.matches('>').count()).ok().or(Some(u8::MAX))
}

/// The first line of an introduction like `On Mon, 3 Mar 2025, Ana <a@b.c> wrote:` that ends here. It counts
/// only where a quote follows, so a sentence that looks like one does no harm.
fn attribution_start(lines: &[&str], end: usize) -> Option<usize> {
    const STARTS: &[&str] = &[
        "on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "pa ", "a ", "dne ", "w dniu", "в ", "dnia ", "op ",
        "vao ",
    ];
    const VERBS: &[&str] = &[
        "wrote",
        "schrieb",
        "a ecrit",
        "escribio",
        "ha scritto",
        "schreef",
        "escreveu",
        "skrev",
        "napisal",
        "kirjoitti",
        "пише",
        "написал",
        "irta",
        "a scris",
        "yazdi",
        "εγραψε",
        "写道",
        "のメール",
        "작성",
    ];
    let mut text = String::new();
    let mut alone = None;
    for first in (end.saturating_sub(ATTRIBUTION_LINES - 1)..=end).rev() {
        let line = lines[first].trim();
        if line.is_empty() || line.len() > LINE_CAP || text.len() > LINE_CAP {
            break;
        }
        let here = fold(line);
        let is_dated = here.bytes().any(|byte| byte.is_ascii_digit());
        text = format!("{here} {text}");
        let text = text.trim();
        let verb = VERBS.iter().any(|verb| text.contains(verb));
        let begins = STARTS.iter().any(|start| text.starts_with(start));
        // Whatever the language: a date, and an address or a time.
        let timed = is_dated && (text.contains('@') || has_time(text));
        if begins && is_dated && (verb || timed) {
            return Some(first);
        }
        if first == end {
            // In a language that is not known here, the address is on the one line.
            if timed && (verb || (text.contains('@') && text.contains(['<', '[', '(']))) {
                return Some(first);
            }
            if verb && text.len() < 80 && text.split(' ').count() <= 5 {
                alone = Some(first);
            }
        }
    }
    alone
}

/// `10:12`
fn has_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(4).any(|four| {
        four[0].is_ascii_digit()
            && matches!(four[1], b':' | b'.' | b'h')
            && four[2].is_ascii_digit()
            && four[3].is_ascii_digit()
    })
}

/// Lines that part an answer from what came before it.
fn separator(line: &str) -> Option<Mark> {
    const EARLIER: &[&str] = &[
        "original message",
        "original",
        "reply message",
        "previous message",
        "ursprungliche nachricht",
        "original-nachricht",
        "originalnachricht",
        "urspr. nachricht",
        "message d'origine",
        "message original",
        "message initial",
        "mensaje original",
        "messaggio originale",
        "messaggio original",
        "oorspronkelijk bericht",
        "origineel bericht",
        "mensagem original",
        "oprindelig meddelelse",
        "ursprungligt meddelande",
        "originalt meddelande",
        "opprinnelig melding",
        "alkuperainen viesti",
        "oryginalna wiadomosc",
        "puvodni zprava",
        "исходное сообщение",
        "orijinal mesaj",
        "原始邮件",
        "元のメッセージ",
    ];
    const FORWARD: &[&str] = &[
        "forwarded message",
        "forwarded by",
        "weitergeleitete",
        "message transfere",
        "message reexpedie",
        "mensaje reenviado",
        "mensaje enviado",
        "messaggio inoltrato",
        "doorgestuurd bericht",
        "mensagem encaminhada",
        "mensagem reencaminhada",
        "videresendt",
        "vidarebefordrat",
        "begin forwarded",
        "anfang der weitergeleiteten",
        "debut du message",
        "inizio messaggio inoltrato",
        "inicio del mensaje reenviado",
        "begin doorgestuurd",
        "inicio da mensagem",
        "пересылаемое",
        "przekazana",
    ];
    let is_dash = |c: char| matches!(c, '-' | '_' | '=' | '*' | '#' | '~' | '—' | '–' | '─' | ' ' | '\u{A0}');
    let inner = line.trim_matches(is_dash);
    let ruled = line.chars().take_while(|c| is_dash(*c)).count() >= 2;
    if inner.is_empty() {
        return (line.len() >= RULER).then_some(Mark::Ruler);
    }
    let opens =
        ["Begin ", "Anfang ", "Début ", "Inizio ", "Inicio ", "Início "].iter().any(|word| line.starts_with(word));
    let may_be = ruled || opens;
    if !may_be && inner.len() > 160 {
        return None;
    }
    if may_be {
        let folded = fold(inner);
        if FORWARD.iter().any(|words| folded.starts_with(words)) {
            return Some(Mark::Forward);
        }
        if ruled && EARLIER.iter().any(|words| folded.starts_with(words)) && folded.len() < 60 {
            return Some(Mark::Earlier);
        }
    }
    is_reply_line(line, ruled).then_some(Mark::Earlier)
}

/// The line of a ticket system above which an answer is to be typed.
fn is_reply_line(line: &str, ruled: bool) -> bool {
    const WORDS: &[&str] = &[
        "above this line",
        "uber dieser linie",
        "uber diese linie",
        "uber dieser zeile",
        "oberhalb dieser",
        "au-dessus de cette ligne",
        "encima de esta linea",
        "sobre esta linea",
        "sopra questa riga",
        "sopra di questa riga",
        "boven deze regel",
        "boven deze lijn",
        "acima desta linha",
        "over denne linje",
        "ovanfor denna rad",
        "ovanfor den har raden",
    ];
    if line.len() > 160 || !(ruled || line.contains('#')) {
        return false;
    }
    let folded = fold(line);
    WORDS.iter().any(|words| folded.contains(words))
}

/// Whether these lines begin with the headers that stand above an earlier message.
fn starts_headers(lines: &[&str]) -> bool {
    const FROM: &[&str] = &[
        "from",
        "von",
        "de",
        "da",
        "van",
        "fra",
        "fran",
        "od",
        "от",
        "kimden",
        "lahettaja",
        "发件人",
        "差出人",
        "보낸 사람",
    ];
    const SENT: &[&str] = &[
        "sent",
        "date",
        "gesendet",
        "datum",
        "envoye",
        "envoye le",
        "enviado",
        "enviado el",
        "enviada em",
        "fecha",
        "data",
        "inviato",
        "verzonden",
        "skickat",
        "sendt",
        "dato",
        "wyslano",
        "odeslano",
        "отправлено",
        "дата",
        "gonderildi",
        "lahetetty",
        "发送时间",
        "送信日時",
        "날짜",
    ];
    const ABOUT: &[&str] = &[
        "to",
        "an",
        "a",
        "para",
        "aan",
        "til",
        "till",
        "do",
        "komu",
        "кому",
        "kime",
        "vastaanottaja",
        "subject",
        "betreff",
        "objet",
        "asunto",
        "oggetto",
        "onderwerp",
        "assunto",
        "emne",
        "amne",
        "temat",
        "predmet",
        "тема",
        "konu",
        "aihe",
        "主题",
        "件名",
        "제목",
        "收件人",
        "宛先",
    ];
    let Some((first, rest)) = lines.split_first() else { return false };
    if !begins(first, FROM) {
        return false;
    }
    let (mut sent, mut about) = (false, false);
    for line in rest.iter().filter(|line| !line.trim().is_empty()).take(HEADER_LINES) {
        sent |= begins(line, SENT);
        about |= begins(line, ABOUT);
        if sent && about {
            return true;
        }
        // Headers stand together.
        if !line.contains([':', '：']) && line.len() > 120 {
            return false;
        }
    }
    false
}

/// Whether a line begins with one of these words and a colon: `*From:* …`, `De : …`.
fn begins(line: &str, words: &[&str]) -> bool {
    let line = line.trim_start_matches(['*', ' ', '\u{A0}']);
    let Some(colon) = line.char_indices().take(24).find(|(_, c)| matches!(c, ':' | '：')).map(|(at, _)| at) else {
        return false;
    };
    let word = fold(line[..colon].trim_end_matches(['*', ' ', '\u{A0}']));
    words.contains(&word.as_str())
}

/// `Sent from my iPhone`, in the languages of those who do not change it.
fn is_sent_from(line: &str) -> bool {
    const STARTS: &[&str] = &[
        "sent from my ",
        "sent from mail for",
        "sent from outlook",
        "sent from yahoo",
        "sent from proton",
        "sent from samsung",
        "sent from gmail",
        "sent with proton",
        "sent via ",
        "get outlook for",
        "von meinem ",
        "gesendet von ",
        "gesendet mit ",
        "diese nachricht wurde von meinem",
        "holen sie sich outlook",
        "outlook fur ",
        "envoye de mon ",
        "envoye depuis ",
        "envoye a partir de ",
        "telechargez outlook",
        "obtenez outlook",
        "obtenir outlook",
        "enviado desde ",
        "obtener outlook",
        "inviato da ",
        "inviato dal ",
        "ottieni outlook",
        "scarica outlook",
        "verstuurd vanaf ",
        "verzonden vanaf ",
        "verstuurd met ",
        "verzonden met ",
        "outlook voor ",
        "enviado do meu ",
        "enviado a partir d",
        "enviado de ",
        "obter o outlook",
        "baixar o outlook",
        "skickat fran min",
        "sendt fra min",
        "lahetetty ",
        "wyslane z ",
        "odeslano z ",
        "отправлено с ",
        "отправлено из ",
        "iphoneから送信",
        "发自我的",
        "나의 iphone에서 보냄",
    ];
    const ENDS: &[&str] = &["gesendet", "gonderildi", "lahetetty", "gesendet."];
    if line.len() > SENT_FROM_CAP {
        return false;
    }
    // Every one of them begins with one of these letters, in either case; most lines do not.
    let folded = fold(line);
    STARTS.iter().any(|start| {
        folded.starts_with(start) && (*start != "von meinem " || ENDS.iter().any(|end| folded.ends_with(end)))
    })
}

/// A notice that stands below signatures.
fn is_notice(line: &str) -> bool {
    const STARTS: &[&str] = &[
        "this e-mail is confidential",
        "this email is confidential",
        "this e-mail and any",
        "this email and any",
        "this message and any attachment",
        "this message is confidential",
        "the information contained in this",
        "the information in this e",
        "confidentiality notice",
        "disclaimer:",
        "diese e-mail enthalt vertrauliche",
        "diese e-mail ist vertraulich",
        "diese nachricht ist vertraulich",
        "der inhalt dieser e-mail ist",
        "ce message et toutes les pieces",
        "ce message est confidentiel",
        "ce courriel et",
        "este mensaje y sus",
        "este mensaje y cualquier",
        "este correo electronico y",
        "este mensaje es confidencial",
        "questo messaggio e",
        "le informazioni contenute in questa",
        "dit bericht is vertrouwelijk",
        "dit e-mailbericht",
        "de informatie in dit",
        "esta mensagem e",
        "esta mensagem pode conter",
        "please consider the environment",
        "bitte prufen sie, ob diese",
        "pensez a l'environnement",
    ];
    let folded = fold(beginning(line, 64).trim_start_matches(['*', '_', ' ']));
    STARTS.iter().any(|start| folded.starts_with(start))
}

/// Whether somebody says that the answers stand in the earlier message: then it is not history alone.
pub(super) fn answers_within(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "see below",
        "below in",
        "answers below",
        "comments below",
        "replies below",
        "inline",
        "in-line",
        "in red",
        "in blue",
        "in green",
        "in bold",
        "siehe unten",
        "unten im text",
        "in rot",
        "in blau",
        "im text",
        "ci-dessous",
        "en rouge",
        "en bleu",
        "dans le texte",
        "mas abajo",
        "en rojo",
        "en azul",
        "qui sotto",
        "in rosso",
        "in blu",
        "nel testo",
        "hieronder",
        "in het rood",
        "in het blauw",
        "abaixo",
        "a vermelho",
        "em vermelho",
    ];
    let folded = fold(beginning(text, 4 * LINE_CAP));
    WORDS.iter().any(|words| {
        folded.match_indices(words).any(|(at, _)| {
            let parted = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            parted(folded[..at].chars().next_back()) && parted(folded[at + words.len()..].chars().next())
        })
    })
}

/// Whether a line below a signature reads like a message again.
pub(super) fn is_said(line: &str) -> bool {
    let line = line.trim();
    let words = line.split_whitespace().count();
    let spoken = line.ends_with(['?', '!']) && words >= 3;
    let postscript = ["PS", "P.S", "P.S.", "NB", "Ps"]
        .iter()
        .any(|start| line.strip_prefix(start).is_some_and(|rest| rest.starts_with([':', '.', ' ', ','])));
    let sentence = words >= 7
        && line.ends_with('.')
        && !line.contains(['|', '@'])
        && !line.bytes().any(|byte| byte.is_ascii_digit());
    (spoken || postscript || sentence) && !is_notice(line)
}
