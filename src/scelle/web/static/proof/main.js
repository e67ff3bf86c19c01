/** Checks an entry's proof, and that the ledger grew from an earlier head, in this browser alone. */

import { t } from "../live/words.js";
import { fromBase64, utf8 } from "./bytes.js";
import { canonical, strangers } from "./entry.js";
import { readHead, readKey, signedBy, Unknown } from "./note.js";
import { grewFrom, isIn, leafHash } from "./tree.js";

const form = document.getElementById("check");
const place = Number(form.dataset.seq);
const verdict = document.getElementById("verdict");
const list = document.getElementById("checks");
const keep = document.getElementById("keep");
const present = document.getElementById("present");
const field = (id) => document.getElementById(id).value.trim();
const stated = [...form.querySelectorAll("[data-key]")].map((each) => each.textContent);

/** What a check came to: it holds, it does not, or it could not be made. */
const HOLDS = "holds";
const FAILS = "fails";
const OPEN = "open";

/** The ledger's name in its heads is its keys' name: heads of two ledgers are kept apart. */
const SHELF = `scelle head ${stated[0].split("+")[0]}`;

/** The server gave no proof: what it said instead. */
class Unserved extends Error {}

async function fetched(path) {
  const answer = await fetch(path, {
    method: "POST", body: new URLSearchParams({ csrf: form.elements.csrf.value }), cache: "no-store",
  });
  if (!answer.ok) throw new Unserved(String(answer.status));
  return answer.json();
}

/** Which of the keys signed a head, and in whose word that key is. */
async function signer(head) {
  const given = field("key");
  for (const text of given ? [given] : stated) {
    const key = await readKey(text);
    if (await signedBy(head, key)) {
      return { key: key.text, whose: t(given ? "proof.key.given" : "proof.key.stated") };
    }
  }
  return null;
}

async function signature(head, good, bad, unknown) {
  try {
    const by = await signer(head);
    const key = field("key") || stated.join(", ");
    return by ? [HOLDS, t(good, { size: head.size, ...by })] : [FAILS, t(bad, { size: head.size, key })];
  } catch (error) {
    if (error instanceof Unknown) return [OPEN, t(unknown, { size: head.size })];
    return [FAILS, t("proof.key.unread")];
  }
}

/** Each check of the entry, as it is made; gives the head that the server signed, and the fields. */
async function* entry(file) {
  const [one] = file.entries;
  const head = readHead(file.checkpoint);
  const wrong = await strangers(one.leaf, one.disclosed);
  const names = Object.keys(one.disclosed);
  yield wrong.length
    ? [FAILS, t("proof.fields.bad", { names: wrong.join(", ") })]
    : [HOLDS, t("proof.fields", { count: names.length })];
  if (one.seq !== place || one.disclosed.seq[1] !== place) {
    yield [FAILS, t("proof.place.bad", { stated: one.disclosed.seq[1] })];
  }
  const path = one.proof.map(fromBase64);
  const leaf = await leafHash(utf8(canonical(one.leaf)));
  yield await isIn(leaf, place, head.size, path, head.root)
    ? [HOLDS, t("proof.tree", { steps: path.length, size: head.size })]
    : [FAILS, t("proof.tree.bad", { size: head.size })];
  yield await signature(head, "proof.signed", "proof.signed.bad", "proof.signed.unknown");
  return { head, shown: wrong.length ? {} : one.disclosed };
}

/** Each check against an earlier head, as it is made. */
async function* earlier(head) {
  // A text field does not hand back the last line's end.
  const noted = field("head");
  if (!noted) {
    yield [OPEN, t("proof.old.none")];
    return;
  }
  let old = null;
  try {
    old = readHead(`${noted}\n`);
  } catch {
    yield [FAILS, t("proof.old.unread")];
    return;
  }
  if (old.origin !== head.origin) {
    yield [FAILS, t("proof.origin.bad", { origin: old.origin })];
    return;
  }
  yield await signature(old, "proof.old", "proof.old.bad", "proof.old.unknown");
  const sizes = { old: old.size, size: head.size };
  // Of a ledger that is shorter now there is nothing to ask for.
  const path = old.size > head.size
    ? [] : (await fetched(`/oversight/growth/${old.size}/${head.size}`)).proof.map(fromBase64);
  yield await grewFrom(old, head, path)
    ? [HOLDS, t("proof.growth", sizes)] : [FAILS, t("proof.growth.bad", sizes)];
}

function show(disclosed) {
  document.getElementById("values").replaceChildren(...Object.entries(disclosed).map(([name, [, value]]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = name;
    const cell = document.createElement("td");
    cell.append(Object.assign(document.createElement("code"), {
      textContent: typeof value === "string" ? value : canonical(value),
    }));
    row.append(head, cell);
    return row;
  }));
}

function say(state, text) {
  const item = document.createElement("li");
  item.dataset.state = state;
  item.textContent = text;
  list.append(item);
}

/** How often a check was begun: what an earlier one still comes to is not shown. */
let begun = 0;

async function check() {
  begun += 1;
  const mine = begun;
  const late = () => mine !== begun;
  verdict.className = "notice";
  verdict.textContent = t("proof.waiting");
  list.replaceChildren();
  show({});
  keep.disabled = true;
  const states = [];
  const take = ([state, text]) => {
    states.push(state);
    say(state, text);
  };
  try {
    const file = await fetched(`/oversight/proof/${place}`);
    const steps = entry(file);
    let step = await steps.next();
    for (; !step.done && !late(); step = await steps.next()) take(step.value);
    if (late()) return;
    show(step.value.shown);
    for await (const each of earlier(step.value.head)) {
      if (late()) return;
      take(each);
    }
    if (late()) return;
    present.value = file.checkpoint;
  } catch (error) {
    if (late()) return;
    take([FAILS, error instanceof Unserved
      ? t("proof.unserved", { status: error.message }) : t("proof.unread", { why: error.message })]);
  }
  const bad = states.includes(FAILS);
  verdict.classList.add(bad ? "bad" : "good");
  verdict.textContent = t(bad ? "proof.bad" : states.includes(OPEN) ? "proof.partly" : "proof.good");
  keep.disabled = bad;
}

document.getElementById("again-button").addEventListener("click", check);
keep.addEventListener("click", () => {
  localStorage.setItem(SHELF, present.value);
  document.getElementById("head").value = present.value;
  document.getElementById("kept").textContent = t("proof.kept");
});
document.getElementById("head").value = localStorage.getItem(SHELF) ?? "";
check();
