"""Starting, ending, and starting on what was left behind."""

import os
import resource
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from conftest import UPSTREAM_KEY, charge, client_of
from loopback import KEYBRAKE, KEYBRAKE_AUDIT, StartFailure, clean_environment
from upstreams import CountingUpstream, answer, read_request
from wire import send

FORM = "amount=500&currency=usd&customer=cus_test_fixture"


def start_failure(start, *options, **settings):
    with pytest.raises(StartFailure) as failure:
        start(*options, **settings)
    assert failure.value.code not in (None, 0), "it must end by itself"
    assert failure.value.code > 0, f"ended by a signal:\n{failure.value.output}"
    return failure.value


# With nothing configured


def test_it_starts_with_nothing_and_says_where_and_how(start):
    instance = start()
    assert instance.admin("GET", "/admin/mode")["mode"] == "emulate"
    assert "keybrake keys create" in instance.output
    assert (instance.directory / "keybrake.db").exists()
    assert (instance.directory / "keybrake.admin-token").stat().st_mode & 0o777 == 0o600
    assert instance.admin_token not in instance.output


def test_help_and_version():
    for binary in (KEYBRAKE, KEYBRAKE_AUDIT):
        for option in ("--help", "--version"):
            result = subprocess.run([binary, option], capture_output=True, text=True)
            assert result.returncode == 0 and result.stdout.strip(), (binary, option)


def run_command(directory, *arguments):
    return subprocess.run(
        [KEYBRAKE, *arguments], cwd=directory, env=clean_environment(), capture_output=True, text=True, timeout=20
    )


@pytest.mark.parametrize("arguments", [["serve", "--no-such-option"], ["keys", "create"], ["frobnicate"]], ids=" ".join)
def test_usage_errors_exit_64(tmp_path, arguments):
    result = run_command(tmp_path, *arguments)
    assert result.returncode == 64, result
    assert result.stderr.strip()


@pytest.mark.parametrize(
    "option, value",
    [
        ("--mode", "proxy"),
        ("--miss", "forward"),
        ("--listen", "nowhere"),
        ("--listen", "127.0.0.1:99999"),
        ("--upstream", "ftp://example.com"),
        ("--cap-status", "200"),
        ("--emulator-seed", "many"),
    ],
)
def test_a_value_that_cannot_be_meant_names_its_setting(tmp_path, option, value):
    result = run_command(tmp_path, "serve", "--control", "127.0.0.1:0", option, value)
    assert result.returncode > 0, result
    assert option.removeprefix("--").replace("-", "_") in result.stderr.replace("-", "_")


def test_settings_come_from_a_file_and_options_win(start, tmp_path):
    directory = tmp_path / "configured"
    directory.mkdir()
    (directory / "keybrake.yaml").write_text("mode: emulate\ndatabase: other.db\n")
    instance = start("--config", "keybrake.yaml", name="configured")
    assert (directory / "other.db").exists()
    instance.stop()
    start("--config", "keybrake.yaml", "--database", "third.db", name="configured")
    assert (directory / "third.db").exists()


def test_an_unknown_setting_is_an_error(start, tmp_path):
    directory = tmp_path / "misspelt"
    directory.mkdir()
    (directory / "keybrake.yaml").write_text("mode: emulate\ndatabsae: other.db\n")
    failure = start_failure(start, "--config", "keybrake.yaml", name="misspelt")
    assert "databsae" in failure.output


def test_a_client_without_a_server_says_so(tmp_path):
    result = subprocess.run(
        [KEYBRAKE, "keys", "list"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20,
        env=clean_environment(KEYBRAKE_CONTROL_URL="http://127.0.0.1:9", KEYBRAKE_ADMIN_TOKEN="x"),
    )
    assert result.returncode not in (0, None) and "127.0.0.1:9" in result.stderr


# What stands in the way


def test_a_port_in_use_is_said_so(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        failure = start_failure(start, listen=address)
    assert address.split(":")[1] in failure.output and "in use" in failure.output


def test_a_database_of_a_newer_version_is_refused(start, tmp_path):
    (tmp_path / "newer").mkdir()
    with sqlite3.connect(tmp_path / "newer" / "keybrake.db") as database:
        database.execute("PRAGMA user_version = 99")
    failure = start_failure(start, name="newer")
    assert "99" in failure.output and "newer" in failure.output


@pytest.mark.parametrize(
    "content", [b"this is not a database", b"SQLite format 3\x00" + bytes(80)], ids=["text", "cut"]
)
def test_a_file_that_is_no_database_is_refused_and_kept(start, tmp_path, content):
    (tmp_path / "foreign").mkdir()
    file = tmp_path / "foreign" / "keybrake.db"
    file.write_bytes(content)
    failure = start_failure(start, name="foreign")
    assert "keybrake.db" in failure.output
    assert file.read_bytes() == content


def test_a_second_process_on_one_database_is_refused(start):
    first = start(name="same")
    failure = start_failure(start, name="same")
    assert "keybrake.db" in failure.output
    assert first.admin("GET", "/admin/mode")


@pytest.mark.parametrize("missing", ["--tls-cert", "--tls-key"])
def test_half_of_a_tls_setting_is_refused(start, tmp_path, missing):
    options = {"--tls-cert": "cert.pem", "--tls-key": "key.pem"}
    del options[missing]
    start_failure(start, *(part for pair in options.items() for part in pair))


def test_a_certificate_that_is_none_is_refused(start, tmp_path):
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "cert.pem").write_text("no certificate")
    failure = start_failure(start, "--tls-cert", "cert.pem", "--tls-key", "cert.pem", name="tls")
    assert "cert.pem" in failure.output


# Cassettes in a bad state


@pytest.fixture
def cassette(recording):
    """A cassette with two charges, of 700 and 900 cents."""
    client = client_of(recording.create_key("100.00", ["POST /v1/charges"]), recording)
    charge(client, amount=700)
    charge(client, amount=900)
    recording.stop()
    return recording.directory / "calls.cassette"


def test_a_torn_tail_is_dropped_with_a_warning_when_replayed(cassette, start):
    whole = cassette.read_bytes()
    cassette.write_bytes(whole[: len(whole) - 40])
    replaying = start("--mode", "replay", "--cassette", cassette)
    key = replaying.create_key("100.00")

    assert charge(client_of(key, replaying), amount=700).amount == 700
    torn = send(replaying, "POST", "/v1/charges", FORM.replace("500", "900"), key=key)
    assert (torn.status, torn.error["code"]) == (400, "cassette_miss")
    assert "cassette" in replaying.output


def test_a_torn_tail_is_mended_when_recorded_on(cassette, start, stripe_double):
    whole = cassette.read_bytes()
    cassette.write_bytes(whole[: len(whole) - 40])
    again = start(
        "--mode",
        "record",
        "--cassette",
        cassette,
        "--upstream",
        stripe_double.origin,
        environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY},
    )
    charge(client_of(again.create_key("100.00"), again), amount=1100)
    again.stop()
    lint = subprocess.run([KEYBRAKE, "cassette", "lint", cassette], capture_output=True, text=True)
    assert lint.returncode == 0, lint
    text = cassette.read_text()
    assert '"700"' in text and '"1100"' in text and text.endswith("}\n")


@pytest.mark.parametrize(
    "content, word",
    [
        (b"", "empty"),
        (b"interactions:\n- request:\n    body: null\nversion: 1\n", "vcr"),
        (b'{"log": {"version": "1.2", "entries": []}}', "HAR"),
        (b"\x00\x01\x02", "cassette"),
        (b'{\n  "keybrake_cassette": 99\n}\n', "newer"),
    ],
    ids=["empty", "vcrpy", "HAR", "binary", "newer"],
)
def test_a_foreign_cassette_is_refused_by_name(start, tmp_path, content, word):
    file = tmp_path / "foreign.cassette"
    file.write_bytes(content)
    failure = start_failure(start, "--mode", "replay", "--cassette", file)
    assert "foreign.cassette" in failure.output and word.lower() in failure.output.lower()
    assert file.read_bytes() == content


def test_a_missing_cassette_is_said_so(start):
    failure = start_failure(start, "--mode", "replay", "--cassette", "no-such.cassette")
    assert "no-such.cassette" in failure.output


# A full disk


def limit_files_to(size):
    # The signal for oversized files stays ignored (restore_signals=False), so that writes fail as on a full disk.
    return {
        "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        "restore_signals": False,
    }


def test_a_full_disk_refuses_charges_and_loses_none(start):
    instance = start(name="same", **limit_files_to(400_000))
    key = instance.create_key("unlimited")
    made, refused = [], None
    for _ in range(4000):
        answer = send(instance, "POST", "/v1/charges", FORM, key=key)
        if answer.status != 200:
            refused = answer
            break
        made.append(answer.json["id"])

    assert refused is not None, "the limit was never reached"
    assert (refused.status, refused.error["code"]) == (503, "fail_closed"), refused
    assert refused.headers["Stripe-Should-Retry"] == "true"
    status, _ = instance.admin_raw("GET", "/readyz", token="")
    assert status == 503
    instance.kill()

    # Every charge that was answered is accounted for after a start with room on the disk.
    again = start(name="same")
    endings = [row for row in again.audit_rows() if row["kind"] == "outcome" and row["decision"] == "allowed"]
    assert len(endings) >= len(made)
    held = again.admin("GET", f"/admin/vault-keys/{key['id']}")["spend"]
    assert float(held["settled_usd"]) + float(held["held_usd"]) >= 5.0 * len(made)


# The end


def test_a_stop_finishes_what_is_in_flight(start, stripe_double):
    def slow(connection):
        read_request(connection)
        time.sleep(0.7)
        answer(connection, "200 OK", '{"id": "ch_slow", "object": "charge", "amount": 500, "currency": "usd"}')

    upstream = CountingUpstream(slow)
    proxy = start("--mode", "live", "--upstream", upstream.url, environment={"STRIPE_SECRET_KEY": UPSTREAM_KEY})
    key = proxy.create_key("10.00")
    answers = []
    call = threading.Thread(target=lambda: answers.append(send(proxy, "POST", "/v1/charges", FORM, key=key)))
    call.start()
    while upstream.connections == 0:
        time.sleep(0.01)
    assert proxy.stop() == 0
    call.join()

    assert answers[0].status == 200 and answers[0].json["id"] == "ch_slow"
    with sqlite3.connect(proxy.directory / "keybrake.db") as database:
        row = database.execute("SELECT ending, object_id FROM audit WHERE kind = 'outcome' AND object_id IS NOT NULL")
        assert row.fetchall() == [("settled", "ch_slow")]


def test_it_starts_quickly_and_small(start):
    """Generous limits: the figures are in the benchmarks."""
    began = time.monotonic()
    instance = start()
    assert time.monotonic() - began < 5
    pages = int(open(f"/proc/{instance.process.pid}/statm").read().split()[1])
    assert pages * os.sysconf("SC_PAGE_SIZE") < 250 << 20
