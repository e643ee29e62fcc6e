// Every word of the page, in Russian and English, and what the server says, said kindly.

const WORDS = {
  ru: {
    tagline: "опишите человека — увидите портрет",
    theme: "Светлая или тёмная", language: "Язык", key: "Ключ",
    textLabel: "Кого нарисовать?",
    placeholder: "Блондинка в голубой кофте шла по улице…",
    hint: "Пишите или перетащите сюда файл.", open: "Открыть файл", example: "Показать пример",
    people: (n) => `В тексте ${n} ${plural(n, "человек", "человека", "человек")}`,
    reading: "Читаю…", nobody: "Пока никого: назовите кого-нибудь — «девушка в красном платье».",
    everybody: "Отметить всех", firstOnly: (n) => `Отмечены первые ${n}: остальных можно добавить.`,
    female: "женщина", male: "мужчина", unknown: "",
    unable: "Этого нынешние веса не рисуют", find: "Показать в тексте", drawHim: (who) => `Рисовать: ${who}`,
    options: "Настройки", each: "Портретов каждого", fewer: "Меньше", more: "Больше",
    seed: "Зерно", seedNew: "новое", dice: "Новое случайное зерно",
    background: "Фон", transparent: "прозрачный", kept: "как нарисован", colour: "цвет",
    moreOptions: "Ещё настройки", psi: "Разнообразие людей", steps: "Шагов доводки", auto: "сколько нужно",
    size: "Сторона, пикселей", pack: "Веса", drawnBy: (pack, licence) => `Рисует набор весов ${pack}. Лицензия: ${licence}`,
    draw: "Нарисовать", drawKey: "Ctrl ↵", cancel: "Отменить", progress: "Ход рисования",
    gallery: "Портреты", share: "Скопировать ссылку", all: "Скачать все", save: "Скачать", tune: "Изменить",
    empty: "Здесь появятся портреты — они проступают постепенно, как фотография в проявителе.",
    footer: "Портреты рисует обученная модель: таких людей нет. Так помечен и каждый файл.", api: "Для программ: API",
    drop: "Отпустите файл — прочту",
    stages: { text: "Читаю текст", candidates: "Ищу похожего человека", people: "Всматриваюсь в лицо", directions: "Добавляю приметы",
      optimize: "Довожу до сходства", render: "Рисую начисто", cutout: "Отделяю от фона" },
    portraitOf: (who, n, all) => (all > 1 ? `${who}, портрет ${n} из ${all}` : who),
    queue: (n) => (n > 1 ? `В очереди перед вами ${n}` : "Вы следующий в очереди"),
    begun: "Начинаю", drawn: (n) => `${n === 1 ? "Готов" : "Готово:"} ${n} ${plural(n, "портрет", "портрета", "портретов")}`,
    done: (n, s) => `Готово: ${n} ${plural(n, "портрет", "портрета", "портретов")} за ${s} с`, cancelled: "Отменено. Что готово — осталось.",
    notDrawn: "Не получилось:", reasons: { unable: "эти веса такого не рисуют", word: "незнакомое слово", mistaken: "нынешние веса не отличают это от другого", below: "это ниже края портрета",
      ended: (p) => `похоже на ${p} %, больше у этого человека не получится — попробуйте другое зерно`,
      weak: (p) => `вышло похоже лишь на ${p} % — попробуйте другое зерно`, weaker: (p, was) => `похоже на ${p} %, а было на ${was} % — сдвиньте ползунок дальше`,
      lost: (p, was) => `было похоже на ${was} %, стало на ${p} % — верните и меняйте слабее`, still: (p) => `всё ещё похоже на ${p} % — скажите словами, что будет вместо этого`,
      hidden: (what) => `не видно, это закрывает ${what}`, against: (what) => `противоречит сказанному раньше: ${what}`,
      undone: "изменение испортило портрет, и его отменили — просите понемногу или возьмите другое зерно", halved: "изменение портило портрет, и его ослабили — просите понемногу или возьмите другое зерно" },
    fewer_portraits: (a, b) => `Вышло портретов: ${a} из ${b}. Остальные не нашлись — попробуйте другое зерно.`,
    fewer_people: (a, b) => `Нарисованы ${a} из ${b}.`,
    age: (n) => `на вид ${n} ${plural(n, "год", "года", "лет")}`, portraitAlt: (who, what) => `Портрет: ${who}${what ? `; ${what}` : ""}`, without: "нет: ",
    copied: "Ссылка скопирована", copiedSeed: "Скопировано. Текст длинный и в ссылку не поместился — в ней только зерно и настройки.",
    zipping: (a, b) => `Собираю архив: ${a} из ${b}`, nothing: "Сначала напишите, кого рисовать.",
    tunerHint: "1 — как описано, 0 — без этого, больше — сильнее. Человек остаётся тем же.",
    change: "Что ещё изменить?", changeExample: "в синей шляпе, без бороды", changeGo: "Изменить", undo: "Вернуть", ready: "Готово", close: "Закрыть",
    cannotChange: "Так изменить не вышло. Скажите иначе: «рыжие волосы», «в синей шляпе».",
    moreSliders: "Другие черты", noSliders: "У этого портрета нет примет с ползунком — попросите изменить словами.", changed: "Изменено",
    keptPeople: "Сохранённые люди", keptHint: "Назовите кого-нибудь из них в тексте по имени — на портрете будет тот же человек.", keptAs: (name) => `тот же человек: ${name}`,
    keepLabel: "Сохранить человека под именем", keepGo: "Сохранить", keepDone: (name) => `Сохранено. Где в тексте есть «${name}», будет этот же человек.`,
    forget: (name) => `Забыть: ${name}`, forgotten: (name) => `Больше не хранится: ${name}`, one_person: (name) => `Портрет один: ${name} — сохранённый человек.`,
    keyTitle: "Нужен ключ", keyWhy: "Этот сервер отвечает только по ключу. Он останется в этом браузере.", keyLabel: "Ключ API", keySave: "Войти", later: "Не сейчас",
    again: "Повторить", hide: "Скрыть", stopWaiting: "Не ждать",
    fromFile: "Из портрета взяты текст и зерно", badFile: "Этот файл — не текст и не портрет отсюда.", bigFile: "Файл слишком велик: до 1 МБ текста.",
    restored: "Рисование продолжается",
    errors: {
      dead: "Сервер не отвечает. Всё, что вы написали, сохранено — как только он вернётся, продолжим.",
      back: "Сервер снова на связи.", lost: "Сервер перезапустился, и рисование прервалось. Текст цел — нажмите «Нарисовать» ещё раз.",
      queue_full: (s) => `Сейчас много желающих. Попробую снова через ${s} с.`,
      no_people: "В тексте не нашлось людей. Назовите кого-нибудь: «Блондинка в голубой кофте».",
      too_many_people: "Людей слишком много для одного раза. Отметьте лишь некоторых.",
      too_large: "Текст длиннее, чем берёт этот сервер. Отправьте его по частям.",
      timeout: "Рисование заняло больше времени, чем разрешено. Попробуйте меньше портретов.",
      stopping: "Сервер останавливается. Текст цел — попробуйте через минуту.", starting: "Сервер ещё загружает веса. Подождите немного.",
      failed: "На сервере что-то сломалось. Текст цел — попробуйте ещё раз.",
      nobody_fits: "Подходящего человека не нашлось. Попробуйте другое зерно.", not_russian: "Это не похоже на русский текст. Опишите человека по-русски.", not_found: "Этого на сервере уже нет: портреты хранятся недолго. Нарисуйте ещё раз.",
      disk_full: "На сервере кончилось место: сохранить не вышло.",
      no_key: "Этот сервер отвечает только по ключу.", not_a_portrait: "Это не портрет отсюда.",
    },
  },
  en: {
    tagline: "describe somebody in Russian, see a portrait",
    theme: "Light or dark", language: "Language", key: "Key",
    textLabel: "Who shall be drawn?",
    placeholder: "Блондинка в голубой кофте шла по улице…",
    hint: "Write in Russian, or drop a file here.", open: "Open a file", example: "Show an example",
    people: (n) => `${n} ${n === 1 ? "person" : "people"} in the text`,
    reading: "Reading…", nobody: "Nobody yet: name somebody, as in «девушка в красном платье».",
    everybody: "Tick everybody", firstOnly: (n) => `The first ${n} are ticked; add others if you like.`,
    female: "woman", male: "man", unknown: "",
    unable: "These weights cannot draw this", find: "Show in the text", drawHim: (who) => `Draw: ${who}`,
    options: "Settings", each: "Portraits of each", fewer: "Fewer", more: "More",
    seed: "Seed", seedNew: "a new one", dice: "A new random seed",
    background: "Background", transparent: "transparent", kept: "as drawn", colour: "a colour",
    moreOptions: "More settings", psi: "Variety of people", steps: "Steps of refinement", auto: "as needed",
    size: "Side, pixels", pack: "Weights", drawnBy: (pack, licence) => `Drawn by the weights ${pack}. Licence: ${licence}`,
    draw: "Draw", drawKey: "Ctrl ↵", cancel: "Cancel", progress: "Progress of the drawing",
    gallery: "Portraits", share: "Copy link", all: "Download all", save: "Download", tune: "Change",
    empty: "Portraits will appear here, slowly, like a photograph in its developer.",
    footer: "A trained model draws these portraits: no such people exist. Each file says so, too.", api: "For programs: API",
    drop: "Drop the file to read it",
    stages: { text: "Reading the text", candidates: "Looking for somebody like that", people: "Looking at the face", directions: "Adding features",
      optimize: "Refining the likeness", render: "Drawing the fair copy", cutout: "Cutting out the background" },
    portraitOf: (who, n, all) => (all > 1 ? `${who}, portrait ${n} of ${all}` : who),
    queue: (n) => (n > 1 ? `${n} are before you in the queue` : "You are next"),
    begun: "Starting", drawn: (n) => `${n} ${n === 1 ? "portrait" : "portraits"} ready`,
    done: (n, s) => `Done: ${n} ${n === 1 ? "portrait" : "portraits"} in ${s} s`, cancelled: "Cancelled. What was ready stays.",
    notDrawn: "Did not work out:", reasons: { unable: "these weights do not draw it", word: "an unknown word", mistaken: "these weights take other things for it", below: "it is below the frame",
      ended: (p) => `${p} % alike, and this person can show no more of it: try another seed`,
      weak: (p) => `only ${p} % alike: try another seed`, weaker: (p, was) => `${p} % alike, ${was} % before: move the slider further`,
      lost: (p, was) => `${was} % alike before, ${p} % now: undo, and change less`, still: (p) => `still ${p} % alike: say in words what shall be there instead`,
      hidden: (what) => `hidden by ${what}`, against: (what) => `contradicts ${what}, said before it`,
      undone: "the change spoilt the portrait and was taken back: ask for less at once, or try another seed", halved: "the change spoilt the portrait and was weakened: ask for less at once, or try another seed" },
    fewer_portraits: (a, b) => `${a} of ${b} portraits came out. Nobody was found for the rest: try another seed.`,
    fewer_people: (a, b) => `${a} of ${b} are drawn.`,
    age: (n) => `looks ${n}`, portraitAlt: (who, what) => `Portrait: ${who}${what ? `; ${what}` : ""}`, without: "no ",
    copied: "Link copied", copiedSeed: "Copied. The text is too long for a link: it holds the seed and the settings.",
    zipping: (a, b) => `Packing: ${a} of ${b}`, nothing: "Write first who shall be drawn.",
    tunerHint: "1 is as described, 0 without, more is stronger. It stays the same person.",
    change: "What else to change?", changeExample: "в синей шляпе, без бороды", changeGo: "Change", undo: "Undo", ready: "Done", close: "Close",
    cannotChange: "This change is not understood. Say it otherwise: «рыжие волосы», «в синей шляпе».",
    moreSliders: "Other features", noSliders: "This portrait has no feature with a slider: ask for a change in words.", changed: "Changed",
    keptPeople: "Kept people", keptHint: "Call one of them by name in the text, and the same person is drawn.", keptAs: (name) => `the same person: ${name}`,
    keepLabel: "Keep this person as", keepGo: "Keep", keepDone: (name) => `Kept. Where a text says «${name}», it will be this person.`,
    forget: (name) => `Forget ${name}`, forgotten: (name) => `Forgotten: ${name}`, one_person: (name) => `One portrait: ${name} is a kept person.`,
    keyTitle: "A key is needed", keyWhy: "This server answers only with a key. It stays in this browser.", keyLabel: "API key", keySave: "Enter", later: "Not now",
    again: "Try again", hide: "Hide", stopWaiting: "Stop waiting",
    fromFile: "Text and seed were taken from the portrait", badFile: "This file is neither a text nor a portrait from here.", bigFile: "The file is too large: up to 1 MB of text.",
    restored: "The drawing goes on",
    errors: {
      dead: "The server does not answer. All you wrote is kept; we go on as soon as it is back.",
      back: "The server is back.", lost: "The server was restarted and the drawing broke off. Your text is safe: press “Draw” again.",
      queue_full: (s) => `Many want portraits just now. Trying again in ${s} s.`,
      no_people: "No people were found in the text. Name somebody: «Блондинка в голубой кофте».",
      too_many_people: "Too many people for one time. Tick only some of them.",
      too_large: "The text is longer than this server takes. Send it in parts.",
      timeout: "The drawing took longer than is allowed. Try fewer portraits.",
      stopping: "The server is stopping. Your text is safe: try in a minute.", starting: "The server is still loading its weights. Wait a little.",
      failed: "Something broke on the server. Your text is safe: try again.",
      nobody_fits: "Nobody who fits was found. Try another seed.", not_russian: "This does not look like Russian. Describe somebody in Russian.", not_found: "The server has forgotten this: portraits are kept for a while only. Draw it again.",
      disk_full: "The server's disk is full: this could not be kept.",
      no_key: "This server answers only with a key.", not_a_portrait: "This is no portrait from here.",
    },
  },
};

export let t = WORDS.ru;
export let lang = "ru";

export function speak(name) {
  lang = name in WORDS ? name : "ru";
  t = WORDS[lang];
  document.documentElement.lang = lang;
  for (const [data, put] of [["t", (e, v) => (e.textContent = v)], ["p", (e, v) => (e.placeholder = v)], ["l", (e, v) => { e.setAttribute("aria-label", v); e.title = v; }]]) {
    for (const element of document.querySelectorAll(`[data-${data}]`)) put(element, t[element.dataset[data]]);
  }
}

/** «без очков», as it was written, for the server's «не очки»; «нет: очки» where it was written otherwise. */
export function said(name, features = []) {
  const bare = /^не (.+)/.exec(name)?.[1];
  if (!bare) return name;
  const own = features.find((f) => f.negated && f.normalized === bare)?.text.toLowerCase();
  return /^(без|не|нет|ни) /.test(own ?? "") ? own : `${t.without}${bare}`;
}

/** «полный» of a woman is «полная», of several people «полные»; what is no adjective stays. */
export function agreed(name, { gender, count }) {
  if ((gender !== "female" && count < 2) || !/^[а-яё-]+$/i.test(name)) return name;
  return name.replace(/(.)(ый|ий|ой)(ся)?$/, (_, stem, ending, self = "") => {
    const many = /[гкхжшчщ]/.test(stem) || ending === "ий" ? "ие" : "ые", one = stem === "н" && ending === "ий" ? "яя" : "ая";
    return stem + (count > 1 ? many : one) + self;
  });
}

/** What a portrait shows of somebody, beside who it is: «девушка» is an age that is drawn, too. */
export const shown = ({ drawn }, person) => drawn.filter((name) => name !== person.lemma).map((name) => agreed(said(name, person.features), person)).join(", ");

/** A number as the language writes it: «−1,5». */
export function decimal(number, places) {
  return new Intl.NumberFormat(lang, { minimumFractionDigits: places, maximumFractionDigits: places }).format(number).replace("-", "−");
}

/** Whether a Russian name of somebody says which sex it is of: «девушка», not «врач». */
export const saysSex = (name) => /(?:к|ниц|их|есс|ин|ух)а$|^(?:дама|мать|мама|дочь|сестра|жена|невеста|баба|тётя|дева|отец|папа|дядя|брат|сын|муж|дед|старик|мужик|парень|юноша|мальчик|жених|блондин|брюнет|шатен|бородач|усач)$/.test(name);

/** Why a feature was not drawn; the server's own words when it is none of the known reasons. */
export function reason(words) {
  const known = t.reasons;
  if (/taken back/.test(words)) return /half taken back/.test(words) ? known.halved : known.undone;
  const found = /probability of (\d\.\d+)(?: \((\d\.\d+) before)?/.exec(words);
  if (found) {
    const [now, was] = found.slice(1).map((p) => Math.round(p * 100));
    if (/still there/.test(words)) return known.still(now);
    if (/cannot be drawn of this person/.test(words)) return known.ended(now);
    return found[2] === undefined ? known.weak(now) : (/the edit cost it/.test(words) ? known.lost : known.weaker)(now, was);
  }
  if (/does not draw/.test(words)) return known.unable;
  if (/does not know/.test(words)) return known.word;
  if (/cannot tell/.test(words)) return known.mistaken;
  if (/below the frame/.test(words)) return known.below;
  const [, hat] = /«(.+)» hides it/.exec(words) ?? [], [, other] = /contradicts (.+), said before/.exec(words) ?? [];
  return hat ? known.hidden(hat) : other ? known.against(said(other)) : words;
}

export function remark(words) {
  const portraits = /(\d+) of (\d+) portraits/.exec(words), people = /(\d+) of (\d+) people/.exec(words);
  const one = /one portrait, for (.+) is kept as one person/.exec(words);
  if (one) return t.one_person(one[1]);
  return portraits ? t.fewer_portraits(portraits[1], portraits[2]) : people ? t.fewer_people(people[1], people[2]) : words;
}

export function trouble(error) {
  const known = t.errors[error.code];
  if (typeof known === "function") return known(error.retry);
  return known && error.code !== "invalid" ? known : error.detail || t.errors.failed;
}

function plural(n, one, few, many) {
  const tens = n % 100, ones = n % 10;
  if (ones === 1 && tens !== 11) return one;
  return ones > 1 && ones < 5 && (tens < 12 || tens > 14) ? few : many;
}
