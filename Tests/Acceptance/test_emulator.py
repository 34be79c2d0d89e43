"""The emulator on a port of its own, as client libraries and their test suites meet it."""

import json
import subprocess
import urllib.request
from pathlib import Path

import pytest
import stripe

from loopback import Emulator, StartFailure

KEY = "sk_test_acceptance"


@pytest.fixture
def emulator(tmp_path):
    instance = Emulator(tmp_path / "emulator")
    yield instance
    instance.kill()
    print(instance.output)


def client(emulator, key=KEY, prefix="", **options):
    options.setdefault("max_network_retries", 0)
    return stripe.StripeClient(key, base_addresses={"api": emulator.origin + prefix}, **options)


def test_a_suite_finds_the_header_that_it_looks_for(emulator):
    with urllib.request.urlopen(emulator.origin + "/", timeout=5) as answer:
        assert answer.headers["Stripe-Mock-Version"] == "master"


@pytest.mark.parametrize("prefix", ["", "/stripe"])
def test_what_was_sent_comes_back_under_either_base(emulator, prefix):
    api = client(emulator, prefix=prefix).v1
    customer = api.customers.create({"name": "Ada", "metadata": {"order": "7"}})
    charge = api.charges.create({"amount": 500, "currency": "usd", "source": "tok_visa"})
    assert api.customers.retrieve(customer.id).metadata["order"] == "7"
    assert [item.id for item in api.charges.list({"limit": 1})] == [charge.id]
    with pytest.raises(stripe.CardError) as declined:
        api.charges.create({"amount": 500, "currency": "usd", "source": "tok_chargeDeclinedInsufficientFunds"})
    assert declined.value.error.decline_code == "insufficient_funds"


def test_a_lenient_world_answers_what_it_has_never_seen(tmp_path):
    instance = Emulator(tmp_path, "--lenient")
    try:
        assert client(instance).v1.charges.retrieve("ch_123").object == "charge"
        instance.command("world", "strict")
        with pytest.raises(stripe.InvalidRequestError) as missing:
            client(instance).v1.charges.retrieve("ch_123")
        assert (missing.value.http_status, missing.value.code, missing.value.param) == (404, "resource_missing", "id")
    finally:
        instance.kill()


def test_worlds_are_chosen_by_header_path_and_key(emulator):
    customer = client(emulator, prefix="/stripe/s/w").v1.customers.create()
    assert client(emulator, key=KEY + "~session=w").v1.customers.retrieve(customer.id).id == customer.id
    headers = {"headers": {"X-Keybrake-World": "w"}}
    assert client(emulator).v1.customers.retrieve(customer.id, options=headers).id == customer.id
    with pytest.raises(stripe.InvalidRequestError):
        client(emulator).v1.customers.retrieve(customer.id)
    assert json.loads(emulator.command("worlds"))["worlds"] == ["default", "w"]


def test_a_fault_rule_makes_the_second_charge_fail_after_it_was_made(emulator):
    rule = {"operation": "POST /v1/charges", "nth": 2, "fault": {"status": 500, "after_commit": True}}
    emulator.command("faults", "add", json.dumps(rule))
    api = client(emulator).v1
    fields = {"amount": 500, "currency": "usd", "source": "tok_visa"}
    api.charges.create(fields)
    with pytest.raises(stripe.APIError):
        api.charges.create(fields, {"idempotency_key": "k"})
    assert len(api.charges.list().data) == 2
    again = api.charges.create(fields, {"idempotency_key": "k"})
    assert again.id == api.charges.list().data[0].id


def test_rate_limits_of_the_sandbox_come_on_demand(emulator):
    emulator.command("rate-limits", '{"requests_per_second": 3}')
    api = client(emulator).v1
    with pytest.raises(stripe.RateLimitError) as limited:
        for _ in range(20):
            api.customers.list()
    assert limited.value.headers["Stripe-Rate-Limited-Reason"] == "global-rate"


def test_two_frozen_runs_give_the_same_bytes(tmp_path):
    def bodies(name):
        instance = Emulator(tmp_path / name, "--frozen-at", "1764000000", "--seed", "9", "--public-url", "http://x")
        try:
            api = client(instance).v1
            customer = api.customers.create({"source": "tok_visa"}, {"idempotency_key": "1"})
            fields = {"amount": 500, "currency": "usd", "customer": customer.id}
            api.charges.create(fields, {"idempotency_key": "2"})
            return [list.last_response.body for list in (api.charges.list(), api.events.list(), api.balance.retrieve())]
        finally:
            instance.kill()

    assert bodies("first") == bodies("second")


def test_it_takes_no_live_key_and_says_so(emulator):
    with pytest.raises(stripe.AuthenticationError, match="takes no live keys"):
        client(emulator, key="sk_live_123").v1.balance.retrieve()


def test_contradicting_options_are_refused(tmp_path):
    for options in (["--lenient", "--strict"], ["--frozen-at", "-1"], ["--tls-cert", "x"], ["--listen", "nowhere"]):
        with pytest.raises(StartFailure) as failure:
            Emulator(tmp_path, *options)
        assert failure.value.code == 64 or failure.value.code == 1, options


def test_a_restricted_key_may_do_what_it_was_given(emulator):
    emulator.command("keys", "register", "rk_test_desk", "--permission", "charge_read")
    desk = client(emulator, key="rk_test_desk").v1
    desk.charges.list()
    with pytest.raises(stripe.PermissionError, match="rak_customer_write"):
        desk.customers.create()
    emulator.command("keys", "revoke", "rk_test_desk")
    with pytest.raises(stripe.AuthenticationError) as expired:
        desk.charges.list()
    assert expired.value.json_body["error"]["code"] == "api_key_expired"


def test_an_unknown_version_is_taken_echoed_and_told_once(emulator):
    api = client(emulator, stripe_version="2020-08-27").v1
    for _ in range(3):
        assert api.customers.list().last_response.headers["Stripe-Version"] == "2020-08-27"
    emulator.stop()
    assert emulator.output.count("2020-08-27") == 1


# What these parameters demand beyond their types cannot be guessed.
BEYOND_TYPES = {"required": {"v1.payment_records.report_refund"}, "full": {"v1.balance_settings.update"}}


@pytest.mark.parametrize("parameters", ["required", "full"])
def test_every_method_of_the_client_gets_an_object_from_a_lenient_world(tmp_path, parameters):
    python = Path(__file__).parents[2] / ".venv" / "stripe-15.3.1" / "bin" / "python"
    instance = Emulator(tmp_path, "--lenient")
    try:
        command = [python, Path(__file__).with_name("client_walk.py"), instance.origin, parameters]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
    finally:
        instance.kill()
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    failures = [line for line in report["failures"] if line.split(":")[0] not in BEYOND_TYPES[parameters]]
    assert not failures, "\n".join(failures)
    assert report["answered"] > 550


def test_worlds_outlive_the_process(tmp_path):
    first = Emulator(tmp_path, "--worlds", "kept")
    elsewhere = {"headers": {"X-Keybrake-World": "a/b"}}
    customer = client(first).v1.customers.create({"name": "Ada"}, elsewhere)
    charge = client(first).v1.charges.create({"amount": 500, "currency": "usd", "source": "tok_visa"})
    assert first.stop() == 0

    second = Emulator(tmp_path, "--worlds", "kept")
    try:
        assert client(second).v1.charges.retrieve(charge.id).amount == 500
        assert client(second).v1.customers.retrieve(customer.id, options=elsewhere).name == "Ada"
        assert client(second).v1.balance.retrieve().pending[0].amount == 500 - 45
        assert json.loads(second.command("audit"))["clean"] is True
        second.command("snapshot", "before")
        client(second).v1.refunds.create({"charge": charge.id})
        second.command("restore", "before")
        assert client(second).v1.charges.retrieve(charge.id).refunded is False
    finally:
        second.stop()

    (tmp_path / "kept" / "default.world").write_text('{"keybrake_world":1,"name":"default"}\n{')
    with pytest.raises(StartFailure) as failure:
        Emulator(tmp_path, "--worlds", "kept")
    assert "kept/default.world is no saved world: line 2" in failure.value.output
    assert customer.id


def test_a_fixture_file_of_the_stripe_cli_seeds_a_world(emulator, tmp_path):
    fixtures = [
        {"name": "ada", "path": "/v1/customers", "method": "post", "params": {"name": "Ada", "source": "tok_visa"}},
        {
            "name": "paid",
            "path": "/v1/charges",
            "method": "post",
            "params": {"amount": 700, "currency": "usd", "customer": "${ada:id}"},
        },
    ]
    (tmp_path / "seed.json").write_text(json.dumps({"_meta": {"template_version": 0}, "fixtures": fixtures}))
    emulator.command("seed", tmp_path / "seed.json")
    [charge] = client(emulator).v1.charges.list({"limit": 1}).data
    assert (charge.amount, client(emulator).v1.customers.retrieve(charge.customer).name) == (700, "Ada")


def test_a_cassette_seeds_a_world(recording, emulator):
    key = recording.create_key("10.00", ["POST /v1/charges"])
    made = charge_through(recording, key)
    recording.stop()
    emulator.command("seed", recording.directory / "calls.cassette")
    assert client(emulator).v1.charges.retrieve(made.id).amount == 500


def charge_through(instance, key):
    api = stripe.StripeClient(key["key"], base_addresses={"api": instance.api_base}, max_network_retries=0)
    return api.v1.charges.create({"amount": 500, "currency": "usd", "customer": "cus_test_fixture"})
