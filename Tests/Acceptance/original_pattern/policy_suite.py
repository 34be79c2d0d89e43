"""The four policy tests that a team writes before it lets agents near Stripe, on whatever stripe-python is installed.

Run by test_original_pattern.py in one environment per stripe version, with KEYBRAKE_PROXY_URL, a fresh
KEYBRAKE_TEST_VAULT_KEY ($10 a day, charges only) and a STRIPE_SECRET_KEY.
"""

import os

import pytest
import stripe

CUSTOMER = "cus_test_fixture"


@pytest.fixture
def through_proxy():
    """The stripe module as most programs use it: settings on the module itself."""
    stripe.api_base = os.environ["KEYBRAKE_PROXY_URL"]
    stripe.api_key = os.environ["KEYBRAKE_TEST_VAULT_KEY"]
    return stripe


def test_charge_within_cap_succeeds(through_proxy):
    charge = through_proxy.Charge.create(
        amount=500, currency="usd", customer=CUSTOMER, description="pytest: within the cap"
    )
    assert charge.id.startswith("ch_")


def test_charge_over_cap_is_blocked(through_proxy):
    with pytest.raises(stripe.error.AuthenticationError) as refusal:
        through_proxy.Charge.create(amount=2000, currency="usd", customer=CUSTOMER)
    assert "cap" in str(refusal.value).lower()


def test_operation_outside_the_policy_is_blocked(through_proxy):
    with pytest.raises(stripe.error.PermissionError):
        through_proxy.Subscription.list()


def test_live_key_is_not_accepted(through_proxy):
    through_proxy.api_key = os.environ["STRIPE_SECRET_KEY"]
    with pytest.raises(stripe.error.AuthenticationError):
        through_proxy.Charge.create(amount=100, currency="usd", customer=CUSTOMER)
