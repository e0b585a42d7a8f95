#!/usr/bin/env python3
"""Every writing command, and a pull, against a mock that refuses what the description does not allow:
mock.py DESKHAND URL. The mock keeps no state, so what is checked is that no request is refused as
malformed (422 with a `validation` list)."""
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

program, mock = sys.argv[1], sys.argv[2].rstrip("/")
refused, seen = [], set()


class Between(http.server.BaseHTTPRequestHandler):
    """Stands between, so that refusals are counted even where the program takes them calmly."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def relay(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        request = urllib.request.Request(mock + self.path, data=body, method=self.command)
        for name in ("Authorization", "Intercom-Version", "Content-Type", "Accept"):
            if self.headers.get(name):
                request.add_header(name, self.headers[name])
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, raw = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, raw = error.code, error.read()
        seen.add((self.command, self.path.split("?")[0]))
        # The mock's own refusals carry its error type; the description's 4xx examples do not.
        if b"stoplight.io/prism" in raw and not self.path.startswith("/deskhand/") and b"NO_PATH" not in raw:
            refused.append(f"{self.command} {self.path} {status}: {raw[:600]!r} for {body!r}")
        elif b"NO_PATH" in raw and not self.path.startswith("/deskhand/"):
            refused.append(f"{self.command} {self.path}: no such path")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_DELETE = relay


for _ in range(300):
    try:
        urllib.request.urlopen(mock + "/me", timeout=2)
        break
    except urllib.error.HTTPError:
        break
    except OSError:
        time.sleep(0.2)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between)
threading.Thread(target=server.serve_forever, daemon=True).start()
place = tempfile.mkdtemp()
env = {**os.environ, "DESKHAND_URL": f"http://127.0.0.1:{server.server_port}", "DESKHAND_TOKEN": "mock",
       "DESKHAND_CONFIG_DIR": place + "/c", "DESKHAND_DATA_DIR": place + "/d", "DESKHAND_CACHE_DIR": place + "/k"}


def run(*args):
    done = subprocess.run([program, *args], env=env, capture_output=True, text=True, timeout=120)
    print(f"{done.returncode} deskhand {' '.join(args)}  {done.stderr.strip().splitlines()[-1:] or ''}")
    return done


run("sync", "--once", "--threads")
done = run("list", "--json", "--limit", "1")
rows = json.loads(done.stdout or "[]")
if not rows:
    sys.exit("the mock's conversations did not arrive in the cache")
one = rows[0]["id"]
run("reply", one, "--body", "Hello")
run("note", one, "--body", "A note")
run("tag", one, "+independent")
run("assign", one, "--to", "me")
run("assign", one, "--to", "nobody")
run("snooze", one, "--until", "2h")
run("close", one)
run("reopen", one)
run("merge", one, "--into", "1")
run("away", "on")
run("away", "off")
run("show", one)
if refused:
    sys.exit("refused by the mock:\n" + "\n".join(refused))
print(f"{len(seen)} different requests, none refused")
