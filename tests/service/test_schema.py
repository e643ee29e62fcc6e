"""What OpenAPI says is what a real server does, by requests made from it (Schemathesis)."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from .conftest import Server

DRAWING = {"/t2i-person", "/v1/jobs", "/v1/images/generations", "/v1/images/edits", "/v1/edit"}
# valid orders are drawn for seconds each; what they answer is held by the other tests
STREAM = "/v1/jobs/{id}/events"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    started = Server(tmp_path_factory.mktemp("schema") / "log", "--steps", "0")
    try:
        yield started.wait()
        assert "Traceback" not in started.log.read_text("utf-8", "replace")
    finally:
        started.stop()


def test_answers_are_as_openapi_says(described):
    api = httpx.get(described.url + "/openapi.json", timeout=60).json()
    schema = schemathesis.openapi.from_dict(api)
    checks = [schemathesis.checks.CHECKS.get_one(name) for name in CHECKS]
    tried = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path in DRAWING or operation.path == STREAM:
            continue

        @given(case=operation.as_strategy())
        @settings(
            max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def holds(case):
            case.call_and_validate(base_url=described.url, checks=checks, timeout=60)

        holds()
        tried.add((operation.method.upper(), operation.path))
    assert {("POST", "/v1/describe"), ("GET", "/v1/packs"), ("PUT", "/v1/cast/{name}")} <= tried
