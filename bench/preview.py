"""How long until somebody who presses *Draw* on the page sees a first portrait?

    python bench/preview.py                   # the embedded pack
    python bench/preview.py --pack faces      # photographs

Starts `t2i-person serve` in a process of its own and opens its page in a real Chromium. The clock starts with
the press of the button and stops when a first preview is decoded and on the screen; both by the browser's own
clock. The models are loaded, and one drawing has been made, as on a server that is in use. Each text is drawn
with each seed. Says the machine's load before each press, for what else runs there counts. Writes
bench/results/preview.json, a pack's figures beside those of the others.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright
from ready import until_ready

RESULTS = Path(__file__).parent / "results" / "preview.json"
TEXTS = (
    "Блондинка в голубой кофте шла по улице.",
    "Старик в шляпе и девушка в красном платье.",
    "Лысый бородатый мужчина в чёрном костюме.",
    "Девушка с длинными чёрными волосами в очках улыбалась.",
    "Старик с розовыми волосами, в клетчатом жилете, красной шляпе и тёмных очках.",  # rare: a search goes on
)
BAR = 3.0  # seconds
# resolves with the milliseconds from the press to the first picture that the browser has decoded and painted
PRESS = """async () => {
    const card = document.querySelector("#draw");
    const start = performance.now();
    card.click();
    for (;;) {
        const shown = [...document.querySelectorAll(".card img")].find((one) => one.src && one.naturalWidth);
        if (shown) {
            await shown.decode();
            await new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)));
            return performance.now() - start;
        }
        await new Promise((later) => setTimeout(later, 10));
    }
}"""


def measured(page: Page, url: str, text: str, seed: int) -> dict:
    """One press, on a page that was opened anew; the drawing is then cancelled."""
    page.goto("about:blank")
    page.goto(f"{url}/#text={text}&seed={seed}")
    page.locator("#people label").first.wait_for()
    load = os.getloadavg()[0]
    seconds = page.evaluate(PRESS) / 1000
    page.get_by_role("button", name="Отменить").click(timeout=60_000)
    while httpx.get(f"{url}/health").json()["busy"]:
        time.sleep(0.1)
    return {"text": text, "seed": seed, "seconds": round(seconds, 2), "load": round(load, 2)}


def presses(url: str, seeds: int) -> list[dict]:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("No Chromium here: install one (Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=browser, args=options)
        page = started.new_page(locale="ru-RU")
        page.set_default_timeout(120_000)
        measured(page, url, TEXTS[0], 99)  # the first drawing warms up
        found = []
        for seed in range(seeds):
            for text in TEXTS:
                found.append(measured(page, url, text, seed))
                print(found[-1], flush=True)
        started.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds from pressing Draw to the first portrait seen.")
    parser.add_argument("--pack", default="embedded")
    parser.add_argument("--seeds", type=int, default=3, help="drawings of each text")
    asked = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    url, folder = f"http://127.0.0.1:{port}", tempfile.mkdtemp()
    command = [sys.executable, "-m", "t2i_person", "serve", "--port", str(port), "--pack", asked.pack]
    with (Path(folder) / "log").open("wb") as log:
        server = subprocess.Popen([*command, "--data", f"{folder}/data"], stdout=log, stderr=log)
    try:
        if not until_ready(server, url):
            sys.exit((Path(folder) / "log").read_text())
        found = presses(url, asked.seeds)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)
    seconds = sorted(one["seconds"] for one in found)
    summary = {
        "cores": os.cpu_count(),
        "median": statistics.median(seconds),
        "slowest": seconds[-1],
        "within_bar": sum(one <= BAR for one in seconds),
        "presses": found,
    }
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(kept | {asked.pack: summary}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{len(found)} presses: median {summary['median']} s, slowest {seconds[-1]} s")


if __name__ == "__main__":
    main()
