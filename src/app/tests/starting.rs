//! A new conversation: from `c` to what became of it.

use super::*;
use crate::domain::{Act, Channel, State};

/// Chooses the first contact found, mail, and a subject.
fn begin(desk: &mut Desk) -> String {
    let at = desk.engine.conversations.iter().position(|on| on.id.as_str() == "3").unwrap();
    let contact = desk.engine.conversations[at].contact.as_mut().unwrap();
    contact.email = crate::text::Untrusted::new("chloe@example.fr");
    contact.name = crate::text::Untrusted::new("Quentin Marchand");
    let name = "quentin";
    desk.press("c").write(name).press("enter enter").write("Your order").press("enter");
    desk.app.composer.conversation.as_ref().unwrap().to_string()
}

#[test]
fn it_is_asked_to_whom_by_which_channel_and_under_which_subject() {
    let mut desk = Desk::new();
    desk.press("c enter");
    assert_eq!(desk.notice(), "Nobody is chosen: type a name, or a whole e-mail address.");
    desk.press("esc");
    let id = begin(&mut desk);
    assert!(id.starts_with("new-"));
    assert_eq!(desk.focus(), Pane::Composer);
    assert_eq!(desk.shown(), id);
    desk.write("It left today").press("ctrl-s");
    let acts = desk.acts();
    let (on, act) = &acts[0];
    let Act::Start { to, channel, subject, text } = act else { panic!("{act:?}") };
    assert_eq!((on, channel, subject.as_str(), text.as_str()), (&id, &Channel::Email, "Your order", "It left today"));
    assert!(to.id.is_some());
    assert!(matches!(acts[1].1, Act::Assign { .. }), "the agent takes what they begin");
}

#[test]
fn esc_goes_back_line_by_line_and_keeps_what_is_typed() {
    let mut desk = Desk::new();
    desk.press("c").write("new.person@example.com").press("enter enter").write("Hello");
    desk.press("esc enter");
    let Some(crate::app::Layer::New(form)) = desk.app.layers.last() else { panic!() };
    assert_eq!((form.subject.text(), form.to.text()), ("Hello", "new.person@example.com"));
    desk.press("esc esc esc");
    assert!(desk.app.layers.is_empty());
}

#[test]
fn an_address_that_nobody_has_makes_a_lead_and_takes_no_messenger() {
    let mut desk = Desk::new();
    desk.press("c").write("new.person@example.com").press("enter").write("m").press("enter");
    assert_eq!(desk.notice(), "The messenger reaches only people who have used it: choose e-mail.");
    desk.write("e").press("enter").press("enter");
    assert_eq!(desk.notice(), "An e-mail needs a subject.");
    desk.write("Hello").press("enter").write("Hi").press("ctrl-s");
    let Act::Start { to, .. } = &desk.acts()[0].1 else { panic!() };
    assert_eq!((to.id.as_ref(), to.email.as_raw()), (None, "new.person@example.com"));
}

#[test]
fn undo_gives_the_words_back_and_they_go_only_once() {
    let mut desk = Desk::new();
    let id = begin(&mut desk);
    desk.write("Hi").press("ctrl-s");
    assert_eq!(desk.text(), "");
    // While it is on its way it is not written again.
    desk.press("r");
    assert!(desk.notice().starts_with("The first message is on its way"), "{}", desk.notice());
    desk.press("u");
    assert_eq!((desk.text().as_str(), desk.app.composer.conversation.as_ref().unwrap().as_str()), ("Hi", id.as_str()));
    assert!(desk.engine.outbox.is_empty());
    desk.press("ctrl-s");
    assert_eq!(desk.acts().iter().filter(|(_, act)| matches!(act, Act::Start { .. })).count(), 2);
    assert_eq!(desk.engine.outbox.iter().filter(|row| row.act.is_message()).count(), 1);
}

#[test]
fn no_act_reaches_what_the_helpdesk_does_not_have() {
    let mut desk = Desk::new();
    begin(&mut desk);
    desk.write("Hi").press("ctrl-x t");
    assert_eq!(desk.notice(), "A note needs a conversation, and that begins with a message.");
    desk.press("esc e");
    assert!(desk.notice().starts_with("The helpdesk does not have this conversation yet"), "{}", desk.notice());
    desk.press("n");
    assert!(desk.acts().is_empty());
}

#[test]
fn one_that_was_never_written_is_forgotten() {
    let mut desk = Desk::new();
    let id = begin(&mut desk);
    desk.press("esc");
    assert!(desk.asked.iter().any(|request| matches!(request, Request::ForgetNew(gone) if gone.as_str() == id)));
    assert_eq!(desk.focus(), Pane::List);
    assert_ne!(desk.shown(), id);
    // What was written stays.
    let id = begin(&mut desk);
    desk.write("Hi").press("esc");
    let forgotten = |request: &Request| matches!(request, Request::ForgetNew(gone) if gone.as_str() == id);
    assert!(!desk.asked.iter().any(forgotten));
}

#[test]
fn when_it_has_begun_the_real_one_takes_its_place_on_the_screen() {
    let mut desk = Desk::new();
    let id = begin(&mut desk);
    desk.write("Hi").press("ctrl-s");
    let placeholder = ConversationId::parse(&id).unwrap();
    let became = ConversationId::parse("3").unwrap();
    desk.hear(Event::Started { placeholder, became: Some(became) });
    assert_eq!(desk.notice(), "Conversation 3 has begun.");
    assert_eq!((desk.shown().as_str(), desk.focus()), ("3", Pane::Thread));
    assert_eq!(desk.server("3").state, State::Open);
}

#[test]
fn an_agent_who_went_on_is_not_taken_away() {
    let mut desk = Desk::new();
    let id = begin(&mut desk);
    desk.write("Hi").press("ctrl-s esc");
    desk.press("j enter r").write("to somebody else");
    let shown = desk.shown();
    let (placeholder, became) = (ConversationId::parse(&id).unwrap(), ConversationId::parse("3"));
    desk.hear(Event::Started { placeholder, became });
    assert_eq!((desk.shown(), desk.text().as_str(), desk.focus()), (shown, "to somebody else", Pane::Composer));
}
