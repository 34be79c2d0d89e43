"""Live, record, replay and emulate, switched under way, with the same rules in each."""

import os
import re
import subprocess
import uuid
from pathlib import Path

import pytest
import stripe

from conftest import UPSTREAM_KEY, charge, client_of
from loopback import StartFailure
from upstreams import CountingUpstream, answer, read_request
from wire import Connection, send

CHARGES = ["GET *", "POST /v1/charges", "POST /v1/customers"]


def switch(instance, mode, cassette=None, miss=None):
    options = ["mode", mode]
    options += ["--cassette", cassette] if cassette else []
    options += ["--miss", miss] if miss else []
    instance.command(*options)


def remote_ports(process_id):
    """The remote ports of a process's TCP connections, from /proc."""
    inodes = set()
    for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
        try:
            if match := re.fullmatch(r"socket:\[(\d+)]", os.readlink(descriptor)):
                inodes.add(match[1])
        except FileNotFoundError:
            continue
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                ports.add(int(fields[2].rsplit(":", 1)[1], 16))
    return ports - {0}


def idempotency_key(request):
    """The Idempotency-Key that reached Stripe."""
    return re.search(rb"(?i)^idempotency-key: *(.+?)\r$", request, re.MULTILINE)[1]


# Live


def test_live_forwards_with_the_upstream_key(start):
    seen = []

    def stripe_like(connection):
        seen.append(read_request(connection))
        answer(connection, "200 OK", '{"id": "ch_live", "object": "charge", "amount": 500, "paid": true}')

    upstream = CountingUpstream(stripe_like)
    proxy = start("--mode", "live", "--upstream", upstream.url, environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY})
    key = proxy.create_key("10.00")
    made = charge(client_of(key, proxy), amount=500, options={"headers": {"Connection": "keep-alive, X-Drop"}})

    request = seen[0].decode()
    assert made.id == "ch_live"
    assert request.startswith("POST /v1/charges HTTP/1.1\r\n")
    assert UPSTREAM_KEY in request
    assert key["key"] not in request and "vk_" not in request
    assert "amount=500" in request


@pytest.mark.parametrize("mode", ["live", "record"])
def test_forwarding_without_an_upstream_key_is_refused(start, emulated, mode):
    options = ["--cassette", "calls.cassette"] if mode == "record" else []
    with pytest.raises(StartFailure) as failure:
        start("--mode", mode, *options)
    assert "STRIPE_SECRET_KEY" in failure.value.output

    result = emulated.command("mode", mode, *options, check=False)
    assert result.returncode != 0 and "STRIPE_SECRET_KEY" in result.stderr
    assert emulated.admin("GET", "/admin/mode")["mode"] == "emulate"


def test_nothing_listens_upstream(start):
    proxy = start("--mode", "live", "--upstream", "http://127.0.0.1:9", environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY})
    key = proxy.create_key("10.00")
    answer_ = send(proxy, "POST", "/v1/charges", "amount=500&currency=usd&customer=cus_1", key=key)

    assert (answer_.status, answer_.error["code"]) == (503, "upstream_unreachable")
    spend = proxy.admin("GET", f"/admin/vault-keys/{key['id']}")["spend"]
    assert spend["held_usd"] == "0.00"


def test_an_unknown_outcome_stays_held_until_it_is_known(start):
    """Stripe takes the request and hangs up: the money may have moved, so the cap keeps it."""
    answers = []

    def hang_up_once(connection):
        request = read_request(connection)
        if answers:
            answer(connection, "200 OK", '{"id": "ch_late", "object": "charge", "amount": 500, "currency": "usd"}')
        answers.append(request)

    upstream = CountingUpstream(hang_up_once)
    proxy = start("--mode", "live", "--upstream", upstream.url, environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY})
    key = proxy.create_key("10.00")
    form = "amount=500&currency=usd&customer=cus_1"
    retry = {"Idempotency-Key": "order-1"}

    first = send(proxy, "POST", "/v1/charges", form, retry, key=key)
    assert (first.status, first.error["code"]) == (504, "outcome_unknown")
    assert first.headers["Stripe-Should-Retry"] == "true"
    assert proxy.admin("GET", f"/admin/vault-keys/{key['id']}")["spend"]["held_usd"] == "5.00"

    second = send(proxy, "POST", "/v1/charges", form, retry, key=key)
    assert second.status == 200 and second.json["id"] == "ch_late"
    spend = proxy.admin("GET", f"/admin/vault-keys/{key['id']}")["spend"]
    assert (spend["settled_usd"], spend["held_usd"]) == ("5.00", "0.00")
    assert len(answers) == 2 and idempotency_key(answers[0]) == idempotency_key(answers[1])


def test_stripe_errors_pass_through(start):
    body = '{"error": {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}}'
    upstream = CountingUpstream(lambda connection: (read_request(connection), answer(connection, "402 No", body)))
    proxy = start("--mode", "live", "--upstream", upstream.url, environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY})
    key = proxy.create_key("10.00")
    with pytest.raises(stripe.CardError) as decline:
        charge(client_of(key, proxy))
    assert decline.value.code == "card_declined"
    spend = proxy.admin("GET", f"/admin/vault-keys/{key['id']}")["spend"]
    assert (spend["settled_usd"], spend["held_usd"]) == ("0.00", "0.00")


# Switching


def test_modes_change_on_one_open_connection(recording, stripe_double):
    key = recording.create_key("100.00", CHARGES)
    connection = Connection(recording, key)
    form = "amount=500&currency=usd&customer=cus_test_fixture"

    recorded = connection.request("POST", "/stripe/v1/charges", form)
    port = connection.local_port
    sources = [recorded.headers["X-Keybrake-Source"]]
    for mode, cassette in (("replay", "calls.cassette"), ("emulate", None), ("live", None)):
        switch(recording, mode, cassette)
        answered = connection.request("POST", "/stripe/v1/charges", form)
        assert answered.status == 200, answered
        assert answered.headers["X-Keybrake-Mode"] == mode
        sources.append(answered.headers["X-Keybrake-Source"])
        assert connection.local_port == port, "the connection was dropped"
        if mode == "replay":
            assert answered.json["id"] == recorded.json["id"]

    assert sources == ["upstream", "cassette", "emulator", "upstream"]


def test_spend_counts_across_modes(recording):
    key = recording.create_key("10.00", CHARGES)
    client = client_of(key, recording)
    charge(client, amount=600)
    switch(recording, "emulate")
    with pytest.raises(stripe.AuthenticationError):
        charge(client, amount=600)


def test_the_mode_is_shown(emulated):
    assert "emulate" in emulated.command("mode").stdout
    assert emulated.admin("GET", "/admin/mode")["mode"] == "emulate"


@pytest.mark.parametrize(
    "request_body",
    [
        {"mode": "proxy"},
        {"mode": "replay"},
        {"mode": "replay", "cassette": "no-such.cassette"},
        {"mode": "replay", "cassette": "calls.cassette", "miss": "forward"},
        {},
    ],
    ids=str,
)
def test_a_mode_that_cannot_work_is_refused_and_changes_nothing(emulated, request_body):
    status, body = emulated.admin_raw("PUT", "/admin/mode", request_body)
    assert 400 <= status < 500, body
    assert emulated.admin("GET", "/admin/mode")["mode"] == "emulate"


# Record and replay


def session(client, conversation):
    """What an agent does: reads, creates, uses what it created. Its random values are new in every run."""
    customer = client.v1.customers.create(
        {"name": "Ada", "source": "tok_visa", "metadata": {"order": str(uuid.uuid4()), "conversation_id": conversation}}
    )
    made = charge(
        client,
        amount=700,
        customer=customer.id,
        description=f"[conv:{conversation}] invoice",
        metadata={"conversation_id": conversation, "turn": "3"},
    )
    seen = client.v1.charges.retrieve(made.id)
    listed = client.v1.charges.list({"customer": customer.id, "limit": 3})
    return customer, made, seen, [item.id for item in listed.data]


def test_a_recorded_session_replays_with_new_random_values(recording, stripe_double):
    first = session(client_of(recording.create_key("100.00", CHARGES), recording), str(uuid.uuid4()))
    switch(recording, "replay", "calls.cassette")
    stripe_double.stop()

    conversation = str(uuid.uuid4())
    customer, made, seen, listed = session(client_of(recording.create_key("100.00", CHARGES), recording), conversation)

    assert (customer.id, made.id, seen.id, listed) == (first[0].id, first[1].id, first[2].id, first[3])
    assert made.description == f"[conv:{conversation}] invoice", "the live tag is in the answer, not the recorded one"


def test_a_stripe_error_replays_as_the_same_exception(recording, stripe_double):
    key = recording.create_key("100.00", CHARGES)

    def decline():
        with pytest.raises(stripe.CardError) as error:
            client_of(key, recording).v1.charges.create(
                {"amount": 500, "currency": "usd", "source": "tok_chargeDeclined"}
            )
        return error.value

    recorded = decline()
    switch(recording, "replay", "calls.cassette")
    replayed = decline()
    assert (replayed.code, replayed.http_status) == (recorded.code, recorded.http_status) == ("card_declined", 402)


def test_a_miss_names_the_nearest_interaction_and_the_difference(recording):
    client = client_of(recording.create_key("100.00", CHARGES), recording)
    charge(client, amount=700)
    switch(recording, "replay", "calls.cassette")

    with pytest.raises(stripe.InvalidRequestError) as miss:
        charge(client, amount=800)
    message = str(miss.value)
    assert "700" in message and "800" in message and "amount" in message
    assert "POST /v1/charges" in message
    assert miss.value.error.code == "cassette_miss"
    outcome = recording.audit_rows()[-1]
    assert outcome["mode"] == "replay" and outcome["status"] == 400


def test_a_miss_leaves_no_money_held(recording):
    key = recording.create_key("100.00", CHARGES)
    charge(client_of(key, recording), amount=700)
    switch(recording, "replay", "calls.cassette")
    with pytest.raises(stripe.InvalidRequestError):
        charge(client_of(key, recording), amount=800)
    spend = recording.admin("GET", f"/admin/vault-keys/{key['id']}")["spend"]
    assert (spend["settled_usd"], spend["held_usd"]) == ("7.00", "0.00")


def test_a_miss_may_be_emulated_by_choice(recording):
    client = client_of(recording.create_key("100.00", CHARGES), recording)
    charge(client, amount=700)
    switch(recording, "replay", "calls.cassette", miss="emulate")
    assert charge(client, amount=800).amount == 800


def test_replay_opens_no_upstream_socket(recording, stripe_double, start):
    charge(client_of(recording.create_key("100.00", CHARGES), recording), amount=700)
    recording.stop()
    cassette = recording.directory / "calls.cassette"
    upstream = CountingUpstream()
    replaying = start(
        "--mode",
        "replay",
        "--cassette",
        cassette,
        "--upstream",
        upstream.url,
        environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY},
    )
    key = replaying.create_key("100.00", CHARGES)
    connection = Connection(replaying, key)
    hit = connection.request("POST", "/v1/charges", "amount=700&currency=usd&customer=cus_test_fixture")
    miss = connection.request("POST", "/v1/charges", "amount=900&currency=usd&customer=cus_test_fixture")

    assert (hit.status, miss.status) == (200, 400)
    assert upstream.connections == 0
    # The only peers are this test's own connections to the two listeners.
    assert int(upstream.url.rsplit(":", 1)[1]) not in remote_ports(replaying.process.pid)
    assert remote_ports(replaying.process.pid) <= {connection.local_port}


def test_cassettes_hold_no_secret(recording, stripe_double):
    key = recording.create_key("100.00", ["GET *", "POST /v1/charges", "POST /v1/payment_methods", "POST /v1/tokens"])
    client = client_of(key, recording)
    client.v1.payment_methods.create(
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "314"}}
    )
    charge(client)
    text = (recording.directory / "calls.cassette").read_text()
    for secret in (key["key"], UPSTREAM_KEY, "4242424242424242", '"314"', "Bearer"):
        assert secret not in text, secret


def test_a_cassette_reads_with_jq(recording):
    charge(client_of(recording.create_key("100.00", CHARGES), recording))
    counted = subprocess.run(
        ["jq", "-c", "keys"], stdin=open(recording.directory / "calls.cassette"), capture_output=True, text=True
    )
    assert counted.returncode == 0, counted.stderr
    assert len(counted.stdout.splitlines()) == 2, "a header and one interaction"


def test_recording_again_changes_nothing_but_volatile_values(start, stripe_double):
    texts = []
    for name in ("first", "second"):
        proxy = start(
            "--mode",
            "record",
            "--cassette",
            "calls.cassette",
            "--upstream",
            stripe_double.origin,
            name=name,
            environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY},
        )
        client_of(proxy.create_key("1.00", CHARGES), proxy).v1.customers.retrieve("cus_test_fixture")
        proxy.stop()
        texts.append((proxy.directory / "calls.cassette").read_text().splitlines())
    changed = [(old, new) for old, new in zip(*texts, strict=False) if old != new]
    assert len(texts[0]) == len(texts[1])
    assert len(changed) <= 6, changed
