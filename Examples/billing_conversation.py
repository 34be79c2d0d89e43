#!/usr/bin/env python3
"""A billing agent's work without the agent: charge customers one by one until done, or until the proxy says no.

    KEYBRAKE_VAULT_KEY=vk_test_... STRIPE_API_BASE=http://127.0.0.1:8787/stripe \\
        python billing_conversation.py --conversation 5f0e... --customers 20 --amount 4000

The vault key is given to one `StripeClient` of this conversation. Nothing is global, so that two conversations in one
process can never charge with each other's key.
"""

import argparse
import os
import sys

import stripe

# What the program did, as its exit code: a caller can tell a refusal from a defect.
DONE, REFUSED = 0, 3


def make_client():
    """A Stripe client that talks through the proxy with this conversation's key."""
    return stripe.StripeClient(
        os.environ["KEYBRAKE_VAULT_KEY"],
        base_addresses={"api": os.environ.get("STRIPE_API_BASE", "http://127.0.0.1:8787/stripe")},
    )


def charge(client, conversation, customer, amount_cents, turn):
    """One charge, attributed to its conversation in the words that people read in Stripe's Dashboard."""
    return client.v1.charges.create(
        {
            "amount": amount_cents,
            "currency": "usd",
            "customer": customer,
            "description": f"[conv:{conversation}] overdue invoice",
            "metadata": {"conversation_id": conversation, "turn": str(turn)},
        }
    )


def run(arguments):
    client = make_client()
    customers = client.v1.customers.list({"limit": arguments.customers}).data
    for turn, customer in enumerate(customers, start=1):
        if arguments.approve and not sys.stdin.readline():
            break
        try:
            made = charge(client, arguments.conversation, customer.id, arguments.amount, turn)
        except (stripe.AuthenticationError, stripe.PermissionError) as refusal:
            print(f"refused {refusal.http_status} {refusal.error.code}: {refusal.user_message}", flush=True)
            return REFUSED
        print(f"charged {made.id} {customer.id} ${made.amount / 100:.2f}", flush=True)
    return DONE


def main():
    parser = argparse.ArgumentParser(description="Charge customers through Keybrake until done or refused.")
    parser.add_argument("--conversation", required=True, help="the conversation's id (the key may be bound to it)")
    parser.add_argument("--customers", type=int, default=20, help="how many customers to charge (default 20)")
    parser.add_argument("--amount", type=int, default=4000, help="cents per customer (default 4000)")
    parser.add_argument("--approve", action="store_true", help="wait for a line on standard input before every charge")
    sys.exit(run(parser.parse_args()))


if __name__ == "__main__":
    main()
