"""Cassettes as files: what the commands show, and what other recorders can read."""

import json

import pytest
import stripe
import vcr

from conftest import charge, client_of


@pytest.fixture
def recorded(recording):
    """A proxy that has recorded a charge and its retrieval; the charge."""
    client = client_of(recording.create_key("100.00", ["GET *", "POST /v1/charges"]), recording)
    made = charge(client, amount=700, description="invoice 42")
    client.v1.charges.retrieve(made.id)
    return recording, made


def test_list_show_and_lint(recorded):
    proxy, made = recorded
    assert "POST /v1/charges" in proxy.command("cassette", "list", "calls.cassette").stdout
    assert made.id in proxy.command("cassette", "show", "calls.cassette").stdout
    proxy.command("cassette", "lint", "calls.cassette")


def test_vcrpy_plays_an_exported_cassette(recorded):
    proxy, made = recorded
    proxy.command("cassette", "export", "--format", "vcrpy", "calls.cassette", "--output", "calls.yaml")

    # No api_base here: the client believes that it talks to Stripe, and vcrpy lets nothing out.
    direct = stripe.StripeClient("sk_test_offline", max_network_retries=0)
    with vcr.use_cassette(str(proxy.directory / "calls.yaml"), record_mode="none") as cassette:
        again = charge(direct, amount=700, description="invoice 42")
        seen = direct.v1.charges.retrieve(made.id)
        assert cassette.all_played
    assert (again.id, again.amount, again.description) == (made.id, 700, "invoice 42")
    assert seen.id == made.id


def test_vcrpy_matches_on_exported_bodies(recorded):
    proxy, _ = recorded
    proxy.command("cassette", "export", "--format", "vcrpy", "calls.cassette", "--output", "calls.yaml")
    direct = stripe.StripeClient("sk_test_offline", max_network_retries=0)
    cassette = vcr.use_cassette(
        str(proxy.directory / "calls.yaml"), record_mode="none", match_on=["method", "path", "body"]
    )
    with cassette, pytest.raises(Exception, match="(?i)cannot ?overwrite|no match"):
        charge(direct, amount=701, description="invoice 42")


def test_har_export_is_json_with_every_call(recorded):
    proxy, made = recorded
    exported = json.loads(proxy.command("cassette", "export", "--format", "har", "calls.cassette").stdout)
    entries = exported["log"]["entries"]
    assert exported["log"]["version"] == "1.2"
    assert [(entry["request"]["method"], entry["response"]["status"]) for entry in entries] == [
        ("POST", 200),
        ("GET", 200),
    ]
    assert made.id in entries[0]["response"]["content"]["text"]


def test_import_reads_what_export_wrote(recorded):
    proxy, _ = recorded
    for name, ending in (("vcrpy", "yaml"), ("har", "har")):
        proxy.command("cassette", "export", "--format", name, "calls.cassette", "--output", f"calls.{ending}")
        proxy.command("cassette", "import", f"calls.{ending}", "--output", f"{name}.cassette")
        different = proxy.command("cassette", "diff", "calls.cassette", f"{name}.cassette", check=False)
        assert different.returncode == 0, different.stdout


def test_diff_shows_what_changed(recorded, start):
    proxy, _ = recorded
    text = (proxy.directory / "calls.cassette").read_text()
    (proxy.directory / "changed.cassette").write_text(text.replace("invoice 42", "invoice 43"))
    result = proxy.command("cassette", "diff", "calls.cassette", "changed.cassette", check=False)
    assert result.returncode != 0 and "43" in result.stdout
