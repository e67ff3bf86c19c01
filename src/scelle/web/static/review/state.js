/** What the page holds beside its words: the case, and what of the address is the script's. */

const element = document.getElementById("state");

export const CASE = element.dataset.case;
export const WHO = element.dataset.who;
export const SEARCH = element.dataset.search === "" ? null : Number(element.dataset.search);
export const begins = {
  watch: element.dataset.watch,
  at: Number(element.dataset.t),
  speed: Number(element.dataset.speed),
  rows: element.dataset.rows,
  together: element.dataset.together.split(" "),
};

export const byId = (id) => document.getElementById(id);

/** Write where the player stands into the address, without a step in the history. */
export function write(told) {
  const address = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(told)) {
    if (value === "" || value === null || value === undefined) address.delete(name);
    else address.set(name, value);
  }
  history.replaceState(null, "", `${location.pathname}?${address}`);
}

/** One field of the address. */
export function field(name) {
  return new URLSearchParams(location.search).get(name) ?? "";
}

/** Real time of a place of a recording whose clock is known, milliseconds since 1970. */
export function realOf(row, own) {
  return row.real + (own - row.start) * row.rate;
}

/** The recording's own time at a real time: the inverse of `realOf`. */
export function ownOf(row, real) {
  return row.start + (real - row.real) / row.rate;
}

/** Where a span of a recording is exported; milliseconds of its own time, seconds around it. */
export function exportOf(told) {
  const lang = document.documentElement.lang;
  return `/case/${CASE}/export?${new URLSearchParams({ lang, of: "clip", ...told })}`;
}

export const toExport = (told) => location.assign(exportOf(told));

/** Say something; a screen reader reads it out. */
export function say(sentence) {
  byId("said").textContent = sentence;
}

/** The door said no, or something broke. */
export function tell(told) {
  const problem = byId("problem");
  problem.hidden = false;
  problem.querySelector("strong").textContent = told.title;
  problem.querySelector("ul").replaceChildren(...told.lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
  problem.focus();
}

/** `h:mm:ss.mmm` of milliseconds. */
export function exact(ms) {
  const two = (n) => String(n).padStart(2, "0");
  const whole = Math.floor(Math.abs(ms) / 1000);
  const rest = String(Math.round(Math.abs(ms)) % 1000).padStart(3, "0");
  return `${ms < 0 ? "-" : ""}${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${rest}`;
}

/** Time of day of an instant, in the zone in which the clock was stated. */
export function ofDay(epochMs, zoneS) {
  return new Date(epochMs + zoneS * 1000).toISOString().slice(11, 19);
}
