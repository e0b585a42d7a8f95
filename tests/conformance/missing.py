#!/usr/bin/env python3
"""Every field that the vendor's examples always carry and our answers lack must be explained:
missing.py REPORT ALLOW. A line of ALLOW is `OPERATION POINTER` with `*` as wildcard, then `#` and why."""
import fnmatch
import json
import sys

report = json.load(open(sys.argv[1]))
allowed = []
for line in open(sys.argv[2]):
    rule = line.split("#")[0].strip()
    if rule:
        allowed.append(rule)
unexplained = [
    f"{operation} {pointer}"
    for operation, row in report["operations"].items()
    for pointer in row["missing"]
    if not any(fnmatch.fnmatchcase(f"{operation} {pointer}", rule) for rule in allowed)
]
if unexplained:
    sys.exit("missing without a reason:\n" + "\n".join(unexplained))
print("no field is missing without a reason")
