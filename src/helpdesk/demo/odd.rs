//! Customers whose names and words are hard on a screen.
//!
//! Owns who they are ([`alter`]) and the threads they write ([`MESSAGES`]): right-to-left names,
//! names without spaces, no name at all, capitals, emoji, marks that reorder or hide text, control
//! characters. They are here so that whoever looks at the demo sees that these hold.

use super::people::{Person, Voice};
use super::talk::{Desk, Tongue};
use crate::helpdesk::model::Role;

/// The first customer that is altered; the ones before are one of each country.
pub const FIRST: usize = 11;

/// A customer with a hard name.
struct Oddity {
    name: Option<&'static str>,
    email: Option<&'static str>,
    lead: bool,
    voice: Voice,
}

const ODDITIES: [Oddity; 14] = [
    Oddity {
        name: Some("ليلى الحسيني"),
        email: Some("layla.alhusseini@post.example"),
        lead: false,
        voice: Voice::Plain,
    },
    Oddity {
        name: Some("נועה בן־דוד"), email: Some("noa.bendavid@mail.example"), lead: false, voice: Voice::Plain
    },
    Oddity { name: None, email: Some("bergziege77@inbox.example"), lead: true, voice: Voice::Low },
    Oddity { name: None, email: None, lead: true, voice: Voice::Terse },
    Oddity { name: Some("GERALD PROUDFOOT"), email: Some("G.PROUDFOOT@mail.example"), lead: false, voice: Voice::Loud },
    Oddity { name: Some("🌲 Wren 🏔️"), email: Some("wren@webmail.example"), lead: false, voice: Voice::Merry },
    Oddity { name: Some("山田 花子"), email: Some("hanako.yamada@post.example"), lead: false, voice: Voice::Plain },
    Oddity {
        name: Some("Łukasz Żółciński-Świętosławski"),
        email: Some("lukasz.z@mail.example"),
        lead: false,
        voice: Voice::Plain,
    },
    Oddity {
        name: Some("Maria del Pilar Inmaculada Concepción Fernández de Córdoba y Álvarez de Toledo"),
        email: Some("pilar.fdc@post.example"),
        lead: false,
        voice: Voice::Plain,
    },
    Oddity {
        name: Some("Zoe\u{308} Nguye\u{302}\u{303}n"),
        email: Some("zoe.nguyen@mail.example"),
        lead: false,
        voice: Voice::Merry,
    },
    Oddity { name: Some("O"), email: Some("o@inbox.example"), lead: true, voice: Voice::Terse },
    Oddity {
        name: Some("Ανδρέας Παπαδόπουλος"),
        email: Some("andreas.p@webmail.example"),
        lead: false,
        voice: Voice::Plain,
    },
    Oddity {
        name: Some("Robert <b>Tables</b> & Sons"),
        email: Some("robert.tables@mail.example"),
        lead: false,
        voice: Voice::Plain,
    },
    Oddity {
        name: Some("Siobhán \u{202e}nerrO\u{202c}"),
        email: Some("siobhan@post.example"),
        lead: true,
        voice: Voice::Plain,
    },
];

/// Makes the person at `index` one of the hard ones, when that is their place.
pub fn alter(index: usize, person: &mut Person) {
    let Some(oddity) = index.checked_sub(FIRST).and_then(|place| ODDITIES.get(place)) else { return };
    let contact = &mut person.contact;
    contact.name = oddity.name.map(str::to_owned);
    contact.email = oddity.email.map(str::to_owned);
    if oddity.lead {
        contact.role = Role::Lead;
        contact.external_id = None;
        contact.signed_up_at = None;
    } else {
        contact.role = Role::User;
        contact.external_id = Some(format!("cust-{}", 20_000 + index));
    }
    person.voice = oddity.voice;
    person.tongue = Tongue::English;
    contact.language_override = None;
    contact.browser_language = Some(Tongue::English.code().to_owned());
    person.company = None;
    contact.companies.clear();
}

/// A conversation that only these customers would begin.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Place among the hard customers.
    pub who: usize,
    /// Channel.
    pub channel: &'static str,
    /// Who deals with it.
    pub desk: Desk,
    /// Subject.
    pub subject: &'static str,
    /// Text.
    pub body: &'static str,
    /// A teammate's answer; empty when there is none yet.
    pub answer: &'static str,
}

/// The conversations of hard customers: all of them open.
pub const MESSAGES: [Message; 9] = [
    Message {
        who: 0,
        channel: "email",
        desk: Desk::Support,
        subject: "طلب NW-48213 لم يصل بعد",
        body: "مرحبا،\n\nطلبت خيمة Fjell 2 قبل أسبوعين ورقم الطلب NW-48213، ولم تصل بعد.\n\nI can also write in English if that is easier for you: the tracking page says \"handed over\" since Monday.\n\nشكرا،\nليلى",
        answer: "",
    },
    Message {
        who: 1,
        channel: "whatsapp",
        desk: Desk::Returns,
        subject: "",
        body: "שלום! The zip of my Isbre jacket (הזמנה NW-51877) is broken. אפשר לתקן? Can it be repaired?",
        answer: "Hi Noa! Yes, it can: a slider is 9 €, a whole zip 34 €. Could you send a photo of the slider?",
    },
    Message {
        who: 4,
        channel: "email",
        desk: Desk::Billing,
        subject: "WHERE IS MY MONEY",
        body: "I HAVE BEEN WAITING FOR MY REFUND SINCE THE SPRING. ORDER NW-30417. 248.90 EUROS.\n\nNOBODY ANSWERS THE TELEPHONE. I EXPECT A REPLY TODAY.\n\nG. PROUDFOOT (MR)",
        answer: "",
    },
    Message {
        who: 5,
        channel: "instagram",
        desk: Desk::Support,
        subject: "",
        body: "omg 😍😍 the moss green Fjell 2!! is it back?? 🏕️🌲👩‍👩‍👧‍👦 we need ONE (1) for our wedding trip 👰🏽‍♀️🤵🏻🇳🇴",
        answer: "",
    },
    Message {
        who: 6,
        channel: "email",
        desk: Desk::Support,
        subject: "サイズについて / About the size of Skarven boots in centimetres (日本のサイズ表がありません)",
        body: "こんにちは。\n\nSkarven の 24.5cm は EU サイズでいくつですか。 In Japan we use centimetres. Which EU size is 24.5 cm, with thick socks?\n\n山田花子",
        answer: "",
    },
    Message {
        who: 8,
        channel: "email",
        desk: Desk::Wholesale,
        subject: "Re: Fwd: Re: Re: [EXTERNAL] Fwd: Quotation for thirty-two Lofoten 4 tents, forty-eight Driftpad XL mats, spare pole sets (six), footprint sheets (thirty-two) and delivery to three different sites in week 14, with separate invoices for each of the three sites and one summary for our head office, as discussed on the telephone with your colleague last Thursday",
        body: "Dear all,\n\nplease see the subject, which says it all. I would only add that the second site has no ramp, so the lorry needs a tail lift.\n\nMaría del Pilar Fernández de Córdoba",
        answer: "",
    },
    Message {
        who: 12,
        channel: "email",
        desk: Desk::Support,
        subject: "Name on the <label> & \"quotes\"",
        body: "Hello,\n\nyour label printer turned my name into Robert &lt;b&gt;Tables&lt;/b&gt; &amp;amp; Sons. It should be: Robert <b>Tables</b> & Sons.\n\nAlso <script>alert('hello')</script> is not my street; it is 4 < 5 Lane.\n\nRobert",
        answer: "",
    },
    Message {
        who: 13,
        channel: "conversation",
        desk: Desk::Support,
        subject: "",
        body: "hi, my mail shows your invoice as \u{202e}fdp.5102-ecioVni\u{202c} and there are invisible\u{200b}\u{200b}\u{2060} marks in the l\u{200d}ink, also a red \u{1b}[31mblock\u{1b}[0m\u{7}. is that really from you??",
        answer: "",
    },
    Message { who: 3, channel: "sms", desk: Desk::Support, subject: "", body: "?", answer: "Hello! How can we help?" },
];
