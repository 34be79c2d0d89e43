"""The conversation that the product is made for: AutoGen agents with Stripe tools, and a model that will not stop."""

import pytest

import autogen_billing
from scripted_model import ScriptedModel


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.setenv("AUTOGEN_USE_DOCKER", "0")


@pytest.fixture
def model():
    """Makes scripted models and closes them."""
    models = []

    def make(tool, calls):
        models.append(ScriptedModel(tool, calls))
        return models[-1]

    yield make
    for made in models:
        made.close()


def invoice(amount_cents):
    return {"amount_cents": amount_cents, "customer_id": "cus_test_fixture", "description": "overdue invoice"}


def tool_answers(messages):
    return [message["content"] for message in messages if message.get("role") == "tool"]


def test_a_retry_storm_ends_at_the_cap(emulated, model, conversation):
    key = emulated.create_key("10.00", conversation=conversation)
    storm = model("create_stripe_charge", [invoice(400)] * 8)

    _, messages = autogen_billing.billing_conversation(
        "Charge every customer with a balance.", key["key"], emulated.api_base, storm.llm_config, conversation
    )

    answers = tool_answers(messages)
    charged = [text for text in answers if "Charge created: ch_" in text]
    refused = [text for text in answers if "spend_cap_exceeded" in text]
    assert (len(answers), len(charged), len(refused)) == (8, 2, 6)
    assert all("cap" in text and "retry" in text for text in refused), refused[0]

    outcomes = [row for row in emulated.audit_rows() if row["kind"] == "outcome"]
    assert {row["conversation"] for row in outcomes} == {conversation}
    assert {row["agent"] for row in outcomes} == {"billing_assistant"}
    assert [row["decision"] for row in outcomes] == ["allowed"] * 2 + ["refused"] * 6


def test_the_model_never_sees_the_key(emulated, model, conversation):
    key = emulated.create_key("10.00")
    storm = model("create_stripe_charge", [invoice(400)] * 4)
    autogen_billing.billing_conversation(
        "Charge every customer.", key["key"], emulated.api_base, storm.llm_config, conversation
    )
    assert len(storm.requests) >= 4
    assert key["key"] not in str(storm.requests)


def test_each_role_of_a_group_chat_spends_on_its_own_key(emulated, model, conversation):
    keys = {
        "billing_agent": emulated.create_key("500.00", agent="billing_agent"),
        "reconciliation_agent": emulated.create_key("0.00", agent="reconciliation_agent"),
        "analytics_agent": emulated.create_key("0.00", ["GET *"], agent="analytics_agent"),
    }
    # Round robin: after the first agent's opening, the reconciliation agent speaks, and makes up a correction.
    mistaken = model("reconciliation_agent_create_stripe_charge", [invoice(100)])

    _, messages = autogen_billing.group_chat(
        "Explain the discrepancy.",
        {name: key["key"] for name, key in keys.items()},
        emulated.api_base,
        mistaken.llm_config,
        conversation,
    )

    answers = tool_answers(messages)
    assert len(answers) == 1 and "spend_cap_exceeded" in answers[0], messages
    outcome = [row for row in emulated.audit_rows() if row["kind"] == "outcome"][-1]
    assert (outcome["agent"], outcome["key_id"]) == ("reconciliation_agent", keys["reconciliation_agent"]["id"])
    spend = emulated.admin("GET", f"/admin/vault-keys/{keys['billing_agent']['id']}")["spend"]
    assert spend["settled_usd"] == "0.00"
