//! What the workspace has set up: macros and office hours.

use super::client::{Ask, Client};
use super::error::{ApiError, Class};
use super::page::{Cursor, Page, Shape};
use super::wire::{ExceptionItem, MacroItem, ScheduleItem};
use crate::domain::{HoursException, Macro, OfficeHours, ScheduleId, UnixTime};

const PER_PAGE: u32 = 150;

impl Client {
    /// One page of the macros that we may see, the last change first; those that changed at
    /// `updated_since` or later when it is given. Deleted ones are only missing: read all now and then.
    ///
    /// # Errors
    /// Any [`ApiError`]; not found or not allowed where the helpdesk has none to give.
    pub async fn macros(
        &self,
        updated_since: Option<UnixTime>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Macro>, ApiError> {
        let mut ask = Ask::get(&["macros"]).with(("per_page", PER_PAGE.to_string()));
        if let Some(since) = updated_since {
            // Whether the moment itself counts is not said.
            ask = ask.with(("updated_since", since.secs().saturating_sub(1).to_string()));
        }
        if let Some(cursor) = cursor {
            ask = ask.with(cursor.parameter());
        }
        let answer = self.send(ask).await?;
        Page::read::<MacroItem>(&answer, &["data", "macros"], Shape::After, cursor)
    }

    /// All schedules of office hours with the days that differ: one call, and one more for each schedule.
    ///
    /// # Errors
    /// Any [`ApiError`]; not found or not allowed where the helpdesk has none to give. A schedule whose
    /// exceptions are not found or not to be seen has none.
    pub async fn office_hours(&self) -> Result<Page<OfficeHours>, ApiError> {
        let answer = self.send(Ask::get(&["office_hours_schedules"])).await?;
        let mut page = Page::read::<ScheduleItem>(&answer, &["data", "office_hours_schedules"], Shape::Whole, None)?;
        for schedule in &mut page.items {
            schedule.exceptions = self.hours_exceptions(&schedule.id).await?;
        }
        Ok(page)
    }

    async fn hours_exceptions(&self, id: &ScheduleId) -> Result<Vec<HoursException>, ApiError> {
        let path = ["office_hours_schedules", id.as_str(), "office_hours_exceptions"];
        let answer = match self.send(Ask::get(&path)).await {
            Ok(answer) => answer,
            Err(error) if matches!(error.class(), Class::NotFound { .. } | Class::NotAllowed) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let page = Page::read::<ExceptionItem>(&answer, &["data", "office_hours_exceptions"], Shape::Whole, None)?;
        let mut exceptions = page.items;
        exceptions.sort_by_key(|exception| exception.date);
        Ok(exceptions)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::script::{Script, json as says};
    use super::*;
    use crate::domain::OpenHours;

    #[tokio::test]
    async fn macros_are_read_page_by_page() {
        let script = Script::of_json(&[
            r#"{"type":"list","data":[{"type":"macro","id":"12","name":"Parcel","body":"<p>Hi <attribute key=\"user.name\"/></p>",
                "body_text":"Hi {{user.name}}","created_at":"2026-07-17T11:18:08.000Z","updated_at":"2026-07-17T15:30:24.000Z",
                "visible_to":"everyone","visible_to_team_ids":[],"available_on":["inbox","messenger"]},
                {"id":13,"name":"Teams","visible_to":"specific_teams","visible_to_team_ids":["5",6],"available_on":["messenger"]},
                {"name":"no id"}],
                "pages":{"type":"pages","per_page":150,"next":{"starting_after":"abc"}}}"#,
            r#"{"type":"list","data":[],"pages":{"next":null}}"#,
        ])
        .await;
        let client = script.client();
        let page = client.macros(None, None).await.unwrap();
        let [first, second] = page.items.as_slice() else { panic!("{:?}", page.items) };
        assert_eq!((first.body_text.as_raw(), first.visible_to.as_ref()), ("Hi {{user.name}}", None));
        assert_eq!(first.updated_at, Some(UnixTime(1_784_302_224)));
        assert_eq!(second.visible_to.as_ref().unwrap().len(), 2);
        assert!(first.in_inbox && !second.in_inbox);
        assert_eq!(page.rejected.len(), 1);
        client.macros(Some(UnixTime(500)), page.next.as_ref()).await.unwrap();
        let second = "GET /macros?per_page=150&updated_since=499&starting_after=abc";
        assert_eq!(script.lines(), ["GET /macros?per_page=150", second]);
    }

    #[tokio::test]
    async fn office_hours_come_with_their_exceptions() {
        let script = Script::play(vec![
            says(
                200,
                r#"{"type":"office_hours_schedule.list","data":[
                {"id":"9","name":"Support","time_zone_name":"Europe/Paris","twenty_four_seven":false,
                 "time_intervals":[{"start_minute":1980,"end_minute":2460},{"start_minute":540,"end_minute":1020,"day_of_week":0},
                    {"start_minute":900,"end_minute":900},{"start_minute":-5,"end_minute":99999},{"start_minute":null}]},
                {"id":"10","name":"Always","twenty_four_seven":true,"time_intervals":null}]}"#,
            ),
            says(
                200,
                r#"{"data":[{"id":"2","exception_date":"2026-12-31","exception_type":"custom_hours","recurring_annually":false,
                    "name":null,"time_intervals":[{"start_minute":540,"end_minute":720}]},
                {"id":"1","exception_date":"2026-12-25","exception_type":"closed","name":"Christmas Day",
                    "recurring_annually":true,"time_intervals":null},
                {"id":"3","exception_date":"never","exception_type":"closed"}]}"#,
            ),
            says(404, "{}"),
        ])
        .await;
        let page = script.client().office_hours().await.unwrap();
        let [support, always] = page.items.as_slice() else { panic!("{:?}", page.items) };
        assert_eq!(
            support.week,
            [
                OpenHours { start: 0, end: 10_080 },
                OpenHours { start: 540, end: 1_020 },
                OpenHours { start: 1_980, end: 2_460 }
            ]
        );
        let [christmas, eve] = support.exceptions.as_slice() else { panic!("{:?}", support.exceptions) };
        assert!(christmas.every_year && christmas.open.is_empty());
        assert_eq!(eve.open, [OpenHours { start: 540, end: 720 }]);
        assert!(always.always && always.week.is_empty() && always.exceptions.is_empty());
        assert_eq!(script.lines()[1], "GET /office_hours_schedules/9/office_hours_exceptions");
    }
}
