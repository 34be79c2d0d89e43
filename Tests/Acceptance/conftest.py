"""Fixtures of the acceptance tests: real `keybrake` processes on free loopback ports, real clients against them."""

import sys
import uuid
from pathlib import Path

import pytest
import stripe

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Scripts"))
sys.path.insert(0, str(ROOT / "Examples"))
sys.dont_write_bytecode = True

import loopback  # noqa: E402
from loopback import Keybrake  # noqa: E402

UPSTREAM_KEY = "sk_test_acceptanceupstream"


def pytest_sessionstart(session):
    for binary in (loopback.KEYBRAKE, loopback.KEYBRAKE_AUDIT):
        if not binary.exists():
            pytest.exit(f"{binary} is not built; run 'make test'", returncode=4)


@pytest.fixture
def start(tmp_path, request):
    """Starts instances, each in its own folder, and ends them; what they printed is shown when the test fails."""
    instances = []

    def start_one(*options, name=None, **settings):
        directory = tmp_path / (name or f"instance{len(instances) + 1}")
        instance = Keybrake(directory, *options, **settings)
        instances.append(instance)
        return instance

    yield start_one
    for instance in reversed(instances):
        instance.kill()
        print(f"--- {instance.directory.name} printed:\n{instance.output}")


@pytest.fixture
def emulated(start):
    """An instance that answers from its own emulator."""
    return start("--mode", "emulate")


@pytest.fixture
def stripe_double(start):
    """An instance that plays Stripe for another one: test keys reach its emulator ungoverned."""
    return start("--mode", "emulate", "--emulator-accepts-test-keys", "--emulator-seed", "7", name="stripe")


@pytest.fixture
def recording(start, stripe_double):
    """An instance in front of `stripe_double` that records into `calls.cassette` in its folder."""
    return start(
        "--mode",
        "record",
        "--cassette",
        "calls.cassette",
        "--upstream",
        stripe_double.origin,
        name="proxy",
        environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY},
    )


@pytest.fixture
def conversation():
    return str(uuid.uuid4())


def client_of(key, instance, **options):
    """A stripe-python client of one conversation; `key` is a key's text or what `create_key` returned."""
    text = key if isinstance(key, str) else key["key"]
    options.setdefault("max_network_retries", 0)
    return stripe.StripeClient(text, base_addresses={"api": instance.api_base}, **options)


def charge(client, amount=500, customer="cus_test_fixture", options=None, **fields):
    return client.v1.charges.create(
        {"amount": amount, "currency": "usd", "customer": customer, **fields}, options or {}
    )
