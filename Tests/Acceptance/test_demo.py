"""The demo, played as `make demo` plays it, into a folder of its own."""

import subprocess
import sys
import time

from conftest import ROOT
from loopback import clean_environment


def test_the_demo_runs_and_leaves_what_it_promises(tmp_path):
    began = time.monotonic()
    result = subprocess.run(
        [sys.executable, ROOT / "Scripts" / "demo", "--output", tmp_path, "--work", tmp_path / "work"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert time.monotonic() - began < 60
    assert "KB101" in (tmp_path / "reports" / "demo.findings.jsonl").read_text()
    for path in ("reports/demo.html", "reports/demo.junit.xml", "cassettes/demo.cassette"):
        assert (tmp_path / path).stat().st_size > 0
        assert path.split("/")[1] in result.stdout
