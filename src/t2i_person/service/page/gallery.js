// Portraits: a card for each, from the first blurred preview to the finished picture.

import { below, bytes } from "./api.js";
import { chips, kind, named } from "./editor.js";
import { agreed, reason, remark, said, shown, t } from "./words.js";
import { zip } from "./zip.js";

const cast = document.querySelector("#cast"), empty = document.querySelector("#empty"), tools = document.querySelector("#tools");
const SILHOUETTE = "M50 14c13 0 21 10 21 23 0 15-9 27-21 27S29 52 29 37c0-13 8-23 21-23ZM4 100c3-21 20-32 46-32s43 11 46 32Z";
const cards = new Map(); // "character/portrait" -> card
let tune = () => {};

export const onTune = (action) => { tune = action; };
export const portraits = () => [...cards.values()].filter((card) => card.portrait).map((card) => card.portrait);

export function clear() {
  cards.clear();
  cast.replaceChildren();
  empty.hidden = false;
  tools.hidden = true;
}

/** A section for each character with a waiting card for each portrait it will get. */
export function lay(characters, each, only) {
  for (const person of characters) {
    if (only && !only.includes(person.index)) continue;
    const section = sectionOf(person);
    for (let k = section.cards.length; k < Math.min(person.count, 8) * each; k++) cardOf(person, k);
  }
}

const sections = new Map();
function sectionOf(person) {
  const known = sections.get(person.index);
  if (known?.element.isConnected) {
    if (person.cast) { known.person = person; showSection(known); }
    return known;
  }
  empty.hidden = true;
  const element = document.createElement("section"), title = document.createElement("h3"), small = document.createElement("small");
  element.className = "person";
  title.id = `who-${person.index}`;
  element.setAttribute("aria-labelledby", title.id);
  const row = document.createElement("div");
  row.className = "portraits";
  const notes = document.createElement("p");
  notes.className = "note";
  title.append(`${named(person)} `, small);
  element.append(title, chips(person, false), notes, row);
  cast.append(element);
  const section = { element, row, small, notes, person, cards: [] };
  sections.set(person.index, section);
  showSection(section);
  return section;
}

function showSection(section) {
  const { person } = section;
  section.small.textContent = [kind(person), person.cast && t.keptAs(person.cast)].filter(Boolean).join(" · ");
  section.element.querySelector(".chips").replaceWith(chips(person, false));
}

function cardOf(person, k) {
  const id = `${person.index}/${k}`;
  if (cards.has(id)) return cards.get(id);
  const section = sectionOf(person), element = document.createElement("article");
  element.className = "card waiting";
  const figure = document.createElement("div");
  figure.className = "checker";
  figure.innerHTML = `<svg viewBox="0 0 100 100" aria-hidden="true"><path d="${SILHOUETTE}"/></svg>`;
  element.append(figure);
  section.row.append(element);
  const card = { element, person, k, portrait: null, url: "" };
  section.cards.push(card);
  cards.set(id, card);
  return card;
}

export function preview(person, k, image, part) {
  const card = cardOf(person, k);
  if (card.portrait) return;
  card.element.classList.add("seen");
  const figure = card.element.querySelector(".checker");
  let shown = figure.querySelector("img");
  if (!shown) {
    shown = document.createElement("img");
    shown.alt = "";
    const bar = document.createElement("div");
    bar.className = "bar";
    bar.innerHTML = "<i></i>";
    figure.append(shown, bar);
  }
  shown.src = image;
  figure.querySelector("i").style.width = `${Math.round(part * 100)}%`;
}

export function finish(person, k, portrait) {
  const card = cardOf(person, k);
  card.portrait = portrait;
  show(card);
  tools.hidden = false;
}

export const fileName = (card) => `${named(card.person).replace(/[^\p{L}\p{N}-]+/gu, "-")}-${card.portrait.seed}${card.edited ? `-${card.edited}` : ""}.png`;
export const source = (portrait) => below(portrait.url);

async function show(card) {
  const { element, person, portrait } = card;
  const spoken = (name) => agreed(said(name, person.features), person), words = shown(portrait, person);
  const picture = document.createElement("button"), img = document.createElement("img");
  picture.type = "button";
  picture.className = "checker";
  picture.setAttribute("aria-label", `${t.tune}: ${t.portraitAlt(named(person), words)}`);
  img.src = source(portrait);
  img.alt = t.portraitAlt(named(person), words);
  img.width = portrait.width;
  img.height = portrait.height;
  picture.append(img);
  picture.addEventListener("click", () => tune(card));

  const about = document.createElement("div"), row = document.createElement("div"), small = document.createElement("small"), buttons = document.createElement("span");
  about.className = "about";
  const missing = Object.entries(portrait.not_drawn);
  if (missing.length) {
    const note = document.createElement("p"), title = document.createElement("b");
    note.className = "note";
    title.textContent = t.notDrawn;
    note.append(title, " ", missing.map(([what, why]) => `${spoken(what)} — ${reason(why)}`).join("; "));
    about.append(note);
  }
  row.className = "row";
  small.textContent = portrait.age_found ? t.age(portrait.age_found) : "";
  const change = document.createElement("button"), save = document.createElement("a");
  change.type = "button";
  change.className = "quiet";
  change.textContent = t.tune;
  change.addEventListener("click", () => tune(card));
  save.className = "button quiet";
  save.textContent = t.save;
  save.href = source(portrait);
  save.download = fileName(card);
  buttons.append(change, save);
  row.append(small, buttons);
  about.append(row);
  // Until it is decoded the preview stays, and nothing flickers; but a browser too busy to paint may never say so.
  await Promise.race([img.decode().catch(() => {}), new Promise((late) => setTimeout(late, 3000))]);
  if (card.portrait !== portrait) return;
  element.className = "card done";
  const kept = document.activeElement && element.contains(document.activeElement);
  element.replaceChildren(picture, about);
  if (kept) picture.focus();
}

export function replace(card, portrait) {
  card.edited = (card.edited ?? 0) + 1;
  card.portrait = portrait;
  show(card);
}

export function note(index, words) {
  const section = sections.get(index);
  if (section) section.notes.textContent = remark(words);
}

/** Waiting cards go; what is finished stays. */
export function settle() {
  for (const [id, card] of cards) if (!card.portrait) { card.element.remove(); cards.delete(id); }
  for (const section of sections.values()) {
    section.cards = section.cards.filter((card) => card.portrait);
    if (!section.cards.length && !section.notes.textContent) section.element.remove();
  }
  empty.hidden = cast.childElementCount > 0;
}

export function retell() {
  for (const section of sections.values()) if (section.element.isConnected) showSection(section);
  for (const card of cards.values()) if (card.portrait) show(card);
}

/** One file with all of them; `progress(done, all)` on the way. */
export async function pack(progress) {
  const ready = [...cards.values()].filter((card) => card.portrait), files = [];
  const names = new Set();
  for (const card of ready) {
    progress(files.length, ready.length);
    let name = fileName(card);
    for (let n = 2; names.has(name); n++) name = fileName(card).replace(/\.png$/, `-${n}.png`);
    names.add(name);
    files.push([name, await bytes(source(card.portrait))]);
  }
  return zip(files);
}

export function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
