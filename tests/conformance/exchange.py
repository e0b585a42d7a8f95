#!/usr/bin/env python3
"""One exchange or more with every path that the helpdesk serves: exchange.py URL TOKEN.

Run through the checking proxy. Fails on a status that is not the one expected.
"""
import base64
import json
import sys
import time
import urllib.error
import urllib.request

url, token = sys.argv[1].rstrip("/"), sys.argv[2]
failures = []


def call(method, path, body=None, want=200, version="2.16", auth=True):
    request = urllib.request.Request(url + path, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Accept", "application/json")
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if auth:
        request.add_header("Authorization", f"Bearer {token if auth is True else auth}")
    if version:
        request.add_header("Intercom-Version", version)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status, raw = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, raw = error.code, error.read()
    if status != want:
        failures.append(f"{method} {path}: {status}, not {want}: {raw[:300]!r}")
    try:
        return json.loads(raw)
    except ValueError:
        return {}


me = call("GET", "/me")
my = me["id"]
admins = call("GET", "/admins")["admins"]
call("GET", f"/admins/{admins[1]['id']}")
reasons = call("GET", "/away_status_reasons")
away = {"away_mode_enabled": True, "away_mode_reassign": False}
call("PUT", f"/admins/{my}/away", away)
call("PUT", f"/admins/{my}/away", {"away_mode_enabled": False, "away_mode_reassign": False})
teams = call("GET", "/teams")["teams"]
call("GET", f"/teams/{teams[0]['id']}")
call("GET", "/tags")
tag = call("POST", "/tags", {"name": f"check-{int(time.time())}"})
call("GET", f"/tags/{tag['id']}")
spare = call("POST", "/tags", {"name": f"spare-{int(time.time())}"})
call("DELETE", f"/tags/{spare['id']}")
for path in ("/macros?per_page=5", "/segments", "/segments?include_count=true", "/brands", "/data_attributes?model=contact",
             "/data_attributes?model=company", "/data_attributes", "/office_hours_schedules", "/conversations/attributes",
             "/conversations?per_page=5", "/contacts?per_page=5", "/companies?per_page=5", "/conversations/deleted?per_page=5"):
    call("GET", path)
macro = call("GET", "/macros?per_page=1")["data"][0]
call("GET", f"/macros/{macro['id']}")
company = call("GET", "/companies")["data"][0]
call("GET", f"/companies/{company['id']}")

stamp = int(time.time())
contact = call("POST", "/contacts", {"role": "user", "external_id": f"x{stamp}", "email": f"x{stamp}@example.com", "name": "Check Person"})
lead = call("POST", "/contacts", {"role": "lead", "email": f"x{stamp}@example.com", "name": "Check Lead"})
other = call("POST", "/contacts", {"role": "user", "email": f"y{stamp}@example.com"})
call("GET", f"/contacts/{contact['id']}")
call("PUT", f"/contacts/{contact['id']}", {"name": "Checked Person", "phone": "+4930123456"})
call("GET", f"/contacts/find_by_external_id/x{stamp}")
call("POST", "/contacts/search", {"query": {"field": "email", "operator": "=", "value": f"x{stamp}@example.com"}})
call("POST", "/contacts/search", {"query": {"field": "no_such", "operator": "=", "value": "x"}}, want=400)
call("POST", f"/contacts/{contact['id']}/tags", {"id": tag["id"]})
call("GET", f"/contacts/{contact['id']}/tags")
call("POST", f"/contacts/{contact['id']}/notes", {"body": "<p>Called back.</p>", "admin_id": my})
call("GET", f"/contacts/{contact['id']}/notes")
call("POST", "/contacts/merge", {"from": lead["id"], "into": contact["id"]})
call("GET", f"/contacts/{lead['id']}", want=410)

made = call("POST", "/conversations", {"from": {"type": "user", "id": contact["id"]}, "body": "Where is my tent?"})
one = made["conversation_id"]
two = call("POST", "/conversations", {"from": {"type": "user", "id": contact["id"]}, "body": "And the second question."})["conversation_id"]
three = call("POST", "/conversations", {"from": {"type": "user", "id": contact["id"]}, "body": "To be deleted."})["conversation_id"]
call("GET", f"/conversations/{one}")
call("GET", f"/conversations/{one}?display_as=plaintext")
reply = {"message_type": "comment", "type": "admin", "admin_id": my, "body": "<p>On its way.</p>"}
call("POST", f"/conversations/{one}/reply", reply)
call("POST", f"/conversations/{one}/reply", {**reply, "attachment_files": [
    {"content_type": "text/plain", "data": base64.b64encode(b"track 42").decode(), "name": "track.txt"}]})
call("POST", f"/conversations/{one}/reply", {**reply, "message_type": "note", "body": "<p>Ask the carrier.</p>"})
call("POST", f"/conversations/{one}/reply", {"message_type": "quick_reply", "type": "admin", "admin_id": my, "body": "Happy?",
     "reply_options": [{"text": "Yes", "uuid": "a5e1c524-5ddd-4c3e-9328-6bca5d6e3edb"}]})
back = call("POST", f"/conversations/{one}/reply", {"message_type": "comment", "type": "user", "intercom_user_id": contact["id"], "body": "Thank you!"})
parts = f"/conversations/{one}/parts"
call("POST", parts, {"message_type": "assignment", "type": "admin", "admin_id": my, "assignee_id": my})
call("POST", parts, {"message_type": "assignment", "type": "team", "admin_id": my, "assignee_id": teams[0]["id"]})
call("POST", parts, {"message_type": "assignment", "type": "admin", "admin_id": my, "assignee_id": "0"})
call("POST", parts, {"message_type": "snoozed", "admin_id": my, "snoozed_until": int(time.time()) + 3600})
call("POST", parts, {"message_type": "open", "admin_id": my})
call("POST", parts, {"message_type": "close", "type": "admin", "admin_id": my, "body": "Done."})
call("PUT", f"/conversations/{one}", {"read": True, "title": "Tent", "custom_attributes": {}})
call("PUT", f"/conversations/{one}", {"priority": "high", "admin_id": my})
call("POST", f"/conversations/{one}/tags", {"id": tag["id"], "admin_id": my})
call("DELETE", f"/conversations/{one}/tags/{tag['id']}", {"admin_id": my})
whole = call("GET", f"/conversations/{one}")
part = next(p for p in whole["conversation_parts"]["conversation_parts"] if p["part_type"] == "comment" and p["author"]["type"] != "admin")
call("POST", "/conversations/redact", {"type": "conversation_part", "conversation_id": one, "conversation_part_id": part["id"]})
call("POST", f"/conversations/{two}/merge", {"merge_into_conversation_id": int(one)})
call("DELETE", f"/conversations/{three}")
call("GET", "/conversations/deleted")
call("GET", f"/conversations/{three}", want=404)


def search(query, want=200, **more):
    return call("POST", "/conversations/search", {"query": query, **more}, want=want)


def field(name, operator, value):
    return {"field": name, "operator": operator, "value": value}


for query in (
    field("state", "=", "open"), field("updated_at", ">", stamp - 5), field("admin_assignee_id", "=", 0),
    field("source.body", "~", "tent"), field("source.type", "IN", ["email", "conversation"]), field("priority", "!=", "none"),
    {"operator": "AND", "value": [field("open", "=", True), field("read", "=", False)]},
    {"operator": "OR", "value": [
        {"operator": "AND", "value": [field("state", "=", "open"), field("waiting_since", ">", 0)]},
        {"operator": "AND", "value": [field("state", "=", "snoozed"), field("snoozed_until", ">", stamp)]}]},
):
    page = search(query, pagination={"per_page": 5})
    following = (page.get("pages") or {}).get("next")
    if following:
        search(query, pagination={"per_page": 5, "starting_after": following["starting_after"]})
search(field("nonsense", "=", "x"), want=400)
search({"operator": "AND", "value": [field("state", "=", "open")] * 16}, want=400)
search(field("state", "=", "open"), want=400, pagination={"per_page": 5, "starting_after": "no cursor"})
call("GET", "/conversations/1", want=404)
call("GET", "/me", auth=False, want=401)
call("GET", "/me", auth="wrong", want=401)
call("GET", "/me", version="1.0", want=400)
for version in ("2.14", "2.15", "Preview", None):
    call("GET", "/me", version=version)
if failures:
    sys.exit("\n".join(failures))
print("every path answered as expected")
