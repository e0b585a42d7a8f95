//! What happens in each thread and when, before anybody says a word.
//!
//! Owns [`Plan`] (how many conversations end how), [`Fate`], [`Outline`] and its [`Step`]s. Pure
//! chance and times: must not know phrases, the model or the store. Enter at [`Plan::of`], then
//! [`Outline::throw`] for each slot and [`Outline::timed`] for its moments.

use super::cast::local;
use super::dice::Dice;
use super::odd;
use super::talk::Tongue;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// How a conversation stands when the demo begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Open, nobody has it.
    Unassigned,
    /// Open, *you* have it.
    You,
    /// Open, a colleague has it and asked *you* in a note.
    Mention,
    /// Open, a colleague has it.
    Open,
    /// Open, begun by one of the hard customers of [`odd`].
    Odd(usize),
    /// Open and begun by us; the first by *you*.
    Outreach(usize),
    /// The pair of a merge: this one was taken in by the next.
    MergedAway,
    /// The pair of a merge: this one took the one before in, and is open.
    MergedInto,
    /// Asleep.
    Snoozed,
    /// Done.
    Closed,
}

impl Fate {
    /// Whether it counts as open at the beginning.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::MergedAway | Self::Snoozed | Self::Closed)
    }
}

/// How many conversations there are of each fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    fates: Vec<Fate>,
    /// How far back the oldest goes, in seconds.
    pub horizon: i64,
}

impl Plan {
    /// The plan for so many conversations. Of 400, 150 are open; the open ones grow slower than the
    /// history, as they do in an inbox that is looked after.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts far below what a float holds"
    )]
    pub fn of(conversations: usize) -> Self {
        let size = conversations as f64 / 400.0;
        let growth = if size > 1.0 { size.powf(0.6) } else { size };
        let mut left = conversations;
        let mut take = |wanted: f64| {
            let count = (wanted.round() as usize).min(left);
            left -= count;
            count
        };
        let mut fates = Vec::with_capacity(conversations);
        let open = take(150.0 * growth);
        let mut open_left = open;
        let mut take_open = |wanted: usize, fates: &mut Vec<Fate>, make: &dyn Fn(usize) -> Fate| {
            let count = wanted.min(open_left);
            open_left -= count;
            fates.extend((0..count).map(make));
        };
        take_open((8.0 * growth.sqrt()).round() as usize, &mut fates, &|_| Fate::You);
        take_open((15.0 * growth).round() as usize, &mut fates, &|_| Fate::Unassigned);
        take_open((3.0 * growth.sqrt()).round() as usize, &mut fates, &|_| Fate::Mention);
        if conversations >= 60 {
            take_open(odd::MESSAGES.len(), &mut fates, &Fate::Odd);
            take_open(3, &mut fates, &Fate::Outreach);
            take_open(1, &mut fates, &|_| Fate::MergedInto);
        }
        take_open(usize::MAX, &mut fates, &|_| Fate::Open);
        fates.extend((0..take(10.0 * growth)).map(|_| Fate::Snoozed));
        if conversations >= 60 {
            fates.extend((0..take(1.0)).map(|_| Fate::MergedAway));
        }
        fates.resize(conversations, Fate::Closed);
        let horizon = if conversations > 5_000 { 730 * DAY } else { 130 * DAY };
        Self { fates, horizon }
    }

    /// The fates, grouped.
    #[must_use]
    pub fn fates(&self) -> &[Fate] {
        &self.fates
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.fates.iter().filter(|fate| fate.is_open()).count()
    }
}

/// Something that happens in a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The customer opens.
    Ask,
    /// The helpdesk puts it into its team's inbox.
    ToDesk,
    /// A rule, or a colleague, gives it to the teammate who answers.
    ToMate,
    /// The assistant answers in a chat.
    Bot,
    /// The customer wants a person.
    Human,
    /// A teammate's first answer.
    Answer,
    /// The customer's answer to it.
    Follow,
    /// A teammate's solution.
    Solve,
    /// The customer is content.
    Thanks,
    /// A teammate's last word.
    Welcome,
    /// The customer waits too long.
    Chase,
    /// A teammate knows nothing yet.
    Update,
    /// The customer takes note.
    Ack,
    /// The customer asks something on the side.
    Aside,
    /// A teammate answers that.
    AsideReply,
    /// A note among teammates.
    Note,
    /// A note after a call.
    CallNote,
    /// A note that mentions *you*.
    MentionYou,
    /// *Your* note back.
    YouNote,
    /// A note that mentions another colleague, and the colleague's note back.
    MentionMate,
    /// A teammate sends it to sleep for so many seconds.
    Snooze(i64),
    /// Its sleep is over.
    Wake,
    /// A teammate closes it.
    Close,
    /// The customer judges, from 1 to 5.
    Rate(u8),
}

impl Step {
    /// Whether a teammate does it by hand, which happens by day.
    #[must_use]
    const fn is_ours(self) -> bool {
        matches!(
            self,
            Self::Answer
                | Self::Solve
                | Self::Welcome
                | Self::Update
                | Self::AsideReply
                | Self::Note
                | Self::CallNote
                | Self::MentionYou
                | Self::YouNote
                | Self::MentionMate
                | Self::Close
        )
    }
}

/// What happens in one thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// How it stands in the end.
    pub fate: Fate,
    /// Language.
    pub tongue: Tongue,
    /// Channel, by the API's word.
    pub channel: &'static str,
    /// Steps in order, each with the seconds since the one before.
    pub steps: Vec<(i64, Step)>,
    /// Seconds between the last step and now.
    pub rest: i64,
}

const CHANNELS: [(&str, u32); 8] = [
    ("email", 46),
    ("conversation", 26),
    ("phone_call", 8),
    ("whatsapp", 7),
    ("sms", 3),
    ("facebook", 4),
    ("instagram", 3),
    ("twitter", 3),
];

/// A language, by how common it is.
pub fn throw_tongue(dice: &mut Dice) -> Tongue {
    Tongue::ALL[dice.weighted([52, 24, 24].into_iter())]
}

/// A channel, by how common it is.
pub fn throw_channel(dice: &mut Dice) -> &'static str {
    CHANNELS[dice.weighted(CHANNELS.iter().map(|(_, weight)| *weight))].0
}

impl Outline {
    /// Throws what happens in a conversation of that fate.
    #[must_use]
    pub fn throw(fate: Fate, horizon: i64, dice: &mut Dice) -> Self {
        let (tongue, channel) = (throw_tongue(dice), throw_channel(dice));
        let mut outline = Self { fate, tongue, channel, steps: Vec::with_capacity(8), rest: 0 };
        match fate {
            Fate::Closed => outline.closed(horizon, dice),
            Fate::Snoozed => outline.snoozed(dice),
            Fate::Unassigned => outline.unassigned(dice),
            Fate::You | Fate::Open => outline.open(dice),
            Fate::Mention => outline.mention(dice),
            Fate::Odd(which) => outline.odd(which, dice),
            Fate::Outreach(which) => outline.outreach(which, dice),
            Fate::MergedAway | Fate::MergedInto => outline.merged(),
        }
        outline
    }

    /// When each step happens, and when the conversation began. The last step is `rest` before `now`;
    /// what teammates do by hand is moved out of the night where that changes no order.
    #[must_use]
    pub fn timed(&self, now: i64) -> Vec<(i64, Step)> {
        let length: i64 = self.steps.iter().map(|(gap, _)| gap).sum();
        let mut at = now - self.rest - length;
        let mut times: Vec<(i64, Step)> = self
            .steps
            .iter()
            .map(|(gap, step)| {
                at += gap;
                (at, *step)
            })
            .collect();
        for index in 0..times.len() {
            let (at, step) = times[index];
            if !step.is_ours() {
                continue;
            }
            let shift = until_open(at);
            if shift == 0 {
                continue;
            }
            let next = times.get(index + 1).map_or(now - MINUTE, |(next, _)| *next);
            if at + shift < next - MINUTE {
                times[index].0 += shift;
            } else if self.fate == Fate::Closed && times.last().is_some_and(|(last, _)| last + shift < now - HOUR) {
                for later in &mut times[index..] {
                    later.0 += shift;
                }
            }
        }
        times
    }

    fn step(&mut self, gap: i64, step: Step) {
        self.steps.push((gap, step));
    }

    fn chatty(&self) -> bool {
        !matches!(self.channel, "email" | "phone_call")
    }

    /// Until a teammate answers.
    fn our_gap(&self, dice: &mut Dice) -> i64 {
        if self.chatty() { dice.between(MINUTE, 40 * MINUTE) } else { dice.between(25 * MINUTE, 9 * HOUR) }
    }

    /// Until the customer answers.
    fn their_gap(&self, dice: &mut Dice) -> i64 {
        if self.chatty() { dice.between(30, 25 * MINUTE) } else { dice.between(15 * MINUTE, 20 * HOUR) }
    }

    fn arrive(&mut self, dice: &mut Dice) {
        self.step(0, Step::Ask);
        self.step(dice.between(1, 4), Step::ToDesk);
    }

    fn taken(&mut self, dice: &mut Dice) {
        self.arrive(dice);
        let gap = if dice.chance(70) { dice.between(0, 3) } else { dice.between(2 * MINUTE, 50 * MINUTE) };
        self.step(gap, Step::ToMate);
        if self.channel == "conversation" && dice.chance(22) {
            self.step(dice.between(2, 20), Step::Bot);
            self.step(dice.between(20, 200), Step::Human);
        }
        if self.channel == "phone_call" {
            self.step(dice.between(4 * MINUTE, 2 * HOUR), Step::CallNote);
        } else if dice.chance(16) {
            self.step(dice.between(3 * MINUTE, HOUR), Step::Note);
        }
    }

    fn closed(&mut self, horizon: i64, dice: &mut Dice) {
        self.taken(dice);
        self.step(self.our_gap(dice), Step::Answer);
        if dice.chance(8) {
            // Nobody answered any more.
            self.step(dice.between(6 * DAY, 8 * DAY), Step::Close);
        } else {
            self.middle(dice);
            self.step(self.our_gap(dice), Step::Solve);
            if dice.chance(62) {
                self.step(self.their_gap(dice), Step::Thanks);
                if dice.chance(45) {
                    self.step(self.our_gap(dice), Step::Welcome);
                }
            }
            self.step(dice.between(20, 3 * HOUR), Step::Close);
            if dice.chance(26) {
                let score = [5, 4, 3, 2, 1][dice.weighted([52, 24, 10, 6, 8].into_iter())];
                self.step(dice.between(40, 6 * HOUR), Step::Rate(score));
            }
            if dice.chance(9) {
                // Reopened by one more question.
                self.step(dice.between(3 * HOUR, 4 * DAY), Step::Aside);
                self.step(self.our_gap(dice), Step::AsideReply);
                self.step(dice.between(MINUTE, 2 * HOUR), Step::Close);
            }
        }
        // More of them lately than long ago.
        let age = dice.unit().powf(1.6);
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "seconds of a few years")]
        let age = (age * horizon as f64) as i64;
        self.rest = 2 * HOUR + age;
    }

    /// What lies between the first answer and the solution.
    fn middle(&mut self, dice: &mut Dice) {
        self.step(self.their_gap(dice), Step::Follow);
        if dice.chance(20) {
            self.step(dice.between(5 * MINUTE, 2 * HOUR), Step::Note);
        }
        if dice.chance(5) {
            self.step(dice.between(5 * MINUTE, HOUR), Step::MentionYou);
            self.step(dice.between(20 * MINUTE, 5 * HOUR), Step::YouNote);
        } else if dice.chance(6) {
            self.step(dice.between(5 * MINUTE, 2 * HOUR), Step::MentionMate);
        }
        let rounds = match dice.below(1_000) {
            0..3 => dice.between(12, 30),
            3..40 => dice.between(3, 8),
            40..260 => 1,
            _ => 0,
        };
        let mut asides = 0;
        for round in 0..rounds {
            // Nobody asks the same thing twice; one is kept for later.
            if asides < 4 && dice.chance(40) {
                asides += 1;
                self.step(self.their_gap(dice), Step::Aside);
                self.step(self.our_gap(dice), Step::AsideReply);
            } else {
                self.step(self.our_gap(dice), Step::Update);
                self.step(self.their_gap(dice), if round % 2 == 0 { Step::Ack } else { Step::Chase });
            }
        }
        if dice.chance(5) {
            let sleep = dice.between(4 * HOUR, 3 * DAY);
            self.step(dice.between(MINUTE, HOUR), Step::Snooze(sleep));
            self.step(sleep, Step::Wake);
        }
    }

    /// Seconds that somebody has been waiting: minutes, hours or days.
    fn wait(dice: &mut Dice) -> i64 {
        match dice.weighted([30, 30, 25, 15].into_iter()) {
            0 => dice.between(2 * MINUTE, 70 * MINUTE),
            1 => dice.between(HOUR, 8 * HOUR),
            2 => dice.between(8 * HOUR, 32 * HOUR),
            _ => dice.between(32 * HOUR, 7 * DAY),
        }
    }

    fn unassigned(&mut self, dice: &mut Dice) {
        if dice.chance(60) {
            self.arrive(dice);
        } else {
            self.step(0, Step::Ask);
        }
        if dice.chance(20) {
            self.step(dice.between(5 * HOUR, 30 * HOUR), Step::Chase);
        }
        self.rest = match dice.weighted([55, 33, 12].into_iter()) {
            0 => dice.between(90, 150 * MINUTE),
            1 => dice.between(150 * MINUTE, 20 * HOUR),
            _ => dice.between(20 * HOUR, 3 * DAY),
        };
    }

    fn open(&mut self, dice: &mut Dice) {
        self.taken(dice);
        match dice.weighted([30, 12, 20, 14, 14, 10].into_iter()) {
            0 => {}
            1 => self.step(dice.between(7 * HOUR, 2 * DAY), Step::Chase),
            2 => {
                self.step(self.our_gap(dice), Step::Answer);
                self.step(self.their_gap(dice), Step::Follow);
            }
            3 => {
                self.step(self.our_gap(dice), Step::Answer);
                self.middle(dice);
                self.step(self.our_gap(dice), Step::Update);
                self.step(dice.between(3 * HOUR, DAY), Step::Chase);
            }
            4 => self.step(self.our_gap(dice), Step::Answer),
            _ => {
                self.step(self.our_gap(dice), Step::Answer);
                self.middle(dice);
                self.step(self.our_gap(dice), Step::Update);
            }
        }
        self.rest = Self::wait(dice);
    }

    fn mention(&mut self, dice: &mut Dice) {
        self.taken(dice);
        self.step(self.our_gap(dice), Step::Answer);
        self.step(self.their_gap(dice), Step::Follow);
        self.step(dice.between(4 * MINUTE, 40 * MINUTE), Step::MentionYou);
        self.rest = dice.between(6 * MINUTE, 9 * HOUR);
    }

    fn snoozed(&mut self, dice: &mut Dice) {
        self.taken(dice);
        self.step(self.our_gap(dice), Step::Answer);
        if dice.chance(50) {
            self.step(self.their_gap(dice), Step::Follow);
            self.step(self.our_gap(dice), Step::Update);
        }
        self.rest = dice.between(20 * MINUTE, 2 * DAY);
        let ahead = match dice.below(5) {
            0 => dice.between(12 * MINUTE, 90 * MINUTE),
            1 => dice.between(3 * HOUR, 9 * HOUR),
            2 | 3 => dice.between(12 * HOUR, 40 * HOUR),
            _ => dice.between(2 * DAY, 9 * DAY),
        };
        let gap = dice.between(10, 20 * MINUTE);
        self.step(gap, Step::Snooze(self.rest + ahead));
    }

    fn odd(&mut self, which: usize, dice: &mut Dice) {
        let message = &odd::MESSAGES[which % odd::MESSAGES.len()];
        self.tongue = Tongue::English;
        self.channel = message.channel;
        self.arrive(dice);
        self.step(dice.between(1, 3), Step::ToMate);
        if !message.answer.is_empty() {
            self.step(self.our_gap(dice), Step::Answer);
        }
        self.rest = Self::wait(dice);
    }

    fn outreach(&mut self, which: usize, dice: &mut Dice) {
        self.tongue = Tongue::English;
        self.channel = "email";
        self.step(0, Step::Ask);
        self.step(dice.between(1, 3), Step::ToMate);
        if which > 0 {
            self.step(self.their_gap(dice), Step::Follow);
        }
        self.rest = dice.between(HOUR, 30 * HOUR);
    }

    /// Both of a pair begin alike; the merge itself is the second one's.
    fn merged(&mut self) {
        self.tongue = Tongue::English;
        self.channel = "email";
        self.steps = vec![(0, Step::Ask), (2, Step::ToDesk), (1, Step::ToMate)];
        self.rest = if self.fate == Fate::MergedAway { 5 * HOUR } else { 4 * HOUR };
    }
}

/// Seconds until somebody is at work: 8 to 19, not on Sundays; spread over the first hour.
fn until_open(at: i64) -> i64 {
    let time = local(at);
    let since_midnight = i64::from(time.hour()) * HOUR + i64::from(time.minute()) * MINUTE;
    let sunday = time.weekday() == jiff::civil::Weekday::Sunday;
    if !sunday && (8 * HOUR..19 * HOUR).contains(&since_midnight) {
        return 0;
    }
    let mut shift = 8 * HOUR - since_midnight + at.rem_euclid(50 * MINUTE);
    if sunday || since_midnight >= 19 * HOUR {
        shift += DAY;
    }
    if !sunday && local(at + shift).weekday() == jiff::civil::Weekday::Sunday {
        shift += DAY;
    }
    shift
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn count(plan: &Plan, fate: Fate) -> usize {
        plan.fates().iter().filter(|each| **each == fate).count()
    }

    #[test]
    fn four_hundred_are_spread_as_the_sidebar_wants() {
        let plan = Plan::of(400);
        assert_eq!((plan.fates().len(), plan.open()), (400, 150));
        assert_eq!((count(&plan, Fate::You), count(&plan, Fate::Unassigned), count(&plan, Fate::Mention)), (8, 15, 3));
        assert_eq!((count(&plan, Fate::Snoozed), count(&plan, Fate::Closed)), (10, 239));
    }

    #[test]
    fn any_number_is_planned_exactly() {
        for conversations in [0, 1, 2, 7, 59, 60, 61, 399, 1_000, 10_000, 100_000] {
            let plan = Plan::of(conversations);
            assert_eq!(plan.fates().len(), conversations);
            assert!(plan.open() * 2 <= conversations.max(1));
            let (away, into) = (count(&plan, Fate::MergedAway), count(&plan, Fate::MergedInto));
            assert_eq!(away, into, "{conversations}");
        }
        assert!((3_000..6_000).contains(&Plan::of(100_000).open()));
    }

    #[test]
    fn steps_ascend_and_lie_in_the_past() {
        let plan = Plan::of(2_000);
        for (index, fate) in plan.fates().iter().enumerate() {
            let outline = Outline::throw(*fate, plan.horizon, &mut Dice::stream(5, index as u64));
            let times = outline.timed(NOW);
            assert_eq!(times.len(), outline.steps.len());
            assert!(matches!(times[0].1, Step::Ask));
            assert!(times.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{fate:?} {times:?}");
            assert!(times.iter().all(|(at, _)| *at < NOW), "{fate:?} {times:?}");
        }
    }

    #[test]
    fn a_sleep_at_the_end_ends_in_the_future_and_one_before_has_its_waking() {
        let plan = Plan::of(4_000);
        for (index, fate) in plan.fates().iter().enumerate() {
            let times = Outline::throw(*fate, plan.horizon, &mut Dice::stream(6, index as u64)).timed(NOW);
            for (place, (at, step)) in times.iter().enumerate() {
                if let Step::Snooze(sleep) = step {
                    match times.get(place + 1) {
                        Some((woke, Step::Wake)) => assert_eq!(*woke, at + sleep),
                        Some(other) => assert!(matches!(other.1, Step::Wake), "{other:?}"),
                        None => assert!(at + sleep > NOW, "{fate:?}"),
                    }
                }
            }
            assert_eq!(matches!(times.last(), Some((_, Step::Snooze(_)))), *fate == Fate::Snoozed);
        }
    }

    #[test]
    fn teammates_mostly_work_by_day() {
        let mut dice = Dice::new(8);
        let (mut by_day, mut all) = (0, 0);
        for _ in 0..300 {
            for (at, step) in Outline::throw(Fate::Closed, 100 * DAY, &mut dice).timed(NOW) {
                if step.is_ours() {
                    all += 1;
                    by_day += usize::from((7..20).contains(&local(at).hour()));
                }
            }
        }
        assert!(by_day * 10 >= all * 9, "{by_day} of {all}");
    }
}
