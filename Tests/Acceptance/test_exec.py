"""`keybrake exec`: a command with a proxy around it."""

import subprocess
import sys

from conftest import charge, client_of
from loopback import KEYBRAKE, clean_environment

PROGRAM = """
import os, stripe, sys
client = stripe.StripeClient(os.environ["KEYBRAKE_VAULT_KEY"], base_addresses={"api": os.environ["STRIPE_API_BASE"]})
made = client.v1.charges.create({"amount": int(sys.argv[1]), "currency": "usd", "customer": "cus_test_fixture"})
print(made.id)
"""


def run(directory, *options, amount=700):
    return subprocess.run(
        [KEYBRAKE, "exec", *options, "--", sys.executable, "-c", PROGRAM, str(amount)],
        cwd=directory,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_command_runs_against_a_cassette(recording):
    made = charge(client_of(recording.create_key("100.00"), recording), amount=700)
    recording.stop()
    result = run(recording.directory, "--mode", "replay", "--cassette", "calls.cassette")
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == made.id


def test_the_exit_code_is_the_commands_own(tmp_path):
    result = subprocess.run(
        [KEYBRAKE, "exec", "--mode", "emulate", "--", sys.executable, "-c", "raise SystemExit(7)"],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 7


def test_a_cap_holds_inside_exec(tmp_path):
    result = run(tmp_path, "--mode", "emulate", "--daily-cap-usd", "1", "--allow", "POST /v1/charges", amount=700)
    assert result.returncode == 1 and "spend_cap_exceeded" in result.stderr


def test_a_command_that_does_not_exist_is_said_so(tmp_path):
    result = subprocess.run(
        [KEYBRAKE, "exec", "--mode", "emulate", "--", "no-such-command"],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode != 0 and "no-such-command" in result.stderr


def test_the_command_does_not_see_the_upstream_key(tmp_path):
    program = "import os; print([name for name, value in os.environ.items() if 'sk_test_hidden' in value])"
    result = subprocess.run(
        [KEYBRAKE, "exec", "--mode", "emulate", "--", sys.executable, "-c", program],
        cwd=tmp_path,
        env=clean_environment(STRIPE_SECRET_KEY="sk_test_hidden"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.stdout.strip() == "[]", result
