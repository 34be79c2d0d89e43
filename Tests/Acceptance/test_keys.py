"""Keys and their policies, from issue to revocation, as an operator and a client see them."""

import threading
import time

import pytest
import stripe

from conftest import charge, client_of
from wire import send


def refusal_code(call):
    with pytest.raises(stripe.StripeError) as refusal:
        call()
    return refusal.value.error.code


# Issue


def test_the_command_prints_the_key_alone(emulated):
    result = emulated.command("keys", "create", "--daily-cap-usd", "10", "--allow", "POST /v1/charges", "--ttl", "1h")
    key = result.stdout.strip()

    assert key.startswith("vk_test_") and "\n" not in key
    assert charge(client_of(key, emulated)).id.startswith("ch_")


def test_the_secret_is_shown_once(emulated):
    key = emulated.create_key(label="night shift")
    listed = emulated.command("keys", "list").stdout + emulated.command("keys", "list", "--json").stdout
    shown = emulated.command("keys", "show", key["id"]).stdout

    assert key["id"] in listed and "night shift" in shown
    assert key["key"] not in listed + shown
    for file in emulated.directory.iterdir():
        assert key["key"].encode() not in file.read_bytes(), file


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"daily_cap_usd": "10.00"},
        {"daily_cap_usd": 10.5, "allowed_operations": ["POST /v1/charges"]},
        {"daily_cap_usd": "-1", "allowed_operations": ["POST /v1/charges"]},
        {"daily_cap_usd": "ten", "allowed_operations": ["POST /v1/charges"]},
        {"daily_cap_usd": "10.00", "allowed_operations": ["PATCH /v1/charges"]},
        {"daily_cap_usd": "10.00", "allowed_operations": ["POST /v1/chargse"]},
        {"daily_cap_usd": "10.00", "allowed_operations": ["POST /v1/charges"], "dailycap": 1},
        {"daily_cap_usd": "10.00", "allowed_operations": ["POST /v1/charges"], "ttl_seconds": -5},
        {"daily_cap_usd": "10.00", "allowed_operations": ["POST /v1/charges"], "environment": "prod"},
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_meant_is_refused(emulated, policy):
    status, body = emulated.admin_raw("POST", "/admin/vault-keys", policy)
    assert status == 400, body


# What a policy allows


def test_the_cap_is_inclusive_and_exact(emulated):
    client = client_of(emulated.create_key("10.00"), emulated)
    charge(client, amount=999)
    assert refusal_code(lambda: charge(client, amount=2)) == "spend_cap_exceeded"


def test_the_cap_holds_under_concurrency(emulated):
    key = emulated.create_key("10.00")
    made, refused = [], []

    def attempt():
        try:
            made.append(charge(client_of(key, emulated), amount=100).id)
        except stripe.AuthenticationError as error:
            refused.append(error.error.code)

    threads = [threading.Thread(target=attempt) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(made)) == 10
    assert refused == ["spend_cap_exceeded"] * 20


def test_zero_and_unlimited_are_different(emulated):
    none = client_of(emulated.create_key("0.00"), emulated)
    any_amount = client_of(emulated.create_key("unlimited"), emulated)
    assert refusal_code(lambda: charge(none, amount=50)) == "spend_cap_exceeded"
    assert charge(any_amount, amount=99_999_999).amount == 99_999_999


def test_a_single_charge_over_the_maximum_is_refused(emulated):
    client = client_of(emulated.create_key("100.00", per_call_max_usd="5.00"), emulated)
    charge(client, amount=500)
    with pytest.raises(stripe.PermissionError) as refusal:
        charge(client, amount=501)
    assert refusal.value.error.code == "amount_over_limit"


def test_only_named_customers_are_charged(emulated):
    client = client_of(emulated.create_key("100.00", customers=["cus_test_fixture"]), emulated)
    charge(client)
    with pytest.raises(stripe.PermissionError) as refusal:
        charge(client, customer="cus_somebody_else")
    assert refusal.value.error.code == "customer_not_allowed"


def test_reads_need_to_be_allowed_too(emulated):
    made = charge(client_of(emulated.create_key("unlimited"), emulated))
    blind = client_of(emulated.create_key("0.00", ["POST /v1/charges"]), emulated)
    reader = client_of(emulated.create_key("0.00", ["GET *"]), emulated)

    assert refusal_code(lambda: blind.v1.charges.retrieve(made.id)) == "operation_not_allowed"
    assert reader.v1.charges.retrieve(made.id).id == made.id


def test_a_wildcard_never_covers_capabilities(emulated):
    client = client_of(emulated.create_key("unlimited", ["POST /v1/*"]), emulated)
    endpoint = {"url": "https://example.com", "enabled_events": ["*"]}
    code = refusal_code(lambda: client.v1.webhook_endpoints.create(endpoint))
    assert code == "operation_not_allowed"


# Attribution


def test_a_bound_key_refuses_another_conversation(emulated, conversation):
    client = client_of(emulated.create_key("100.00", conversation=conversation), emulated)
    charge(client, description=f"[conv:{conversation}] invoice")
    other = "0b7f6e5c-0000-4000-8000-000000000000"
    with pytest.raises(stripe.PermissionError) as refusal:
        charge(client, description=f"[conv:{other}] invoice")
    assert refusal.value.error.code == "attribution_mismatch"


def test_attribution_comes_from_every_channel(emulated):
    key = emulated.create_key("100.00")
    client = client_of(key, emulated)
    names = {
        "header": dict(options={"headers": {"X-Conversation-Id": "conv-header", "X-Agent-Name": "billing"}}),
        "baggage": dict(options={"headers": {"baggage": "gen_ai.conversation.id=conv-baggage"}}),
        "metadata": dict(metadata={"conversation_id": "conv-metadata"}),
        "description": dict(description="[conv:conv-description] invoice"),
    }
    for fields in names.values():
        charge(client, **fields)

    outcomes = [row for row in emulated.audit_rows() if row["kind"] == "outcome"]
    assert [(row["conversation_source"], row["conversation"]) for row in outcomes] == [
        (source, f"conv-{source}") for source in names
    ]


def test_a_suffix_on_the_key_carries_turn_and_agent(emulated, conversation):
    key = emulated.create_key("100.00", conversation=conversation)
    charge(client_of(key["key"] + "~turn=7~agent=billing", emulated))

    outcome = emulated.audit_rows()[-1]
    assert (outcome["turn"], outcome["agent"], outcome["conversation"]) == ("7", "billing", conversation)


def test_a_key_works_as_basic_user_name(emulated):
    from base64 import b64encode

    key = emulated.create_key("10.00")["key"]
    token = b64encode(f"{key}:".encode()).decode()
    answer = send(
        emulated,
        "POST",
        "/v1/charges",
        "amount=500&currency=usd&customer=cus_test_fixture",
        {"Authorization": f"Basic {token}"},
    )
    assert answer.status == 200, answer


# The end of a key


def test_revocation_binds_the_next_call(emulated):
    key = emulated.create_key("100.00")
    client = client_of(key, emulated)
    charge(client)
    emulated.command("keys", "revoke", key["id"], "--reason", "unusual amounts")

    with pytest.raises(stripe.AuthenticationError) as refusal:
        charge(client)
    assert refusal.value.error.code == "vault_key_revoked"
    charge(client_of(emulated.create_key("100.00"), emulated))


def test_pause_and_resume(emulated):
    key = emulated.create_key("100.00")
    client = client_of(key, emulated)
    emulated.command("keys", "pause", key["id"])
    assert refusal_code(lambda: charge(client)) == "vault_key_paused"
    emulated.command("keys", "resume", key["id"])
    assert charge(client).paid


def test_an_expired_key_is_refused(emulated):
    key = emulated.create_key("100.00", ttl_seconds=1)
    client = client_of(key, emulated)
    charge(client)
    # The answer states whole seconds.
    time.sleep(max(0, key["expires_at"] + 1 - time.time()) + 0.05)
    assert refusal_code(lambda: charge(client)) == "vault_key_expired"


def test_rotation_replaces_the_secret(emulated):
    old = emulated.create_key("100.00")
    new = emulated.admin("POST", f"/admin/vault-keys/{old['id']}/rotate", {})

    assert new["key"] != old["key"]
    assert charge(client_of(new, emulated)).paid
    assert refusal_code(lambda: charge(client_of(old, emulated))).startswith("vault_key_")


def test_changes_to_keys_are_audited(emulated):
    key = emulated.create_key("100.00")
    emulated.command("keys", "revoke", key["id"], "--reason", "unusual amounts")
    rows = [row for row in emulated.audit_rows() if row["kind"] == "admin" and row["key_id"] == key["id"]]
    assert len(rows) == 2
    assert "unusual amounts" in str(rows[1]["detail"])


def test_an_unknown_key_id_is_said_so(emulated):
    result = emulated.command("keys", "revoke", "nosuchkey123", check=False)
    assert result.returncode != 0 and "nosuchkey123" in result.stderr
    assert emulated.admin_raw("POST", "/admin/vault-keys/nosuchkey123/revoke", {})[0] == 404


def test_keys_outlive_a_restart(start, tmp_path):
    first = start(name="same")
    key = first.create_key("10.00")
    charge(client_of(key, first), amount=900)
    first.kill()

    second = start(name="same")
    assert refusal_code(lambda: charge(client_of(key, second), amount=200)) == "spend_cap_exceeded"
    charge(client_of(key, second), amount=100)
