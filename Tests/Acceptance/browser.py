"""Headless Chromium over its debugging pipe: opens a file and tells what happened."""

import json
import os
import shutil
import subprocess
import time
from urllib.parse import urlsplit


class Page:
    """What a page did while it loaded."""

    def __init__(self):
        self.requests = []
        self.complaints = []
        self.text = ""
        self.html = ""


class Browser:
    """One headless Chromium with an empty profile."""

    def __init__(self, profile):
        program = shutil.which("chromium")
        if program is None:
            raise FileNotFoundError("chromium is not installed; 'make test' installs it")
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        options += ["--disable-background-networking", f"--user-data-dir={profile}", "--remote-debugging-pipe"]
        # Chromium speaks on the file descriptors 3 and 4.
        shell = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        self._process = subprocess.Popen(
            ["bash", "-c", shell, "bash", program, *options, "about:blank"],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._next_id = 0
        self._events = []

    def open(self, path, scripts=True, settle_seconds=0.5):
        """Loads a file and returns what it did; `settle_seconds` is how long late requests may still come."""
        target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Network", "Runtime", "Log", "Page"):
            self._call(f"{domain}.enable", {}, session)
        self._call("Emulation.setScriptExecutionDisabled", {"value": not scripts}, session)
        self._events.clear()
        self._call("Page.navigate", {"url": path.resolve().as_uri()}, session)
        self._wait_for("Page.loadEventFired")
        time.sleep(settle_seconds)
        page = Page()
        self._call("Emulation.setScriptExecutionDisabled", {"value": False}, session)
        page.text = self._evaluate("document.body.innerText", session)
        page.html = self._evaluate("document.documentElement.outerHTML", session)
        for event in self._events:
            self._note(event, page)
        self._call("Target.closeTarget", {"targetId": target})
        return page

    def tab(self, url):
        """Opens a page that stays open, for a visitor who fills in forms."""
        target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self._call("Page.enable", {}, session)
        tab = Tab(self, session)
        tab.act(lambda: self._call("Page.navigate", {"url": url}, session))
        return tab

    def _note(self, event, page):
        method, parameters = event["method"], event["params"]
        if method == "Network.requestWillBeSent":
            page.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            page.complaints.append(parameters["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled":
            page.complaints.append(str(parameters["args"]))
        elif method == "Log.entryAdded":
            page.complaints.append(parameters["entry"]["text"])

    def _evaluate(self, expression, session):
        answer = self._call("Runtime.evaluate", {"expression": expression, "returnByValue": True}, session)
        return answer["result"].get("value", "")

    def _call(self, method, parameters, session=None):
        self._next_id += 1
        message = {"id": self._next_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._next_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._events.append(answer)

    def _wait_for(self, method):
        while not any(event.get("method") == method for event in self._events):
            self._events.append(self._receive())

    def _receive(self):
        while b"\0" not in self._buffer:
            piece = os.read(self._read, 1 << 16)
            if not piece:
                raise RuntimeError("Chromium ended")
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def close(self):
        os.close(self._write)
        os.close(self._read)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Tab:
    """One open page and the visitor before it."""

    def __init__(self, browser, session):
        self._browser = browser
        self._session = session

    def act(self, action):
        """Does what loads another page, and waits for that page."""
        self._browser._events.clear()
        action()
        self._browser._wait_for("Page.loadEventFired")

    def fill(self, **fields):
        """Types into fields, by the text of their `name`."""
        for name, value in fields.items():
            script = f"document.querySelector('[name={name}]').value = {json.dumps(value)}"
            self._evaluate(script)

    def press(self, text):
        """Presses the button or follows the link that reads so."""
        script = (
            "[...document.querySelectorAll('button, a')]"
            f".find(element => element.innerText.trim().startsWith({json.dumps(text)})).click()"
        )
        self.act(lambda: self._evaluate(script))

    @property
    def url(self):
        return self._evaluate("location.href")

    @property
    def text(self):
        return self._evaluate("document.body.innerText")

    def _evaluate(self, script):
        return self._browser._evaluate(script, self._session)


def is_remote(url):
    """Whether a request leaves the file that was opened."""
    return urlsplit(url).scheme not in ("file", "data", "about", "blob")
