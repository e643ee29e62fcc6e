"""Below a path prefix, through the nginx and the Caddy of docs/proxy.md."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from t2i_person import T2IError
from t2i_person.service.settings import Settings, is_prefix

from .conftest import Server, free_port, http
from .doors.test_page import browser, browser_needed, playwright, portraits, visit, write  # noqa: F401

PAGE = (Path(__file__).parents[2] / "docs" / "proxy.md").read_text("utf-8")
ORDER = {"text": "Девушка в очках.", "seed": 1, "steps": 0, "size": 256, "background": "kept"}
NGINX = """
{user} daemon off; pid {folder}/pid; error_log stderr; events {{}}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; {site} }}
"""


def proxied(kind: str, folder: Path, port: int, upstream: int) -> list[str]:
    """The command that starts a proxy with the lines of the docs."""
    site = re.search(rf"```{kind}\n(.*?)```", PAGE, re.S)[1]
    site = site.replace("9008", str(upstream)).replace("8080", str(port))
    if kind == "nginx":
        user = "user root;" if os.geteuid() == 0 else ""  # for it to write to a folder of the tests
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, site=site, user=user))
        return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    (folder / "Caddyfile").write_text(
        "{\nadmin off\n}\n" + site.replace("localhost:", "http://localhost:", 1)
    )
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory, server: Server) -> Iterator[str]:
    """Address of the server's prefix, at a proxy."""
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param} here (Debian: apt-get install {request.param})")
    folder, port = tmp_path_factory.mktemp(request.param), free_port()
    command = proxied(request.param, folder, port, server.port)
    env = {"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/bin"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
    try:
        address, end = f"http://localhost:{port}/faces", time.monotonic() + 30
        while time.monotonic() < end and process.poll() is None:
            try:
                if http.get(f"{address}/healthz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        assert process.poll() is None, (folder / "log").read_text()
        yield address
    finally:
        process.terminate()
        process.wait(30)


def test_links_and_events_of_a_job(server, proxy):
    server.until_idle()
    site = proxy.removesuffix("/faces")
    answer = http.post(f"{proxy}/v1/jobs", json=ORDER)
    job = answer.json()
    assert answer.status_code == 202 and answer.headers["location"] == job["url"]
    assert job["url"] == f"/faces/v1/jobs/{job['id']}" and job["events"] == f"{job['url']}/events"
    came, last = [], ""
    with http.stream("GET", site + job["events"], timeout=60) as stream:
        for line in stream.iter_lines():
            if line.startswith("event: "):
                came.append(time.monotonic())
            if line.startswith("data: "):
                last = line
    assert came[-1] - came[0] > 0.2, "they come as they happen, not all at the end"
    done = http.get(site + job["url"]).json()
    url = done["characters"][0]["portraits"][0]["url"]
    assert url.startswith("/faces/v1/images/") and f'"url": "{url}"' in last
    picture = http.get(site + url)
    assert picture.content == server.get(url.removeprefix("/faces")).content
    assert http.post(f"{proxy}/v1/edit", json={"portrait": "x" * (2 << 20)}).status_code == 422
    straight = server.get(job["url"].removeprefix("/faces")).json()
    assert straight["url"] == f"/v1/jobs/{job['id']}", "each answer has the prefix of its own request"


def test_pages_and_redirects(server, proxy):
    site = proxy.removesuffix("/faces")
    answer = http.get(proxy)
    assert answer.status_code == 308 and answer.headers["location"].removeprefix(site) == "/faces/"
    for page in ("/", "/docs"):
        found = http.get(proxy + page)
        assert found.status_code == 200
        for link in re.findall(r'(?:href|src)="([\w./]+)"', found.text):
            assert http.get(str(httpx.URL(proxy + page).join(link))).status_code == 200, link
    slash = http.get(f"{proxy}/v1/packs/")
    assert slash.status_code == 307 and slash.headers["location"] == f"{proxy}/v1/packs"
    assert http.get(f"{proxy}/openapi.json").json()["servers"] == [{"url": "/faces"}]


@browser_needed
@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
def test_the_page_draws(server, proxy, visit):  # noqa: F811
    server.until_idle()
    page = visit(proxy.removesuffix("/faces"), "/faces/#seed=1")
    write(page, ORDER["text"])
    page.get_by_role("button", name="Нарисовать").click()
    portraits(page, 1)
    page.wait_for_function("document.querySelector('.card.done img').naturalWidth")


def test_head_on_every_get(server):
    paths = server.get("/openapi.json").json()["paths"]
    gets = [path for path, methods in paths.items() if "get" in methods]
    assert len(gets) > 10
    for path in [*gets, "/", "/static/style.css", "/docs", "/openapi.json"]:
        address = server.url + re.sub(r"\{\w+\}", "none", path)
        got, head = http.get(address), http.head(address)
        assert head.status_code == got.status_code and not head.content, path
        assert head.headers["content-type"] == got.headers["content-type"]


def test_a_fixed_prefix_and_whom_to_believe(serve, server):
    own = serve("--root-path", "/faces", "--proxies", "10.0.0.1")
    told = {"X-Forwarded-Prefix": "/other"}
    order = {"prompt": ORDER["text"], "size": "256x256", "response_format": "url"}
    pictures = http.post(  # meanwhile; other tests' drawings may be in the way
        f"{server.url}/v1/images/generations", json=order, headers=told, timeout=60
    ).json()
    url = pictures["data"][0]["url"]
    assert url.startswith(f"{server.url}/other/v1/images/") and server.get(url[len(server.url) :]).is_error
    assert http.get(url, headers=told).status_code == 200
    while own.process.poll() is None:  # it need not be ready to say where things are
        try:
            assert own.get("/healthz").status_code == 200
            break
        except httpx.TransportError:
            time.sleep(0.05)
    for way in ("", "/faces"):  # cut off by the proxy, or not
        slash = own.get(f"{way}/v1/jobs/none/", **told)
        assert slash.status_code == 307 and slash.headers["location"] == f"{own.url}/faces/v1/jobs/none"
        assert http.head(f"{own.url}{way}/docs").status_code == 200
    assert own.get("/faces", **told).headers["location"] == "/faces/"
    for wrong in ("//evil.example", "/v1", "/a/../b", "/a b"):  # from a trusted address, and no prefix
        assert server.get("/openapi.json", **{"X-Forwarded-Prefix": wrong}).json().get("servers") is None
    assert own.stop() == 0


def test_wrong_settings():
    assert is_prefix("/faces") and is_prefix("/a/b-1")
    for wrong in ("faces", "/", "/faces/", "//a", "/v1", "/docs", "/a/./b"):
        with pytest.raises(T2IError, match="--root-path is a path such as /faces"):
            Settings(root_path=wrong).check()
    with pytest.raises(T2IError, match=r"--proxies.*127\.0\.0\.1"):
        Settings(proxies="localhost").check()
