"""What operators see: enough to act on, nothing of what families said. Each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_a_librarys_words_stay_inside():
    done = run("""
import logging
from casecoord.observe import configure_logging
configure_logging()
logging.getLogger("sqlalchemy.pool").error("lost %s", "Noor Janssen")
try:
    raise ValueError("Noor Janssen")
except ValueError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
logging.getLogger("asyncio").info("Noor Janssen")
""")
    assert "Janssen" not in done.stderr + done.stdout
    pool, server = (json.loads(line) for line in done.stderr.splitlines())
    assert (pool["library"], pool["level"]) == ("sqlalchemy.pool", "error")
    assert (server["library"], server["kind"]) == ("uvicorn.error", "ValueError")


def test_a_server_that_cannot_start_says_so_in_the_servers_words():
    done = run("""
import logging
from casecoord.observe import configure_logging
configure_logging()
logging.getLogger("uvicorn.error").error("address already in use")
""")
    assert json.loads(done.stderr)["message"] == "address already in use"


def test_workers_count_together(tmp_path):
    one = "from casecoord.observe import Metrics; Metrics().observe('Me', 200, 0.01)"
    for _ in range(3):
        run(one, PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
    read = "from casecoord.observe import Metrics; print(Metrics().text().decode())"
    counted = run(read, PROMETHEUS_MULTIPROC_DIR=str(tmp_path)).stdout
    assert 'casecoord_requests_total{operation="Me",status="200"} 3.0' in counted
