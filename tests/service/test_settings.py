"""What a server can be told."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from t2i_person import T2IError
from t2i_person.service import doors
from t2i_person.service.settings import OURS, PREFIX, Settings, options


def test_each_setting_is_in_the_docs():
    table = (Path(__file__).parents[2] / "docs" / "service.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(--[a-z-]+)` \| `(\w+)` \|", table, re.M))
    expected = {f"--{p.name.replace('_', '-')}": PREFIX + p.name.upper() for p in options()}
    assert rows == expected


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"api_keys": "ключ"}, "signs of ASCII"),
        ({"data": "~nouser/x"}, "--data"),
        ({"host": ""}, "--host"),
    ],
)
def test_settings_that_would_not_do_what_they_say(wrong, says):
    with pytest.raises(T2IError, match=says):
        Settings(**wrong).check()


def test_no_prefix_of_a_proxy_can_be_an_address():
    modules = [import_module(f"{doors.__name__}.{one.name}") for one in iter_modules(doors.__path__)]
    routers = [module.router for module in modules if hasattr(module, "router")]
    first = {route.path.split("/")[1] for router in routers for route in router.routes}
    assert len(routers) > 5 and first - {""} | {"openapi.json"} == OURS
