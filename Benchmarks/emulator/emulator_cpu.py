#!/usr/bin/env python3
"""CPU per request and memory of the emulator, by how much its world holds, with localstripe in the same run.

    emulator_cpu.py [--objects 1000 100000 1000000] [--peer-objects 1000]

Each world is filled with charges through its seed; then wrk retrieves one, lists ten, and makes new ones, and the CPU
time of the process is read before and after. Ratios within one run are what counts.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("KEYBRAKE_BINARIES", str(ROOT / ".build" / "release"))
sys.path.insert(0, str(ROOT / "Scripts"))
sys.path.insert(0, str(ROOT / "Benchmarks" / "proxy"))
sys.dont_write_bytecode = True

from loopback import KEYBRAKE  # noqa: E402
from proxy_cpu import Proxy, free_port, require  # noqa: E402

KEY = "sk_test_benchmark"
SEED_LINES = 4_000
CARD = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123"}
REQUESTS = re.compile(r"(\d+) requests in")
FAILURES = re.compile(r"Non-2xx or 3xx responses: (\d+)")


def form(fields):
    return urllib.parse.urlencode(fields).encode()


class Emulator(Proxy):
    """An emulator under load, with a customer who can pay."""

    def __init__(self, name, command, port):
        super().__init__(name, command, port)
        self.origin = f"http://127.0.0.1:{port}"
        token = self.send("POST", "/v1/tokens", form(CARD))["id"]
        customer = self.send("POST", "/v1/customers", form({"source": token}))["id"]
        self.charge_form = form({"amount": 500, "currency": "usd", "customer": customer})

    def send(self, method, path, body=None):
        request = urllib.request.Request(
            self.origin + path, data=body, method=method, headers={"Authorization": f"Bearer {KEY}"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())

    def charge(self):
        return self.send("POST", "/v1/charges", self.charge_form)

    def measure(self, label, path, seconds, *options):
        command = [require("wrk", "wrk"), "-t1", "-c8", f"-d{seconds}s", "-H", f"Authorization: Bearer {KEY}"]
        command += options
        before = self.cpu_seconds()
        said = subprocess.run([*command, self.origin + path], check=True, capture_output=True, text=True).stdout
        used = self.cpu_seconds() - before
        count = int(REQUESTS.search(said)[1])
        failed = FAILURES.search(said)
        note = f"   {failed[1]} failed" if failed else ""
        micros = used / max(1, count) * 1_000_000
        print(f"  {label:22} {micros:10.1f} µs CPU {count / seconds:10,.0f} requests/s{note}", flush=True)
        return micros


def keybrake():
    port = free_port()
    command = [KEYBRAKE, "emulator", "serve", "--listen", f"127.0.0.1:{port}", "--event-loops", "1"]
    return Emulator("keybrake", command, port)


def localstripe():
    port = free_port()
    peer = Path(__file__).with_name("localstripe_loopback.py")
    return Emulator("localstripe", [sys.executable, peer, str(port)], port)


def copies(charge, first, last):
    """Seed lines of charges that differ in their ids and times."""
    lines = []
    for number in range(first, last):
        lines.append(json.dumps({**charge, "id": f"ch_seeded{number:09}", "created": 1_700_000_000 + number}))
    return "\n".join(lines).encode()


def fill(emulator, count):
    charge = emulator.charge()
    before = emulator.resident_mib()
    for first in range(0, count, SEED_LINES):
        emulator.send("POST", "/admin/emulator/seed", copies(charge, first, min(count, first + SEED_LINES)))
    grown = emulator.resident_mib() - before
    print(f"  memory {grown:.0f} MiB, {grown * 1024 * 1024 / count:,.0f} bytes a charge")


def measure(emulator, charge, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(f'wrk.method = "POST"\nwrk.body = "{emulator.charge_form.decode()}"\n')
        script.write('wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\n')
        script.flush()
        return [
            emulator.measure("GET one charge", f"/v1/charges/{charge}", seconds),
            emulator.measure("LIST ten charges", "/v1/charges?limit=10", seconds),
            emulator.measure("POST a charge", "/v1/charges", seconds, "-s", script.name),
        ]


def timed(emulator, label, method, path, body=None):
    began = time.monotonic()
    emulator.send(method, path, body)
    print(f"  {label:22} {(time.monotonic() - began) * 1000:10.1f} ms until answered")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--peer-objects", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    figures = []
    for count in options.objects:
        print(f"keybrake, {count:,} charges", flush=True)
        emulator = keybrake()
        fill(emulator, count)
        timed(emulator, "fork", "POST", "/admin/emulator/fork", b'{"into":"copy"}')
        timed(emulator, "first write to the copy", "POST", "/stripe/s/copy/v1/customers", b"")
        timed(emulator, "reset", "POST", "/admin/emulator/reset?world=copy")
        figures.append(measure(emulator, f"ch_seeded{count // 2:09}", options.seconds))
        emulator.stop()
    print(f"localstripe, {options.peer_objects:,} charges", flush=True)
    peer = localstripe()
    charge = [peer.charge()["id"] for _ in range(options.peer_objects)][options.peer_objects // 2]
    figures.append(measure(peer, charge, options.seconds))
    peer.stop()
    for place, label in enumerate(("GET", "LIST", "POST")):
        first, last, peer_figure = (figures[index][place] for index in (0, -2, -1))
        print(f"{label:5} largest / smallest {last / first:.2f}   localstripe / keybrake {peer_figure / first:.1f}")


if __name__ == "__main__":
    main()
