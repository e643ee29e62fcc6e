// One portrait, changed: sliders answer with drafts at once, the whole picture follows when the hand rests.

import { call } from "./api.js";
import { named } from "./editor.js";
import { fileName, replace, source } from "./gallery.js";
import { keep } from "./kept.js";
import { agreed, decimal, reason, said, shown, t, trouble } from "./words.js";

const dialog = document.querySelector("#tuner"), image = document.querySelector("#tuner-image"), spin = dialog.querySelector(".spin");
const sliders = document.querySelector("#sliders"), moreBox = document.querySelector("#more-box"), more = document.querySelector("#more-sliders"), change = document.querySelector("#change"), go = document.querySelector("#change-go");
const note = document.querySelector("#tuner-note"), undo = document.querySelector("#undo"), save = document.querySelector("#tuner-save");
const keepName = document.querySelector("#keep-name"), keepGo = document.querySelector("#keep-go");
let card = null, base = null, history = [], drafting = null, wanted = null, whole = null, resting = 0;

export function open(chosen) {
  card = chosen;
  history = [];
  moreBox.hidden = true;
  more.replaceChildren(); // of another portrait
  settle(card.portrait, true);
  note.textContent = "";
  change.value = "";
  keepName.value = named(card.person);
  dialog.showModal();
}

function settle(portrait, anew = false) {
  base = portrait;
  card.portrait === portrait || replace(card, portrait);
  document.querySelector("#tuner-title").textContent = named(card.person);
  image.src = source(portrait);
  image.alt = t.portraitAlt(named(card.person), shown(portrait, card.person));
  save.href = source(portrait);
  save.download = fileName(card);
  undo.disabled = !history.length;
  // Whoever holds a slider keeps it: one that is offered stays among those when it is moved, but not when words brought it.
  const { strengths } = portrait, offers = [...more.querySelectorAll("input")], there = [...sliders.querySelectorAll("input")];
  const aside = anew ? [] : offers.filter((input) => input === document.activeElement || Number(input.value) || !(input.name in strengths));
  if (!anew) for (const input of offers) aside.includes(input) || input.parentElement.remove();
  const names = Object.keys(strengths).filter((name) => !aside.some((input) => input.name === name));
  if (!names.length) {
    const none = document.createElement("p");
    none.className = "note";
    none.textContent = t.noSliders;
    sliders.replaceChildren(none);
  } else if (anew || names.join("\n") !== there.map((input) => input.name).join("\n")) {
    const held = there.find((input) => input === document.activeElement)?.name;
    sliders.replaceChildren(...names.map((name, i) => slider(name, strengths[name], i)));
    [...sliders.querySelectorAll("input")].find((input) => input.name === held)?.focus();
  }
  for (const input of sliders.querySelectorAll("input")) put(input, strengths[input.name]);
  for (const input of aside) put(input, strengths[input.name] ?? 0);
  if (anew) offer();
}

/** Sliders for what nobody said; without them the page is as good. */
async function offer() {
  const mine = card;
  const all = await offered().catch(() => []);
  if (card !== mine) return;
  const others = all.filter((name) => !(name in base.strengths));
  more.replaceChildren(...others.map((name, i) => slider(name, 0, `more-${i}`, 1)));
  moreBox.hidden = !others.length;
}

/** What the pack offers beside the features that were said. */
async function offered() {
  const { packs } = await call("GET", "v1/packs"), chosen = document.querySelector("#pack").value;
  return (packs.find((pack) => (chosen ? pack.name === chosen : pack.default)) ?? packs[0]).offers;
}

/** What was said may be twice as strong; what the pack offers ends at 1, where its faces end. */
function slider(name, value, i, end = 2) {
  const row = document.createElement("div"), label = document.createElement("label"), out = document.createElement("output"), input = document.createElement("input");
  row.className = "slider";
  Object.assign(input, { type: "range", min: -end, max: end, step: 0.1, name, id: `slider-${i}` });
  label.htmlFor = out.htmlFor = input.id;
  label.textContent = spoken(name);
  input.addEventListener("input", () => { put(input, input.value); draft(); });
  input.addEventListener("change", rest);
  row.append(label, out, input);
  put(input, value);
  return row;
}

const spoken = (name) => agreed(said(name, card.person.features), card.person);

function put(input, value) {
  input.value = value;
  input.parentElement.querySelector("output").textContent = decimal(value, 1);
}

const moved = () => [...sliders.querySelectorAll("input"), ...[...more.querySelectorAll("input")].filter((input) => Number(input.value) || input.name in base.strengths)];
const strengths = () => Object.fromEntries(moved().map((input) => [input.name, Number(input.value)]));

/** One draft is under way at a time; the newest wish waits for it, those between are skipped. */
async function draft() {
  clearTimeout(resting);
  wanted = strengths();
  if (drafting) return;
  const mine = base;
  drafting = true;
  try {
    while (wanted && base === mine) {
      const asked = wanted;
      wanted = null;
      const portrait = await call("POST", "v1/edit", { portrait: mine.id, strengths: asked, draft: true });
      if (base === mine && !whole) image.src = portrait.image;
    }
  } catch (error) {
    fail(error);
  } finally {
    drafting = null;
  }
}

function rest() {
  clearTimeout(resting);
  resting = setTimeout(() => commit({ strengths: strengths() }), 250);
}

async function commit(wish) {
  whole?.abort();
  const mine = (whole = new AbortController()), from = base;
  spin.hidden = false;
  note.textContent = "";
  try {
    const portrait = await call("POST", "v1/edit", { portrait: from.id, ...wish }, mine.signal);
    if (whole !== mine) return;
    history.push(from);
    settle(portrait);
    const missing = Object.entries(portrait.not_drawn).map(([what, why]) => `${spoken(what)} — ${reason(why)}`);
    note.textContent = missing.length ? `${t.notDrawn} ${missing.join("; ")}` : t.changed;
    if (wish.text) change.value = "";
  } catch (error) {
    if (error.name !== "AbortError") fail(error);
  } finally {
    if (whole === mine) { whole = null; spin.hidden = true; }
  }
}

async function keepPerson() {
  const name = keepName.value.replace(/[/\\]/g, " ").trim();
  if (!/[^.]/.test(name)) return keepName.focus(); // empty, or a path to somewhere else
  try {
    await keep(name, base.id);
    note.textContent = t.keepDone(name);
  } catch (error) {
    fail(error);
  }
}

function fail(error) {
  note.textContent = error.code === "cannot_draw" || error.code === "not_russian" ? t.cannotChange : trouble(error);
}

undo.addEventListener("click", () => {
  const last = history.pop();
  if (last) settle(last, true);
  note.textContent = "";
  if (undo.disabled) change.focus();
});
go.addEventListener("click", () => change.value.trim() && commit({ text: change.value.trim() }));
change.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); go.click(); } });
keepGo.addEventListener("click", keepPerson);
keepName.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); keepGo.click(); } });
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
