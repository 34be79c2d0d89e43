"""The auditor's verdicts, and its reports in the hands of the programs that read them."""

import csv
import json
import subprocess
import sys
import tarfile
import uuid

import junitparser
import pytest
import stripe

from browser import Browser, is_remote
from conftest import ROOT, UPSTREAM_KEY, charge, client_of
from loopback import KEYBRAKE_AUDIT, clean_environment

HOSTILE = '<script>alert(1)</script><img src="https://example.com/x.png" onerror=alert(2)> ]]> \u202e "quoted", \'x\''
PYTEST_SOURCE = "pytest==9.2.0"


def reconcile(directory, *arguments):
    return subprocess.run(
        [KEYBRAKE_AUDIT, "reconcile", *map(str, arguments)],
        cwd=directory,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


class Month:
    """A governed account: a proxy in record mode before an emulated Stripe, and the files that a month end needs."""

    def __init__(self, proxy, stripe_double):
        self.proxy = proxy
        self.stripe_double = stripe_double
        self.directory = proxy.directory
        self.conversation = str(uuid.uuid4())
        key = proxy.create_key("100.00", ["GET *", "POST /v1/charges"], conversation=self.conversation)
        self.client = client_of(key, proxy)
        # A charge straight at Stripe, past the proxy.
        self.around = stripe.StripeClient(
            UPSTREAM_KEY, base_addresses={"api": stripe_double.api_base}, max_network_retries=0
        )

    def charge(self, amount, description="invoice"):
        return charge(self.client, amount=amount, description=f"[conv:{self.conversation}] {description}")

    def charge_around(self, amount, description):
        return charge(self.around, amount=amount, description=description)

    def close_books(self):
        """Writes payments.csv and leaves keybrake.db, with no process running."""
        status, content = self.stripe_double.admin_raw("GET", "/admin/emulator/exports/payments.csv")
        assert status == 200
        (self.directory / "payments.csv").write_bytes(content)
        self.proxy.stop()

    def findings(self):
        lines = (self.directory / "findings.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]


OUTPUTS = ["--junit", "junit.xml", "--html", "report.html", "--json", "findings.jsonl"]


@pytest.fixture
def month(recording, stripe_double):
    return Month(recording, stripe_double)


@pytest.fixture
def bad_month(month):
    """A month with one charge around the proxy and hostile text in it, reconciled."""
    for amount in (700, 900, 1100):
        month.charge(amount)
    month.planted = month.charge_around(9900, f"[conv:{month.conversation}] {HOSTILE}")
    month.close_books()
    month.result = reconcile(month.directory, "payments.csv", *OUTPUTS)
    return month


# Verdicts


def test_a_governed_month_is_clean(month):
    for amount in (700, 900):
        month.charge(amount)
    with pytest.raises(stripe.AuthenticationError):
        month.charge(50_000)
    month.close_books()

    result = reconcile(month.directory, "payments.csv", *OUTPUTS)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_charge_around_the_proxy_is_found(bad_month):
    assert bad_month.result.returncode == 1, bad_month.result.stdout + bad_month.result.stderr
    text = json.dumps([finding for finding in bad_month.findings() if "KB101" in json.dumps(finding)])
    assert bad_month.planted.id in text and bad_month.conversation in text


@pytest.mark.parametrize(
    "description, check",
    [
        ("[conv:0b7f6e5c-1111-4111-8111-000000000000] invoice", "KB103"),
        ("[conv:not-a-conversation invoice", "KB104"),
    ],
)
def test_other_ways_around_are_named_apart(month, description, check):
    month.charge(700)
    month.charge_around(800, description)
    month.close_books()
    result = reconcile(month.directory, "payments.csv", *OUTPUTS)
    assert result.returncode in (1, 2), result.stdout
    assert check in json.dumps(month.findings())


def test_an_untagged_charge_counts_when_all_must_pass_the_proxy(month):
    month.charge(700)
    month.charge_around(800, "no tag")
    month.close_books()
    result = reconcile(month.directory, "payments.csv", "--scope", "all", *OUTPUTS)
    assert result.returncode == 1 and "KB102" in json.dumps(month.findings())


def test_duplicates_of_one_conversation_are_found(month):
    for _ in range(3):
        month.charge(700, "the same invoice")
    month.close_books()
    result = reconcile(month.directory, "payments.csv", *OUTPUTS)
    assert result.returncode == 1 and "KB151" in json.dumps(month.findings())


def test_the_replayed_calls_of_a_test_run_are_no_money(month):
    """Rows of replay and emulate modes are audited, but no export has their charges."""
    month.charge(700)
    month.proxy.command("mode", "replay", "--cassette", "calls.cassette")
    month.charge(700)
    month.proxy.command("mode", "emulate")
    month.charge(900)
    month.close_books()
    result = reconcile(month.directory, "payments.csv", *OUTPUTS)
    assert result.returncode == 0, result.stdout + result.stderr


# Input that nobody can vouch for

INPUTS = {
    "empty": b"",
    "LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n",
    "payouts export": b"id,Amount,Created (UTC),Currency,Livemode,Arrival Date (UTC)\npo_1,1.00,2026-01-01 00:00,,,\n",
    "balance history": b"id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC)\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "some other table": b"a,b,c\n1,2,3\n",
}


@pytest.mark.parametrize("content", INPUTS.values(), ids=INPUTS)
def test_a_wrong_file_is_never_a_pass(month, content):
    month.close_books()
    (month.directory / "wrong.csv").write_bytes(content)
    result = reconcile(month.directory, "wrong.csv", *OUTPUTS)
    assert result.returncode == 2, result.stdout + result.stderr
    assert "wrong.csv" in result.stdout + result.stderr


def test_an_export_cut_anywhere_is_never_a_pass(month):
    for amount in (700, 900):
        month.charge(amount, 'invoice "quoted", with\na line break')
    month.close_books()
    whole = (month.directory / "payments.csv").read_bytes()
    last_row = whole.rstrip(b"\n").rfind(b"\nch_") + 1
    last_comma = whole.rfind(b",")
    for cut in (last_row + 5, last_row + 40, last_comma, whole.find(b'""') + 1):
        (month.directory / "cut.csv").write_bytes(whole[:cut])
        result = reconcile(month.directory, "cut.csv", *OUTPUTS)
        assert result.returncode == 2, (cut, result.stdout)
        assert "KB002" in result.stdout + (month.directory / "findings.jsonl").read_text()
    # Inside the last column nothing is missing but the end of a conversation's id, which then is another one.
    (month.directory / "cut.csv").write_bytes(whole[: last_comma + 12])
    assert reconcile(month.directory, "cut.csv", *OUTPUTS).returncode == 1


def test_bad_bytes_and_unknown_words_are_findings_not_crashes(month):
    month.charge(700, "invoice")
    month.close_books()
    whole = (month.directory / "payments.csv").read_bytes()
    for name, changed in {
        "latin-1": whole.replace(b"invoice", b"invo\xefce"),
        "status": whole.replace(b"Paid", b"Paidish"),
        "byte order mark": b"\xef\xbb\xbf" + whole.replace(b"\n", b"\r\n"),
    }.items():
        (month.directory / f"{name}.csv").write_bytes(changed)
        result = reconcile(month.directory, f"{name}.csv", *OUTPUTS)
        expected = {"latin-1": (0, 1), "status": (2,), "byte order mark": (0,)}[name]
        assert result.returncode in expected, (name, result.stdout + result.stderr)


@pytest.mark.parametrize("arguments", [[], ["--no-such-option"], ["payments.csv", "--fail-on", "never-ever"]], ids=str)
def test_usage_errors_exit_64(tmp_path, arguments):
    assert reconcile(tmp_path, *arguments).returncode == 64


def test_a_missing_database_is_no_pass(month):
    month.charge(700)
    month.close_books()
    result = reconcile(month.directory, "payments.csv", "--audit", "elsewhere.db", *OUTPUTS)
    assert result.returncode == 2 and "elsewhere.db" in result.stdout + result.stderr
    assert not (month.directory / "elsewhere.db").exists()


# The reports


def test_the_same_input_gives_the_same_bytes(bad_month):
    names = ["junit.xml", "report.html", "findings.jsonl"]
    first = [(bad_month.directory / name).read_bytes() for name in names]
    reconcile(bad_month.directory, "payments.csv", *OUTPUTS)
    assert first == [(bad_month.directory / name).read_bytes() for name in names]


def test_the_auditor_reads_while_the_proxy_writes(month):
    month.charge(700)
    status, content = month.stripe_double.admin_raw("GET", "/admin/emulator/exports/payments.csv")
    (month.directory / "payments.csv").write_bytes(content)
    result = reconcile(month.directory, "payments.csv", *OUTPUTS)
    assert result.returncode == 0, result.stdout + result.stderr
    month.charge(900)


def test_junitparser_reads_the_report(bad_month):
    report = junitparser.JUnitXml.fromfile(str(bad_month.directory / "junit.xml"))
    cases = [case for suite in report for case in suite]
    failed = [case for case in cases if case.result and isinstance(case.result[0], junitparser.Failure)]
    assert failed and any("KB101" in case.classname for case in failed)
    assert len({(case.classname, case.name) for case in cases}) == len(cases)
    assert sum(suite.failures for suite in report) == len(failed)


def test_junit2html_renders_the_report(bad_month):
    output = bad_month.directory / "junit2html.html"
    subprocess.run(
        [sys.executable, "-m", "junit2htmlreport", bad_month.directory / "junit.xml", output], check=True, timeout=60
    )
    assert "KB101" in output.read_text()


@pytest.fixture(scope="session")
def jenkins_schema():
    """Jenkins' schema, which pytest's source package carries; kept beside the environments."""
    folder = ROOT / ".venv" / "schemas"
    schema = folder / "junit-10.xsd"
    if not schema.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--no-binary", "pytest", "-d", folder, PYTEST_SOURCE], check=True)
        with tarfile.open(next(folder.glob("pytest-*.tar.gz"))) as package:
            member = next(name for name in package.getnames() if name.endswith("/junit-10.xsd"))
            schema.write_bytes(package.extractfile(member).read())
    return schema


def test_the_junit_file_is_valid_for_jenkins(bad_month, jenkins_schema):
    result = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema", jenkins_schema, bad_month.directory / "junit.xml"],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr


@pytest.fixture
def browser(tmp_path):
    browser = Browser(tmp_path / "profile")
    yield browser
    browser.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_page_opens_without_a_complaint_or_a_request(bad_month, browser, scripts):
    page = browser.open(bad_month.directory / "report.html", scripts=scripts)
    assert page.complaints == []
    assert [url for url in page.requests if is_remote(url)] == []
    assert len([url for url in page.requests if url.startswith("file:")]) == 1
    assert "KB101" in page.text and bad_month.planted.id in page.html


def test_hostile_text_stays_text(bad_month, browser):
    page = browser.open(bad_month.directory / "report.html")
    assert "alert(1)" not in "".join(part.split("</script>")[0] for part in page.html.split("<script")[1:])
    assert "<img" not in page.html


def test_personal_data_of_the_export_is_not_in_the_reports(bad_month):
    with open(bad_month.directory / "payments.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    personal = {row.get("Customer Email") for row in rows} - {None, ""}
    text = "".join((bad_month.directory / name).read_text() for name in ("junit.xml", "report.html", "findings.jsonl"))
    assert not [value for value in personal if value in text]


def test_publish_makes_a_site(bad_month, browser):
    reports = bad_month.directory / "reports"
    reconcile(bad_month.directory, "payments.csv")
    assert list(reports.glob("*.html"))
    result = subprocess.run(
        [KEYBRAKE_AUDIT, "publish", "--reports", "reports", "--site", "site"],
        cwd=bad_month.directory,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    page = browser.open(bad_month.directory / "site" / "index.html")
    assert page.complaints == [] and not [url for url in page.requests if is_remote(url)]
    assert "payments" in page.text


def test_a_charge_of_unknown_outcome_is_found_by_its_conversation(month):
    """The client never says whose charge it is; Stripe's export does, because the proxy wrote it there."""
    rule = {"operation": "POST /v1/charges", "times": 1, "fault": "timeout_after_commit"}
    month.stripe_double.admin("POST", "/admin/emulator/faults", rule)
    with pytest.raises(stripe.APIError, match="outcome_unknown"):
        charge(month.client, amount=700)
    month.close_books()

    reconcile(month.directory, "payments.csv", *OUTPUTS)
    checks = {finding["check"] for finding in month.findings() if "check" in finding}
    assert "KB131" in checks
    assert not checks & {"KB101", "KB102", "KB132"}
