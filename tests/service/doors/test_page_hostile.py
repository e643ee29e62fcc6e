"""Strangers' words on the page, in a real Chromium: they are shown as they are, and nothing of them runs."""

import base64
from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from t2i_person.picture import png

from ..conftest import http
from .test_page import browser, browser_needed, playwright, portraits, visit, write  # noqa: F401

pytestmark = [browser_needed, pytest.mark.flaky(reruns=1)]
ELSEWHERE = "http://elsewhere.example"
IMAGE = f"<img src={ELSEWHERE}/x onerror=window.hacked=1>"
SCRIPT = "</textarea><script>window.hacked=1</script>"
NAME = "Старик <b>Борис"  # as the text below calls him
KEPT = ("'\"><svg onload=window.hacked=1>", IMAGE.replace("/", "\\"), "javascript:window.hacked=1", NAME)
STRANGE = (
    "script:not([src^='static/']), #marks > :not(mark), mark *, iframe, b:not(.note b), [src*=else], [onload]"
)
DROP = """([bytes, name]) => {
    const transfer = new DataTransfer();
    if (name) transfer.items.add(new File([new Uint8Array(bytes)], name));
    else transfer.setData("text/plain", new TextDecoder().decode(new Uint8Array(bytes)));
    for (const kind of ["dragenter", "dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true}));
}"""


def harmless(page: Page) -> None:
    """Nothing ran, and nothing became an element. `visit` looks for requests to elsewhere, and for errors."""
    assert page.evaluate("window.hacked") is None
    assert page.locator(STRANGE).evaluate_all("found => found.map((one) => one.outerHTML)") == []


def tampered(server) -> str:
    """A portrait drawn here whose record was written over, in base64."""
    job = server.post("/v1/jobs", text="Старик в очках.", steps=0, size=256, background="kept").json()
    *_, (_, _, done) = server.events(job["events"])
    portrait = done["job"]["characters"][0]["portraits"][0]
    pixels, record = png.decode(server.get(portrait["url"]).content)
    settings = {**record.settings, "again": False}
    for name in ("strengths", "sliders"):
        settings[name] = {**settings.get(name, {}), IMAGE: 1.0, SCRIPT: 0.5}
    settings["scores"] = {**settings.get("scores", {}), IMAGE: 0.5}
    feature = {"text": SCRIPT, "category": "accessory", "normalized": IMAGE}
    about = {**record.character, "head": IMAGE, "lemma": SCRIPT}
    about["features"] = [*record.character["features"], feature]
    evil = replace(record, text=f"{SCRIPT} {IMAGE} Старик.", settings=settings, character=about)
    return base64.b64encode(png.encode(pixels, evil)).decode()


@pytest.mark.parametrize(
    ("text", "chips"),
    [
        (f"Анна{IMAGE} в зелёной шляпе.", ["зелёная шляпа"]),
        (f"Девушка в {IMAGE}голубой кофте.", ["голубая кофта"]),
        (f"{SCRIPT}Старик <b>Борис</b> в очках", ["старый", "очки"]),
        ("Анна\"onmouseover='window.hacked=1' в красном платье \u202eукпеш в", ["красное платье"]),
    ],
)
def test_texts(server, visit, text, chips):  # noqa: F811
    page = visit(server.url)
    write(page, text)
    expect(page.locator(".people .chip")).to_have_text(chips)
    assert page.locator("#marks").text_content() == f"{text}\n"
    page.locator(".people .chip").first.hover()
    page.reload()
    expect(page.locator(".people .chip")).to_have_text(chips)
    assert page.locator("#text").input_value() == text
    harmless(page)


def test_links(server, visit):  # noqa: F811
    """What stands behind the # is anybody's."""
    odd = quote(f"{SCRIPT}{IMAGE} Старик.")
    page = visit(
        server.url, f"/#text={odd}&seed={odd}&each={odd}&size={odd}&steps={odd}&psi={odd}&pack={odd}"
    )
    assert page.locator("#text").input_value() == f"{SCRIPT}{IMAGE} Старик."
    expect(page.locator("#people label")).to_have_count(1)
    for field, kept in {"seed": "", "each": "1", "size": "1024", "steps": "", "psi": "1"}.items():
        expect(page.locator(f"#{field}")).to_have_value(kept)
    harmless(page)
    with page.expect_request(lambda asked: asked.url.endswith("/v1/jobs")) as asked:
        page.get_by_role("button", name="Нарисовать").click()
    assert asked.value.post_data_json == {"text": f"{SCRIPT}{IMAGE} Старик.", "per_character": 1}
    page.get_by_role("button", name="Отменить").click()
    page = visit(server.url, "/#text=Старик&seed=9999999999999999&steps=5000")
    expect(page.locator("#people label")).to_have_count(1)
    with page.expect_request(lambda asked: asked.url.endswith("/v1/jobs")) as asked:
        page.get_by_role("button", name="Нарисовать").click()
    assert asked.value.post_data_json == {"text": "Старик", "per_character": 1, "seed": 2**53 - 1}
    page.get_by_role("button", name="Отменить").click()
    page.locator("#steps").evaluate("field => { field.value = 5000; }")
    page.get_by_role("button", name="Нарисовать").click()
    expect(page.locator("#steps")).to_be_focused()  # what is wrong is shown, though it was folded away
    for link in (
        f"/#{odd}",
        "/#text=%ff%00%E2%80%AE&seed=1",
        f"/#seed=-1&colour={odd}&background=colour&lang={odd}",
    ):
        page = visit(server.url, link)
        expect(page.locator("#licence")).to_contain_text("embedded")
        harmless(page)


def test_files(server, visit):  # noqa: F811
    page = visit(server.url)
    text = page.locator("#text")
    words = f"{SCRIPT}{IMAGE} Старик в шляпе."
    page.evaluate(DROP, [list(words.encode()), f"{IMAGE.replace('/', ':')}.txt"])
    expect(text).to_have_value(words)
    page.evaluate(DROP, [[0, 1], f"{IMAGE.replace('/', ':')}.png"])
    expect(page.get_by_role("alert")).to_contain_text("не текст и не портрет")
    harmless(page)
    page.evaluate(DROP, [list(base64.b64decode(tampered(server))), "portrait.png"])
    expect(text).to_have_value(f"{SCRIPT} {IMAGE} Старик.")
    harmless(page)
    page.evaluate(DROP, [list(f"<i>{words}</i>".encode()), ""])
    expect(text).to_have_value(f"<i>{words}</i>")
    harmless(page)


def test_names_and_records(server, visit):  # noqa: F811
    """Kept under such names, from a file such as that, drawn again, changed, forgotten."""
    code = tampered(server)
    for name in KEPT:
        answer = http.put(f"{server.url}/v1/cast/{quote(name, safe='')}", json={"png": code}, timeout=600)
        assert answer.status_code == 201, answer.text
    page = visit(server.url)
    kept = page.locator("#kept li")
    expect(kept).to_have_count(len(KEPT))
    expect(kept.locator("span")).to_have_text(list(KEPT))
    expect(kept.locator("img").first).to_have_js_property("naturalWidth", 256)
    harmless(page)
    below = visit(server.url, "/faces/", extra_http_headers={"X-Forwarded-Prefix": "/faces"})
    expect(below.locator("#kept img").last).to_have_js_property("naturalWidth", 256)
    write(page, f"{NAME}</b> стоял у окна.")
    page.get_by_role("button", name="Нарисовать").click()
    portraits(page, 1)
    expect(page.get_by_role("heading", level=3)).to_contain_text(f"тот же человек: {NAME}")
    harmless(page)
    page.locator(".card.done .checker").click()
    expect(page.locator("#tuner")).to_be_visible()
    for slider in page.locator("#sliders input").all()[:2]:
        with page.expect_response(lambda answer: answer.url.endswith("/v1/edit")):
            slider.press("ArrowLeft")
    page.get_by_label("Сохранить человека под именем").fill(SCRIPT)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#tuner-note")).to_contain_text("Где в тексте есть «< textarea><script>")
    harmless(page)
    page.keyboard.press("Escape")
    while count := kept.count():
        kept.get_by_role("button").first.click()
        expect(kept).to_have_count(count - 1)
    harmless(page)
    changed = server.post("/v1/edit", png=code, strengths={"очки": 0.5})
    assert changed.status_code == 422 and "<" not in changed.text, changed.text


def test_addresses_and_what_stops_a_script_that_got_in(server, browser):  # noqa: F811
    """What is sent back as an error is no page; and into a page no code comes, even if its author erred."""
    odd = quote(f"{IMAGE}{SCRIPT}", safe="")
    with browser.new_context() as context:
        page = context.new_page()
        for path in (f"/{odd}", f"/v1/jobs/{odd}", f"/v1/images/{odd}", f"/v1/cast/{odd}", f"/?{odd}"):
            answer = page.goto(server.url + path)
            assert answer is not None and answer.headers["x-content-type-options"] == "nosniff"
            assert answer.status == (200 if "?" in path else 404)
            harmless(page)
        for path in ("/", "/docs"):
            page.goto(server.url + path)
            stopped = page.evaluate(
                """async (image) => {
                    const stopped = [];
                    const note = (event) => stopped.push(event.effectiveDirective);
                    document.addEventListener("securitypolicyviolation", note);
                    const script = document.createElement("script");
                    script.textContent = "window.hacked = 1";
                    const there = document.createElement("p");
                    there.innerHTML = image;
                    document.body.append(script, there);
                    await fetch("http://elsewhere.example/").catch(() => 0);
                    there.firstChild.dispatchEvent(new Event("error"));
                    await new Promise((done) => setTimeout(done, 100));
                    return stopped;
                }""",
                IMAGE,
            )
            assert {"script-src-elem", "script-src-attr", "img-src", "connect-src"} <= set(stopped), path
            assert page.evaluate("window.hacked") is None
