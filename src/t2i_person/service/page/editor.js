// The text: read by the server as it is written, its people and features lit up behind the letters.

import { call } from "./api.js";
import { agreed, saysSex, t, trouble } from "./words.js";

const HUES = { hair_color: "hair", hair_style: "hair", facial_hair: "hair", face: "face", eyes: "face", skin: "face",
  clothes: "wear", headwear: "wear", accessory: "wear", age: "age", build: "age", expression: "mood" };
const FIRST = 8; // people ticked at once
export const hue = (category) => HUES[category] ?? "rest";

const area = document.querySelector("#text"), marks = document.querySelector("#marks");
const box = document.querySelector("#people-box"), list = document.querySelector("#people");
const title = document.querySelector("#people-title"), everybody = document.querySelector("#everybody");
let spans = [], people = [], readText = "", asking = null, timer = 0, before = "", failed = () => {}, draws = null, busy = null, frame = 0;
let ticked = new Set();

export const text = () => area.value;
export const setDraws = (pack) => { draws = pack && new Set(pack.draws); showPeople(); };

export function start(onFailure, onInput) {
  failed = onFailure;
  area.addEventListener("input", () => { follow(); onInput(); });
  area.addEventListener("scroll", () => { marks.scrollTop = area.scrollTop; });
  everybody.addEventListener("click", () => { ticked = new Set(people.map((_, i) => i)); showPeople(); });
}

export function write(words) {
  area.value = words;
  area.setSelectionRange(0, 0);
  area.scrollTop = 0;
  area.dispatchEvent(new Event("input"));
}

/** The indexes to draw, or null for all; the text is read to its end first. */
export async function chosen() {
  if (readText !== area.value || asking) await read();
  return ticked.size && ticked.size < people.length ? [...ticked].sort((a, b) => a - b) : null;
}

/** Keep the marks on their words while letters come and go; what was touched loses its light until it is read again. */
function follow() {
  const now = area.value, most = Math.min(before.length, now.length);
  let head = 0, tail = 0;
  while (head < most && before[head] === now[head]) head++;
  while (tail < most - head && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const shift = now.length - before.length, touched = before.length - tail;
  spans = spans.filter((s) => s.end < head || s.start > touched || (s.end === head && shift < 0)).map((s) =>
    s.start >= touched && s.start >= head ? { ...s, start: s.start + shift, end: s.end + shift } : s);
  before = now;
  light();
  clearTimeout(timer);
  asking?.abort();
  asking = null;
  if (!now.trim()) { people = []; readText = now; spans = []; showPeople(); light(); return; }
  timer = setTimeout(() => read().catch(() => {}), now.length > 20_000 ? 900 : now.length > 2_000 ? 450 : 250);
}

export async function read() {
  clearTimeout(timer);
  const words = area.value;
  if (!words.trim()) return;
  if (busy && busy.words === words) return busy.work;
  asking?.abort();
  const mine = (asking = new AbortController());
  box.hidden = false;
  if (!people.length) title.textContent = t.reading;
  const work = call("POST", "v1/describe", { text: words }, mine.signal).then((said) => {
    if (words !== area.value) return;
    const before = people;
    people = said.characters;
    readText = words;
    const same = people.length === before.length && people.every((p, i) => p.head === before[i].head);
    if (!same) ticked = new Set(people.slice(0, FIRST).map((_, i) => i));
    spans = toSpans(words, people);
    light();
    showPeople();
  }).catch((error) => {
    if (error.name === "AbortError") return;
    if (error.code === "not_russian") unread(error);
    else {
      if (!people.length) box.hidden = true;
      failed(error);
    }
    throw error;
  }).finally(() => { if (asking === mine) asking = null; if (busy?.work === work) busy = null; });
  busy = { words, work };
  return work;
}

/** Said beside the text, not in an alert: somebody may only have begun to write. */
function unread(error) {
  people = [];
  spans = [];
  light();
  showPeople();
  box.hidden = false;
  title.textContent = trouble(error);
}

/** Marks without overlap, in UTF-16 units; the server counts code points. */
function toSpans(words, characters) {
  let unit = (n) => n;
  if (/[\ud800-\udbff]/.test(words)) {
    const at = [0];
    for (const letter of words) at.push(at.at(-1) + letter.length);
    unit = (n) => at[Math.min(n, at.length - 1)];
  }
  const found = [];
  characters.forEach((person, who) => {
    for (const f of person.features) found.push({ start: unit(f.start), end: unit(f.end), look: `${hue(f.category)}${f.negated ? " not" : ""}`, who });
    found.push({ start: unit(person.start), end: unit(person.end), look: "head", who });
  });
  found.sort((a, b) => a.start - b.start || b.end - a.end || (a.look === "head") - (b.look === "head"));
  const clear = [];
  for (const span of found) {
    const last = clear.at(-1);
    if (last && span.start < last.end) {
      if (span.look === "head" && span.start === last.start && span.end === last.end) last.look += " head";
      continue;
    }
    clear.push(span);
  }
  return clear;
}

/** Once a frame at most: in a book each letter costs a layout. */
function light() {
  frame ||= requestAnimationFrame(paint);
}

function paint() {
  frame = 0;
  const words = area.value, parts = document.createDocumentFragment();
  let at = 0;
  for (const span of spans) {
    if (span.start > at) parts.append(words.slice(at, span.start));
    const mark = document.createElement("mark");
    mark.className = span.look;
    mark.textContent = words.slice(span.start, span.end);
    parts.append(mark);
    at = span.end;
  }
  parts.append(`${words.slice(at)}\n`);
  marks.replaceChildren(parts);
  marks.scrollTop = area.scrollTop;
}

export function showPeople() {
  const words = area.value.trim();
  box.hidden = !words || (readText !== area.value && !people.length);
  title.textContent = people.length ? t.people(people.length) : t.nobody;
  everybody.hidden = ticked.size === people.length;
  list.replaceChildren(...people.map((person, i) => {
    const item = document.createElement("li"), tick = document.createElement("input"), label = document.createElement("label");
    tick.type = "checkbox";
    tick.id = `person-${i}`;
    tick.checked = ticked.has(i);
    tick.hidden = people.length < 2;
    tick.addEventListener("change", () => { tick.checked ? ticked.add(i) : ticked.delete(i); everybody.hidden = ticked.size === people.length; });
    label.htmlFor = tick.id;
    const small = document.createElement("small");
    small.textContent = kind(person);
    label.append(`${named(person)} `, small);
    item.append(tick, label, chips(person, true));
    return item;
  }));
}

/** "Блондинка": as in a dictionary, with a capital. */
export const named = ({ lemma }) => lemma[0].toUpperCase() + lemma.slice(1);

/** "женщина × 2", where the name does not say it. */
export function kind(person) {
  const gender = saysSex(person.lemma) ? "" : t[person.gender];
  return [gender, person.count > 1 ? `× ${person.count}` : ""].filter(Boolean).join(" ");
}

export function chips(person, seek) {
  const row = document.createElement("div");
  row.className = "chips";
  const seen = new Set();
  for (const f of person.features) {
    if (seen.has(f.normalized + f.negated)) continue;
    seen.add(f.normalized + f.negated);
    const chip = document.createElement(seek ? "button" : "span");
    const unable = draws && !draws.has(f.category);
    chip.className = `chip ${hue(f.category)}${f.negated ? " not" : ""}${unable ? " unable" : ""}`;
    if (f.negated) chip.append(hidden(t.without));
    chip.append(agreed(f.normalized, person));
    if (seek) {
      chip.type = "button";
      chip.title = unable ? t.unable : t.find;
      if (unable) chip.append(hidden(` (${t.unable})`));
      chip.addEventListener("click", () => show(f));
    }
    row.append(chip);
  }
  return row;
}

function hidden(words) {
  const span = document.createElement("span");
  span.className = "sr";
  span.textContent = words;
  return span;
}

function show(feature) {
  const unit = (n) => [...area.value].slice(0, n).join("").length;
  const [start, end] = [unit(feature.start), unit(feature.end)];
  area.focus();
  area.setSelectionRange(start, end);
  const mark = [...marks.children].find((_, i) => spans[i]?.start <= start && start < spans[i]?.end);
  if (mark) area.scrollTop = marks.scrollTop = mark.offsetTop - area.clientHeight / 3;
}
