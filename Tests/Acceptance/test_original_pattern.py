"""The four policy tests on the oldest and the newest stripe-python that the project promises."""

import os
import subprocess
from pathlib import Path

import pytest
import stripe

from conftest import ROOT, charge, client_of
from loopback import clean_environment

SUITE = Path(__file__).parent / "original_pattern" / "policy_suite.py"
ENVIRONMENTS = {"7.14.0": "stripe-7.14.0", "16.1.0": "acceptance"}


def run_suite(environment, emulated):
    key = emulated.create_key("10.00", ["POST /v1/charges"])["key"]
    python = ROOT / ".venv" / environment / "bin" / "python"
    return subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--noconftest", "-c", os.devnull, SUITE],
        env=clean_environment(
            KEYBRAKE_PROXY_URL=emulated.api_base,
            KEYBRAKE_TEST_VAULT_KEY=key,
            STRIPE_SECRET_KEY="sk_live_a_key_that_must_never_pass",
            PYTHONDONTWRITEBYTECODE="1",
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("version", ENVIRONMENTS)
def test_four_policy_tests_pass(emulated, version):
    environment = ENVIRONMENTS[version]
    python = ROOT / ".venv" / environment / "bin" / "python"
    installed = subprocess.run(
        [python, "-c", "from importlib.metadata import version; print(version('stripe'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert installed.stdout.strip() == version

    result = run_suite(environment, emulated)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "4 passed" in result.stdout


def test_a_refused_charge_leaves_no_hold(emulated):
    key = emulated.create_key("10.00")
    with pytest.raises(stripe.AuthenticationError):
        charge(client_of(key, emulated), amount=2000)
    charge(client_of(key, emulated), amount=1000)

    spend = emulated.admin("GET", f"/admin/vault-keys/{key['id']}")["spend"]
    assert (spend["settled_usd"], spend["held_usd"], spend["cap_usd"]) == ("10.00", "0.00", "10.00")
