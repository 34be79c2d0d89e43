"""Starts and stops `keybrake` on free loopback ports, for the demo and the acceptance tests."""

import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARIES = Path(os.environ.get("KEYBRAKE_BINARIES", ROOT / ".build" / "debug"))
KEYBRAKE = BINARIES / "keybrake"
KEYBRAKE_AUDIT = BINARIES / "keybrake-audit"

READY_SECONDS_MAX = 20
STOP_SECONDS_MAX = 20

# Variables of the caller that would change what the processes do.
_CLEARED_PREFIXES = ("KEYBRAKE_", "STRIPE_")
_CLEARED = {"CLAUDECODE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"}


def clean_environment(**extra):
    """The caller's environment without settings that would leak into a run, and with `extra`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _CLEARED and not name.startswith(_CLEARED_PREFIXES)
    }
    return {**kept, "NO_PROXY": "127.0.0.1,localhost", **extra}


class StartFailure(Exception):
    """`keybrake serve` ended, or said nothing, before it was ready."""

    def __init__(self, code, output):
        super().__init__(f"keybrake serve did not start (exit code {code}):\n{output}")
        self.code = code
        self.output = output


class AuditRow(dict):
    """An exported audit row. The export leaves out columns without a value; here they are None."""

    def __missing__(self, column):
        return None


class Process:
    """A running `keybrake` command that serves, in a folder of its own."""

    def __init__(self, directory, *arguments, environment=None, **popen):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._lines = []
        self._line_arrived = threading.Condition()
        self.process = subprocess.Popen(
            [KEYBRAKE, *map(str, arguments)],
            cwd=self.directory,
            env=clean_environment(**(environment or {})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **popen,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # What it printed

    def _read(self):
        for line in self.process.stdout:
            with self._line_arrived:
                self._lines.append(line)
                self._line_arrived.notify_all()

    def _announced(self, *names):
        """The URLs that the command prints behind these words once it listens."""
        try:
            return [self._url_behind(name) for name in names]
        except StartFailure:
            self.kill()
            raise

    def _url_behind(self, name):
        pattern = re.compile(rf"^.*\b{name}\s+(https?://\S+)")
        deadline = time.monotonic() + READY_SECONDS_MAX
        with self._line_arrived:
            while True:
                for line in self._lines:
                    if match := pattern.match(line):
                        return match[1]
                ended = self.process.poll()
                if ended is not None and not self._reader.is_alive():
                    raise StartFailure(ended, self.output)
                if time.monotonic() > deadline:
                    raise StartFailure(ended, self.output)
                self._line_arrived.wait(0.05)

    @property
    def output(self):
        """Everything printed so far, both streams."""
        return "".join(self._lines)

    # Its end

    def stop(self):
        """Asks it to end, waits, and returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._reader.join(5)
        return self.process.returncode

    def kill(self):
        """Ends it without warning, as a crash would."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)
        self._reader.join(5)


class Keybrake(Process):
    """One running `keybrake serve`.

    `directory` holds its database, admin token and whatever it writes; relative paths in `options` start there.
    """

    def __init__(self, directory, *options, listen="127.0.0.1:0", environment=None, **popen):
        arguments = ["serve", "--listen", listen, "--control", "127.0.0.1:0", *options]
        super().__init__(directory, *arguments, environment=environment, **popen)
        self.api_base, self.control = self._announced("data", "control")

    @property
    def origin(self):
        """Scheme, host and port of the data listener."""
        return self.api_base.removesuffix("/stripe")

    @property
    def port(self):
        return int(self.origin.rsplit(":", 1)[1])

    # The operator's hand

    @property
    def admin_token(self):
        return (self.directory / "keybrake.admin-token").read_text().strip()

    def admin_raw(self, method, path, body=None, token=None):
        """One call of the admin API: (status, body bytes)."""
        request = urllib.request.Request(
            self.control + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        token = self.admin_token if token is None else token
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def admin(self, method, path, body=None):
        """One call of the admin API that must succeed: the decoded answer."""
        status, answer = self.admin_raw(method, path, body)
        if not 200 <= status < 300:
            raise AssertionError(f"{method} {path} answered {status}: {answer.decode(errors='replace')}")
        return json.loads(answer) if answer else None

    def create_key(self, cap="10.00", allow=("POST /v1/charges",), **policy):
        """Issues a vault key; `cap` in US dollars or "unlimited". Returns the API's answer with `id` and `key`."""
        return self.admin(
            "POST", "/admin/vault-keys", {"daily_cap_usd": cap, "allowed_operations": list(allow), **policy}
        )

    def command(self, *arguments, check=True):
        """Runs a client command of `keybrake` against this instance."""
        result = subprocess.run(
            [KEYBRAKE, *map(str, arguments)],
            cwd=self.directory,
            env=clean_environment(
                KEYBRAKE_CONTROL_URL=self.control,
                KEYBRAKE_ADMIN_TOKEN_FILE=str(self.directory / "keybrake.admin-token"),
            ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
        )
        if check and result.returncode != 0:
            raise AssertionError(
                f"keybrake {' '.join(map(str, arguments))} exited {result.returncode}:\n{result.stdout}{result.stderr}"
            )
        return result

    def audit_rows(self):
        """Every audit row so far, oldest first."""
        return [AuditRow(json.loads(line)) for line in self.command("audit", "export").stdout.splitlines()]


class Emulator(Process):
    """One running `keybrake emulator serve`: Stripe for whoever holds a test key."""

    def __init__(self, directory, *options, listen="127.0.0.1:0", **popen):
        super().__init__(directory, "emulator", "serve", "--listen", listen, *options, **popen)
        (self.origin,) = self._announced("at")

    def command(self, *arguments):
        """Runs a control command of `keybrake emulator` against it and returns what it printed."""
        command = [KEYBRAKE, "emulator", *map(str, arguments), "--emulator-url", self.origin]
        result = subprocess.run(
            command, cwd=self.directory, env=clean_environment(), capture_output=True, text=True, timeout=30
        )
        if result.returncode != 0:
            raise AssertionError(f"{command} exited {result.returncode}:\n{result.stdout}{result.stderr}")
        return result.stdout
