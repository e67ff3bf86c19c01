/** The receipt page: what is stated, which files, and how far each has come. */

import { Failed, send } from "./send.js";
import { t } from "../live/words.js";

const form = document.getElementById("stated");
const list = document.getElementById("files");
const drop = document.getElementById("drop");
const said = document.getElementById("said");
const go = document.getElementById("go");
const place = location.pathname.replace(/\/$/, "");
const waiting = [];
let busy = false;

// -- what is stated ------------------------------------------------------------------

function stated() {
  const at = form.elements.recorded_at.value;
  return {
    camera: form.elements.camera.value.trim(),
    origin: form.elements.origin.value.trim(),
    recorded_at: at ? `${at.length === 16 ? `${at}:00` : at}${form.elements.zone.value.trim()}` : "",
    clock_offset: form.elements.clock_offset.value.trim(),
    clock_proof: form.elements.clock_proof.value.trim(),
  };
}

/** What is wrong with one field, in words; empty if nothing is. */
function wrong(field) {
  const value = field.value.trim();
  if (field.required && !value) return t("bring.must");
  if (field.name === "zone" && !/^[+-]([01]\d):[0-5]\d$/.test(value)) return t("bring.zone_wrong");
  if (field.name === "clock_offset" && !/^[+-]?\d{0,7}([.,]\d{1,6})?$/.test(value)) return t("bring.offset_wrong");
  if (field.name === "recorded_at" && value && new Date(value) > new Date(Date.now() + 864e5)) return t("bring.future");
  return "";
}

function check(field) {
  const words = wrong(field);
  const note = document.getElementById(`wrong-${field.name}`);
  note.textContent = words;
  note.hidden = !words;
  field.setAttribute("aria-invalid", String(Boolean(words)));
  return !words;
}

const fields = () => [...form.elements].filter((field) => document.getElementById(`wrong-${field.name}`));

for (const field of fields()) {
  field.addEventListener("input", () => check(field));
  field.addEventListener("blur", () => check(field));
}

const two = (n) => String(Math.floor(n)).padStart(2, "0");

/** This browser's offset from UTC on the day that is stated: another in summer than in winter. */
function zone() {
  const at = form.elements.recorded_at.value;
  const minutes = -(at ? new Date(at) : new Date()).getTimezoneOffset();
  form.elements.zone.value = `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

if (!form.elements.zone.value) {
  zone();
  form.elements.recorded_at.addEventListener("input", zone);
  form.elements.zone.addEventListener(
    "input", () => form.elements.recorded_at.removeEventListener("input", zone), { once: true },
  );
}

// -- which files ----------------------------------------------------------------------

function size(bytes) {
  const steps = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = Math.min(steps.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit: steps[step], unitDisplay: "short", maximumFractionDigits: 1,
  }).format(bytes / 1000 ** step);
}

function add(files) {
  const found = [...files].filter((file) => !file.name.startsWith("."));
  found.sort((a, b) => (a.webkitRelativePath || a.name).localeCompare(b.webkitRelativePath || b.name));
  for (const file of found) {
    const row = document.getElementById("file").content.firstElementChild.cloneNode(true);
    const parts = Object.fromEntries([...row.querySelectorAll("[data-part]")].map((e) => [e.dataset.part, e]));
    parts.name.textContent = file.name;
    parts.size.textContent = size(file.size);
    parts.bar.max = Math.max(1, file.size);
    parts.bar.setAttribute("aria-label", file.name);
    parts.told.textContent = t("bring.ready");
    const one = { file, row, parts };
    parts.remove.setAttribute("aria-label", t("bring.remove", { name: file.name }));
    parts.remove.addEventListener("click", () => {
      waiting.splice(waiting.indexOf(one), 1);
      row.remove();
      go.focus();
    });
    list.append(row);
    waiting.push(one);
  }
}

async function walk(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const each of some) found.push(...await walk(each));
  }
}

for (const input of drop.querySelectorAll("input")) {
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
}
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  for (const entry of entries) add(await walk(entry));
});

// -- on their way ----------------------------------------------------------------------

async function bring(one, told) {
  const { file, parts } = one;
  parts.remove.hidden = true;
  parts.why.hidden = true;
  try {
    const sha256 = await send(place, file, told, (what, done) => {
      if (what === "waiting") {
        parts.told.textContent = t("bring.waiting", { seconds: Math.ceil(done) });
      } else {
        parts.bar.value = done;
        parts.told.textContent = t(`bring.${what}`, { done: size(done), total: size(file.size) });
      }
    });
    parts.bar.value = file.size || 1;
    parts.told.textContent = t("bring.sent");
    parts.digest.textContent = sha256;
    parts.hash.hidden = false;
    said.textContent = `${file.name}: ${t("bring.sent")}`;
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    // What may come yet waits for another press: a refusal can be mended, a line come back.
    const again = !error.changed && Boolean(file.size);
    parts.told.textContent = t(error.changed ? "bring.changed" : again ? "bring.failed" : "bring.empty");
    parts.why.textContent = [...new Set([error.message, ...error.lines])].filter(Boolean).join(" ");
    parts.why.hidden = !again || !parts.why.textContent;
    said.textContent = `${file.name}: ${parts.told.textContent}`;
    if (!again) return;
    parts.remove.hidden = false;
    waiting.push(one);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const bad = fields().filter((field) => !check(field));
  if (bad.length) return bad[0].focus();
  if (!waiting.length) {
    said.textContent = t("bring.nothing");
    return undefined;
  }
  if (busy) return undefined;
  busy = true;
  go.setAttribute("aria-disabled", "true");
  try {
    const told = stated();
    for (const one of waiting.splice(0)) await bring(one, told);
  } finally {
    busy = false;
    go.removeAttribute("aria-disabled");
  }
  return undefined;
});

addEventListener("beforeunload", (event) => {
  if (busy) event.preventDefault();
});
