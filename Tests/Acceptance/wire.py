"""Requests that no well-behaved client sends, over a plain socket or http.client."""

import http.client
import json
import socket
from urllib.parse import urlsplit


class Answer:
    """An HTTP answer as it came off the wire."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json["error"]

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.body[:400]!r}"


class Connection:
    """One keep-alive connection to an instance's data listener."""

    def __init__(self, instance, key=None):
        parts = urlsplit(instance.origin)
        self.http = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        self.key = key["key"] if isinstance(key, dict) else key

    def request(self, method, path, body=None, headers=None):
        """Sends exactly this; `headers` may be a list of pairs to repeat a name."""
        pairs = list((headers or {}).items()) if isinstance(headers, dict) or headers is None else list(headers)
        names = {name.lower() for name, _ in pairs}
        if self.key and "authorization" not in names:
            pairs.append(("Authorization", f"Bearer {self.key}"))
        data = body.encode() if isinstance(body, str) else body
        if data is not None and "content-type" not in names:
            pairs.append(("Content-Type", "application/x-www-form-urlencoded"))
        self.http.putrequest(method, path, skip_accept_encoding=True)
        for name, value in pairs:
            self.http.putheader(name, value)
        if data is not None and "transfer-encoding" not in names and "content-length" not in names:
            self.http.putheader("Content-Length", str(len(data)))
        self.http.endheaders(data)
        response = self.http.getresponse()
        return Answer(response.status, response.headers, response.read())

    @property
    def local_port(self):
        return self.http.sock.getsockname()[1] if self.http.sock else None

    def close(self):
        self.http.close()


def send(instance, method, path, body=None, headers=None, key=None):
    """One request on its own connection."""
    connection = Connection(instance, key)
    try:
        return connection.request(method, path, body, headers)
    finally:
        connection.close()


def send_raw(instance, text, answer_bytes_max=65536):
    """Writes bytes to the data listener and returns whatever comes back until it closes."""
    parts = urlsplit(instance.origin)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(text if isinstance(text, bytes) else text.encode())
        received = b""
        while len(received) < answer_bytes_max:
            try:
                piece = connection.recv(65536)
            except ConnectionResetError:
                break
            if not piece:
                break
            received += piece
        return received
