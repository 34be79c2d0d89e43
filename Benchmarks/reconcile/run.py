#!/usr/bin/env python3
"""Measures keybrake-audit on a generated month and checks that it finds what was planted.

run.py AUDITOR DIRECTORY [--charges 1000000] [--rows-per-call 2] [--runs 3]
"""

import argparse
import collections
import json
import pathlib
import resource
import subprocess
import sys
import time


def measure(auditor, directory):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.run(
        [auditor, "reconcile", "payments.csv", "--audit", "keybrake.db"],
        cwd=directory,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in (0, 1):
        sys.exit(f"keybrake-audit ended with {process.returncode}:\n{process.stdout}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, after.ru_maxrss / 1024


def check(directory):
    expected = json.loads((directory / "expected.json").read_text())
    found = collections.Counter()
    for line in (directory / "reports" / "payments.findings.jsonl").read_text().splitlines():
        finding = json.loads(line)
        if finding["effect"] == "failure":
            found[finding["check"]] += 1
    planted = {name: number for name, number in expected.items() if name.startswith("KB") and name != "KB004"}
    wrong = {name: (number, found[name]) for name, number in planted.items() if found[name] != number}
    extra = {name: number for name, number in found.items() if name not in planted}
    if wrong or extra:
        sys.exit(f"planted and found differ: {wrong} {extra}")
    return sum(planted.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("auditor", type=pathlib.Path)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--charges", type=int, default=1_000_000)
    parser.add_argument("--rows-per-call", type=int, choices=(1, 2), default=2)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if not (options.directory / "expected.json").exists():
        print("generating, which takes about a minute for a million charges", file=sys.stderr)
        generator = pathlib.Path(__file__).with_name("generate.py")
        subprocess.run(
            [
                sys.executable,
                generator,
                options.directory,
                "--charges",
                str(options.charges),
                "--rows-per-call",
                str(options.rows_per_call),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    auditor = options.auditor.resolve()
    runs = [measure(auditor, options.directory) for _ in range(options.runs)]
    planted = check(options.directory)
    best = min(runs)
    print(
        f"reconcile: {best[0]:.2f} CPU s, {best[1]:.2f} s wall, {best[2]:.0f} MiB; "
        f"all {planted} planted findings found, none else"
    )


if __name__ == "__main__":
    main()
