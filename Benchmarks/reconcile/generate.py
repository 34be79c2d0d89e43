#!/usr/bin/env python3
"""Makes a payments export and a ledger of the same month, with planted findings and their expected numbers.

    generate.py DIRECTORY [--charges 1000000] [--seed 7] [--rows-per-call 2]

Writes payments.csv (Dashboard export, new form), keybrake.db and expected.json. The same arguments give the same
files. Needs nothing but Python.
"""

import argparse
import hashlib
import json
import pathlib
import random
import sqlite3
import time
import uuid

HEADER = [
    "id",
    "Created date (UTC)",
    "Amount",
    "Amount Refunded",
    "Currency",
    "Captured",
    "Converted Amount",
    "Converted Amount Refunded",
    "Converted Currency",
    "Decline Reason",
    "Description",
    "Fee",
    "Refunded date (UTC)",
    "Statement Descriptor",
    "Status",
    "Seller Message",
    "Taxes On Fee",
    "Card ID",
    "Customer ID",
    "Customer Description",
    "Customer Email",
    "Invoice ID",
    "Transfer",
    "invoice_id (metadata)",
    "conversation_id (metadata)",
]

SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE policy(hash TEXT PRIMARY KEY, body TEXT NOT NULL, created_at_us INTEGER NOT NULL) STRICT;
CREATE TABLE vault_key(id TEXT PRIMARY KEY, environment TEXT NOT NULL, mac BLOB NOT NULL, label TEXT,
  policy_hash TEXT NOT NULL REFERENCES policy(hash), conversation TEXT, agent TEXT, created_at_us INTEGER NOT NULL,
  expires_at_us INTEGER, paused_at_us INTEGER, revoked_at_us INTEGER, revoke_reason TEXT, replaces TEXT,
  epoch INTEGER NOT NULL) STRICT;
CREATE TABLE audit(seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL, request_id TEXT NOT NULL,
  key_id TEXT, conversation TEXT, conversation_source TEXT, agent TEXT, turn TEXT, operation TEXT, mode TEXT,
  decision TEXT, refusal TEXT, status INTEGER, upstream_status INTEGER, ending TEXT, object_id TEXT, related_id TEXT,
  meter TEXT, amount INTEGER, currency TEXT, usd_cents INTEGER, customer TEXT, idempotency_key TEXT, hold_id TEXT,
  policy_hash TEXT, detail TEXT) STRICT;
PRAGMA user_version = 1;
"""

START = 1_782_864_000  # 2026-07-01 00:00:00 UTC
PER_CONVERSATION = 20
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DIGITS = {"usd": 2, "eur": 2, "jpy": 0}


class Made:
    """Draws everything from one seeded source."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def word(self, length):
        bits = self.random.getrandbits(6 * length)
        out = []
        for _ in range(length):
            out.append(LETTERS[bits % 62 if bits % 64 < 62 else bits % 7])
            bits >>= 6
        return "".join(out)

    def uuid(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))


def major(amount, currency):
    digits = DIGITS[currency]
    return str(amount) if digits == 0 else f"{amount / 100:.2f}"


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--charges", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--rows-per-call",
        type=int,
        choices=(1, 2),
        default=2,
        help="2 writes intent and outcome as the proxy does, 1 writes outcomes only",
    )
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    made = Made(options.seed)
    rng = made.random
    count = options.charges
    body = json.dumps(
        {
            "daily_cap_usd": "100000.00",
            "per_call_max_usd": None,
            "allowed_operations": ["GET *", "POST /v1/charges"],
            "customers": [],
        },
        separators=(",", ":"),
    )
    policy = hashlib.sha256(body.encode()).hexdigest()
    conversations = [made.uuid() for _ in range(max(1, count // PER_CONVERSATION))]
    keys = [made.word(12) for _ in conversations]
    customers = ["cus_" + made.word(14) for _ in range(max(10, count // 8))]

    path = options.directory / "keybrake.db"
    for stale in (path, path.with_name("keybrake.db-wal"), path.with_name("keybrake.db-shm")):
        stale.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
    database.execute("INSERT INTO policy VALUES (?, ?, ?)", (policy, body, START * 1_000_000))
    database.executemany(
        "INSERT INTO vault_key VALUES (?, 'test', x'00', NULL, ?, ?, 'billing', ?, NULL, NULL, NULL, NULL, NULL, 0)",
        ((key, policy, conversation, (START - 86_400) * 1_000_000) for key, conversation in zip(keys, conversations)),
    )

    expected = {
        "KB004": 0,
        "KB101": 0,
        "KB102": 0,
        "KB103": 0,
        "KB111": 0,
        "KB121": 0,
        "KB122": 0,
        "KB123": 0,
        "KB131": 0,
        "KB141": 0,
        "KB151": 0,
        "audit_rows": 0,
        "export_records": 0,
        "refused": 0,
        "declined": 0,
    }
    seq = 0
    rows = []
    lines = []

    def flush():
        database.executemany("INSERT INTO audit VALUES (" + ",".join("?" * 27) + ")", rows)
        rows.clear()

    def audit(
        at,
        index,
        currency,
        amount,
        customer,
        decision="allowed",
        status=200,
        upstream=200,
        ending="settled",
        charge=None,
        idempotency=None,
    ):
        nonlocal seq
        request = "req_" + made.word(16)
        usd = amount if currency == "usd" else amount * 108 // 100 if currency == "eur" else amount * 2 // 3
        common = (
            request,
            keys[index],
            conversations[index],
            "key",
            "billing",
            str(seq % 12),
            "POST /v1/charges",
            "live",
            decision,
        )
        for kind in ("intent", "outcome")[2 - options.rows_per_call :]:
            seq += 1
            done = kind == "outcome"
            rows.append(
                (
                    seq,
                    at * 1_000_000 + (180_000 if done else 0),
                    kind,
                    *common,
                    "spend_cap_exceeded" if decision == "refused" else None,
                    status if done else None,
                    upstream if done else None,
                    ending if done else None,
                    charge if done else None,
                    None,
                    "charge",
                    amount,
                    currency,
                    usd,
                    customer,
                    idempotency,
                    "hold_" + request[4:],
                    policy,
                    None,
                )
            )
        if len(rows) > 50_000:
            flush()

    def line(at, charge, currency, amount, customer, conversation, status="Paid", metadata=True):
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))
        roll = rng.random()
        text = "Overage charge for July"
        if roll < 0.005:
            text += "\nsecond line"
        elif roll < 0.010:
            text += ' for the "big" plan'
        elif roll < 0.015:
            text += " für Zürich"
        elif roll < 0.065:
            text += ", seats and storage"
        if conversation:
            text += f" [conv:{conversation}]"
        value = major(amount, currency)
        paid = status == "Paid"
        lines.append(
            ",".join(
                [
                    charge,
                    stamp,
                    value,
                    "0.00" if DIGITS[currency] else "0",
                    currency,
                    "true" if paid else "false",
                    value,
                    "0.00",
                    currency,
                    "" if paid else "card_declined",
                    quoted(text),
                    "0.59" if paid else "0.00",
                    "",
                    "ACME",
                    status,
                    "Payment complete." if paid else "The bank did not return any further details.",
                    "0.00",
                    "pm_" + made.word(24),
                    customer,
                    "Example customer",
                    "someone@example.com",
                    "",
                    "po_" + made.word(24),
                    "inv_" + str(len(lines)),
                    conversation if metadata and conversation else "",
                ]
            )
        )

    span = 30 * 86_400
    for number in range(count):
        at = START + number * span // count
        index = rng.randrange(len(conversations))
        roll = rng.random()
        currency = "usd" if roll < 0.87 else "eur" if roll < 0.97 else "jpy"
        amount = rng.randrange(50, 500_00)
        customer = customers[rng.randrange(len(customers))]
        charge = "ch_3" + made.word(23)
        conversation = conversations[index]
        inner = 0.02 * count < number < 0.98 * count
        kind = rng.random() if inner else 1.0
        idempotency = made.uuid()
        if kind < 0.0010:
            audit(at, index, currency, amount, customer, charge=charge, idempotency=idempotency)
            expected["KB111"] += 1
            continue
        if kind < 0.0015:
            line(at + 1, charge, currency, amount, customer, conversation)
            expected["KB101"] += 1
            continue
        if kind < 0.0020:
            line(at + 1, charge, currency, amount, customer, None)
            expected["KB102"] += 1
            continue
        if kind < 0.0023:
            line(at + 1, charge, currency, amount, customer, made.uuid())
            expected["KB103"] += 1
            continue
        if kind < 0.0033:
            audit(at, index, currency, amount, customer, charge=charge, idempotency=idempotency)
            line(at + 1, charge, currency, amount + 7, customer, conversation)
            expected["KB121"] += 1
            continue
        if kind < 0.0035:
            audit(at, index, currency, amount, customer, charge=charge, idempotency=idempotency)
            line(at + 1, charge, "eur" if currency != "eur" else "usd", amount, customer, conversation)
            expected["KB122"] += 1
            continue
        if kind < 0.0037:
            audit(at, index, currency, amount, customer, charge=charge, idempotency=idempotency)
            line(at + 1, charge, currency, amount, customer, conversation, status="Failed")
            expected["KB123"] += 1
            continue
        if kind < 0.0039:
            amount += 600_00
            audit(at, index, currency, amount, customer, decision="refused", status=401, upstream=None, ending="none")
            line(at + 9, charge, currency, amount, customer, conversation)
            expected["KB141"] += 1
            continue
        if kind < 0.0042:
            amount += 1_200_00
            audit(
                at,
                index,
                currency,
                amount,
                customer,
                status=504,
                upstream=None,
                ending="unknown",
                idempotency=idempotency,
            )
            line(at + 2, charge, currency, amount, customer, conversation)
            expected["KB131"] += 1
            continue
        if kind < 0.0052:
            for again in range(rng.randrange(2, 5)):
                charge = "ch_3" + made.word(23)
                audit(at + again, index, currency, amount, customer, charge=charge, idempotency=made.uuid())
                line(at + again + 1, charge, currency, amount, customer, conversation)
            expected["KB151"] += 1
            continue
        audit(at, index, currency, amount, customer, charge=charge, idempotency=idempotency)
        line(at + 1, charge, currency, amount, customer, conversation)
        if kind < 0.0057:
            lines.append(lines[-1])
            expected["KB004"] += 1
        if rng.random() < 0.02:
            audit(
                at,
                index,
                "usd",
                amount + 2_000_00,
                customer,
                decision="refused",
                status=401,
                upstream=None,
                ending="none",
            )
            expected["refused"] += 1
        if rng.random() < 0.01:
            charge = "ch_3" + made.word(23)
            audit(
                at,
                index,
                currency,
                amount + 3_000_00,
                customer,
                status=402,
                upstream=402,
                ending="released",
                charge=charge,
            )
            line(at + 1, charge, currency, amount + 3_000_00, customer, conversation, status="Failed")
            expected["declined"] += 1
    flush()
    database.commit()
    database.close()
    expected["audit_rows"] = seq
    expected["export_records"] = len(lines)
    with open(options.directory / "payments.csv", "w", newline="", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        for text in reversed(lines):
            file.write(text + "\n")
    (options.directory / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
    print(json.dumps(expected))


if __name__ == "__main__":
    main()
