"""The examples of deploy/: what can be said of them without an engine or a cluster."""

import re
from pathlib import Path

import pytest
import yaml

from t2i_person.service.settings import PREFIX, options

FOLDER = Path(__file__).parents[2] / "deploy"
SETTINGS = {PREFIX + parameter.name.upper() for parameter in options()}


def test_each_variable_is_a_setting():
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    ray = yaml.safe_load((FOLDER / "kuberay.yaml").read_text())["spec"]["rayClusterConfig"]
    containers = [
        container
        for group in (ray["headGroupSpec"], *ray["workerGroupSpecs"])
        for container in group["template"]["spec"]["containers"]
    ]
    names = {*compose["services"]["person"]["environment"]}
    for container in containers:
        told = {one["name"]: one.get("value") for one in container["env"]}
        assert told.pop("RAY_USAGE_STATS_ENABLED") == "0"
        names |= told.keys()
    assert names <= SETTINGS and "T2I_PERSON_STORE" in names


@pytest.mark.slow
def test_serve_takes_its_part_of_the_kuberay_example():
    schema = pytest.importorskip("ray.serve.schema", reason="RAY SERVE IS NOT TESTED: pip install '.[ray]'")
    spec = yaml.safe_load((FOLDER / "kuberay.yaml").read_text())["spec"]
    told = schema.ServeDeploySchema.model_validate(yaml.safe_load(spec["serveConfigV2"]))
    (app,) = told.applications
    known = set(re.findall(r'name="(\w+)"', (FOLDER.parent / "src/t2i_person/serve_ray.py").read_text()))
    assert {one.name for one in app.deployments} <= known == {"Doors", "Reading", "Drawing"}


def test_the_proxy_of_compose_is_that_of_the_docs():
    """But for names, and for going on at the next replica."""
    lines = {line.split("#")[0].strip() for line in (FOLDER / "nginx.conf").read_text().splitlines()}
    docs = (FOLDER.parent / "docs" / "proxy.md").read_text("utf-8")
    documented = {
        line.split("#")[0].strip() for line in re.search(r"```nginx\n(.*?)```", docs, re.S)[1].splitlines()
    }
    assert documented - lines == {"server 127.0.0.1:9008;", "keepalive 16;", "server_name localhost;"}


def test_the_recipe_of_a_release():
    """Its workflow runs what the page says to run, and may sign what it builds."""
    page = (FOLDER.parent / "docs" / "releasing.md").read_text("utf-8")
    (job,) = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.S)[1])["jobs"].values()
    by_hand = re.search(r"```bash\n(.*?)```", page, re.S)[1]
    said = [line.split("  #")[0].strip() for line in by_hand.splitlines()]
    commands = [line.strip() for step in job["steps"] for line in step.get("run", "").splitlines()]
    built = [line.replace("-o t2i", "-o dist/t2i") for line in commands if "build/" in line]
    assert built == said[: len(built)] and len(built) == 7
    used = {step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step}
    assert {"actions/attest-build-provenance", "actions/attest-sbom", "pypa/gh-action-pypi-publish"} <= used
    assert job["permissions"] == {"contents": "write", "id-token": "write", "attestations": "write"}
