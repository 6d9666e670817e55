"""The production shape: no secret by default, nothing exposed but the API, no more rights than needed."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from lifecycle.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {
    needed
    for service in SERVICES.values()
    for needed, how in service.get("depends_on", {}).items()
    if how["condition"] == "service_completed_successfully"
}
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")

every_service = pytest.mark.parametrize("name", sorted(SERVICES))


def test_the_services_are_those_of_the_production_shape() -> None:
    assert SERVICES.keys() == {
        *("db", "migrate", "worker", "api"),
        *("temporal-db", "temporal-schema", "temporal", "temporal-namespace"),
    }
    assert {"migrate", "temporal-schema", "temporal-namespace"} == ONE_SHOT


@every_service
def test_a_service_reports_its_health_or_ends(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert "healthcheck" not in service
        assert service["restart"].startswith("on-failure")
    else:
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["restart"] == "unless-stopped"


@every_service
def test_what_a_service_needs_exists_and_is_waited_for(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
        assert how == {"condition": expected}
        assert needed in SERVICES


@every_service
def test_a_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.keys() & {"privileged", "cap_add", "devices", "network_mode", "pid"}
    assert not [volume for volume in service.get("volumes", []) if volume.startswith(("/", ".", "~"))]
    assert service.get("user") == ("postgres" if "postgres" in service["image"] else None)


def test_only_the_api_is_published_and_by_default_on_loopback() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["api"]
    assert SERVICES["api"]["ports"] == ["${PUBLISH:-127.0.0.1:8765}:8765"]
    networks = COMPOSE["networks"]
    assert {name for name, network in networks.items() if not network.get("internal")} == {"outside"}
    assert {name for name, service in SERVICES.items() if "outside" in service["networks"]} == {"api", "worker"}


def test_a_database_is_reached_by_those_who_use_it_alone() -> None:
    def neighbours(name: str) -> set[str]:
        shared = set(SERVICES[name]["networks"])
        return {other for other, service in SERVICES.items() if other != name and shared & set(service["networks"])}

    assert neighbours("db") == {"migrate", "worker", "api"}
    assert neighbours("temporal-db") == {"temporal-schema", "temporal"}


@every_service
def test_a_secret_is_never_written_down(name: str) -> None:
    for key, value in SERVICES[name].get("environment", {}).items():
        if re.search(r"PASSWORD|PWD|SECRET|TOKEN", key) and value is not None:
            assert VARIABLE.fullmatch(value), f"{key} of {name} is written into the file"
            assert ":?" in value


def test_a_variable_has_a_default_or_is_demanded_in_a_sentence() -> None:
    variables = [match.groupdict() for match in VARIABLE.finditer(TEXT)]
    assert variables
    for variable in variables:
        assert re.match(r":\?[A-Z].{20,}|:-.+", variable["rest"]), variable


def test_the_example_names_every_variable_and_fills_in_none() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = {match[2]: match[1] for line in lines if (match := re.fullmatch(r"(#?)(\w+)=", line))}
    demanded = {match["name"] for match in VARIABLE.finditer(TEXT) if match["rest"].startswith(":?")}
    passed_on = {
        key for service in SERVICES.values() for key, value in service.get("environment", {}).items() if value is None
    }
    assert {name for name, comment in named.items() if not comment} == demanded
    assert {name for name, comment in named.items() if comment} == passed_on | {"PUBLISH"}
    assert [line for line in lines if line and not line.startswith("#") and not line.endswith("=")] == []


@every_service
def test_a_setting_of_ours_exists(name: str) -> None:
    ours = [key for key in SERVICES[name].get("environment", {}) if key.startswith("LIFECYCLE_")]
    assert [key for key in ours if key.removeprefix("LIFECYCLE_").lower() not in Settings.model_fields] == []


def test_the_settings_of_the_product_can_be_read() -> None:
    given = SERVICES["api"]["environment"]
    names = {name: f"LIFECYCLE_{name.upper()}" for name in Settings.model_fields}
    known = {name: given[key] for name, key in names.items() if given.get(key) is not None}
    settings = Settings.model_validate(known)
    assert not settings.embedded
    assert SERVICES["api"]["healthcheck"]["test"][-2:] == [str(settings.api_port), "/readyz"]
    assert SERVICES["worker"]["healthcheck"]["test"][-2:] == [str(settings.worker_health_port), "/healthz"]


@every_service
def test_an_image_is_pinned_by_version_and_names_no_registry(name: str) -> None:
    image, _, version = SERVICES[name]["image"].partition(":")
    assert re.fullmatch(r"\d+(\.\d+)*", version)
    assert "." not in image


def test_the_image_is_built_from_the_lock_file_and_runs_without_root() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    assert [line for line in lines if line.startswith("FROM")] == [
        "FROM python:3.13-slim AS build",
        "FROM python:3.13-slim",
    ]
    installed = [
        step for line in lines for step in line.split("&&") if "pip install" in step and "--requirement" in step
    ]
    assert "requirements/run.txt" in installed[0]
    assert all("--require-hashes" in step for step in installed)
    assert [line for line in lines if line.startswith("USER")] == ["USER lifecycle"]
    final = lines[lines.index("FROM python:3.13-slim") :]
    assert not [line for line in final if line.startswith("COPY") and "--from=build" not in line]
