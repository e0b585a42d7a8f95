# English: every sentence that a user reads.

## cli and failures (message: what happened; .next: what to do)

cli-no-home = there is no home directory to keep files in
    .next = Set HOME, or say where with { $variable }.
cli-threads = the network's threads could not be started
cli-config-unreadable = { $file } could not be read
cli-config-bad = config.toml has bad lines; the others are in use
cli-no-workspace = no workspace yet
    .next = Try it on the built-in helpdesk with `deskhand demo`, or sign in with `deskhand auth login --region us|eu|au` (your own helpdesk: --url).
cli-unknown-workspace = no workspace is called { $name }
    .next = config.toml lists the workspaces; `deskhand config path` shows where it is.
cli-unknown-region = there is no region { $region }
    .next = Regions are us, eu and au.
cli-no-token-variable = DESKHAND_URL is set, DESKHAND_TOKEN is not
    .next = Set DESKHAND_TOKEN to the helpdesk's token.
cli-no-token = not signed in to { $name }
    .next = Sign in with `deskhand auth login`.
cli-token-unreadable = the token of { $name } could not be read
cli-token-input = the token could not be read
cli-token-prompt = Paste the token and press enter (it is not shown):
cli-bad-token = this is no token
    .next = Copy it again from the helpdesk's developer settings.
cli-bad-address = { $address } cannot be used as the helpdesk's address
    .next = An address looks like https://api.intercom.io, or http://127.0.0.1:8080 on this machine.
cli-login-unwritable = the sign-in could not be kept
cli-signed-in = Signed in to { $workspace } as { $teammate }.
cli-signed-out = Signed out of { $workspace }. Drafts and the outbox are kept.
cli-would-sign-out = You would be signed out of { $workspace }.
cli-was-signed-out = No token of { $workspace } was kept.
cli-status = { $teammate } in { $workspace } at { $address }
cli-no-text = there is no text to send
    .next = Give it with --body TEXT, or with --file FILE (- for standard input).
cli-text-unreadable = the text could not be read
cli-text-too-long = the text is longer than 1 MiB
cli-text-not-utf8 = the text is not UTF-8
    .next = Convert it first, for example with iconv.
cli-attachment = { $file } could not be attached
cli-output = the output could not be written
cli-no-view = there is no view { $name }
    .next = Views are inbox:you, inbox:unassigned and the like, team:NAME, teammate:NAME.
cli-bad-query = the query was not understood
cli-bad-sort = there is no sort { $sort }
    .next = Sorts are newest, oldest, waiting-longest, next-breach, priority, wake-time.
cli-bad-time = { $typed } was not understood as a time
cli-bad-priority = there is no priority { $priority }
    .next = Priorities are none, low, medium, high and urgent.
cli-no-priority = this helpdesk's API cannot set a priority
    .next = Set it in the helpdesk's own inbox.
cli-no-conversation = there is no conversation { $id }
cli-no-assignee = there is no teammate or team { $who }
    .next = Say me, nobody, a teammate's name, or team:NAME.
cli-no-option = there is no option { $option }
cli-made-tag = made the tag { $name }
cli-no-tag = there is no tag { $name }
cli-new-tag = would make the tag { $name }
cli-no-reason = there is no away reason { $reason }
cli-no-row = the outbox has no row { $id }
cli-row-left = { $id } has left, or is leaving at this moment
cli-row-no-message = { $id } is no message: there is nothing to edit
cli-row-not-editable = { $id } has left, or may have
    .next = Nothing was changed: see `deskhand outbox show`.
cli-row-in-doubt = { $id } may have arrived already: its words stay as they are
    .next = Look at the conversation, then `deskhand outbox retry`, or `discard`, which makes the text a draft.
cli-may-have-arrived = { $id } may have arrived already: look at the conversation.
cli-editor = the editor gave nothing back
cli-why-behind = waits for row { $row }
cli-why-signed-out = the helpdesk does not take this token
cli-why-server = the helpdesk is failing: it is asked again in a while
cli-why-doubt = it may have arrived
cli-why-unreachable = the helpdesk could not be reached
cli-row-id = row
cli-row-act = act
cli-row-status = status
cli-row-reason = reason
cli-row-attempts = attempts
cli-row-created = created
cli-row-guard = guard
cli-row-doubt = doubt
cli-row-may-have-arrived = it may have arrived
cli-row-part = part
cli-row-came = came
cli-no-draft = conversation { $id } has no draft
cli-which-draft = conversation { $id } has a reply and a note
    .next = Say which with --mode.
cli-draft-aside = (aside: another deskhand wrote there)
cli-attached = attached { $file } to the { $mode } on #{ $id }
cli-would-attach = would attach { $file } to the { $mode } on #{ $id }
cli-draft-discarded = discarded the { $mode } on #{ $id }
cli-would-discard-draft = would discard the { $mode } on #{ $id }
cli-not-begun = the helpdesk does not have { $id } yet
    .next = Write its first message on the screen (`g d`), or with `deskhand new`.
cli-merge-self = a conversation cannot be merged into itself
cli-already = (is so already)
cli-outcome = { $act } on #{ $id }: { $status }
cli-outcome-so = { $act } on #{ $id }: is so already
cli-not-sent = the helpdesk refused it
    .next = It is kept: see `deskhand outbox list`.
cli-held = { $what }
    .next = Held as row { $id }: `deskhand outbox retry { $id }` sends it anyway, `deskhand outbox discard { $id }` gives it up.
cli-came-wrote = wrote
cli-came-noted = left a note
cli-came-closed = closed it
cli-came-assigned = assigned it
cli-came-changed = changed it
cli-no-account = nobody can tell without the helpdesk whose cache at { $address } this token reads
    .next = Run it once without --offline.
cli-no-tag-name = a tag needs a name
    .next = Say +NAME to put it on, -NAME to take it off.
cli-disk-full = the disk is full
cli-disk-read-only = the disk cannot be written
cli-not-kept = nothing was sent and nothing is kept
cli-not-kept-full = nothing was sent and nothing is kept: the disk is full
cli-not-kept-read-only = nothing was sent and nothing is kept: the disk cannot be written
cli-salvaged = The file of drafts and unsent acts was damaged: { $kept } of { $of } acts and drafts were saved; the damaged file is kept as { $path }
cli-salvaged-here = The file of drafts and unsent acts is damaged: { $kept } of { $of } acts and drafts can be read; it is left where it is
cli-moved-on = the conversation moved on since
    .next = It is kept: see `deskhand outbox list`.
cli-undecided = nobody can tell whether it arrived
    .next = Look at the conversation, then `deskhand outbox retry` or `discard`.
cli-unknown = it may have arrived: nobody can tell yet
    .next = Do not send it again: `deskhand sync` looks it up, and sends it only if it is not there.
cli-queued = it is not sent yet, and is kept in the outbox
    .next = It goes with the next `deskhand sync` or screen.
cli-from-cache = This is from the cache.
cli-synced = { $changed } changed, { $deleted } deleted, { $sent } sent, { $waiting } waiting
cli-rejected = { $count } items could not be read and were left out
cli-sync-lists = { $done } of { $of } conversations, { $rate } a second, { $left } left
cli-sync-lists-open = { $done } conversations, { $rate } a second
cli-sync-threads = { $here } of { $of } threads on disk
cli-sync-changed = { $changed ->
    [one] 1 conversation changed
   *[other] { $changed } conversations changed
}
cli-sync-offline = offline: { $why }
cli-sync-online = online again
cli-sync-clock = this machine's clock is { $secs } seconds off
cli-stopped-rows = { $count } in the outbox need you: see `deskhand outbox list`
cli-unknown-rows = { $count } of unknown outcome: looked for again by the next sync
cli-unsent-rows = { $count } could not be sent: tried again by the next sync
cli-stopped = stopped
cli-away = You are away.
cli-would-away = You would be away.
cli-would-back = You would be back.
cli-back = You are back.

api-not-signed-in = the helpdesk does not take this token
    .next = Sign in again with `deskhand auth login`, or check DESKHAND_TOKEN.
api-not-allowed = the token may not do this
    .next = Give it the missing scope in the helpdesk's developer settings.
api-not-found = the helpdesk has no such thing
api-no-helpdesk = there is no helpdesk at this address
    .next = Give the base address, such as https://api.intercom.io, without a path.
api-plan = the workspace's plan does not include this
api-version = the helpdesk does not know version 2.16 of the API
    .next = Check that the address is Intercom's API, or a helpdesk that speaks its version 2.16.
api-refused = the helpdesk refused
api-throttled = the helpdesk asks for fewer requests
    .next = Try again in a minute.
api-unknown-host = the helpdesk's host is not known
    .next = Check the address and the network.
api-nobody-there = nobody answers at the helpdesk's address
    .next = Check that it runs, and the port.
api-insecure = no secure connection to the helpdesk
    .next = Check its certificate and this machine's clock.
api-timeout = the helpdesk did not answer in time
    .next = Try again; what is in the outbox is kept.
api-unreachable = the helpdesk cannot be reached
    .next = Check the network.
api-ambiguous = the connection broke in the middle: it may have arrived
    .next = It is looked up before anything is sent again: run `deskhand sync`.
api-server = the helpdesk had a fault of its own
    .next = Try again in a moment.
api-nonsense = what answers there is no helpdesk
    .next = Check the address; a captive portal answers like this too.

disk-full = the disk is full: nothing was sent, and the text is kept
disk-read-only = the disk cannot be written: nothing was sent, and the text is kept
disk-damaged = a file is damaged
disk-newer = a newer deskhand wrote the files here
    .next = Use that one, or another data directory.
disk-busy = another process holds the files
disk-other = the disk did not answer as it should
cache-rebuilt = The cache was damaged; it was moved aside and is being fetched again.
state-salvaged = The file of drafts and unsent acts was damaged; it is kept, and what could be read was saved.
memory-full = The disk is full: nothing you do here can be kept or sent.
memory-read-only = The disk cannot be written: nothing you do here can be kept or sent.
memory-unusable = The data directory cannot be used: nothing you do here can be kept or sent.
memory-replaced = Another deskhand repaired the files: start again.
memory-cache = The cache cannot be written here: what is fetched is gone when the program ends.
deletions-unknown = This helpdesk does not tell what was deleted.
tag-not-made = The tag could not be made.
attach-unreadable = The file was not attached.
attach-too-many = The file was not attached: there are ten already.
attach-not-kept = The file was not attached: it could not be kept on disk.
attach-conflict = another deskhand has written in this draft
    .next = See `deskhand draft list`; nothing is lost.
away-not-set = Being away could not be set.

screen-none = the full screen needs a terminal
    .next = Without one, use `deskhand list`, `show`, `reply` and the others.
screen-fault = deskhand: stopped by a fault of its own at { $place }; what was written is kept
screen-outbox-left = Some acts are still on their way: they are sent in the background.

serve-failed = { $what }
    .next = { $next }
serve-seed = the demo workspace could not be made
serve-bind = the helpdesk cannot listen on { $address }
serve-open = Other machines can reach this helpdesk: its connections are not encrypted.
serve-import = { $file } could not be imported
serve-import-line = line { $line }: { $why }
serve-import-done = { $lines } lines: { $conversations } conversations, { $parts } parts and { $contacts } contacts taken in; { $there } were there already; { $rejected } refused
demo-dir = the demo's directory { $dir } cannot be used
demo-busy = another demo is just starting
    .next = Try again in a moment.
demo-join = the running demo cannot be joined

# Workspaces, search, files, keys, themes, doctor.
cli-config-unwritable = config.toml could not be changed
cli-no-workspace-name = a workspace needs a name
cli-workspace-there = a workspace is called { $name } already
    .next = Take another name, or remove that one: `deskhand workspace remove "{ $name }"`.
cli-bad-colour = { $colour } is no colour
    .next = Write #rrggbb, or a name like red or bright-blue.
cli-workspace-signed-out = (not signed in)
cli-workspace-used = { $name } is the default now.
cli-would-use-workspace = { $name } would be the default.
cli-workspace-added = { $name } is in config.toml. Sign in: `deskhand auth login` with the same address and --name "{ $name }".
cli-would-add-workspace = { $name } would be added to config.toml.
cli-workspace-removed = { $name } is removed.
cli-would-remove-workspace = { $name } would be removed.
cli-workspace-yes = removing { $name } needs a yes
    .next = Add --yes.
cli-workspace-keeps = { $name }: { $unsent } unsent and { $drafts } drafts stay on this machine.
cli-workspace-loses = { $name }: { $unsent } unsent and { $drafts } drafts are deleted for good.
cli-workspace-shared = Another workspace of config.toml is the same account: its drafts, outbox and cache stay.
cli-at-alone = --at opens the inbox: it goes with no command
cli-search-more = { $shown } of { $of } shown: --limit shows more.
cli-search-incomplete = Searched { $here } of { $of } threads: the others are not on disk yet (`deskhand sync --once --threads` fetches them).
cli-no-attachments = Conversation { $id } has no files.
cli-no-attachment = conversation { $id } has no file { $file }
    .next = See `deskhand attachment list { $id }`.
cli-attachment-unwritable = { $file } could not be written
cli-many-attachments = several files are called { $file }: numbers { $numbers }
    .next = Name one by its number.
cli-attachment-on-screen = (on screen { $number })
cli-attachment-terminal = a file is not written to a terminal
    .next = Save it with -o FILE, or pipe it on.
cli-attachment-there = { $file } is there already
    .next = Name another file: nothing is written over.
cli-attachment-gone = { $file } is not at the helpdesk any more
cli-attachment-address = { $file } has no address that can be asked safely
cli-attachment-large = { $file } is larger than 100 MiB
cli-attachment-short = { $came } bytes of { $file } came, { $announced } were announced
    .next = Nothing was kept; try again.
cli-attachment-full = the disk is full: { $file } was not kept
cli-attachment-risk = careful with { $file }: { $risk }
cli-many-files = a message carries at most { $most } files, not { $count }
cli-many-bytes = the files of a message can have { $most } MB together at most
cli-blocked-file = { $file } cannot be attached: files of this kind run when they are opened
cli-would-save = would save { $file }
cli-saved = saved { $file }, { $size }
cli-key-dead = { $keys }: a dead key
cli-key-altgr = { $keys }: needs AltGr
cli-key-absent = { $keys }: not on this layout
cli-keys-hard = { $count ->
    [0] No key needs AltGr or a dead key on { $layout }.
    [one] One key is hard to type on { $layout }.
   *[other] { $count } keys are hard to type on { $layout }.
}
cli-theme-contrast = lowest contrast { $ratio } ({ $role })
cli-theme-terminal = the terminal's own colours
cli-doctor-failed = something is not as it should be
doctor-program = deskhand { $version }, SQLite { $sqlite }
doctor-config = { $file }: { $count ->
    [one] one workspace
   *[other] { $count } workspaces
}
doctor-config-none = { $file } is not there: everything is as it comes
doctor-config-bad = { $count ->
    [one] a bad line
   *[other] { $count } bad lines
}: { $line }
    .next = Mend it; `deskhand config check` lists them all. The other lines are in use.
doctor-zone = times are in { $zone }
doctor-zone-unset = no time zone is set: times are in { $zone }
    .next = Write time_zone = "Europe/Paris" (yours) into config.toml.
doctor-dir = { $dir }
doctor-dir-none = { $dir } is not there yet: it is made when it is needed
doctor-dir-file = { $dir } is no directory
    .next = Move that file away.
doctor-dir-open = others on this machine can look into { $dir }
    .next = chmod 700 "{ $dir }"
doctor-dir-read-only = { $dir } cannot be written
    .next = Reading works; what you do is not kept. Make it writable, or name another with DESKHAND_DATA_DIR and the like.
doctor-disk = { $free } free
doctor-disk-short = only { $free } free
    .next = Make room: on a full disk no act is taken.
doctor-keymap = { $bindings } keys for { $commands } commands
doctor-theme = { $name }
doctor-theme-unknown = there is no theme { $name }
    .next = See `deskhand themes`.
doctor-terminal = { $term }, { $colours } colours, { $size }{ $beside }
doctor-terminal-none = { $term }, { $colours } colours; this is no terminal{ $beside }
doctor-terminal-small = { $term }, { $colours } colours, { $size }: smaller than 80x24{ $beside }
    .next = It works; one pane is shown at a time below 80 columns.
doctor-terminal-tmux = {", in a multiplexer"}
doctor-terminal-ssh = {", over ssh"}
doctor-terminal-ascii = {", signs in ASCII"}
doctor-token = kept in { $file }
doctor-token-variable = from DESKHAND_TOKEN
doctor-token-open = others on this machine can read { $file }
    .next = chmod 600 "{ $file }", and think of a new token.
doctor-account = { $teammate } in { $workspace }
doctor-connection = { $address } answers in { $millis } ms (API 2.16)
    .next = Slow: look at the network. Everything works from the cache meanwhile.
doctor-clock = this machine's clock is right
doctor-clock-off = this machine's clock is { $secs } seconds ahead of the helpdesk's
    .next = Set it.
doctor-files-none = nothing is kept here yet
doctor-file = { $file }, { $size }
doctor-file-none = { $file } is not there yet
doctor-file-state = { $file } is damaged: { $fault }
    .next = Start deskhand: it keeps the file aside and takes over what can be read.
doctor-file-cache = { $file } is damaged: { $fault }
    .next = Start deskhand: it is fetched anew.
doctor-outbox-empty = nothing waits to be sent
doctor-outbox = { $waiting } waiting, the oldest for { $age }
doctor-outbox-needs = { $needs } need you, { $waiting } waiting, the oldest for { $age }
    .next = See `deskhand outbox list`.
doctor-drafts = { $count ->
    [0] no draft
    [one] one draft
   *[other] { $count } drafts
}
doctor-history = { $all } conversations, { $here } with their thread on disk
doctor-history-begun = { $all } conversations so far: the first sync is not done
doctor-count = { $entry }: { $rows }
doctor-count-differs = { $entry }: kept { $kept }, rows { $rows }, list { $listed }; in doubt: { $ids }
    .next = Delete cache.db: it is fetched again. And please report this.

## ui

ui-too-small = The terminal is too small.
ui-you = you
ui-nobody = nobody
ui-no-team = no team
ui-yes = yes
ui-no = no
ui-contact-unknown = (no name)
ui-title-unknown = (no words)
ui-workspace-unknown = deskhand
ui-count-of = { $count } of { $of }
ui-nothing-found = Nothing found.
ui-palette-empty = Nothing is called that, and no conversation on this machine has these words.
ui-palette-empty-next = Try fewer letters, a customer’s name, e-mail or phone, a conversation’s number, or paste its web address.
ui-not-now = Not now: { $why }
ui-note = note
ui-automatic = automatic

ui-time-now = now
ui-time-minutes = { $m }m
ui-time-hours = { $h }h
ui-time-hours-minutes = { $h }h { $m }m
ui-time-days = { $d }d
ui-time-weeks = { $w }w
ui-time-months = { $n }mo
ui-time-years = { $n }y
ui-time-ago = { $time } ago
ui-time-just-now = just now
ui-time-yesterday = yesterday { $clock }
ui-time-weekday = { $weekday } { $clock }
ui-time-day = { $day } { $clock }
ui-time-unknown = —
ui-date-short = { $day } { $month }
ui-date-year = { $day } { $month } { $year }
ui-weekday-1 = Mon
ui-weekday-2 = Tue
ui-weekday-3 = Wed
ui-weekday-4 = Thu
ui-weekday-5 = Fri
ui-weekday-6 = Sat
ui-weekday-7 = Sun
ui-month-1 = Jan
ui-month-2 = Feb
ui-month-3 = Mar
ui-month-4 = Apr
ui-month-5 = May
ui-month-6 = Jun
ui-month-7 = Jul
ui-month-8 = Aug
ui-month-9 = Sep
ui-month-10 = Oct
ui-month-11 = Nov
ui-month-12 = Dec
ui-size-bytes = { $n } B
ui-size-kilobytes = { $n } kB
ui-size-megabytes = { $n } MB
ui-size-gigabytes = { $n } GB

ui-sla-any = SLA
ui-sla-left = { $target } { $time }
ui-sla-late = { $target } −{ $time }
ui-sla-active = { $target } ok
ui-sla-missed = { $target } late
ui-sla-status-active = in time
ui-sla-status-missed = missed
ui-sla-status-paused = paused
ui-sla-paused = { $target } ‖

ui-sort-newest = newest
ui-sort-oldest = oldest
ui-sort-waiting-longest = waiting longest
ui-sort-next-breach = next breach
ui-sort-priority = priority
ui-sort-wake-time = next to wake

ui-channel-chat = chat
ui-channel-email = e-mail
ui-channel-phone = phone
ui-channel-sms = SMS
ui-channel-whatsapp = WhatsApp
ui-channel-facebook = Facebook
ui-channel-instagram = Instagram
ui-channel-twitter = Twitter
ui-channel-push = push message
ui-channel-other = another channel
ui-state-open = open
ui-state-closed = closed
ui-state-snoozed = snoozed
ui-state-snoozed-until = snoozed until { $time }
ui-priority-none = none
ui-priority-low = low
ui-priority-medium = medium
ui-priority-high = high
ui-priority-urgent = urgent
ui-role-user = user ✓
ui-role-lead = lead
ui-role-visitor = visitor

ui-list-news = { $count } new ⏎
ui-list-loading = Loading…
ui-list-first-pull = Nothing here yet: the first conversations are on their way.
ui-list-first-pull-next = They appear as they come. Everything that is here can be used already.
ui-empty = Nothing here.
ui-empty-next = What comes in shows up by itself.
ui-empty-you = Nothing is assigned to you.
ui-empty-you-next = Take the next conversation from Unassigned or from a team.
ui-empty-mentions = Nobody has mentioned you.
ui-empty-mentions-next = Notes that name you come here until you answer them or mark them done.
ui-empty-history = So far { $percent } % of the history is on disk.
ui-empty-unassigned = Nothing is unassigned.
ui-empty-unassigned-next = Every open conversation has a teammate.
ui-empty-snoozed = Nothing is snoozed.
ui-empty-snoozed-next = A snoozed conversation waits here until its time comes or the customer writes.
ui-empty-closed = Nothing is closed yet.
ui-empty-closed-next = Closed conversations come back by themselves when the customer writes.
ui-empty-drafts = No drafts.
ui-empty-drafts-next = What you begin to write and leave is kept, and its conversation is listed here.
ui-empty-needs-you = Nothing needs you.
ui-empty-needs-you-next = What could not be sent, or waits for your decision, is listed here.
ui-empty-team = This team's inbox is empty.
ui-empty-team-next = New conversations of the team show up by themselves.

ui-thread-none = No conversation is open.
ui-thread-none-next = Choose one in the list.
ui-thread-gone = This conversation is not there any more.
ui-thread-gone-next = It was deleted at the helpdesk. Choose another one in the list.
ui-thread-sought = This conversation is not on disk.
ui-thread-sought-next = The helpdesk is asked for it: if it has it, it appears here.
ui-thread-new = new since you last looked
ui-thread-missing = { $count ->
    [one] one older message stays at the helpdesk
   *[other] { $count } older messages stay at the helpdesk
}
ui-thread-fetching = fetching the messages
ui-thread-redacted = (content removed for good)
ui-thread-cut = the rest is too long to be shown
ui-thread-reading = reading…
ui-thread-empty = nothing to read in it
ui-thread-plain = shown without layout: it could not be read in time
ui-thread-hidden = { $hidden ->
    [one] one hidden passage left out
   *[other] { $hidden } hidden passages left out
}
ui-thread-trackers = { $trackers ->
    [one] a tracker left out
   *[other] { $trackers } trackers left out
}
ui-thread-hidden-and-trackers = { $hidden ->
    [one] { $trackers ->
        [one] one hidden passage and a tracker left out
       *[other] one hidden passage and { $trackers } trackers left out
    }
   *[other] { $trackers ->
        [one] { $hidden } hidden passages and a tracker left out
       *[other] { $hidden } hidden passages and { $trackers } trackers left out
    }
}
ui-language = en
ui-find-hint = words in this thread; enter searches for the last ones again
ui-find-keys = enter next · ↑ previous · esc closes
ui-find-none = nothing found
ui-find-seeking = searching…
ui-find-count = { $at } of { $of }
ui-find-count-so-far = { $at } of { $of }…
ui-find-count-more = { $at } of { $of } and more
ui-find-wrapped = on from the beginning
ui-find-wrapped-back = on from the end
ui-table-more = { $count ->
    [one] one more row
   *[other] { $count } more rows
}
ui-fold-quoted = { $count ->
    [one] one line quoted
   *[other] { $count } lines quoted
}
ui-fold-signature = { $count ->
    [one] signature, one line
   *[other] signature, { $count } lines
}

ui-outbox-queued = waits to be sent
ui-outbox-queued-for = sending in { $secs } s
ui-outbox-held = held – not sent
ui-outbox-sending = sending
ui-outbox-sending-files = { $count ->
    [one] sending 1 file, { $total }
   *[other] sending { $count } files, { $total }
 }
ui-outbox-retry = will be tried again
ui-outbox-retry-in = tried again in { $time }
ui-outbox-unknown = outcome not known: checking
ui-outbox-decision = perhaps sent: you decide
ui-outbox-failed = not sent
ui-outbox-sent = sent
ui-outbox-tries = { $count ->
    [one] 1 try
   *[other] { $count } tries
}
ui-outbox-why-held = Something came since you began it.
ui-outbox-held-by = { $what } { $when }
ui-outbox-on = { $name } · { $title }
ui-draft-words = “{ $words }”
ui-draft-files = { $count ->
    [one] 1 file
   *[other] { $count } files
}
ui-outbox-why-undecided = It may have arrived: compare it with what is above.
ui-outbox-why-failed = The helpdesk gave no reason.
ui-event-own = You: { $what }
ui-act-reply = reply
ui-act-note = note
ui-act-close = close
ui-act-reopen = reopen
ui-act-snooze = snooze
ui-act-assign = assign
ui-act-tag = tag
ui-act-untag = remove a tag
ui-act-priority = priority
ui-act-merge = merge
ui-act-add-participant = add a participant
ui-act-remove-participant = remove a participant
ui-act-block = block as spam

ui-composer-reply = reply
ui-composer-note = note
ui-composer-reply-to = to { $name } by { $channel }
ui-composer-note-to = only teammates see this
ui-composer-takes = takes it
ui-composer-saved = draft saved
ui-composer-more-news = { $count } more
ui-composer-ago = { $secs } s ago
ui-composer-seen = { $keys } I have seen it
ui-composer-theirs = Another deskhand wrote: “{ $words }”
ui-composer-theirs-none = Another deskhand has discarded or sent this draft.
ui-composer-theirs-keys = { $theirs } theirs · { $ours } yours · { $both } both
ui-composer-attaching = adding the file
ui-composer-files = { $count } of { $most } files, { $total }
ui-composer-placeholder-reply = Write to the customer…
ui-composer-placeholder-many = Write to all of them: each gets a message of their own…
ui-composer-many-reply = { $count ->
    [one] REPLY to { $count } selected customer
   *[other] REPLY to { $count } customers
}
ui-composer-many-note = { $count ->
    [one] NOTE on { $count } selected conversation
   *[other] NOTE on { $count } conversations
}
ui-composer-many-to = one message each
ui-composer-many-in = draft kept in { $number }
ui-composer-many-takes = takes what is nobody’s
ui-unsent = not sent yet
ui-composer-placeholder-note = Write to your teammates…
ui-composer-address = { $name } <{ $email }>
ui-composer-cc = cc { $names }
ui-composer-from = from { $name }
ui-composer-preview-short = preview
ui-composer-preview = preview · esc back to the text
ui-composer-preview-more = { $count } more below
preview-from = Goes out from { $name }.
preview-chat = Chat may show headings and quotes like other text.
preview-plain = This channel may show words alone: no bold, no lists, and links as addresses.
preview-placeholders = What stands in {"{{"}braces{"}}"} goes out as it stands there.
composer-cc-count = { $count ->
    [one] 1 other
   *[other] { $count } others
}
composer-cc-more = { $count } more

ui-details = Details
ui-details-none = Who writes, and what about: shown with an open conversation.
ui-details-language = Language
ui-details-seen = Seen
ui-details-since = Since
ui-details-external-id = User id
ui-details-attributes = attributes
ui-details-notes = notes
ui-details-conversation = conversation
ui-details-state = State
ui-details-snoozed = Snoozed to
ui-details-team = Team
ui-details-assignee = Teammate
ui-details-priority = Priority
ui-details-sla = Target
ui-details-status = Status
ui-details-policy = Policy
ui-details-tags = Tags
ui-details-opened = Opened
ui-details-reopens = Reopened
ui-details-rating = Rating
ui-details-ai = AI agent
ui-details-brand = Brand
ui-details-participants = Others
ui-details-earlier = earlier
ui-details-duplicates = possible duplicate
ui-details-same-email = the same e-mail
ui-details-same-phone = the same phone
ui-details-more = { $count } more
ui-details-clock = sla
ui-details-due = Due
ui-details-by = Begun by
ui-details-ai-took-part = took part
ui-details-local = { $clock } in { $place }
ui-details-local-attribute = { $clock } in { $place } (attribute)
ui-sla-target-frt = first response
ui-sla-target-nrt = next response
ui-sla-target-ttc = time to close
ui-sla-target-ttr = time to resolve
ui-sla-status-hit = met
ui-sla-why-paused = The clock stands still.
ui-sla-why-waits = The customer waits since { $time }.
ui-sla-why-summary = The helpdesk tells no target and no time.
ui-empty-offline = Nothing of this is on disk, and the helpdesk is not reachable.
ui-empty-offline-next = It fills by itself once the connection is back. What is written meanwhile is kept.
ui-empty-signed-out = Nothing of this is on disk, and the helpdesk refused the token.
ui-empty-signed-out-next = deskhand auth login signs in again; nothing that waits is lost.
ui-empty-all = No conversation is open.
ui-empty-all-next = Everything is done. What comes in shows up by itself.
ui-empty-view = Nothing matches this view.
ui-empty-view-next = Its conversations show up here by themselves.
ui-empty-teammate = Nothing is assigned to them.
ui-empty-teammate-next = What they take or are given is listed here.
ui-thread-not-here = The messages are not on disk; they come once the connection is back.
list-now-compact = One row for each conversation.
list-now-comfortable = Two rows for each conversation.
cmd-density = Compact or comfortable list
cmd-density-doc = Shows one row or two rows for each conversation of the list; this is remembered.
cmd-times = Exact times
cmd-times-doc = Shows times as day and clock instead of how long ago, and back.

ui-status-starting = connecting
ui-status-online = online
ui-status-offline = offline since { $since } ({ $why })
offline-unreachable = not reachable
offline-server = the helpdesk has a fault
offline-nonsense = no helpdesk answers there
offline-throttled = too many requests
ui-status-signed-out = signed out: the token was refused
ui-status-away = away
ui-status-needs-you = { $count ->
    [one] 1 needs you
   *[other] { $count } need you
}
ui-status-outbox = outbox { $count }
ui-status-pull = first sync { $done }
ui-status-pull-of = first sync { $done } of { $of }
ui-status-rate = { $rate }/s
ui-status-left-secs = { $secs } s left
ui-status-left-mins = { $mins } min left
ui-status-history = history { $percent } %
ui-status-clock-fast = clock { $time } fast
ui-status-clock-slow = clock { $time } slow
ui-status-clock-secs = { $secs } s
ui-status-clock-mins = { $mins } min
ui-status-clock-hours = { $hours } h
ui-status-budget = API { $left }/{ $of }
ui-thousands = ,
ui-banner-memory = NOTHING IS KEPT ON DISK
ui-banner-memory-next = Acts are refused.
ui-banner-memory-texts = A text stays only while this program runs.
ui-banner-full = (full).
ui-banner-read-only = (cannot be written).
ui-banner-unusable = (cannot be used).

ui-palette = Commands
ui-palette-hint-macros = a macro
ui-palette-hint = a command, a macro, a list, a tag, a person, a conversation
ui-palette-nobody = Nobody
ui-palette-contact = { $count ->
    [one] One conversation; enter opens it.
   *[other] { $count } conversations; enter opens the newest.
}
ui-keys-more = … { $count } more
picker-hint = type to narrow
ui-help = Keys
ui-signs = signs
ui-sign-unread = unread
ui-sign-turn = the customer waits for us
ui-sign-draft = draft
ui-sign-snoozed = snoozed
ui-sign-closed = closed
ui-sign-reopened = reopened
ui-sign-given = given away
ui-sign-left = no longer in this list
ui-sign-failed = not done
ui-sign-sending = being sent
ui-sign-again = will be tried again
ui-sign-unknown = not known whether it arrived
ui-sign-care = needs care
ui-sign-file = file
ui-sign-sla = FRT first response · NRT next response · TTC close · TTR resolve: time left; −5m late; ‖ paused
ui-help-hint = type to search
ui-foot-palette-run = enter runs it · tab preview · esc closes
ui-foot-palette-open = enter opens it · tab preview · esc closes
ui-foot-palette-macro = enter writes with it · tab preview · esc closes
ui-foot-palette-tag = enter puts it on or off · tab preview · esc closes
ui-foot-palette-why = enter says why not · tab preview · esc closes
ui-foot-palette-nothing = esc closes
picker-foot = enter chooses · esc closes
picker-foot-tags = enter applies · esc closes
ui-foot-help = enter runs it · esc closes
ui-confirm-quit = Quit?
ui-confirm-quit-text = Everything is sent; drafts are kept.
ui-confirm-quit-unsent = { $what } unsent: sent in the background. Drafts are kept.
ui-unsent-replies = { $count ->
    [one] 1 reply
   *[other] { $count } replies
}
ui-unsent-notes = { $count ->
    [one] 1 note
   *[other] { $count } notes
}
ui-unsent-acts = { $count ->
    [one] 1 act
   *[other] { $count } acts
}
ui-and = and
ui-confirm-quit-loses = Nothing is kept on disk: a text that you began goes with this program.
ui-confirm-quit-answers = q or y quits · any other key stays
ui-confirm-take-back = Sent already
ui-confirm-take-back-stays = This stays as it is: { $what }.
ui-confirm-take-back-answers = u or y does it · any other key does not
ui-confirm-discard = Discard the draft?
ui-confirm-discard-text = { $name }: { $mode } “{ $words }” is thrown away, with its files.
ui-confirm-discard-stays = { $mode } “{ $words }” stays.
ui-confirm-discard-answers = y discards · any other key keeps it
ui-confirm-discard-answers-two = y discards it · a both · any other key none
ui-path = Attach a file
ui-path-hint = path of the file, ~ is your home
ui-foot-path = tab completes · ↑↓ choose · enter attaches · esc closes
ui-path-reading = reading the folder
ui-path-no-folder = There is no such folder, or it cannot be read.
ui-path-empty = The folder is empty.
ui-path-nothing = Nothing here begins like that.
ui-path-too-large = too large
ui-files = Remove a file
ui-foot-files = ↑↓ choose · enter removes it · esc closes

## app

# Commands: a title, one sentence, and where the status line has a place for it, the shortest name.
cmd-down = Down
cmd-down-doc = Goes to the next line, conversation or message.
cmd-up = Up
cmd-up-doc = Goes to the previous line, conversation or message.
cmd-line-down = Scroll down
cmd-line-down-doc = Scrolls the thread down by one line.
cmd-line-up = Scroll up
cmd-line-up-doc = Scrolls the thread up by one line.
cmd-page-down = Half a page down
cmd-page-down-doc = Goes down by half a page.
cmd-page-up = Half a page up
cmd-page-up-doc = Goes up by half a page.
cmd-top = To the top
cmd-top-doc = Goes to the first one; in the list, takes in what is new.
cmd-bottom = To the bottom
cmd-bottom-doc = Goes to the last one.
cmd-customer-next = Customer’s next message
cmd-customer-next-doc = Goes to the customer’s next message.
cmd-thread-find = Find in the thread
cmd-thread-find-doc = Finds words in the messages, notes, events and file names of the thread.
cmd-thread-new = To what is new
cmd-thread-new-doc = Goes to the first message that came since you last looked.
cmd-note-next = Next note
cmd-note-next-doc = Goes to the next note.
cmd-note-previous = Previous note
cmd-note-previous-doc = Goes to the previous note.
cmd-customer-previous = Customer’s previous message
cmd-customer-previous-doc = Goes to the customer’s previous message.
cmd-open = Open
cmd-open-doc = Opens what the cursor is on; in a thread, shows or folds quoted mail and signature.
hint-open = open
cmd-next = Next conversation
cmd-next-doc = Goes to the next conversation of the list, from the thread too.
cmd-previous = Previous conversation
cmd-previous-doc = Goes to the previous conversation of the list, from the thread too.
cmd-read-on = Read on
cmd-read-on-doc = Opens, pages down, and at the end goes on to the next unread conversation.
cmd-reply = Reply
cmd-reply-doc = Writes to the customer.
hint-reply = reply
cmd-note = Note
cmd-note-doc = Writes a note that only teammates see.
hint-note = note
cmd-assign = Assign to a teammate
cmd-assign-doc = Gives the conversation to a teammate or to nobody.
hint-assign = assign
cmd-assign-team = Assign to a team
cmd-assign-team-doc = Gives the conversation to a team; the teammate is cleared.
cmd-assign-me = Assign to me
cmd-assign-me-doc = Takes the conversation.
cmd-tags = Tags
cmd-tags-doc = Puts tags on and takes them off.
cmd-snooze = Snooze
cmd-snooze-doc = Hides the conversation until a time; it comes back by itself, or when the customer writes.
hint-snooze = snooze
cmd-snooze-again = Snooze as last time
cmd-snooze-again-doc = Snoozes until the time that was chosen last, counted from now.
cmd-close = Close
cmd-close-doc = The conversation is done.
hint-close = close
cmd-reopen = Reopen
cmd-reopen-doc = Opens a closed conversation again, or wakes a snoozed one.
hint-reopen = reopen
cmd-priority = Priority
cmd-priority-doc = Sets the priority.
cmd-merge = Merge into another conversation
cmd-merge-doc = Moves everything into another conversation and closes this one. This cannot be undone.
cmd-mark-unread = Mark unread
cmd-mark-unread-doc = Marks the conversation as not read.
cmd-undo = Undo
cmd-undo-doc = Takes back what was done last. A message can be taken back until it is sent.
hint-undo = undo
cmd-details = Details
cmd-details-doc = Shows or hides the contact and the facts of the conversation.
cmd-sort = Sort
cmd-sort-doc = Chooses the order of this list; it is remembered.
cmd-take-in = Take in what is new
cmd-take-in-doc = Puts new conversations into the list. Until then they are only counted, so that nothing moves under the cursor.
cmd-outbox-anyway = Send anyway
cmd-outbox-anyway-doc = Sends a held message in spite of what came.
hint-outbox-anyway = send anyway
cmd-outbox-retry = Send again
cmd-outbox-retry-doc = Tries to send this one again.
hint-outbox-retry = send again
cmd-outbox-edit = Edit
cmd-outbox-edit-doc = Takes the message back into the composer.
hint-outbox-edit = edit
cmd-outbox-discard = Give up
cmd-outbox-discard-doc = Does not send this one. The text of a message becomes a draft again.
hint-outbox-discard = give up
cmd-outbox-arrived = It has arrived
cmd-outbox-arrived-doc = Settles a message of unknown outcome: the customer has it.
hint-outbox-arrived = it has arrived
cmd-send = Send
cmd-send-doc = Sends what is written. It can be taken back with undo until its undo window ends.
hint-send = send
cmd-send-close = Send and close
cmd-send-close-doc = Sends what is written, closes the conversation and goes on to the next.
hint-send-close = and close
cmd-send-snooze = Send and snooze
cmd-send-snooze-doc = Sends what is written and snoozes the conversation until a time.
cmd-send-next = Send and next
cmd-send-next-doc = Sends what is written and goes on to the next conversation.
hint-send-next = and next
cmd-send-assign = Send and assign
cmd-send-assign-doc = Sends what is written and gives the conversation to a teammate.
cmd-seen-arrivals = I have seen what came
cmd-seen-arrivals-doc = What came while you were writing does not hold the message back any more.
hint-seen-arrivals = seen
cmd-attach = Attach a file
cmd-attach-doc = Adds a file to the message.
hint-attach = attach
cmd-detach = Remove a file
cmd-detach-doc = Removes a file from the message; asks which one when there are several.
cmd-preview = Preview
cmd-preview-doc = Shows the message as it will be received, or its text again. Markdown: **bold**, *italic*, `code`, [link](https://…), ## heading, > quote, lists; a backslash before a sign keeps it.
cmd-editor = Write in $EDITOR
cmd-editor-doc = Opens the text in your own editor, with the conversation below it.
cmd-recipients = Change who gets it
cmd-recipients-doc = Adds people to the conversation or takes them out: they get the reply. The address that it is sent from cannot be changed here.
cmd-macro = Insert a macro
cmd-macro-doc = Puts a macro's text in at the cursor.
cmd-take-theirs = Take theirs
cmd-take-theirs-doc = Of two versions of a draft, takes the one that another deskhand wrote. ctrl-y puts yours in.
hint-take-theirs = theirs
cmd-keep-ours = Keep yours
cmd-keep-ours-doc = Of two versions of a draft, keeps the one that is in this composer.
hint-keep-ours = yours
cmd-join-both = Join both
cmd-join-both-doc = Puts two versions of a draft one after the other.
hint-join-both = both
cmd-discard-draft = Discard the draft
cmd-discard-draft-doc = Throws away what you began to write in this conversation.
cmd-toggle-mode = Reply or note
cmd-toggle-mode-doc = Makes a note of a reply and a reply of a note.
hint-toggle-mode = reply/note
cmd-leave = Leave the composer
cmd-leave-doc = Leaves the composer; the draft stays.
hint-leave = leave
cmd-go-you = Go to You
cmd-go-you-doc = Opens the list of what is assigned to you.
cmd-go-mentions = Go to Mentions
cmd-go-mentions-doc = Opens the list of conversations with a note that names you.
cmd-go-unassigned = Go to Unassigned
cmd-go-unassigned-doc = Opens the list of what nobody has.
cmd-go-all = Go to All
cmd-go-all-doc = Opens the list of everything that is open.
cmd-go-snoozed = Go to Snoozed
cmd-go-snoozed-doc = Opens the list of what is snoozed.
cmd-go-closed = Go to Closed
cmd-go-closed-doc = Opens the list of what is closed.
cmd-go-drafts = Go to Drafts
cmd-go-drafts-doc = Opens the list of conversations that you began to answer.
cmd-go-needs-you = Go to Needs you
cmd-go-needs-you-doc = Opens the list of what could not be sent and waits for your decision.
cmd-go-team = Go to a team
after-bulk-results = Last bulk act
after-go-team = A team …
after-go-view = Any list …
after-go-workspace = Another workspace …
cmd-go-team-doc = Opens the list of a team.
cmd-focus-next = Next pane
cmd-focus-next-doc = Goes to the next pane.
cmd-focus-previous = Previous pane
cmd-focus-previous-doc = Goes to the previous pane.
cmd-focus-right = Pane to the right
cmd-focus-right-doc = Goes to the pane on the right.
cmd-focus-left = Pane to the left
cmd-focus-left-doc = Goes to the pane on the left.
hint-focus-left = inboxes
cmd-palette = Commands
cmd-palette-doc = Finds commands, macros, lists, tags, people and conversations by a few letters.
hint-palette = commands
cmd-help = Help
cmd-help-doc = Lists the keys of the focused pane; type to search, enter runs the command.
hint-help = help
cmd-away = Away or active
cmd-away-doc = Sets you away, with a reason, or active again.
cmd-sync = Sync now
cmd-sync-doc = Asks the helpdesk for what is new, tries to send what waits, and takes in what is new.
cmd-back = Back
cmd-back-doc = Goes one layer or pane back.
cmd-quit = Back, or quit
cmd-quit-doc = Goes one layer or pane back; in the list it asks whether to quit.
cmd-cancel = Cancel
cmd-cancel-doc = Cancels what is half done. It never quits.
cmd-redraw = Redraw
cmd-redraw-doc = Clears the screen and draws it again.
cmd-suspend = Suspend
cmd-suspend-doc = Hands the terminal back to the shell until the program is resumed.
cmd-choose = Choose
cmd-choose-doc = Takes the line with the cursor.
cmd-toggle = On or off
cmd-toggle-doc = Turns the line with the cursor on or off, where several can be chosen.
cmd-yes = Yes
cmd-yes-doc = Answers the question with yes; any other key is a no.

# Places for keys.
context-always = Everywhere
context-global = Everywhere but in text
context-inbox = Conversation
context-sidebar = Sidebar
context-list = List
context-outbox = Needs you
context-thread = Thread
context-details = Details
context-composer = Composer
context-picker = Palette and pickers
context-help = Help
context-confirm = Questions

# Why a command cannot be done now.
why-no-conversation = There is no conversation here.
why-no-thread = No thread is open.
why-list-empty = The list is empty.
why-no-teammates = The teammates are not known yet.
why-no-teams = There are no teams.
why-me-unknown = The helpdesk has not said yet who you are.
why-already-mine = It is assigned to you already.
why-no-last-snooze = Nothing has been snoozed yet.
why-already-closed = It is closed already.
why-already-open = It is open already.
why-already-unread = It is unread already.
why-in-mentions = A mention goes once you answer it. To close the conversation, open it from another list.
why-no-priority = This helpdesk’s API cannot set a priority.
why-nothing-to-undo = There is nothing to take back.
why-not-composing = Nothing is being written.
why-empty-text = There is nothing to send yet.
why-no-outbox-row = There is nothing here.
why-on-its-way = It is on its way.
why-no-message = It carries no message.
why-not-undecided = Its outcome is known.
why-held = Something came since it was begun: look at it, then y sends it anyway.
why-not-held = Nothing holds it back.
why-nothing-came = Nothing came since this was begun.
why-no-file = No file is attached.
why-one-draft = Nobody else wrote here.
why-no-draft = Nothing was begun here.
why-attaching = A file is still being added.
why-no-macros = There are no macros yet.
why-many-recipients = It goes to each of those that are selected, by itself.
why-no-such-entry = There is no such list.
why-not-loaded = The conversation is still being loaded.
why-moved-on = The conversation has changed behind this. Nothing was done.
why-time-passed = This time is past.
why-no-time = Not a time: try 2h, tomorrow 9am, next monday, fri 14:00.

# Sidebar.
section-inbox = Inbox
section-teams = Teams
section-teammates = Teammates
entry-you = You
entry-mentions = Mentions
entry-unassigned = Unassigned
entry-all = All
entry-snoozed = Snoozed
entry-closed = Closed
entry-drafts = Drafts
entry-needs-you = Needs you

# Acts, as in "Closed, tagged vip".
act-reply = reply
act-note = note
act-close = closed
act-reopen = reopened
act-snooze = snoozed until { $what }
act-assign = assigned to { $what }
act-unassign = assigned to nobody
act-no-team = taken from its team
act-tag = tagged { $what }
act-untag = untagged { $what }
act-priority = priority { $what }
act-merge = merging into #{ $what }
act-add-participant = adding { $what }
act-remove-participant = removing { $what }
act-block = blocking { $what }
act-unread = marked unread
done = { $what } · { $keys } takes it back
reply-goes = Reply is on its way
note-goes = Note is on its way
reply-waits = Reply waits for the helpdesk
note-waits = Note waits for the helpdesk
done-to = { $what } · { $title }
undone = Taken back: { $what }
undo-left = Sent already, cannot be taken back: { $what }
given-up = Given up: { $what }
already-so = It is so already.
not-done = Nothing was done: { $why }
refused-full = Nothing was done: the disk is full.
refused-full-text = Not sent: the disk is full. The text is back.
refused-read-only = Nothing was done: the disk cannot be written.
refused-read-only-text = Not sent: the disk cannot be written. The text is back.
draft-unsaved-full = The draft is not saved: the disk is full.
draft-unsaved-read-only = The draft is not saved: the disk cannot be written.
kept-as-draft = The text is kept as a draft.
kept-without = The text is kept as a draft. Given up with it: { $what }
edit-without = Given up with it, to be done again: { $what }
not-given-up = It has left already: look at the conversation.
row-held = Held, not sent: { $what } #{ $number }. Look at what came, then y sends it anyway.
row-undecided = Perhaps sent, please look ({ $keys }): { $what } #{ $number }
row-failed = Not sent ({ $keys }): { $what } #{ $number }
row-look-first = Not sent yet. Look at what came first:
row-anyway = Sending it anyway.
row-again = Sending it again.
row-arrived = Settled: it has arrived.
draft-two = Another deskhand wrote in the same draft. Nothing is lost: choose above your text.
draft-not-saved = The draft is not on disk yet. It is tried again.
draft-gone = This draft was sent or discarded in another deskhand.
draft-took-theirs = Theirs it is. ctrl-y puts your words in.
draft-kept-ours = Yours it is.
draft-joined = Both are in the draft now.
draft-discarded = The draft is discarded.
arrivals-seen = Seen: what came so far does not hold this back.
file-off = Removed: { $name }
attach-too-large = A file can have { $most } MB at most.
recipients-are-participants = Replies go to all participants. The helpdesk itself chooses Cc and the sender’s address.
editor-scissors = --- 8< --- your text ends above this line --- 8< ---
editor-below = Nothing from that line on is sent. The conversation, the newest message first:
editor-head = { $who }, { $when }
editor-head-note = { $who }, { $when }, note
editor-below-line = What was written below the line is not in your text: ctrl-y puts it in.
editor-failed = The editor failed: your text is as it was.
attach-left = Not attached, because you left that text: { $path }
storage-back = What you do is kept on disk again.
reason-signed-out = waits until you sign in again: deskhand auth login
reason-waiting-for-server = waits until the helpdesk answers again
reason-came-between = came in between: { $who }
arrivals-look = This came: look at it, then { $keys } again says that you have seen it.
attach-no-file = There is no such file.
take-back-reopen = Reopen { $on }? Everybody sees it.
take-back-close = Close { $on }? Everybody sees it.
take-back-other = Take it back on { $on }? Everybody sees that: { $what }.
conversation-named = “{ $title }” ({ $name })
conversation-number = #{ $number }

# Threads.
author-me = You
author-customer = Customer
author-bot = Bot
author-teammate = Teammate
event-closed = { $who } closed
event-opened = { $who } reopened
event-snoozed = { $who } snoozed
event-woke = Woke from snooze
event-merged = { $who } merged conversations
event-took = { $who } took it
event-assigned = { $who } assigned to { $what }
event-assigned-both = { $who } assigned to { $team } › { $mate }
event-unassigned = { $who } assigned to nobody
event-attribute = { $who } set { $name } to { $value }
event-other = { $who }: { $what }
event-empty = { $who } wrote an empty message
arrival-replied = { $who } replied
arrival-noted = { $who } left a note
arrival-event = { $who }
nothing-new = Nothing is new since you last looked.
no-note = No more notes in this direction.
find-nothing-before = Nothing has been searched for yet.
no-customer-message = No more messages of the customer in this direction.
no-more-unread = No more unread conversations in this list.
no-title = (no title)

# Pickers.
picker-teammate = Assign to
picker-team = Assign to a team
picker-tags = Tags
picker-snooze = Snooze until
picker-priority = Priority
picker-merge = Merge into
picker-go-team = Go to a team
picker-away = Away
picker-sort = Sort by
choice-me = Me ({ $name })
choice-nobody = Nobody
choice-no-team = No team
choice-active = Active
choice-away = Away
choice-away-reason = Away: { $reason }
choice-merge-number = Conversation { $number }
choice-new-tag = Create tag “{ $name }”
merge-detail = #{ $number } { $state }
merge-for-good = This cannot be undone. A number or an address can be typed.
merge-several = Several people take part here: the helpdesk may refuse it.
why-merge-self = A conversation cannot be merged into itself.
why-merge-contact = That conversation is another contact’s.
tag-making = Creating tag “{ $name }” …
tag-not-put-on = Closing without the tag “spam”: there is none yet, and the helpdesk could not make it.
tags-how = tab turns one on or off, enter applies
teammate-away = away
picker-zone-unknown = Times are in UTC: set time_zone in config.toml
state-open = open
state-closed = closed
state-snoozed = snoozed
priority-none = none
priority-low = low
priority-medium = medium
priority-high = high
priority-urgent = urgent
sort-newest = Newest
sort-oldest = Oldest
sort-waiting = Waiting longest
sort-breach = Next breach
sort-priority = Priority
sort-wake = Wake time
kind-command = command
kind-view = list
kind-team = team
kind-teammate = teammate
kind-tag = tag
kind-macro = macro
kind-contact = person
kind-conversation = conversation
palette-tag = Tag: { $name }
palette-does-entry = Opens this list.
palette-open-number = Open #{ $number }
palette-does-fetch = It is not on disk: the helpdesk is asked for it.
palette-selected = { $count } selected
palette-does-tag = Puts this tag on the conversation, or takes it off.
palette-others = { $count ->
    [one] { $name } has one more conversation.
   *[other] { $name } has { $count } more conversations.
}
palette-placeholders = This macro has gaps: fill in what stands in braces before you send.
note-stays = Your note stays a note: { $keys } goes back to it.
macro-simpler = This macro holds more than Markdown says here (a table, a rule, a style within a word): look at it before you send.
why-no-such-macro = That macro is gone.

# Notices.
list-at-end = This is the last one.
list-at-start = This is the first one.
syncing = Asking the helpdesk for what is new …
away-asked = Telling the helpdesk …
nothing-to-cancel = Nothing is running. q goes back, and quits from the list.
paste-too-long = A text takes 1 MB at most: the rest of the paste was left out.
paste-refused = That paste is too long to be taken: a text has 1 MB at most. Nothing of it was put in; attach it as a file.
paste-not-kept = Nothing of the paste was kept: the text is full (1 MB), or there was nothing to show.
paste-path = That is the path of a file: { $keys } attaches it instead.
paste-runs-nothing = Pasted outside a text: nothing was run. Press r to reply first.
not-bound = { $keys } does nothing here.
not-bound-gone = The composer has closed. This was typed nowhere: { $typed }
not-bound-word = { $keys } does nothing here, nor does what was typed with it: { $typed }

# Workspaces.
cmd-go-workspace = Go to another workspace
cmd-go-workspace-doc = Changes to another workspace of config.toml without leaving.
why-one-workspace = There is no other workspace in config.toml.
picker-go-workspace = Go to a workspace
workspace-test = [TEST]
workspace-here = { $name } is the workspace that is shown.
workspace-opening = Opening { $name } …
switch-failed = The workspace could not be opened.

# The sidebar as a tree, and the mouse.
section-pinned = Pinned
section-views = Views
section-folders = Folders
sidebar-hidden-count = { $count } hidden
sidebar-pinned = Pinned to the top of the sidebar.
sidebar-unpinned = No longer pinned.
sidebar-hidden = Hidden. The last line of the sidebar shows what is hidden.
sidebar-shown = Shown again.
sidebar-at-end = It is the last of its kind already.
sidebar-at-start = It is the first of its kind already.
cmd-go-view = Go to a view
cmd-go-view-doc = Opens any list of the sidebar by its name.
picker-go-view = Go to a list
cmd-sidebar-fold = Fold or unfold
cmd-sidebar-fold-doc = Folds or unfolds the section or folder under the sidebar's cursor.
cmd-sidebar-in = Unfold, or to the list
cmd-sidebar-in-doc = Unfolds the title under the sidebar's cursor; where nothing is folded, goes to the list.
cmd-sidebar-out = To the title, or fold
cmd-sidebar-out-doc = Goes to the title above the sidebar's cursor; on a title, folds it.
cmd-sidebar-pin = Pin or unpin
cmd-sidebar-pin-doc = Pins the entry under the sidebar's cursor to the top, or gives it back.
hint-sidebar-pin = pin
cmd-sidebar-hide = Hide or show
cmd-sidebar-hide-doc = Hides what is under the sidebar's cursor, or shows it again. The last line lists what is hidden.
hint-sidebar-hide = hide
cmd-sidebar-down = Move down
cmd-sidebar-down-doc = Moves what is under the sidebar's cursor one place down.
cmd-sidebar-up = Move up
cmd-sidebar-up-doc = Moves what is under the sidebar's cursor one place up.
cmd-mouse = Mouse on or off
cmd-mouse-doc = Gives the mouse to deskhand, or back to the terminal. While it is on, shift and drag selects text.
mouse-on = The mouse is on: shift and drag selects text.
mouse-off = The mouse is off: the terminal selects text.
why-not-in-sidebar = Only in the sidebar.
why-no-entry = The cursor is on no entry.
why-stays-there = This stays where it is.

## Pickers and questions on a conversation
picker-participants = Participants
picker-empty = Nothing found: try fewer letters.
picker-empty-merge = This contact has no other conversation here. Type a number, or paste a web address.
picker-empty-participants = Nobody found. A whole e-mail address can be added.
picker-empty-tags = There are no tags yet: type a name to make one.
picker-hint-snooze = 2h, fri 14:00, 1 dec -- and a reason
picker-hint-participants = name, e-mail or phone to add somebody
picker-hint-merge = title, number or address
picker-foot-teammate = enter assigns · tab adds a note · esc closes
picker-foot-note = enter assigns with the note · esc goes back
picker-foot-snooze = enter snoozes · tab unless they reply · esc closes
picker-foot-participants = enter adds or removes · esc closes
picker-foot-merge = enter shows both · esc closes
picker-foot-priority = 1 to 5 or enter chooses · esc closes
picker-foot-away = enter chooses · tab returns replies · esc closes
ui-picker-several = { $count ->
    [one] { $count } conversation
   *[other] { $count } conversations
}
ui-picker-note = Note
ui-picker-note-hint = a note that goes with it, for teammates
ui-picker-unless = unless they reply
ui-picker-reassign = return replies to the team while away
picker-load = { $count } open
team-members = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
tags-how-many = tab puts one on, takes it off all, or leaves it; enter applies
participants-how = enter adds, or removes who takes part (✓)
snooze-later = Later today
snooze-tonight = Tonight
snooze-tomorrow = Tomorrow
snooze-weekend = This weekend
snooze-next-week = Next week
snooze-month = In a month
snooze-reply = When they reply, or in a month
snooze-unless = unless they reply
snooze-reason = “{ $reason }”
role-lead = lead
role-user = user
role-visitor = visitor
person-main = { $role } · main contact
person-unknown = (not loaded yet)
person-new = a new lead
choice-add-address = Add { $address }
why-last-participant = The last participant cannot be removed.
cmd-participants = Participants
cmd-participants-doc = Shows who takes part in the conversation; adds and removes people.
cmd-spam = Spam
cmd-spam-doc = Asks what to do about unwanted mail: close and tag it, or block who wrote it.
ui-confirm-merge = Merge #{ $from } into #{ $into }?
ui-confirm-merge-answers = y merge · any other key leaves both
ui-confirm-merge-closes = closes
ui-confirm-merge-stays = stays
ui-confirm-merge-messages = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
ui-confirm-merge-loading = Looking for it …
ui-confirm-merge-fetching = It is not on this machine yet: asking the helpdesk …
ui-confirm-merge-unknown = It is not on this machine: only its number is known.
ui-confirm-merge-channel = They come in by different channels: the helpdesk may refuse it.
ui-confirm-merge-text = All of #{ $from } moves to #{ $into }, and #{ $from } closes. Once it is sent, nothing takes it back.
ui-confirm-spam = Spam?
ui-confirm-spam-answers = s close and tag · b block · any other key leaves it
ui-confirm-spam-answers-one = s close and tag · any other key leaves it
ui-confirm-spam-close = s   Close and tag “spam”. Undo takes it back.
ui-confirm-spam-block = b   Block { $name }. All their conversations close, not only this one. The API has no way back.
ui-confirm-spam-many = Blocking is for one conversation at a time.
ui-confirm-spam-nobody = Nobody can be blocked: who wrote it is not known.
ui-confirm-spam-list = Neither teaches Intercom’s spam filter: it cannot be reached through the API.
ui-confirm-block = Block?
ui-confirm-block-answers = y block · any other key does not
ui-confirm-block-text = { $name } is blocked, and all their conversations close. Nothing here can unblock them: that takes Intercom’s own screen.
ui-thread-woke = woke { $time }
ui-thread-woke-early = awake before { $time }
ui-thread-woke-no-reply = no reply came

## selection and bulk acts

cmd-select = Select
cmd-select-doc = Selects the conversation, or takes it out of the selection. Acts then apply to all that are selected.
cmd-select-range = Select a range
cmd-select-range-doc = Selects every row from the last one selected to this one. With nothing selected it begins a range here; the same key ends it.
cmd-select-all = Select all that match
cmd-select-all-doc = Selects everything that matches the list, not only what is shown. The same key again selects nothing.
cmd-bulk-results = Progress of the last bulk act
cmd-bulk-results-doc = Shows what became of each conversation of a bulk act; pauses it, tries again what was refused, takes it back.
cmd-bulk-pause = Pause or resume the bulk act
cmd-bulk-pause-doc = Stops sending a bulk act for now, or goes on with it.
why-no-selecting = There are no conversations to select here.
why-one-only = This is for one conversation at a time: esc clears the selection.
why-no-bulk = Nothing has been done to a selection yet.
why-no-bulk-open = No bulk act is being sent.
why-all-have-drafts = Each of them that is shown has a draft of yours: there is none to write the text in.
selection-count = { $count ->
    [one] { $count } selected
   *[other] { $count } selected
}
selection-counting = selecting …
selection-range = · { $keys } ends the range
selection-dropped = { $count ->
    [one] You left the list: its selection of { $count } is cleared.
   *[other] You left the list: its selection of { $count } is cleared.
}
apart-gone = no longer at the helpdesk
apart-stuck = an act on it waits for you
apart-answered = written in since you selected
apart-closed = closed since you selected
apart-draft = has your draft
apart-left = no longer in this list
apart-unsent = not at the helpdesk yet
apart-taken-back = taken back
tag-made-for-many = The tag is there now. Choose it again for the selection.
bulk-selected-again = the { $count } it goes to are selected again
bulk-writing-stopped = It was for the selection, which is cleared: the text is kept as a draft to { $name } alone.
bulk-close = Close
bulk-reopen = Reopen
bulk-reply = Reply
bulk-note = Note
bulk-unread = Mark unread
bulk-mention-done = Done with the mention
bulk-snooze = Snooze until { $what }
bulk-assign = Assign to { $what }
bulk-unassign = Assign to nobody
bulk-no-team = Take out of the team
bulk-tag = Tag { $what }
bulk-untag = Untag { $what }
bulk-priority = Priority { $what }
bulk-now-close = closing
bulk-now-reopen = reopening
bulk-now-reply = replying to
bulk-now-note = noting on
bulk-now-snooze = snoozing
bulk-now-assign = assigning
bulk-now-tag = tagging
bulk-now-priority = setting priority of
bulk-now-other = doing
bulk-progress = { $what } { $done } of { $of }
bulk-paused = paused
bulk-failed = { $count } failed
bulk-doing = { $what }: { $count } …
bulk-done = { $what }: { $count }
bulk-done-already = { $count } so already
bulk-done-left-out = { $count ->
    [one] { $count } left out, still selected
   *[other] { $count } left out, still selected
}
bulk-ended = { $what }: { $done } of { $of } at the helpdesk
bulk-ended-failed = { $what }: { $done } of { $of } at the helpdesk, { $failed } need you
bulk-one-at-a-time = The last bulk act is not on disk yet: wait a moment.
bulk-counting = Still counting: wait a moment.
bulk-nothing = Nothing would change.
bulk-type-number = Type how many customers are written to, then press enter.
bulk-is-over = All of it is done: there is nothing to pause.
bulk-none-failed = Nothing was refused: there is nothing to retry.
bulk-again = Sending again what was refused.
bulk-now-paused = Paused until you resume it, also after a restart.
bulk-goes-on = Resumed.
bulk-take-back = { $sent } of { $of } are at the helpdesk already. Take these back too: { $what }?
bulk-take-back-rest = { $sent } of { $of } are at the helpdesk already and stay as they are. Take back the other { $rest }?
bulk-undone = Taken back: { $what }
bulk-undone-left = { $count ->
    [one] { $count } had been sent and stays as it is.
   *[other] { $count } had been sent and stay as they are.
}
ui-bulk-preview-foot = enter does it · esc cancels · tab includes
ui-bulk-preview-foot-plain = enter does it · esc cancels
ui-bulk-counting = Counting …
ui-bulk-change = { $count ->
    [one] { $count } will change
   *[other] { $count } will change
}
ui-bulk-write = { $count ->
    [one] { $count } customer is written to
   *[other] { $count } customers are written to
}
ui-bulk-already = { $count } so already
ui-bulk-rest = { $count } more than fit into one go: they stay selected
ui-bulk-apart = Left out
ui-bulk-included = included
ui-bulk-and-more = and { $count } more
ui-bulk-number = Type { $count } to go on
ui-bulk-count = { $count } selected
ui-bulk-results-foot = enter opens · esc closes · p pause · r retry · u take back · n older
ui-bulk-results-foot-paused = enter opens · esc closes · p resume · r retry · u take back · n older
ui-bulk-results-head = { $done } of { $of } done
ui-bulk-results-waiting = { $count } to be sent
ui-bulk-results-left-out = { $count } left out
ui-bulk-sent = done
ui-bulk-queued = waits
ui-bulk-sending = on its way
ui-bulk-retry = will be retried
ui-bulk-unknown = being checked
ui-bulk-held = held back
ui-bulk-undecided = undecided
ui-bulk-refused = refused

## New conversations, start of a shift, mentions, next breach, web link

context-page = Pages over all panes
cmd-new = New conversation
cmd-new-doc = Writes to a contact who has not written: by e-mail or in the messenger.
cmd-go-breach = Next breach
cmd-go-breach-doc = Opens what breaches next: what is missed first. The same key again goes on to the one after it.
cmd-go-shift = Start of a shift
cmd-go-shift-doc = Lists what happened since you were last here: replies, snoozes that ended, mentions, breaches, drafts, what needs you.
cmd-mention-done = Done with the mention
cmd-mention-done-doc = Takes it off the mentions; the conversation stays as it is.
cmd-web-link = Web link
cmd-web-link-doc = Shows the conversation’s web address, to open or copy it.
cmd-page-next = Next
cmd-page-next-doc = Start of a shift: the next line that you have not opened yet. A long text: the next place of what you look for.
cmd-page-copy = Copy
cmd-page-copy-doc = Copies what the page shows: the address, or the whole text.
act-start = new message to { $what }
ui-act-start = new conversation
why-not-begun = The helpdesk does not have this conversation yet: r goes on writing it.
why-not-in-mentions = Only in Mentions.
mention-finished = Done with the mention. { $keys } brings it back.
mention-back = The mention is back.
mentions-known-here = Mentions are known in the threads that are on disk: { $here } of { $of }.
breach-none = Nothing is breached and no clock is running.
breach-again = That was the last one: back to the first.
link-none = This helpdesk has no web pages.
link-opened = Opened in the browser.
link-not-opened = The browser could not be opened.
link-remote = This is a remote session: the address was copied, not opened.
new-to-whom = Nobody is chosen: type a name, or a whole e-mail address.
new-no-address = This contact has no e-mail address here: choose the messenger.
new-no-messenger = The messenger reaches only people who have used it: choose e-mail.
new-no-subject = An e-mail needs a subject.
new-no-files = The API takes no files with the first message: send them with the next one.
new-no-note = A note needs a conversation, and that begins with a message.
new-under-way = The first message is on its way: u takes it back. If it fails, it is in Needs you.
new-waits = The new conversation waits in Drafts: { $keys }.
new-started = Conversation { $number } has begun.
new-started-unknown = The message was sent. The helpdesk does not say which conversation it began.
shift-offered = You were away for { $hours } h: { $keys } shows what came.
shift-back = { $keys } goes back to the start of the shift.
shift-seen-all = You have opened every line.
shift-needs-you = needs you
shift-breaching = missed, or a clock runs
shift-replied = replied
shift-woke = woke
shift-mentioned = mentions
shift-draft = drafts
ui-shift = Start of a shift
ui-shift-since = last here { $time }
ui-shift-nothing = Nothing happened since you were last here. esc goes back to your inbox.
ui-shift-rest = and { $count } more
ui-foot-shift = enter opens · n next · esc closes
ui-loading = Loading …
ui-new = New conversation
ui-new-to = To
ui-new-by = By
ui-new-subject = Subject
ui-new-email = e-mail
ui-new-chat = messenger
ui-new-to-hint = name, e-mail, phone or id
ui-new-type = Type a name. A whole e-mail address that nobody has makes a new lead.
ui-new-nobody = Nobody here is called that. A whole e-mail address makes a new lead.
ui-new-lead = { $address } (new lead)
ui-foot-new-to = enter chooses · esc cancels
ui-foot-new-channel = enter goes on · e e-mail · m messenger · esc goes back
ui-foot-new-subject = enter writes the message · esc goes back
ui-link = Web link
ui-foot-link = enter opens · y copies · esc closes
ui-composer-new = new

# Before there is an inbox.
welcome-title = deskhand: a support inbox in the terminal
welcome-says = There is no workspace yet. The demo needs no account and no network: a made-up shop with customers who write while you look.
welcome-demo = open the demo
welcome-intercom = sign in to Intercom
welcome-self = sign in to a self-hosted helpdesk
welcome-leave = leave
welcome-command-intercom =
    Make an access token in Intercom's Developer Hub, then:
      deskhand auth login --region us    # or eu, au; asks for the token
welcome-command-self =
    deskhand auth login --url https://desk.example.org    # asks for the token
    A helpdesk of your own, on this machine: deskhand serve --demo
zone-title = Your time zone
zone-says = Times that you type ("tomorrow 9am") and times that are shown are in your zone. It is written to config.toml; change it there at any time.
zone-take = this is my zone
zone-later = use UTC now, and ask again next time
zone-unknown = there is no such zone: write a name like Europe/Berlin
cli-no-contact = no contact is called { $to }
    .next = Give a whole e-mail address; of one that nobody has a lead is made.
cli-near-contacts = no contact is called { $to }: near are { $which }
    .next = Give the whole name, an address or an id.
cli-many-contacts = several contacts fit { $to }: { $which }
    .next = Give an address or an id.
cli-new-no-address = no e-mail address of this contact is known
    .next = Write in the messenger: --channel chat.
cli-new-no-messenger = a messenger reaches only who has used it
    .next = Write an e-mail: --channel email --subject TEXT.
cli-new-no-subject = an e-mail needs a subject
    .next = Give it with --subject TEXT.
cli-new-plan-email = would write to { $name } by e-mail, subject { $subject }:
cli-new-plan-chat = would write to { $name } in the messenger:
cli-bad-duration = { $typed } is no duration
    .next = Durations look like 8h, 90m or 2d.
cli-no-me = it is not known yet who you are
    .next = Sync once: deskhand sync --once.
report-head = Hand-over by { $name }, since { $since }
report-incomplete = { $count } conversations that changed since then are not on disk: what you did in them is not told (`deskhand sync --once --threads` fetches them).
report-nothing-done = Nothing was done that the threads here show.
report-replied = Replied ({ $count })
report-noted = Noted ({ $count })
report-closed = Closed ({ $count })
report-snoozed = Snoozed ({ $count })
report-handed-over = Handed over ({ $count })
report-mine = Open with me ({ $count })
report-answer = to be answered, waits { $age }
report-waits = waits for the customer, { $age }
report-breaching = Missed, or a clock runs ({ $count })
report-drafts = Drafts ({ $count })
report-needs-you = Could not be sent ({ $count })

## Links, copy, source, pager

cmd-page-find = Find on the page
cmd-page-find-doc = Looks for words in a long text; n goes on to the next place.
pager-not-found = It is not in this text.
ui-pager-percent = { $percent } %
ui-pager-seek = words to find
cmd-links = Links and files
cmd-links-doc = Lists the numbered links and files of the message; the same key again, of the whole thread.
cmd-number = Link or file by its number
cmd-number-doc = Shows what has this number in the message, in full, before anything opens.
cmd-copy = Copy …
cmd-copy-doc = Copies the message, the thread, the number, the customer’s e-mail or a link: one key each.
cmd-source = Source of the message
cmd-source-doc = Shows the message as it came, with what its reading left out.
links-none = There are no links and no files in this thread.
links-no-number = This message has no [{ $number }].
links-unread = The message is still being read.
links-gone = The message is not in the thread any more.
ui-links = Links and files of this message
ui-links-thread = Links and files of the thread
ui-links-nothing = There are none.
ui-links-unread =
    { $count ->
        [one] 1 message is not read yet
       *[other] { $count } messages are not read yet
    }
ui-foot-links = enter shows it · y copies · L whole thread · esc closes
ui-foot-links-thread = enter shows it · y copies · L this message · esc closes
ui-link-number = Link { $number }
ui-link-mail = E-mail address
ui-link-host = goes to
ui-link-read = reads
ui-link-words = its words
ui-foot-link-mail = enter writes · y copies · esc closes
link-warns-other-host = Its words name another place.
link-warns-look-alike = Its letters look like Latin ones and are not.
link-warns-mixed-scripts = Its host mixes letters of several scripts.
link-warns-user-info = What is before the @ is no host.
link-warns-host-within = The host is what comes last: what looks like it comes before.
link-warns-odd-address = It leads to a number, written so that nobody sees it.
link-warns-hidden = There are letters in it that are not seen.
link-warns-backslash = It is written oddly: programs read it in different ways.
link-warns-bad-host = Its host breaks the rules for names.
link-warns-near = It leads to this machine or into a local network.
link-warns-address = It leads to a number, not to a name.
link-warns-port = It leads to an unusual port.
link-warns-long-host = Its host is long: look at its end.
link-warns-mail-fields = It wants to fill in more than one address.
link-mail-opened = Opened in the mail program.
link-address-copied = This is a remote session: the address was copied, not opened.
copied = Copied: { $size }.
copy-failed = The terminal could not be reached: nothing was copied.
copy-too-long = Not copied: { $size } is more than terminals take ({ $most }).
copy-too-long-thread = Not copied: { $size } is more than terminals take ({ $most }). In a shell: { $line }
copy-not-here = Not copied: its messages are not on disk yet.
copy-message = message
copy-message-markdown = message as Markdown
copy-thread = thread
copy-thread-markdown = thread as Markdown
copy-id = number
copy-web-link = web link
copy-email = e-mail
copy-link = link
ui-copy = Copy
ui-foot-copy = a key or enter copies · esc closes
source-none = This has no words: there is no source.
source-left-out = { $links ->
        [0] no links
        [one] 1 link
       *[other] { $links } links
    } · left out: { $hidden ->
        [0] nothing hidden
        [one] 1 hidden passage
       *[other] { $hidden } hidden passages
    }, { $trackers ->
        [0] no trackers
        [one] 1 tracker
       *[other] { $trackers } trackers
    }
source-plain = It could not be read as a page: the thread shows its words without layout.
source-cut = These are the first { $size } of it.
ui-source = Source
ui-foot-pager = esc closes · / find · y copies all · ↑↓ scroll
ui-foot-pager-sought = esc closes · n next · / find · y copies all · ↑↓ scroll
ui-foot-pager-seek = enter finds · esc cancels

## Files of messages

file-no-name = (no name)
file-kind-text = text
file-kind-page = page
file-kind-image = image
file-kind-document = document
file-kind-archive = archive
file-kind-sound = sound
file-kind-video = video
file-kind-program = program
file-kind-other = unknown kind
file-kind-said = { $kind } · the sender says { $says }
file-kind-seen = { $kind }, by its content · the sender says { $says }
file-says-nothing = nothing
file-size-unknown = not told
file-no-host = no address
file-label-kind = Kind
file-label-size = Size
file-label-from = From
file-label-host = Kept at
file-risk-disguised = hides its ending
file-risk-double = two endings, a program
file-risk-blocked = blocked kind
file-risk-not-as-claimed = not what it says
file-warn-disguised = Its name has letters that cannot be seen or that turn the reading direction: it may be something else than it seems.
file-warn-double = Its name has two endings, and the last one is a program’s.
file-warn-blocked = Files of this kind are blocked: they run when they are opened.
file-warn-not-as-claimed = It is not what its name or its sender says.
file-again-view = Risky: v again looks at it, as text or a picture only. Nothing is run.
file-again-save = Risky: s again saves it. It is not made executable.
file-again-pipe = Risky: X again hands its content to a command.
file-fetching = fetching: { $done } so far
file-fetching-of = fetching: { $done } of { $of }
file-stopped = Stopped. Nothing of it was kept.
file-busy = It is being fetched; esc stops that.
file-saved-at = Saved { $size }: { $path }
file-saved = Saved: { $path }
file-not-sent-yet = This file is not sent yet.
file-too-large = It is larger than { $most }: that much is not fetched.
file-too-large-here = It is larger than { $most }: save it and open it from there.
file-unshowable = It is neither text nor a picture that can be shown here ({ $kind }). s saves it.
file-bad-picture = The picture cannot be shown: { $why }
file-failed = It could not be fetched: { $why }
file-gone = It is not at the helpdesk any more.
file-address = It has no address that can be asked safely (https, or the helpdesk itself).
file-empty = It is empty.
file-grew = It is larger than it may be here. Nothing of it was kept.
file-short = Less came than was announced ({ $why }). Nothing of it was kept.
file-unwritable = It could not be saved: { $why }
file-disk-full = The disk is full. Nothing of it was kept.
file-no-folder = There is no such folder: { $why }
file-no-line = There is no command line for this file: the demo helpdesk is only in this program.
file-line-copied = Copied: { $line }
file-line-copied-environment = Copied: { $line } · There it needs DESKHAND_URL and DESKHAND_TOKEN, as they are set here.
file-picture = { $kind }, { $width } × { $height }
file-pager-note = { $kind }, shown as text
file-answer-note = what the command answered
file-answer-cut = The rest of its answer was left out.
file-command-hint = command that reads the file from its standard input
file-command-failed = The command failed: { $why }
file-command-late = The command took too long and was ended.
ui-foot-file-command = enter fetches the file and runs it · esc cancels
file-pager-cut = The first 2 MB. Save it to see the rest.
why-no-file-page = No file is shown.
ui-file = File
ui-file-number = file { $number } of the conversation
ui-foot-file = v view · s save · X pipe · y copy ssh line · esc closes
ui-foot-file-fetching = esc stops
ui-foot-file-again = the same key again does it · esc takes it back
ui-foot-picture = esc closes
ui-path-save = Save the file
ui-foot-path-save = tab completes · ↑↓ choose · enter saves · esc closes
ui-path-new = nothing there begins so: the file is new
attach-too-much-with = The files of a message can have { $most } MB together at most.
attach-too-much = The file was not attached: the files of a message can have 28 MB together at most.
attach-blocked = Files of this kind are not taken: they run when they are opened.
cmd-file-view = View the file
cmd-file-view-doc = Fetches the file and shows it, when it is text or a picture.
cmd-file-save = Save the file
cmd-file-save-doc = Fetches the file and saves it under a path of your choice; nothing is written over.
cmd-file-pipe = Pipe the file
cmd-file-pipe-doc = Fetches the file and hands it to a command.

## Pipes: commands of the agent's own
cmd-pipe = Pipe to a command
cmd-pipe-doc = Gives the conversation, a message or the draft to a command: one of config.toml, or one that you type.
pipe-own-doc = Runs a command of your own: { $command }
pipe-runs = { $name } is running · ctrl-c stops it
pipe-no-message = There is nothing to give: this has no words.
pipe-too-many = Too many commands are running. Wait for one, or stop it with ctrl-c.
pipe-nothing = { $name } had nothing to say.
pipe-cut = { $name } said more than 1 MB: the rest was left out.
pipe-failed = { $name } failed with exit code { $code }.
pipe-killed = { $name } was ended by a signal.
pipe-not-started = { $name } could not be started.
pipe-timed-out = { $name } took too long and was ended.
pipe-stopped = { $name } was stopped.
pipe-answer = Answer of { $name }
pipe-written = { $name } has written here. ctrl-_ takes it back.
pipe-under = { $name } has answered, under the message.
pipe-kept-here = { $name } has answered: you were writing, so it is under the message.
pipe-kept = { $name } has answered: it is under the message in { $number }.
ui-pipe = Pipe
ui-pipe-hint = a name, or a command
ui-pipe-none = Type a command, as in a shell. Named ones go into config.toml as [[pipe]].
ui-pipe-writing = Writing down what { $name } gets…
ui-pipe-run = Run
ui-pipe-gets = gets { $what } as { $format }
ui-pipe-message = the message
ui-pipe-thread = the thread
ui-pipe-draft = the draft
ui-pipe-under = under the message
ui-pipe-note = into a note
ui-pipe-into-draft = into the draft
ui-pipe-pane = onto a page
ui-pipe-format-plain = plain text
ui-pipe-format-markdown = Markdown
ui-pipe-format-json = JSON
ui-foot-pipe = enter runs · tab what it gets · esc closes
ui-foot-pipe-named = enter runs · esc closes
ui-confirm-pipe = Run { $name }?
ui-confirm-pipe-command = This command runs on this machine, as you:
ui-confirm-pipe-gets-message = It gets one message of { $size }, as { $format }, on its standard input.
ui-confirm-pipe-gets-thread = It gets the whole conversation, { $size }, as { $format }, on its standard input.
ui-confirm-pipe-gets-draft = It gets the draft, { $size }, as { $format }, on its standard input.
ui-confirm-pipe-answer = Its answer goes { $where }. Nothing is sent.
ui-confirm-pipe-once = You are not asked again while the command stays as it is.
ui-confirm-pipe-answers = y runs it · any other key: no
ui-thread-under = { $name }, not sent
ui-thread-under-more = { $count ->
    [one] … 1 more line
   *[other] … { $count } more lines
}
ui-details-writes = Writes
language-en = English
language-fr = French
language-de = German
language-es = Spanish
language-it = Italian
language-pt = Portuguese
language-nl = Dutch
language-sv = Swedish
language-da = Danish
language-nb = Norwegian
language-fi = Finnish
language-pl = Polish
language-cs = Czech
language-sk = Slovak
language-hu = Hungarian
language-ro = Romanian
language-bg = Bulgarian
language-el = Greek
language-tr = Turkish
language-ru = Russian
language-uk = Ukrainian
language-ar = Arabic
language-he = Hebrew
language-fa = Persian
language-hi = Hindi
language-zh = Chinese
language-ja = Japanese
language-ko = Korean
language-th = Thai
language-vi = Vietnamese
language-id = Indonesian
language-ca = Catalan
language-hr = Croatian
language-sl = Slovenian
language-et = Estonian
language-lv = Latvian
language-lt = Lithuanian
