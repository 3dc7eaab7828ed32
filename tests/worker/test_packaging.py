"""What starts workers on other machines."""

import shutil
import subprocess
from pathlib import Path

import pytest
from dwhisper_worker.arguments import DEFAULT_GRACE_SECONDS
from dwhisper_worker.errors import AGAIN_STATUS
from dwhisper_worker.identity import HOME_VARIABLE, NAME_VARIABLE

PACKAGING = Path(__file__).resolve().parents[2] / "packaging" / "worker"


@pytest.mark.integration
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    # It looks for the program and its user, which this machine need not have.
    unit = (PACKAGING / "dwhisper-worker.service").read_text()
    unit = unit.replace("/opt/dwhisper/bin/dwhisper-worker", "/bin/true").replace("User=dwhisper", "User=root")
    path = tmp_path / "dwhisper-worker.service"
    path.write_text(unit)
    verified = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, timeout=60)
    assert (verified.returncode, [line for line in verified.stderr.splitlines() if path.name in line]) == (0, [])


def test_a_worker_that_is_stopped_has_time_for_what_it_promised() -> None:
    unit = dict(line.split("=", 1) for line in (PACKAGING / "dwhisper-worker.service").read_text().splitlines() if "=" in line)
    assert int(unit["TimeoutStopSec"]) > DEFAULT_GRACE_SECONDS + 10
    assert unit["Restart"] == "on-failure"
    assert str(AGAIN_STATUS) not in unit["RestartPreventExitStatus"].split()


def test_a_container_goes_by_the_name_of_the_one_before() -> None:
    text = (PACKAGING / "Dockerfile").read_text()
    (environment,) = (line for line in text.splitlines() if line.startswith("ENV "))
    named = dict(pair.split("=", 1) for pair in environment.removeprefix("ENV ").split())
    assert named[NAME_VARIABLE], "Docker makes another up for each"
    assert f"VOLUME {named[HOME_VARIABLE]}" in text.splitlines()


def test_the_image_does_not_run_as_root_and_holds_no_secret() -> None:
    lines = (PACKAGING / "Dockerfile").read_text().splitlines()
    assert "USER worker" in lines
    assert not any(line.startswith(("ENV", "ARG")) and "TOKEN" in line for line in lines)
