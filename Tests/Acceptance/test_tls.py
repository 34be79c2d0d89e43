"""TLS on the listener, and verification of the upstream's certificate."""

import subprocess

import pytest
import requests
import stripe

from conftest import UPSTREAM_KEY, charge
from wire import send


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for 127.0.0.1, and its key."""
    directory = tmp_path_factory.mktemp("tls")
    cert, key = directory / "cert.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=keybrake acceptance", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
        + ["-keyout", key, "-out", cert],
        check=True,
        capture_output=True,
    )
    return cert, key


@pytest.fixture
def secure(start, certificate):
    """An emulating instance that listens with TLS and accepts test keys, so that it can be an upstream too."""
    return start(
        "--mode", "emulate", "--emulator-accepts-test-keys", "--tls-cert", certificate[0], "--tls-key", certificate[1]
    )


def client(key, instance, verify, monkeypatch, bundle=None):
    if bundle:
        monkeypatch.setattr(stripe, "ca_bundle_path", str(bundle))
    return stripe.StripeClient(
        key["key"],
        base_addresses={"api": instance.api_base},
        http_client=stripe.RequestsClient(verify_ssl_certs=verify),
        max_network_retries=0,
    )


def test_a_client_that_trusts_the_certificate_is_served(secure, certificate, monkeypatch):
    assert secure.api_base.startswith("https://")
    made = charge(client(secure.create_key(), secure, True, monkeypatch, certificate[0]))
    assert made.id.startswith("ch_")


def test_a_client_that_checks_nothing_is_served(secure, monkeypatch):
    assert charge(client(secure.create_key(), secure, False, monkeypatch)).paid


def test_a_client_that_does_not_trust_it_refuses(secure, monkeypatch):
    with pytest.raises(stripe.APIConnectionError):
        charge(client(secure.create_key(), secure, True, monkeypatch))


def test_old_protocol_versions_are_refused(secure):
    result = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{secure.port}", "-tls1_1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert result.returncode != 0


def test_plain_text_to_a_tls_port_is_closed(secure):
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{secure.port}/v1/charges", timeout=10)


def test_the_upstream_is_reached_through_tls_with_its_ca(start, secure, certificate):
    proxy = start(
        "--mode",
        "live",
        "--upstream",
        secure.origin,
        "--upstream-ca",
        certificate[0],
        environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY},
    )
    key = proxy.create_key("10.00")
    answer = send(proxy, "POST", "/v1/charges", "amount=500&currency=usd&customer=cus_test_fixture", key=key)
    assert answer.status == 200, answer


def test_an_upstream_that_cannot_be_verified_gets_nothing(start, secure):
    proxy = start("--mode", "live", "--upstream", secure.origin, environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY})
    key = proxy.create_key("10.00")
    before = len(secure.audit_rows())
    answer = send(proxy, "POST", "/v1/charges", "amount=500&currency=usd&customer=cus_test_fixture", key=key)

    assert (answer.status, answer.error["code"]) == (503, "upstream_unreachable"), answer
    assert proxy.admin("GET", f"/admin/vault-keys/{key['id']}")["spend"]["held_usd"] == "0.00"
    assert len(secure.audit_rows()) == before
