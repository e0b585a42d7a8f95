//! What the engine in memory says to selections and deeds on many.

use std::sync::Arc;

use super::engine::Engine;
use crate::domain::bulk::{
    Apart, ApartGroup, Bulk, BulkItem, Chosen, Deed, Known, Matched, Outcome, Preview, Verdict, judge,
};
use crate::domain::{Act, ConversationId, OutboxStatus};
use crate::sync::message::{BulkPlan, Event, Request};
use crate::text::Untrusted;

type Weighed = (Chosen, Verdict, Option<Apart>);

impl Engine {
    fn weigh(&self, plan: &BulkPlan) -> Vec<Weighed> {
        let me = self.directory.me().map(|me| me.id.clone()).filter(|_| plan.takes);
        let listed = plan.list.as_ref().map(|query| self.matching(query));
        plan.selected
            .iter()
            .map(|chosen| {
                let anchor = plan.anchor.as_ref().is_some_and(|(id, _)| *id == chosen.id);
                let known = Known {
                    on: self.conversation(&chosen.id),
                    has_draft: !anchor && self.drafts.keys().any(|(id, _)| *id == chosen.id),
                    is_stuck: false,
                    in_list: listed.as_ref().is_none_or(|all| all.iter().any(|on| on.id == chosen.id)),
                };
                let (verdict, why) = judge(&plan.deed, chosen, known, me.as_ref());
                match why {
                    Some(why) if !plan.included.contains(&why) => (chosen.clone(), Verdict::Apart(why), Some(why)),
                    why => (chosen.clone(), verdict, why),
                }
            })
            .collect()
    }

    fn preview(&self, plan: &BulkPlan) -> Preview {
        let mut preview = Preview { selected: plan.selected.len(), ..Preview::default() };
        for (chosen, verdict, why) in self.weigh(plan) {
            if let Some(why) = why {
                let included = plan.included.contains(&why);
                if !preview.apart.iter().any(|group| group.why == why) {
                    preview.apart.push(ApartGroup { why, count: 0, included, first: Vec::new() });
                }
                preview.apart.iter_mut().filter(|group| group.why == why).for_each(|group| group.count += 1);
            }
            match verdict {
                Verdict::AlreadySo => preview.already += 1,
                Verdict::Change(_) => {
                    preview.changes += 1;
                    preview.first.extend(self.conversation(&chosen.id).cloned());
                }
                Verdict::Apart(_) => {}
            }
        }
        preview
    }

    pub fn answer_bulk(&mut self, request: Request) -> Vec<Event> {
        match request {
            Request::Matching { generation, query, .. } => {
                let matched = Matched::new(self.matching(&query).iter().map(Chosen::of).collect());
                vec![Event::Matching { generation, matched: Arc::new(matched) }]
            }
            Request::Later { generation, query, known } => {
                let count = self.matching(&query).iter().filter(|on| !known.contains(&on.id)).count();
                vec![Event::Later { generation, count }]
            }
            Request::BulkPreview { generation, plan } => {
                vec![Event::BulkPreview { generation, preview: Box::new(self.preview(&plan)) }]
            }
            Request::Bulk { group, plan } => {
                if let Some(why) = self.refuse {
                    return vec![Event::Refused { group, why, texts: Vec::new() }];
                }
                let (mut acts, mut left, mut stay): (Vec<(ConversationId, Act)>, Vec<_>, Vec<Chosen>) =
                    Default::default();
                let (mut done, mut already) = (0, 0);
                for (chosen, verdict, _) in self.weigh(&plan) {
                    match verdict {
                        Verdict::AlreadySo => already += 1,
                        Verdict::Change(change) => {
                            done += 1;
                            acts.extend(change.into_iter().map(|act| (chosen.id.clone(), act)));
                        }
                        Verdict::Apart(why) => {
                            left.push((chosen.id.clone(), why));
                            stay.push(chosen);
                        }
                    }
                }
                let uses: Vec<_> =
                    plan.anchor.iter().filter(|(id, _)| acts.iter().any(|(on, _)| on == id)).cloned().collect();
                let mut events = if matches!(plan.deed, Deed::Unread | Deed::MentionDone) {
                    Vec::new()
                } else {
                    self.commit(&group, acts, &uses, None)
                };
                let mut rows = Vec::new();
                events.retain_mut(|event| match event {
                    Event::Committed { rows: committed, .. } => {
                        rows = std::mem::take(committed);
                        false
                    }
                    _ => true,
                });
                let left_out = left.len();
                let (waiting, created_at) = (done, self.now);
                let deed = plan.deed.clone();
                self.bulks.insert(
                    0,
                    Bulk {
                        group: group.clone(),
                        deed,
                        total: done,
                        done: 0,
                        waiting,
                        failed: 0,
                        paused: false,
                        left_out,
                        created_at,
                    },
                );
                let stay = Arc::new(Matched::new(stay));
                events.insert(0, Event::BulkDone { group, rows, done, left_out, already, stay });
                events
            }
            Request::Bulks => {
                let outbox = &self.outbox;
                for bulk in &mut self.bulks {
                    let of = |wanted: fn(OutboxStatus) -> bool| {
                        outbox.iter().filter(|row| row.group == bulk.group && wanted(row.status)).count()
                    };
                    (bulk.waiting, bulk.failed) = (of(OutboxStatus::is_unsettled), of(OutboxStatus::needs_you));
                    bulk.done = of(|status| status == OutboxStatus::Sent);
                }
                vec![Event::Bulks(self.bulks.clone())]
            }
            Request::BulkItems { generation, group } => {
                let item = |row: &crate::domain::OutboxRow| BulkItem {
                    id: row.conversation.clone(),
                    name: Untrusted::new("Chloé Dubois"),
                    title: Untrusted::new(format!("Order {}", row.conversation)),
                    outcome: Outcome::Row(Box::new(row.clone())),
                };
                let items = self.outbox.iter().filter(|row| row.group == group).map(item).collect();
                vec![Event::BulkItems { generation, group, items }]
            }
            Request::PauseBulk { group, paused } => {
                self.bulks.iter_mut().filter(|bulk| bulk.group == group).for_each(|bulk| bulk.paused = paused);
                vec![Event::Bulks(self.bulks.clone())]
            }
            Request::RetryBulk(group) => {
                let failed = |row: &&crate::domain::OutboxRow| row.group == group && row.status == OutboxStatus::Failed;
                let ids: Vec<_> = self.outbox.iter().filter(failed).map(|row| row.id).collect();
                ids.into_iter().flat_map(|id| self.set_status(id, OutboxStatus::Queued)).collect()
            }
            other => panic!("not for this engine: {other:?}"),
        }
    }
}
