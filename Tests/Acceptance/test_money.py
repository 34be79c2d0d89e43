"""Money through its whole life: one spend per payment, whatever calls it takes."""

import pytest
import stripe

from conftest import charge, client_of
from wire import send

PAYMENTS = ["POST /v1/payment_intents*", "POST /v1/charges*", "POST /v1/refunds", "GET *"]


def spend(instance, key):
    answer = instance.admin("GET", f"/admin/vault-keys/{key['id']}")["spend"]
    return answer["settled_usd"], answer["held_usd"]


@pytest.fixture
def payer(emulated):
    key = emulated.create_key("100.00", PAYMENTS)
    return emulated, key, client_of(key, emulated)


def test_a_confirmed_intent_is_one_spend(payer):
    instance, key, client = payer
    intent = client.v1.payment_intents.create(
        {"amount": 3000, "currency": "usd", "payment_method_types": ["card"], "payment_method": "pm_card_visa"}
    )
    client.v1.payment_intents.confirm(intent.id)
    assert spend(instance, key) == ("30.00", "0.00")


def test_a_partial_capture_frees_the_rest(payer):
    instance, key, client = payer
    intent = client.v1.payment_intents.create(
        {
            "amount": 8000,
            "currency": "usd",
            "payment_method_types": ["card"],
            "payment_method": "pm_card_visa",
            "confirm": True,
            "capture_method": "manual",
        }
    )
    assert spend(instance, key) == ("0.00", "80.00")
    client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2500})
    assert spend(instance, key) == ("25.00", "0.00")


def test_a_cancelled_intent_frees_its_hold(payer):
    instance, key, client = payer
    intent = client.v1.payment_intents.create(
        {
            "amount": 8000,
            "currency": "usd",
            "payment_method_types": ["card"],
            "payment_method": "pm_card_visa",
            "confirm": True,
            "capture_method": "manual",
        }
    )
    client.v1.payment_intents.cancel(intent.id)
    assert spend(instance, key) == ("0.00", "0.00")


def test_a_declined_card_costs_nothing(payer):
    instance, key, client = payer
    with pytest.raises(stripe.CardError) as decline:
        client.v1.charges.create({"amount": 3000, "currency": "usd", "source": "tok_chargeDeclined"})
    assert decline.value.code == "card_declined"
    assert spend(instance, key) == ("0.00", "0.00")


def test_a_refund_does_not_give_the_charge_budget_back(payer):
    instance, key, client = payer
    made = charge(client, amount=6000)
    client.v1.refunds.create({"charge": made.id, "amount": 1000})
    settled, held = spend(instance, key)
    assert float(settled) >= 60 and held == "0.00"


def test_an_operation_without_a_price_in_it_is_refused(emulated):
    client = client_of(emulated.create_key("100.00", ["POST /v1/invoices/{invoice}/pay"]), emulated)
    with pytest.raises(stripe.PermissionError) as refusal:
        client.v1.invoices.pay("in_123")
    assert refusal.value.error.code == "not_priceable"


# Retries


def test_a_retry_with_the_same_key_is_one_charge(payer):
    instance, key, client = payer
    first = charge(client, amount=700, options={"idempotency_key": "order-1"})
    second = charge(client, amount=700, options={"idempotency_key": "order-1"})

    assert first.id == second.id
    assert spend(instance, key) == ("7.00", "0.00")
    answer = send(
        instance,
        "POST",
        "/v1/charges",
        "amount=700&currency=usd&customer=cus_test_fixture",
        {"Idempotency-Key": "order-1"},
        key=key,
    )
    assert answer.headers["Idempotent-Replayed"] == "true"


def test_the_same_idempotency_key_for_something_else_is_refused(payer):
    instance, key, client = payer
    charge(client, amount=700, options={"idempotency_key": "order-1"})
    with pytest.raises(stripe.IdempotencyError):
        charge(client, amount=800, options={"idempotency_key": "order-1"})
    assert spend(instance, key) == ("7.00", "0.00")


def test_idempotency_keys_of_two_vault_keys_do_not_meet(payer):
    instance, _, client = payer
    other = client_of(instance.create_key("100.00"), instance)
    first = charge(client, amount=700, options={"idempotency_key": "order-1"})
    second = charge(other, amount=700, options={"idempotency_key": "order-1"})
    assert first.id != second.id


# Currencies


@pytest.mark.parametrize("currency, amount", [("jpy", 500), ("kwd", 1000), ("eur", 500)])
def test_other_currencies_are_capped_in_dollars(emulated, currency, amount):
    """A cap in dollars either prices the currency or refuses it; it never counts minor units as cents."""
    key = emulated.create_key("1.00")
    answer = send(
        emulated, "POST", "/v1/charges", f"amount={amount}&currency={currency}&customer=cus_test_fixture", key=key
    )
    assert answer.status in (401, 403), answer
    assert answer.error["code"] in ("spend_cap_exceeded", "not_priceable", "currency_not_allowed")
    assert spend(emulated, key) == ("0.00", "0.00")
