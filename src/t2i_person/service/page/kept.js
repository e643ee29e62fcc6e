// People kept by name on the server: in a text that names one of them, the same person is drawn again.

import { below, bytes, call } from "./api.js";
import { t } from "./words.js";

const box = document.querySelector("#kept-box"), list = document.querySelector("#kept");
const address = (name) => `v1/cast/${encodeURIComponent(name)}`;
let failed = () => {}, told = () => {};

export function start(onFailure, onNews) { failed = onFailure; told = onNews; }

/** Keep a portrait's person; whoever had the name is replaced. */
export async function keep(name, portrait) {
  await call("PUT", address(name), { portrait });
  await load();
}

export async function load() {
  const { cast } = await call("GET", "v1/cast");
  list.replaceChildren(...cast.map(item));
  box.hidden = !cast.length;
}

export function retell() { for (const button of list.querySelectorAll("button")) label(button); }

function item({ name, image }) {
  const row = document.createElement("li"), face = document.createElement("img"), words = document.createElement("span"), button = document.createElement("button");
  face.alt = "";
  show(face, below(image)).catch(() => face.remove());
  words.textContent = name;
  button.type = "button";
  button.className = "quiet";
  button.textContent = "✕";
  button.dataset.name = name;
  label(button);
  button.addEventListener("click", () => forget(name, button).catch(failed));
  row.append(face, words, button);
  return row;
}

const label = (button) => { button.title = t.forget(button.dataset.name); button.setAttribute("aria-label", button.title); };

/** Fetched rather than linked: a server with keys asks for one here. */
async function show(face, path) {
  const place = URL.createObjectURL(new Blob([await bytes(path)], { type: "image/webp" }));
  face.onload = () => URL.revokeObjectURL(place);
  face.src = place;
}

async function forget(name, button) {
  const at = [...list.querySelectorAll("button")].indexOf(button);
  await call("DELETE", address(name)).catch((error) => { if (error.code !== "not_found") throw error; });
  await load();
  told(t.forgotten(name));
  const left = list.querySelectorAll("button");
  (left[Math.min(at, left.length - 1)] ?? document.querySelector("#text")).focus();
}
