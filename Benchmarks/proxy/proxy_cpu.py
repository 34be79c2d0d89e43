#!/usr/bin/env python3
"""CPU per request of proxies, side by side in one run.

Starts nginx as the upstream (a static JSON document), nginx `proxy_pass` as the peer, and any number of commands that
proxy to the same upstream; puts the same bounded wrk load on each in turn, several rounds; reads the CPU time of the
proxy process before and after from /proc/PID/stat. Only ratios within one run mean anything on a shared machine.

    proxy_cpu.py --proxy 'name=COMMAND with {port} and {upstream}' [--path /v1/customers/cus_1] [--header 'A: b'] …

A command is run without a shell and must listen on 127.0.0.1:{port} within ten seconds. `{upstream}` is replaced by
the upstream's URL. A line `name@FILE.lua=…` gives wrk that script (for POST).
"""

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def require(tool, package):
    path = shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/sbin:/usr/local/sbin")
    if path is None:
        sys.exit(f"{tool} is missing; install the Debian package {package}: apt-get install {package}")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, name, said, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            sys.exit(f"{name} ended with code {process.returncode} before it listened\n{words}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"{name} does not listen on port {port}")


def json_document(size):
    """A customer-like object of about that many bytes."""
    document = {"id": "cus_1", "object": "customer", "balance": 0, "currency": "usd", "metadata": {}}
    index = 0
    while len(json.dumps(document)) < size - 40:
        document["metadata"][f"key_{index:03}"] = "value " + str(index) * 4
        index += 1
    return json.dumps(document)


NGINX = """
daemon off;
worker_processes 1;
pid {root}/nginx.pid;
error_log {root}/error.log error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    keepalive_timeout 300s;
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi;
    scgi_temp_path {root}/scgi;
    {servers}
}}
"""

UPSTREAM_SERVER = """
    server {{
        listen 127.0.0.1:{port};
        root {root}/www;
        default_type application/json;
        add_header Request-Id req_0000000000000000;
        add_header Stripe-Version 2026-05-27.dahlia;
        add_header Cache-Control no-store;
        error_page 404 405 =200 /document.json;
        location / {{ try_files /document.json =404; }}
    }}
"""

PROXY_SERVER = """
    upstream origin {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
"""


class Proxy:
    """A process under load."""

    def __init__(self, name, command, port, script=None):
        self.name, self.port, self.script = name, port, script
        self.micros, self.rates, self.errors = [], [], 0
        # A file, not a pipe: nobody reads along, and a full pipe would stop the process.
        self.said = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self.said)
        wait_for_port(port, self.process, name, self.said)

    def pids(self):
        """The process and its children: nginx works in a child."""
        pids = [self.process.pid]
        children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(children) as file:
            return pids + [int(pid) for pid in file.read().split()]

    def cpu_seconds(self):
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS_PER_SECOND

    def resident_mib(self):
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/status") as file:
                found = re.search(r"VmRSS:\s+(\d+) kB", file.read())
                total += int(found.group(1)) if found else 0
        return total / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def load(wrk, proxy, options):
    command = [wrk, "-t1", f"-c{options.connections}", f"-d{options.seconds}s"]
    for header in options.header:
        command += ["-H", header]
    if proxy.script:
        command += ["-s", proxy.script]
    before = proxy.cpu_seconds()
    text = subprocess.run(
        command + [f"http://127.0.0.1:{proxy.port}{options.path}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=options.seconds + 30,
    ).stdout
    used = proxy.cpu_seconds() - before
    requests = int(re.search(r"(\d+) requests in", text).group(1))
    if requests == 0:
        sys.exit(f"{proxy.name}: no request was answered\n{text}")
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    proxy.errors += int(failed.group(1)) if failed else 0
    return used / requests * 1e6, requests / options.seconds


def write_nginx(root, name, servers):
    folder = os.path.join(root, name)
    os.makedirs(os.path.join(folder, "www"))
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w") as file:
        file.write(NGINX.format(root=folder, servers=servers.replace("{root}", folder)))
    return folder, path


def start_nginx(nginx, root, name, port, servers):
    folder, path = write_nginx(root, name.replace(" ", "-"), servers)
    with open(os.path.join(folder, "www", "document.json"), "w") as file:
        file.write(json_document(1_300))
    for parent in (root, folder, os.path.join(folder, "www")):
        os.chmod(parent, 0o755)
    return Proxy(name, [nginx, "-p", folder, "-c", path, "-e", os.path.join(folder, "error.log")], port)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--proxy", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--path", default="/v1/customers/cus_1")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=4, help="of load per proxy and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="write the figures to this file as well")
    return parser.parse_args()


def started_proxies(options, upstream_port):
    proxies = []
    for text in options.proxy:
        name, command = text.split("=", 1)
        name, _, script = name.partition("@")
        port = free_port()
        command = command.replace("{port}", str(port)).replace("{upstream}", f"http://127.0.0.1:{upstream_port}")
        proxies.append(Proxy(name, shlex.split(command), port, script or None))
    return proxies


def report(proxies, path):
    peer = min(proxies[0].micros)
    rows = []
    print(f"{'proxy':28} {'µs CPU/request (best, median)':>32} {'× nginx':>8} {'requests/s':>11} {'MiB':>6}")
    for proxy in proxies:
        best, median = min(proxy.micros), statistics.median(proxy.micros)
        ratio = statistics.median(mine / theirs for mine, theirs in zip(proxy.micros, proxies[0].micros))
        rate, resident = max(proxy.rates), proxy.resident_mib()
        note = f"  {proxy.errors} answers were errors" if proxy.errors else ""
        print(f"{proxy.name:28} {best:21.1f} {median:10.1f} {ratio:8.2f} {rate:11.0f} {resident:6.1f}{note}")
        rows.append(
            {
                "proxy": proxy.name,
                "cpu_us_best": round(best, 2),
                "cpu_us_median": round(median, 2),
                "ratio_to_nginx_median": round(ratio, 3),
                "ratio_to_nginx_best": round(best / peer, 3),
                "requests_per_second": round(rate),
                "resident_mib": round(resident, 1),
                "errors": proxy.errors,
            }
        )
    if path:
        with open(path, "w") as file:
            json.dump(rows, file, indent=2)
            file.write("\n")


def main():
    options = arguments()
    nginx, wrk = require("nginx", "nginx"), require("wrk", "wrk")
    started = []
    with tempfile.TemporaryDirectory() as root:
        try:
            upstream_port, peer_port = free_port(), free_port()
            origin = UPSTREAM_SERVER.format(port=upstream_port, root="{root}")
            started.append(start_nginx(nginx, root, "upstream", upstream_port, origin))
            proxies = [
                start_nginx(
                    nginx,
                    root,
                    "nginx proxy_pass",
                    peer_port,
                    PROXY_SERVER.format(port=peer_port, upstream=upstream_port),
                )
            ]
            started += proxies
            proxies += started_proxies(options, upstream_port)
            started += proxies[1:]
            for round_number in range(options.rounds + 1):
                for proxy in proxies:
                    print(f"\rround {round_number} of {options.rounds}: {proxy.name:30}", end="", file=sys.stderr)
                    micros, rate = load(wrk, proxy, options)
                    if round_number > 0:  # round 0 warms up
                        proxy.micros.append(micros)
                        proxy.rates.append(rate)
            print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
            report(proxies, options.json)
        finally:
            for process in reversed(started):
                process.stop()


if __name__ == "__main__":
    main()
