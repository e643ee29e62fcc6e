"""Pictures of the page in all its states, for the docs: a real Chromium before a real server.

    python -m lab page                 # docs/images/page-*.jpg, a few minutes; needs Chromium and the tests' packages

The default pack draws. Nothing is chosen: all are of seed 0.
"""

import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from lab.sheet import IMAGES

SAMPLE = "Блондинка в голубой кофте шла по улице."
BOOK = (
    "У окна сидела Анна Сергеевна, полная дама в чёрном платье. Рядом стоял её сын Павел, рыжий юноша в очках. "
    "Старый доктор с седой бородой читал газету. Вошла Лида, хорошенькая брюнетка с длинными волосами."
)
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
SLOW = 240_000  # ms; a shared machine may take long over a portrait


def main() -> None:
    """Visit the states one after another."""
    expect.set_options(timeout=SLOW)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("No Chromium here (Debian: apt-get install chromium).")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as data:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        with server(data) as (url, process):
            on_a_desktop(browser, url)
            elsewhere(browser, url)
            page = visit(browser, url)
            page.get_by_label("Кого нарисовать?").fill("Девушка в очках.")
            page.get_by_role("button", name="Нарисовать").click()
            expect(page.locator(".waiting.seen img").first).to_be_visible()
            process.send_signal(signal.SIGKILL)
            expect(page.get_by_role("alert")).to_contain_text("Сервер не отвечает")
            save(page, "page-offline")
        with server(data, "--api-keys", "owl-1") as (url, _):
            page = visit(browser, url)
            expect(page.get_by_label("Ключ API")).to_be_visible()
            save(page, "page-key")
        browser.close()


def on_a_desktop(browser: Browser, url: str) -> None:
    """From the empty page to sliders, and a book."""
    page = visit(browser, url)
    expect(page.locator("#licence")).not_to_be_empty()
    save(page, "page-empty")
    page.get_by_label("Кого нарисовать?").fill("A blonde woman in a light-blue sweater.")
    page.get_by_role("button", name="Нарисовать").click()
    expect(page.get_by_role("alert")).to_be_visible()
    save(page, "page-not-russian")
    page.reload()
    page.get_by_label("Кого нарисовать?").fill(SAMPLE)
    expect(page.locator("#marks mark")).to_have_count(2)
    page.get_by_label("Портретов каждого").fill("3")
    page.get_by_role("button", name="Нарисовать").click()
    expect(page.locator(".waiting.seen img").first).to_be_visible()
    save(page, "page-drawing")
    drawn(page, 3)
    save(page, "page")
    page.locator(".card.done .checker").first.click()
    page.get_by_text("Другие черты").click()
    smile = page.get_by_role("slider", name="улыбка")
    with page.expect_response(lambda answer: answer.url.endswith("/v1/edit") and "draft" not in sent(answer)):
        for _ in range(8):
            smile.press("ArrowRight")
    expect(page.locator("#tuner-note")).to_have_text(re.compile("Изменено|Не получилось"))
    save(page, "page-sliders")
    page.get_by_label("Сохранить человека под именем").fill("Анна")
    page.get_by_label("Сохранить человека под именем").press("Enter")
    expect(page.locator("#tuner-note")).to_contain_text("Анна")
    page.keyboard.press("Escape")
    page.get_by_label("Кого нарисовать?").fill("Утром Анна надела зелёный свитер и вязаную шапку.")
    page.get_by_label("Портретов каждого").fill("1")
    page.get_by_role("button", name="Нарисовать").click()
    drawn(page, 1)
    save(page, "page-kept")
    page.get_by_label("Кого нарисовать?").fill(BOOK)
    expect(page.locator("#people input")).to_have_count(4)
    page.get_by_role("button", name="Нарисовать").click()
    expect(page.locator(".card.done img[alt*='Анна Сергеевна']")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    save(page, "page-book")
    page.get_by_role("button", name="Отменить").click()


def elsewhere(browser: Browser, url: str) -> None:
    """The same page in the dark, on a phone and in English."""
    for name, options in (
        ("page-dark", {"color_scheme": "dark"}),
        ("page-phone", {"viewport": PHONE, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}),
    ):
        page = visit(browser, url, **options)
        page.get_by_label("Кого нарисовать?").fill(
            "Старик в очках и с седой бородой. Девушка с длинными волосами."
        )
        page.get_by_role("button", name="Нарисовать").click()
        drawn(page, 2)
        save(page, name)
    page.get_by_role("button", name="English").click()
    save(page, "page-phone-english")


def drawn(page: Page, count: int) -> None:
    expect(page.locator(".card.done")).to_have_count(count)
    page.locator(".card.done img").first.scroll_into_view_if_needed()


def sent(answer) -> str:
    return answer.request.post_data or ""


def visit(browser: Browser, url: str, **options) -> Page:
    context = browser.new_context(
        **{"locale": "ru-RU", "viewport": WIDE, "reduced_motion": "reduce", **options}
    )
    page = context.new_page()
    page.set_default_timeout(SLOW)
    page.goto(url)
    return page


def save(page: Page, name: str) -> None:
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.thumbnail((1280, 1280))
    picture.save(IMAGES / f"{name}.jpg", quality=82, optimize=True)
    print(name, flush=True)


@contextmanager
def server(data: str, *options: str) -> Iterator[tuple[str, subprocess.Popen]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "t2i_person",
        "serve",
        "--port",
        str(port),
        "--data",
        data,
        "--seed",
        "0",
        *options,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            if process.poll() is not None:
                raise SystemExit(f"The server did not start: {' '.join(map(str, command))}")
            try:
                if httpx.get(url + "/readyz", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.5)
        yield url, process
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
