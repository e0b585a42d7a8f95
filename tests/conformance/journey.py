#!/usr/bin/env python3
"""The command line against DESKHAND_URL, and the screen in a PTY: journey.py DESKHAND.

Run through the checking proxy, so that every request and every answer of a real session is checked.
"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

program = sys.argv[1]


def run(*args, want=0):
    done = subprocess.run([program, *args], capture_output=True, text=True, timeout=120)
    if done.returncode != want:
        sys.exit(f"deskhand {' '.join(args)}: exit {done.returncode}, not {want}\n{done.stdout}\n{done.stderr}")
    return done.stdout


run("sync", "--once", "--threads")
rows = json.loads(run("list", "--query", "state:open", "--limit", "5", "--json"))
assert len(rows) == 5, rows
first, second = rows[0]["id"], rows[1]["id"]
run("show", first, "--json")
run("count", "--view", "inbox:you", "--json")
run("reply", first, "--body", "We are on it.")
run("note", first, "--body", "Checked by the journey.")
run("tag", first, "+journey")
run("tag", first, "--", "-journey")
run("assign", first, "--to", "me")
run("assign", first, "--to", "nobody")
run("priority", first, "high")
run("snooze", first, "--until", "2h")
run("reopen", first)
run("close", first)
run("away", "on")
run("away", "off")
run("outbox", "list", "--json")
run("show", "1", want=3)
shown = json.loads(run("show", first, "--json"))
assert any("We are on it." in json.dumps(part) for part in shown["parts"]), shown

pid, tty = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    os.execv(program, [program])
fcntl.ioctl(tty, termios.TIOCSWINSZ, struct.pack("HHHH", 48, 160, 0, 0))
seen = b""


def pump(seconds):
    global seen
    end = time.time() + seconds
    while time.time() < end:
        if select.select([tty], [], [], 0.05)[0]:
            try:
                seen += os.read(tty, 65536)
            except OSError:
                return


def keys(text, wait=0.6):
    os.write(tty, text.encode())
    pump(wait)


pump(3)
for text in ("g", "a", "j", "\r", "r", "Thank you for waiting.", "\x13", "n", "A note from the screen.", "\x13"):
    keys(text)
keys("z", 0.5)
keys("\r", 6)
keys("e", 7)
keys("u", 2)
pump(14)
os.kill(pid, signal.SIGTERM)
pump(3)
_, status = os.waitpid(pid, 0)
assert os.waitstatus_to_exitcode(status) in (0, 143), status
left = json.loads(run("outbox", "list", "--json"))
assert all(row["status"] == "sent" for row in left), left
print("the journey went through")
