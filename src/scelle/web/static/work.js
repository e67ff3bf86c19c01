/** The queue of a page, asked for every second and a half; what ended is said, and shown outside. */

import { t } from "./live/words.js";

const EVERY_MS = 1500;

const queue = document.getElementById("work");
const said = document.getElementById("work-said");
const stopped = document.getElementById("work-stopped");
const button = document.getElementById("notify");
const title = document.title;

const rows = (from) => [...from.querySelectorAll("[data-job]")];
const shape = (from) => rows(from).map((row) => `${row.dataset.job} ${row.dataset.state}`).join("\n");

/** Say what came to an end since the page was looked at last. */
function tell(before, now) {
  const states = new Map(rows(before).map((row) => [row.dataset.job, row.dataset.state]));
  for (const row of rows(now)) {
    const state = row.dataset.state;
    if (states.get(row.dataset.job) === state || !["done", "failed", "paused"].includes(state)) continue;
    const words = t(`work.said.${state}`, { name: row.dataset.name });
    said.textContent = words;
    document.title = `${words} · ${title}`;
    if (globalThis.Notification?.permission === "granted" && button?.getAttribute("aria-pressed") === "true") {
      new Notification(words, { tag: row.dataset.job });
    }
  }
}

/** Put what has changed into the page; what has the focus keeps it. */
function show(now) {
  if (shape(queue) !== shape(now)) {
    tell(queue, now);
    const focus = document.activeElement?.id;
    queue.replaceChildren(...now.childNodes);
    if (focus) document.getElementById(focus)?.focus();
    return;
  }
  for (const fresh of now.querySelectorAll("[data-live]")) {
    const shown = document.getElementById(fresh.id);
    if (shown.tagName === "PROGRESS") shown.value = fresh.value;
    else if (shown.textContent !== fresh.textContent) shown.textContent = fresh.textContent;
  }
}

async function look() {
  let answer = null;
  try {
    answer = await fetch(queue.dataset.from, { cache: "no-store", redirect: "error" });
  } catch {
    // The program does not answer now; it is asked again.
    return true;
  }
  if (!answer.ok) {
    stopped.hidden = answer.status === 429;
    return answer.status === 429;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  show(page.getElementById("work"));
  return true;
}

async function watch() {
  while (await look()) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}

/** Whether this tab wants to be notified: every press of the queue's buttons loads the page anew. */
const WANTED = "scelle.notify";

if (button && globalThis.Notification) {
  button.hidden = false;
  const wanted = sessionStorage.getItem(WANTED) && Notification.permission === "granted";
  button.setAttribute("aria-pressed", String(Boolean(wanted)));
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true"
      && await Notification.requestPermission() === "granted";
    button.setAttribute("aria-pressed", String(on));
    if (on) sessionStorage.setItem(WANTED, "yes");
    else sessionStorage.removeItem(WANTED);
  });
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = title;
});
watch();
