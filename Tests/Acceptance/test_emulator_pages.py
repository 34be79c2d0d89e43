"""The emulator's pages in a real browser: Checkout is paid, declined, challenged and left."""

import pytest
import stripe

from browser import Browser
from loopback import Emulator

KEY = "sk_test_pages"
CARD = {"cardExpiry": "12 / 40", "cardCvc": "123", "billingName": "Ada", "billingPostalCode": "12345"}


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture
def emulator(tmp_path):
    instance = Emulator(tmp_path / "emulator")
    yield instance
    instance.kill()
    print(instance.output)


def api(emulator):
    return stripe.StripeClient(KEY, base_addresses={"api": emulator.origin}, max_network_retries=0).v1


def shop(emulator, page):
    """An address of the shop's own, which the emulator's greeting stands in for."""
    return f"{emulator.origin}/health?page={page}"


def checkout(emulator, **fields):
    price = {"currency": "usd", "unit_amount": 2000, "product_data": {"name": "Shirt"}}
    return api(emulator).checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": shop(emulator, "done") + "&session={CHECKOUT_SESSION_ID}",
            "cancel_url": shop(emulator, "cancelled"),
            "line_items": [{"price_data": price, "quantity": 2}],
            **fields,
        }
    )


def test_a_visitor_pays_and_returns_to_the_shop(emulator, browser):
    session = checkout(emulator)
    tab = browser.tab(session.url)
    assert "40.00 USD" in tab.text
    tab.fill(email="ada@example.com", cardNumber="4242424242424242", **CARD)
    tab.press("Pay")
    assert tab.url == shop(emulator, "done") + "&session=" + session.id
    paid = api(emulator).checkout.sessions.retrieve(session.id)
    assert (paid.status, paid.payment_status, paid.customer_details.email) == ("complete", "paid", "ada@example.com")
    assert api(emulator).payment_intents.retrieve(paid.payment_intent).amount_received == 4000
    assert api(emulator).events.list({"type": "checkout.session.completed"}).data[0].data.object.id == session.id


def test_a_declined_card_is_told_and_another_one_pays(emulator, browser):
    session = checkout(emulator)
    tab = browser.tab(session.url)
    tab.fill(email="ada@example.com", cardNumber="4000000000009995", **CARD)
    tab.press("Pay")
    assert "insufficient funds" in tab.text
    assert api(emulator).checkout.sessions.retrieve(session.id).status == "open"
    tab.fill(cardNumber="4242424242424242", **CARD)
    tab.press("Pay")
    assert api(emulator).checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize(("button", "status"), [("Complete", "paid"), ("Fail", "unpaid")])
def test_a_challenge_is_answered_on_its_own_page(emulator, browser, button, status):
    session = checkout(emulator)
    tab = browser.tab(session.url)
    tab.fill(email="ada@example.com", cardNumber="4000002760003184", **CARD)
    tab.press("Pay")
    assert "/3ds/" in tab.url
    tab.press(button)
    assert api(emulator).checkout.sessions.retrieve(session.id).payment_status == status


def test_a_visitor_leaves(emulator, browser):
    tab = browser.tab(checkout(emulator).url)
    tab.press("Cancel")
    assert tab.url == shop(emulator, "cancelled")


def test_hostile_text_is_text(emulator, browser):
    name = "<script>document.title='x'</script><img src=x onerror=alert(1)>"
    price = {"currency": "usd", "unit_amount": 100, "product_data": {"name": name}}
    tab = browser.tab(checkout(emulator, line_items=[{"price_data": price, "quantity": 1}]).url)
    assert name in tab.text


def test_a_payment_intent_sends_the_holder_to_a_challenge_and_back(emulator, browser):
    intent = api(emulator).payment_intents.create(
        {
            "amount": 500,
            "currency": "usd",
            "payment_method": "pm_card_threeDSecure2Required",
            "confirm": True,
            "return_url": shop(emulator, "back"),
        }
    )
    assert intent.status == "requires_action"
    tab = browser.tab(intent.next_action.redirect_to_url.url)
    tab.press("Complete")
    assert tab.url.startswith(shop(emulator, "back") + f"&payment_intent={intent.id}&payment_intent_client_secret=")
    assert tab.url.endswith("&redirect_status=succeeded")
    assert api(emulator).payment_intents.retrieve(intent.id).status == "succeeded"


def test_an_instance_serves_pages_only_while_it_emulates(start, browser):
    instance = start("--emulator-accepts-test-keys", environment={"STRIPE_SECRET_KEY": "sk_test_never_used"})
    client = stripe.StripeClient(KEY, base_addresses={"api": instance.api_base}, max_network_retries=0)
    price = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Shirt"}}
    session = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1/",
            "line_items": [{"price_data": price, "quantity": 1}],
        }
    )
    assert session.url.startswith(instance.origin + "/pages/default/c/")
    assert "1.00 USD" in browser.tab(session.url).text
    instance.command("mode", "live")
    assert "vault_key_required" in browser.tab(session.url).text
