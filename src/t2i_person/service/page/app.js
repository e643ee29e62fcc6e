// The page: asks, follows the drawing, and loses nothing that was written.

import { ApiError, below, call, setKey } from "./api.js";
import * as editor from "./editor.js";
import * as gallery from "./gallery.js";
import * as kept from "./kept.js";
import { open as openTuner } from "./tuner.js";
import { openFile } from "./files.js";
import { decimal, lang, remark, speak, t, trouble } from "./words.js";

const $ = (id) => document.getElementById(id);
const form = $("form"), draw = $("draw"), cancel = $("cancel"), work = $("work"), now = $("now"), bar = work.querySelector(".bar");
const EXAMPLES = ["Блондинка в голубой кофте шла по улице.", "Рыжий бородатый мужчина в чёрном костюме и девушка с длинными чёрными волосами в красном платье.", "Старик в очках улыбался пожилой женщине в зелёной шляпе."];
const LONG = 1500; // characters of text that a link can hold
let job = null, events = null, since = 0, retry = 0, watching = 0, aloud = 0, again = 0, pause = 500;

/* Memory: the text, the settings and the drawing under way live through a reload. */
const memory = {
  get(name) { try { return JSON.parse(localStorage.getItem(`t2i.${name}`)); } catch { return null; } },
  set(name, value) { try { localStorage.setItem(`t2i.${name}`, JSON.stringify(value)); } catch { /* full or off: the page works without */ } },
};
let saving = 0;
const remember = () => { clearTimeout(saving); saving = setTimeout(save, 300); };
function save() { clearTimeout(saving); memory.set("text", editor.text()); memory.set("settings", settings()); }
addEventListener("pagehide", save);

function settings() {
  const values = { each: $("each").value, seed: $("seed").value, background: $("background").value, colour: $("colour").value };
  return { ...values, psi: $("psi").dataset.set ? $("psi").value : "", steps: $("steps").value, size: $("size").value, pack: $("pack").value };
}

/** From memory or from a link, which anybody may have written: what a field does not take stays as it was. */
function restore(values) {
  for (const name of ["each", "seed", "background", "colour", "steps", "size", "pack"]) {
    const field = $(name), was = field.value;
    if (values?.[name]) field.value = values[name];
    if (field.selectedIndex === -1 || !field.checkValidity() || (name === "each" && !field.value)) field.value = was;
  }
  if (/^(0(\.\d+)?|1)$/.test(values?.psi)) { $("psi").value = values.psi; $("psi").dataset.set = 1; }
  shown();
}

function shown() {
  $("colour").hidden = $("background").value !== "colour";
  form.querySelector("output[for=psi]").textContent = $("psi").dataset.set ? decimal($("psi").value, 2) : "—";
}

/* Trouble, said once and kindly; it goes when it is over. */
function tell(words, action, act, mild = false) {
  const place = $("trouble");
  place.classList.toggle("mild", mild);
  place.querySelector("p").textContent = words;
  const button = place.querySelector("button");
  button.textContent = action ?? t.hide;
  button.onclick = () => { hush(); act?.(); };
  place.hidden = false;
}
function hush() { $("trouble").hidden = true; clearTimeout(retry); }

function fail(error) {
  if (error.name === "AbortError") return;
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "dead") return dead();
  if (error.code === "no_key") return askKey();
  tell(trouble(error));
  say(trouble(error));
}

/** Look for the server until it is back, then go on where it broke off. */
function dead() {
  tell(t.errors.dead);
  say(t.errors.dead);
  if (watching) return;
  const look = async () => {
    try {
      await call("GET", "health");
      clearInterval(watching);
      watching = 0;
      tell(t.errors.back, null, null, true);
      setTimeout(() => { if ($("trouble").classList.contains("mild")) hush(); }, 4000);
      if (job) resume(job.id); else { editor.read().catch(() => {}); if (!packs) loadPacks(); kept.load().catch(() => {}); }
    } catch { /* not yet */ }
  };
  watching = setInterval(look, 2500);
}
addEventListener("online", () => { if (!watching && job && !events) resume(job.id); });
addEventListener("offline", () => dead());

function say(words) { $("say").textContent = words; aloud = Date.now(); }
function sayNow(words) { if (Date.now() - aloud > 6000) say(words); }

function askKey() {
  $("key-button").hidden = false;
  if (!$("key-dialog").open) $("key-dialog").showModal();
}
$("key-button").addEventListener("click", askKey);
$("key-dialog").addEventListener("close", () => {
  if ($("key-dialog").returnValue !== "save" || !$("key").value.trim()) return;
  setKey($("key").value);
  hush();
  loadPacks();
  kept.load().catch(() => {});
  editor.read().catch(() => {});
});

/* Asking for portraits. */
async function ask() {
  if (!editor.text().trim()) { tell(t.nothing, null, null, true); $("text").focus(); return; }
  hush();
  const chosen = settings(), order = { text: editor.text(), per_character: Math.min(16, Math.max(1, Number(chosen.each) || 1)) };
  if (/^\d+$/.test(chosen.seed)) order.seed = Math.min(Number(chosen.seed), Number.MAX_SAFE_INTEGER);
  if (chosen.psi) order.truncation_psi = Number(chosen.psi);
  if (chosen.steps !== "") order.steps = Number(chosen.steps);
  if (chosen.size !== "1024") order.size = Number(chosen.size);
  if (chosen.background !== "transparent") order.background = chosen.background === "kept" ? "kept" : chosen.colour;
  if (chosen.pack) order.pack = chosen.pack;
  busy(true, t.begun);
  try {
    const some = await editor.chosen();
    if (some) order.characters = some;
    const begun = await call("POST", "v1/jobs", order);
    gallery.clear();
    begin(begun);
  } catch (error) {
    busy(false);
    if (error.code === "queue_full") return wait(error.retry);
    fail(error);
  }
}

function wait(seconds) {
  let left = seconds;
  const tick = () => {
    if (left <= 0) return ask();
    tell(t.errors.queue_full(left), t.stopWaiting, () => {}, true);
    left -= 1;
    retry = setTimeout(tick, 1000);
  };
  say(t.errors.queue_full(seconds));
  tick();
}

function busy(is, words = "") {
  draw.hidden = is && Boolean(job);
  draw.disabled = is;
  cancel.hidden = !is || !job;
  work.hidden = !is;
  if (is) { now.textContent = words; progress(0); }
}

function progress(part) {
  bar.firstElementChild.style.width = `${Math.round(part * 100)}%`;
  bar.setAttribute("aria-valuenow", Math.round(part * 100));
}

/* Following a drawing. */
function begin(started) {
  job = started;
  since = Date.now();
  memory.set("job", job.id);
  busy(true, t.begun);
  draw.hidden = true;
  cancel.hidden = false;
  cancel.focus({ preventScroll: true });
  if (job.characters.length) characters(job.characters);
  listen();
}

const STAGES = ["text", "candidates", "people", "directions", "optimize", "render", "cutout"];
const SHARES = [0, 0.02, 0.55, 0.58, 0.62, 0.86, 0.92]; // where in a portrait each stage begins, as a rule

function listen() {
  events?.close();
  events = new EventSource(below(job.events));
  const on = (name, act) => events.addEventListener(name, (event) => act(JSON.parse(event.data)));
  on("queued", ({ place }) => { now.textContent = place ? t.queue(place) : t.begun; sayNow(now.textContent); });
  on("characters", (data) => characters(data.characters));
  on("progress", step);
  on("preview", (data) => { const who = person(data.character); if (who) gallery.preview(who, data.portrait ?? 0, data.image, part(data)); });
  on("note", (data) => (data.character === null ? tell(remark(data.note), null, null, true) : gallery.note(data.character, data.note)));
  on("portrait", (data) => {
    const who = person(data.character);
    if (!who) return;
    gallery.finish(who, data.portrait, data.image);
    say(t.drawn(gallery.portraits().length));
  });
  on("done", (data) => ended(data.job));
  on("failed", (data) => ended(data.job));
  on("cancelled", (data) => ended(data.job));
  events.onerror = () => {
    if (!job) return;
    now.textContent = "…";
    if (events.readyState === EventSource.CLOSED) { events = null; resume(job.id); }
    else call("GET", "health").catch(fail); // it comes back by itself; is there anybody to come back to?
  };
  events.onopen = () => {
    pause = 500;
    if (watching) { clearInterval(watching); watching = 0; hush(); }
  };
}

const person = (index) => job?.characters.find((who) => who.index === index);
const all = () => { const some = job.request?.characters; return job.characters.filter((who) => !some || some.includes(who.index)); };

function characters(list) {
  job.characters = list;
  gallery.lay(list, job.request?.per_character ?? 1, job.request?.characters);
}

function part({ stage = "optimize", step: at, steps }) {
  const i = STAGES.indexOf(stage), end = SHARES[i + 1] ?? 1;
  return SHARES[i] + (end - SHARES[i]) * (steps ? at / steps : 0);
}

function step(data) {
  const people = all(), order = people.findIndex((who) => who.index === data.character), who = people[order];
  const each = who ? Math.min(who.count, 8) * (job.request?.per_character ?? 1) : 1;
  const where = who ? `: ${t.portraitOf(editor.named(who), (data.portrait ?? 0) + 1, data.portrait === null ? 1 : each)}` : "";
  now.textContent = `${t.stages[data.stage] ?? data.stage}${where}`;
  sayNow(now.textContent);
  const inside = part(data), share = data.portrait === null || each === 1 ? inside : inside < 0.58 ? (0.58 * (data.portrait + inside / 0.58)) / each : 0.86 + (0.14 * (data.portrait + (inside - 0.86) / 0.14)) / each;
  progress(Math.min(1, people.length ? (Math.max(0, order) + share) / people.length : 0.02));
}

/** What a job has by now, when its events were missed. */
function absorb(found) {
  if (found.characters.length) gallery.lay(found.characters, found.request.per_character, found.request.characters);
  for (const who of found.characters) {
    who.portraits?.forEach((portrait, k) => gallery.finish(who, k, portrait));
    who.notes?.forEach((words) => gallery.note(who.index, words));
  }
}

function ended(last) {
  events?.close();
  events = null;
  const finished = job ?? last;
  job = null;
  memory.set("job", null);
  busy(false);
  draw.hidden = false;
  cancel.hidden = true;
  work.hidden = true;
  const had = document.activeElement === cancel || document.activeElement === document.body;
  if (finished.request) shareSeed(finished.request.seed);
  if (last.characters?.length) absorb({ request: finished.request, ...last });
  gallery.settle();
  if (had) draw.focus({ preventScroll: true });
  if (last.status === "done") say(t.done(gallery.portraits().length, Math.round((Date.now() - since) / 1000)));
  else if (last.status === "cancelled") say(t.cancelled);
  else fail(new ApiError(last.error?.code ?? "failed", last.error?.detail));
}

/** Take up a drawing again: after a reload, or when the stream broke. */
async function resume(id) {
  try {
    const found = await call("GET", `v1/jobs/${id}`);
    hush();
    if (!["queued", "running"].includes(found.status)) { if (!job) gallery.clear(); return ended(found); }
    if (!job) { begin(found); say(t.restored); } else {
      job = found;
      clearTimeout(again);
      again = setTimeout(() => { if (job?.id === id) listen(); }, pause);
      pause = Math.min(10_000, pause * 2);
    }
    absorb(found);
  } catch (error) {
    if (error.code === "not_found") {
      const mine = Boolean(job);
      job = null;
      memory.set("job", null);
      gallery.settle();
      busy(false);
      draw.hidden = false;
      if (mine) { tell(t.errors.lost); say(t.errors.lost); }
    } else fail(error);
  }
}

async function stop() {
  const id = job?.id;
  if (!id) return;
  cancel.disabled = true;
  try {
    const last = await call("DELETE", `v1/jobs/${id}`);
    if (job?.id === id) ended(last ?? { status: "cancelled", characters: [], request: job.request });
  } catch (error) {
    fail(error);
  } finally {
    cancel.disabled = false;
  }
}

/* A link that draws the same again: behind the #, so that no server ever sees the text. */
let lastSeed = null;
function shareSeed(seed) { lastSeed = seed; address(); }
function address() {
  const { each, background, colour, psi, steps, size } = settings(), words = editor.text(), parts = new URLSearchParams();
  const fits = words.length <= LONG;
  if (fits) parts.set("text", words);
  parts.set("seed", lastSeed);
  if (each !== "1") parts.set("each", each);
  if (background !== "transparent") parts.set("background", background);
  if (background === "colour") parts.set("colour", colour);
  if (psi) parts.set("psi", psi);
  if (steps) parts.set("steps", steps);
  if (size !== "1024") parts.set("size", size);
  history.replaceState(null, "", `#${parts}`);
  return fits;
}

async function share() {
  const fits = address();
  try {
    await navigator.clipboard.writeText(location.href);
  } catch { // no secure context: the old way
    const field = document.createElement("textarea");
    field.value = location.href;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const button = $("share");
  button.textContent = fits ? t.copied : t.copiedSeed;
  say(button.textContent);
  setTimeout(() => { button.textContent = t.share; }, 2500);
}

async function zipAll() {
  const button = $("zip");
  button.disabled = true;
  try {
    gallery.offer(await gallery.pack((done, of) => { button.textContent = t.zipping(done, of); }), `t2i-person-${lastSeed ?? "portraits"}.zip`);
  } catch (error) {
    fail(error);
  } finally {
    button.disabled = false;
    button.textContent = t.all;
  }
}

/* Settings. */
let packs = null;
async function loadPacks() {
  try {
    packs = (await call("GET", "v1/packs")).packs;
    const own = packs.find((pack) => pack.default) ?? packs[0], kept = memory.get("settings")?.pack;
    $("pack").replaceChildren(...packs.map((pack) => new Option(pack.name, pack.default ? "" : pack.name)));
    // a list begins with its first line chosen, which need not be the server's own pack
    $("pack").value = packs.some((pack) => pack.name === kept && !pack.default) ? kept : "";
    $("pack-field").hidden = packs.length < 2;
    const draws = () => {
      const pack = packs.find((pack) => pack.name === $("pack").value) ?? own;
      editor.setDraws(pack);
      $("licence").textContent = t.drawnBy(pack.name, pack.license);
    };
    $("pack").onchange = draws;
    draws();
  } catch (error) {
    fail(error);
  }
}

function theme(next) {
  const root = document.documentElement;
  if (next) root.dataset.theme = next; else delete root.dataset.theme;
  const dark = next ? next === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  $("theme").dataset.now = next ?? "";
  $("theme").onclick = () => { const to = dark ? "light" : "dark"; memory.set("theme", to); theme(to); };
}

function tongue(name) {
  speak(name);
  memory.set("lang", lang);
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", button.dataset.lang === lang);
  editor.showPeople();
  gallery.retell();
  kept.retell();
  counted();
  shown();
}

function counted() { $("count").textContent = editor.text().length > 300 ? new Intl.NumberFormat(lang).format(editor.text().length) : ""; }

form.addEventListener("submit", (event) => { event.preventDefault(); if (!job && !draw.disabled) ask(); });
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  else if (event.key === "Enter" && event.target.matches("input:not([type=checkbox])")) event.preventDefault();
});
form.addEventListener("invalid", (event) => event.target.closest("details")?.setAttribute("open", ""), true); // else nobody sees why
form.addEventListener("input", () => { shown(); remember(); });
$("psi").addEventListener("input", () => { $("psi").dataset.set = 1; shown(); });
cancel.addEventListener("click", stop);
$("share").addEventListener("click", share);
$("zip").addEventListener("click", zipAll);
$("dice").addEventListener("click", () => { $("seed").value = crypto.getRandomValues(new Uint32Array(1))[0] >>> 1; remember(); });
for (const button of form.querySelectorAll("[data-step]")) button.addEventListener("click", () => {
  $("each").value = Math.min(16, Math.max(1, (Number($("each").value) || 1) + Number(button.dataset.step)));
  remember();
});
let example = 0;
$("example").addEventListener("click", () => { editor.write(EXAMPLES[example++ % EXAMPLES.length]); $("text").focus(); });
for (const button of document.querySelectorAll("[data-lang]")) button.addEventListener("click", () => tongue(button.dataset.lang));

/* Files: opened or dropped anywhere. */
async function take(file) {
  if (!file) return;
  const found = await openFile(file);
  if (found.error) return tell(t[found.error], null, null, true);
  if (found.seed !== undefined) { $("seed").value = found.seed; tell(t.fromFile, null, null, true); }
  editor.write(found.text);
  $("text").focus();
}
$("file-button").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => { take($("file").files[0]); $("file").value = ""; });
let over = 0;
const carries = (event) => [...(event.dataTransfer?.types ?? [])].some((type) => type === "Files" || type === "text/plain");
addEventListener("dragenter", (event) => { if (carries(event) && !document.querySelector("dialog[open]")) { over++; $("drop").hidden = false; } });
addEventListener("dragleave", (event) => { if (carries(event) && --over <= 0) { over = 0; $("drop").hidden = true; } });
addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
addEventListener("drop", (event) => {
  over = 0;
  $("drop").hidden = true;
  if (!carries(event)) return;
  event.preventDefault();
  const [file] = event.dataTransfer.files, words = event.dataTransfer.getData("text/plain");
  if (file) take(file); else if (words) editor.write(words);
});

/* Begin. */
editor.start(fail, () => { counted(); remember(); });
kept.start(fail, say);
gallery.onTune(openTuner);
tongue(memory.get("lang") ?? (navigator.languages.some((name) => /^(ru|be|uk|kk)/i.test(name)) ? "ru" : "en"));
theme(memory.get("theme"));
const link = new URLSearchParams(location.hash.slice(1));
restore(link.has("seed") ? { each: "1", background: "transparent", size: "1024", ...Object.fromEntries(link) } : memory.get("settings"));
const first = link.get("text") ?? memory.get("text") ?? "";
if (first) editor.write(first);
loadPacks();
kept.load().catch(() => {}); // what is wrong with the server is said by loadPacks
if (memory.get("job")) resume(memory.get("job"));
