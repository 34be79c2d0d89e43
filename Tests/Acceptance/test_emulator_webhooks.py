"""Webhooks of the emulator: delivered over real sockets, verified by the real client."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from loopback import Emulator

KEY = "sk_test_webhooks"


class Receiver:
    """An endpoint on a free port; answers as told and keeps what came."""

    def __init__(self):
        self.deliveries = []
        self.status = 200
        self._arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver._arrived:
                    receiver.deliveries.append((self.path, self.headers["Stripe-Signature"], body))
                    receiver._arrived.notify_all()
                self.send_response(receiver.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?from=test"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, count, seconds=10):
        with self._arrived:
            self._arrived.wait_for(lambda: len(self.deliveries) >= count, seconds)
            assert len(self.deliveries) >= count, f"{len(self.deliveries)} of {count} deliveries came"
            return list(self.deliveries)

    def close(self):
        self._server.shutdown()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def emulator(tmp_path):
    instance = Emulator(tmp_path / "emulator")
    yield instance
    instance.kill()
    print(instance.output)


def api(emulator):
    return stripe.StripeClient(KEY, base_addresses={"api": emulator.origin}, max_network_retries=0).v1


def subscribe(emulator, receiver, *types):
    return api(emulator).webhook_endpoints.create({"url": receiver.url, "enabled_events": list(types) or ["*"]})


def log(emulator):
    return json.loads(emulator.command("webhooks", "list"))


def test_an_event_arrives_with_a_signature_that_the_client_library_accepts(emulator, receiver):
    endpoint = subscribe(emulator, receiver, "customer.created")
    customer = api(emulator).customers.create({"name": "Ada"})
    api(emulator).products.create({"name": "not listened to"})
    [(path, signature, body)] = receiver.wait(1)
    assert path == "/hook?from=test"
    event = stripe.Webhook.construct_event(body, signature, endpoint.secret)
    assert (event.type, event.data.object.id) == ("customer.created", customer.id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_other")
    assert api(emulator).events.retrieve(event.id).type == event.type


def test_a_refused_delivery_comes_again_when_the_clock_moves(emulator, receiver):
    subscribe(emulator, receiver, "customer.created")
    receiver.status = 500
    api(emulator).customers.create()
    receiver.wait(1)
    time.sleep(0.3)
    assert len(receiver.deliveries) == 1, "no retry before its time"
    receiver.status = 200
    emulator.command("clock", "--advance-seconds", "3600")
    receiver.wait(2)
    assert receiver.deliveries[0][2] == receiver.deliveries[1][2]
    deadline = time.monotonic() + 5
    while log(emulator)[0]["status"] != "succeeded" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [attempt["status"] for attempt in log(emulator)[0]["attempts"]] == [500, 200]


def test_an_event_is_sent_again_by_hand_and_a_rolled_secret_signs_beside_the_old_one(emulator, receiver):
    endpoint = subscribe(emulator, receiver, "customer.created")
    api(emulator).customers.create()
    receiver.wait(1)
    rolled = json.loads(emulator.command("webhooks", "roll-secret", endpoint.id, "--keep-old-seconds", "3600"))
    event = api(emulator).events.list({"type": "customer.created"}).data[0].id
    emulator.command("webhooks", "resend", event)
    _, signature, body = receiver.wait(2)[1]
    for secret in (endpoint.secret, rolled["secret"]):
        assert stripe.Webhook.construct_event(body, signature, secret).id == event


def test_duplicates_and_bad_signatures_come_on_demand(emulator, receiver):
    endpoint = subscribe(emulator, receiver, "customer.created")
    emulator.command("webhooks", "switches", '{"duplicate_every": 1, "bad_signature_every": 2}')
    api(emulator).customers.create()
    deliveries = receiver.wait(2)
    assert deliveries[0][2] == deliveries[1][2]
    good = 0
    for _, signature, body in deliveries:
        try:
            stripe.Webhook.construct_event(body, signature, endpoint.secret)
            good += 1
        except stripe.SignatureVerificationError:
            pass
    assert good == 1


def test_nothing_is_sent_beyond_this_machine_unless_allowed(emulator):
    api(emulator).webhook_endpoints.create({"url": "http://198.51.100.7/hook", "enabled_events": ["*"]})
    api(emulator).customers.create()
    deadline = time.monotonic() + 5
    while not log(emulator)[0]["attempts"] and time.monotonic() < deadline:
        time.sleep(0.05)
    attempt = log(emulator)[0]["attempts"][0]
    assert attempt["status"] is None
    assert "this machine only" in attempt["response"]


def test_an_instance_that_emulates_sends_them_too(start, receiver):
    instance = start("--emulator-accepts-test-keys")
    subscribe(instance, receiver, "customer.created")
    api(instance).customers.create()
    receiver.wait(1)
