"""The cluster's files are what a parser and the rest of the program make of them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from dwhisper_gui.conductor.own_command import IMAGE, properties
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "packaging" / "cluster"
VARIABLE = re.compile(r"\$\{(\w+)(:\?[^}]*)?\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_what_its_services_name_is_there(compose: dict[str, Any]) -> None:
    assert set(compose) == {"name", "services", "volumes"}
    services = compose["services"]
    used = set()
    for service in services.values():
        assert set(service) <= {"image", "restart", "environment", "volumes", "healthcheck", "depends_on", "ports"}
        assert set(service.get("depends_on", ())) <= set(services)
        for source, target in (volume.split(":")[:2] for volume in service["volumes"]):
            assert target.startswith("/")
            assert (FOLDER / source).is_file() if source.startswith("./") else source in compose["volumes"]
            used.add(source)
    assert set(compose["volumes"]) <= used
    assert services["conductor"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert "healthcheck" in services["postgres"]


def test_only_the_proxy_is_reached_by_others(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]


def test_the_server_is_the_one_that_is_tested_with_all_that_dwhisper_needs(compose: dict[str, Any]) -> None:
    server = compose["services"]["conductor"]
    assert server["image"] == IMAGE
    given = json.loads(VARIABLE.sub("x", server["environment"]["SPRING_APPLICATION_JSON"]))
    elsewhere = {key for key in properties("", "") if key.startswith(("spring.datasource", "conductor.file-storage.conductor"))}
    for key, value in properties("", "").items():
        assert key in given
        if key not in elsewhere:
            assert given[key] == (value if value != "sqlite" else "postgres"), key


def test_each_variable_is_asked_for_and_explained(compose: dict[str, Any]) -> None:
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    asked = {name for name, _ in VARIABLE.findall(text)}
    assert all(required for _, required in VARIABLE.findall(text)), "an empty password is none"
    named = set(re.findall(r"^(\w+)=", (FOLDER / "env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert named == asked
    for_caddy = set(re.findall(r"\{\$(\w+)\}", (FOLDER / "Caddyfile").read_text(encoding="utf-8")))
    assert for_caddy == set(compose["services"]["proxy"]["environment"])


@pytest.mark.integration
def test_docker_compose_takes_it_where_it_is_here(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("there is no docker compose here; the file was looked at without it")
    values = tmp_path / "env"
    values.write_text("DOMAIN=x.example\nPOSTGRES_PASSWORD=x\nPROXY_USER=x\nPROXY_PASSWORD_HASH='$2a$14$x'\n")
    words = [docker, "compose", "--file", FOLDER / "compose.yaml", "--env-file", values, "config", "--quiet"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
