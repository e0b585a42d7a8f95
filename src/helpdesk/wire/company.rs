//! Companies.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::workspace::Empty;
use super::{Scene, SegmentBody, TagBody};
use crate::helpdesk::model::{Attributes, Company, Plan};

/// A company.
#[derive(Debug, Serialize)]
pub struct CompanyBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    name: &'a str,
    app_id: &'a str,
    plan: PlanBody<'a>,
    company_id: &'a str,
    remote_created_at: i64,
    created_at: i64,
    updated_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_request_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<i64>,
    website: &'a str,
    industry: &'a str,
    monthly_spend: i64,
    session_count: i64,
    user_count: i64,
    custom_attributes: BTreeMap<&'a str, Cow<'a, Value>>,
    tags: Tags,
    segments: Segments,
    notes: Notes,
}

/// The plan, or `{}` for none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum PlanBody<'a> {
    Some {
        #[serde(rename = "type")]
        kind: &'static str,
        id: &'a str,
        name: &'a str,
    },
    None(Empty),
}

impl<'a> From<Option<&'a Plan>> for PlanBody<'a> {
    fn from(plan: Option<&'a Plan>) -> Self {
        plan.map_or(Self::None(Empty {}), |plan| Self::Some { kind: "plan", id: &plan.id, name: &plan.name })
    }
}

#[derive(Debug, Serialize)]
struct Tags {
    #[serde(rename = "type")]
    kind: &'static str,
    tags: Vec<TagBody>,
}

#[derive(Debug, Serialize)]
struct Segments {
    #[serde(rename = "type")]
    kind: &'static str,
    segments: Vec<SegmentBody>,
}

/// Notes on companies are not kept; the list is there and empty.
#[derive(Debug, Serialize)]
struct Notes {
    #[serde(rename = "type")]
    kind: &'static str,
    notes: [(); 0],
}

impl<'a> CompanyBody<'a> {
    /// A company of this workspace.
    #[must_use]
    pub fn new(company: &'a Company, scene: &'a Scene) -> Self {
        let tags =
            company.tags.iter().filter_map(|id| scene.tags.get(id).map(|name| TagBody::new(*id, name))).collect();
        let segments = company
            .segments
            .iter()
            .filter_map(|id| scene.segments.get(id).map(|segment| SegmentBody::new(segment, false)))
            .collect();
        Self {
            kind: "company",
            id: company.id.as_str(),
            name: &company.name,
            app_id: &scene.app_id,
            plan: company.plan.as_ref().into(),
            company_id: &company.company_id,
            remote_created_at: company.remote_created_at.unwrap_or(company.created_at),
            created_at: company.created_at,
            updated_at: company.updated_at,
            last_request_at: company.last_request_at,
            size: company.size,
            website: company.website.as_deref().unwrap_or_default(),
            industry: company.industry.as_deref().unwrap_or_default(),
            // Described as an integer, though the attribute is a number.
            #[allow(clippy::cast_possible_truncation, reason = "a float cast saturates")]
            monthly_spend: company.monthly_spend.round() as i64,
            session_count: company.session_count,
            user_count: company.user_count,
            custom_attributes: texts(&company.custom_attributes),
            tags: Tags { kind: "tag.list", tags },
            segments: Segments { kind: "segment.list", segments },
            notes: Notes { kind: "note.list", notes: [] },
        }
    }
}

/// Custom attributes of a company are described as strings, whatever their definition's type.
fn texts(attributes: &Attributes) -> BTreeMap<&str, Cow<'_, Value>> {
    let text = |value: &'_ Value| match value {
        Value::Null | Value::String(_) => None,
        other => Some(Value::String(other.to_string())),
    };
    attributes
        .iter()
        .map(|(name, value)| (name.as_str(), text(value).map_or(Cow::Borrowed(value), Cow::Owned)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_no_text_are_told_as_text() {
        let stored = Attributes::from([
            ("days".to_owned(), Value::from(30)),
            ("name".to_owned(), Value::from("Ana")),
            ("vip".to_owned(), Value::from(true)),
            ("none".to_owned(), Value::Null),
        ]);
        let told = serde_json::json!({"days": "30", "name": "Ana", "none": null, "vip": "true"});
        assert_eq!(serde_json::to_value(texts(&stored)).ok(), Some(told));
    }
}
