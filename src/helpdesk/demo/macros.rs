//! The workspace's macros.
//!
//! Owns their texts, written once with placeholders as in `body_text`; the HTML body is made from
//! that. Knows the model.

use super::people::team_id;
use super::talk::Desk;
use crate::helpdesk::model::{Macro, MacroId, MacroVisibility};

const DAY: i64 = 86_400;

/// Name, the team that sees it (none for everyone), text.
const MACROS: [(&str, Option<Desk>, &str); 25] = [
    ("Greeting", None, "Hi {{user.name | fallback: 'there'}},\n\nthank you for writing to us. "),
    ("Greeting (French)", None, "Bonjour {{user.name | fallback: 'à vous'}},\n\nmerci pour votre message. "),
    (
        "Greeting (German)",
        None,
        "Guten Tag {{user.name | fallback: 'und willkommen'}},\n\nvielen Dank für Ihre Nachricht. ",
    ),
    (
        "Where is my order",
        Some(Desk::Support),
        "Hi {{user.name | fallback: 'there'}},\n\nI have looked up order {{conversation.Order | fallback: 'number …'}}: {{conversation.Carrier | fallback: 'the carrier'}} has it, and the next scan should come today. If nothing moves by tomorrow noon, write back and I will open a search.\n\nTracking: https://northwind-outdoor.example/orders",
    ),
    (
        "Parcel lost, sending again",
        Some(Desk::Support),
        "Hi {{user.name | fallback: 'there'}},\n\n{{conversation.Carrier | fallback: 'the carrier'}} has confirmed the loss. A new parcel leaves today by the fast service and costs you nothing. If the first one turns up, please refuse it at the door.",
    ),
    (
        "Colis perdu, nouvel envoi",
        Some(Desk::Support),
        "Bonjour {{user.name | fallback: 'à vous'}},\n\nle transporteur confirme la perte. Un nouveau colis part aujourd'hui en express, sans frais. Si le premier arrive quand même, refusez-le simplement.",
    ),
    (
        "Paket verloren, Ersatz",
        Some(Desk::Support),
        "Guten Tag {{user.name | fallback: 'und hallo'}},\n\nder Verlust ist bestätigt. Ersatz geht heute per Express und kostenlos raus. Sollte das erste Paket noch auftauchen, nehmen Sie es bitte nicht an.",
    ),
    (
        "Refund approved",
        Some(Desk::Billing),
        "Hi {{user.name | fallback: 'there'}},\n\nyour refund for order {{conversation.Order | fallback: '…'}} is approved. It goes back the way you paid and reaches you within three to five working days.\n\nWe are sorry that it did not work out this time.",
    ),
    (
        "Refund refused",
        Some(Desk::Billing),
        "Hi {{user.name | fallback: 'there'}},\n\nI am sorry, but we cannot refund order {{conversation.Order | fallback: '…'}}: the 60 days are over and the item shows wear. What I can offer is a repair at cost, or 20 % off your next purchase.",
    ),
    (
        "Remboursement accordé",
        Some(Desk::Billing),
        "Bonjour {{user.name | fallback: 'à vous'}},\n\nle remboursement de la commande {{conversation.Order | fallback: '…'}} est accordé. Comptez trois à cinq jours ouvrés.",
    ),
    (
        "Erstattung genehmigt",
        Some(Desk::Billing),
        "Guten Tag {{user.name | fallback: 'und hallo'}},\n\ndie Erstattung zu {{conversation.Order | fallback: '…'}} ist genehmigt und in drei bis fünf Werktagen auf Ihrem Konto.",
    ),
    (
        "Ask for the order number",
        None,
        "Could you send me the order number, please? It begins with NW- and stands at the top of the confirmation.",
    ),
    (
        "Ask for a photo",
        Some(Desk::Returns),
        "To see what we can do, I need two photos: one of the damage, one of the label (sewn into the inner tent, or under the tongue of the left boot).",
    ),
    (
        "Return label",
        Some(Desk::Returns),
        "Hi {{user.name | fallback: 'there'}},\n\nyour return label: https://northwind-outdoor.example/returns\n\nPrint it or show the code at the counter. It is free and valid for 30 days.",
    ),
    (
        "Warranty: pole",
        Some(Desk::Returns),
        "Poles are covered for five years. Please measure the broken section without the joint and tell me the LOT number on the label in the inner tent; the part is in the post the same day.",
    ),
    (
        "Warranty: sole",
        Some(Desk::Returns),
        "Soles that come off within two years are on us. Would you like them resoled (about three weeks) or exchanged for a new pair?",
    ),
    (
        "Repair price list",
        Some(Desk::Returns),
        "Our workshop's prices:\n\nslider 9 €\nzip 34 €\nseam tape from 12 €\nproofing 15 €\n\nPlease send things washed, with the form from https://northwind-outdoor.example/repair in the bag.",
    ),
    (
        "Invoice corrected",
        Some(Desk::Billing),
        "Hi {{user.name | fallback: 'there'}},\n\nhere is the corrected invoice for {{company.name | fallback: 'your company'}}. The credit note for the old one is on page two.",
    ),
    (
        "VAT number needed",
        Some(Desk::Billing),
        "To correct the invoice I need the exact company name, the address and the VAT number.",
    ),
    (
        "Trade terms",
        Some(Desk::Wholesale),
        "Hello {{user.name | fallback: 'there'}},\n\nour trade terms in short: from 10 tents 8 %, from 25 tents 12 %, payment within 30 days after the first order, delivery included from 1,500 €. May I make you an offer?",
    ),
    (
        "Out of stock, reserve",
        Some(Desk::Support),
        "It comes back with the next delivery. Shall I put one aside for you? You would have 48 hours to buy it, without obligation.",
    ),
    (
        "Opening hours",
        None,
        "We answer Monday to Friday from 9 to 12 and from 13 to 18, on Saturdays from 10 to 14 (Paris time). The shops' hours: https://northwind-outdoor.example/shops",
    ),
    (
        "Still there?",
        None,
        "Hi {{user.name | fallback: 'there'}},\n\nI have not heard back from you, so I will close this for now. A reply opens it again at once.\n\n{{teammate.name | fallback: 'Northwind Outdoor'}}",
    ),
    ("Note: hand over", None, "What it is about: \nWhat was promised: \nBy when: \nWho decides: "),
    (
        "Thank you and goodbye",
        None,
        "You are welcome, {{user.name | fallback: 'and'}} enjoy the trip!\n\n{{teammate.name | fallback: 'Northwind Outdoor'}}",
    ),
];

/// The macros as they are kept.
#[must_use]
pub fn macros(now: i64) -> Vec<Macro> {
    MACROS
        .iter()
        .zip(0_i64..)
        .map(|((name, desk, text), index)| Macro {
            id: MacroId(MacroId::FIRST + index),
            name: (*name).to_owned(),
            body: to_html(text),
            body_text: (*text).to_owned(),
            created_at: now - (400 - index * 11) * DAY,
            updated_at: now - (90 - index * 3) * DAY,
            visible_to: desk.map_or(MacroVisibility::Everyone, |desk| {
                // Whoever leads support looks after every desk's texts.
                let mut teams = vec![team_id(desk)];
                if desk != Desk::Support {
                    teams.push(team_id(Desk::Support));
                }
                MacroVisibility::Teams(teams)
            }),
            available_on: if index % 5 == 4 {
                vec!["inbox".to_owned()]
            } else {
                vec!["inbox".to_owned(), "messenger".to_owned()]
            },
        })
        .collect()
}

/// Paragraphs of HTML, each placeholder as an `attribute` element.
fn to_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 64);
    for paragraph in text.split("\n\n") {
        html.push_str("<p>");
        let mut rest = paragraph;
        while let Some((before, after)) = rest.split_once("{{") {
            html.push_str(&escape(before));
            let (placeholder, after) = after.split_once("}}").unwrap_or((after, ""));
            let (key, fallback) = placeholder.split_once('|').unwrap_or((placeholder, ""));
            let fallback = fallback.trim().trim_start_matches("fallback:").trim().trim_matches('\'');
            html.push_str("<attribute key=\"");
            html.push_str(&escape(key.trim()));
            html.push_str("\" default=\"");
            html.push_str(&escape(fallback));
            html.push_str("\"/>");
            rest = after;
        }
        html.push_str(&escape(rest));
        html.push_str("</p>");
    }
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\n', "<br>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_elements_in_html_and_braces_in_text() {
        let macros = macros(1_790_000_000);
        assert_eq!(macros.len(), 25);
        assert_eq!(
            macros[0].body,
            "<p>Hi <attribute key=\"user.name\" default=\"there\"/>,</p><p>thank you for writing to us. </p>"
        );
        assert!(macros[0].body_text.contains("{{user.name | fallback: 'there'}}"));
        for each in &macros {
            assert!(!each.body.contains("{{") && !each.body_text.contains('<'), "{}", each.name);
            assert_eq!(each.body.matches("<attribute ").count(), each.body_text.matches("{{").count());
            assert!(each.updated_at >= each.created_at);
        }
    }
}
