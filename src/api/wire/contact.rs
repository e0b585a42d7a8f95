//! Contacts, notes about them, companies.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Wire;
use super::attribute::read_values;
use super::lax::{Id, Lax, Listed, Text, Time};
use crate::domain::{Company, CompanyId, Contact, ContactId, ContactNote, ContactRole, TagId, UnixTime};

/// A contact.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct ContactItem {
    id: Id,
    external_id: Text,
    role: Text,
    name: Text,
    email: Text,
    phone: Text,
    language_override: Text,
    browser_language: Text,
    created_at: Time,
    updated_at: Time,
    last_seen_at: Time,
    location: Lax<Location>,
    companies: Listed<Addressed>,
    tags: Listed<Addressed>,
    custom_attributes: Lax<Map<String, Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Location {
    country: Text,
    region: Text,
    city: Text,
}

/// An entry of an addressable list, of which only the id is of use.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Addressed {
    id: Id,
}

impl Wire for ContactItem {
    type Value = Contact;
    const WHAT: &'static str = "contact";

    fn into_value(self) -> Result<Contact, &'static str> {
        let language = [self.language_override, self.browser_language].into_iter();
        let Location { country, region, city } = self.location.0;
        Ok(Contact {
            id: self.id.parse(ContactId::parse).ok_or("no usable id")?,
            external_id: self.external_id.untrusted(),
            role: ContactRole::parse(self.role.as_str()),
            name: self.name.untrusted(),
            email: self.email.untrusted(),
            phone: self.phone.untrusted(),
            country: country.untrusted(),
            region: region.untrusted(),
            city: city.untrusted(),
            language: language.map(Text::untrusted).find(|text| !text.is_empty()).unwrap_or_default(),
            created_at: self.created_at.0,
            last_seen_at: self.last_seen_at.0,
            companies: self.companies.0.iter().filter_map(|company| company.id.parse(CompanyId::parse)).collect(),
            tags: self.tags.0.iter().filter_map(|tag| tag.id.parse(TagId::parse)).collect(),
            attributes: read_values(self.custom_attributes.0),
        })
    }
}

/// A contact, with the moment of its last change.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(in crate::api) struct ChangedContactItem(ContactItem);

impl Wire for ChangedContactItem {
    type Value = (Contact, Option<UnixTime>);
    const WHAT: &'static str = "contact";

    fn into_value(self) -> Result<Self::Value, &'static str> {
        let updated_at = self.0.updated_at.0;
        Ok((self.0.into_value()?, updated_at))
    }
}

/// A note about a contact.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct NoteItem {
    body: Text,
    author: Lax<NoteAuthor>,
    created_at: Time,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NoteAuthor {
    name: Text,
}

impl Wire for NoteItem {
    type Value = ContactNote;
    const WHAT: &'static str = "contact note";

    fn into_value(self) -> Result<ContactNote, &'static str> {
        Ok(ContactNote {
            body: self.body.untrusted(),
            author: self.author.0.name.untrusted(),
            created_at: self.created_at.0.unwrap_or_default(),
        })
    }
}

/// A company.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct CompanyItem {
    id: Id,
    name: Text,
}

impl Wire for CompanyItem {
    type Value = Company;
    const WHAT: &'static str = "company";

    fn into_value(self) -> Result<Company, &'static str> {
        Ok(Company { id: self.id.parse(CompanyId::parse).ok_or("no usable id")?, name: self.name.untrusted() })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::{AttributeValue, UnixTime};

    fn read<W: Wire>(json: &str) -> Result<W::Value, &'static str> {
        serde_json::from_str::<W>(json).unwrap().into_value()
    }

    #[test]
    fn a_contact_has_its_details() {
        let contact = read::<ContactItem>(
            r#"{"type":"contact","id":"65a1b2c3d4e5f60718293a4b","external_id":"C-9","role":"user","name":"Mara Ohm",
            "email":"mara@mail.example","phone":null,"language_override":null,"browser_language":"de",
            "created_at":1790000000,"last_seen_at":"2026-11-20T08:00:00Z","signed_up_at":null,"owner_id":12,
            "location":{"type":"location","country":"Austria","region":null,"city":"Graz"},
            "companies":{"type":"list","data":[{"id":"c1","type":"company","url":"/companies/c1"}],"total_count":1,"has_more":false},
            "tags":{"type":"list","data":[{"id":"31","type":"tag"},{"id":null}]},
            "custom_attributes":{"tier":"gold","orders":4}}"#,
        )
        .unwrap();
        assert_eq!(contact.role, ContactRole::User);
        assert_eq!(
            (contact.country.as_raw(), contact.city.as_raw(), contact.language.as_raw()),
            ("Austria", "Graz", "de")
        );
        assert_eq!(contact.last_seen_at, Some(UnixTime(1_795_161_600)));
        assert_eq!((contact.companies.len(), contact.tags.len()), (1, 1));
        assert_eq!(contact.attributes.get("orders"), Some(&AttributeValue::Integer(4)));
        assert!(contact.phone.is_empty());
    }

    #[test]
    fn a_contact_with_an_id_alone_will_do() {
        let contact =
            read::<ContactItem>(r#"{"id":"a","location":null,"companies":null,"custom_attributes":[]}"#).unwrap();
        assert_eq!(contact.role, ContactRole::Lead);
        assert!(contact.attributes.is_empty());
        assert_eq!(read::<ContactItem>(r#"{"id":""}"#), Err("no usable id"));
    }

    #[test]
    fn notes_and_companies_are_read() {
        let note =
            read::<NoteItem>(r#"{"id":"1","created_at":1790000000,"author":{"name":"Ines"},"body":"<p>VIP</p>"}"#);
        assert_eq!(note.unwrap().author.as_raw(), "Ines");
        let company = read::<CompanyItem>(r#"{"id":"c1","company_id":"x","name":"Ohm GmbH"}"#).unwrap();
        assert_eq!(company.name.as_raw(), "Ohm GmbH");
    }
}
