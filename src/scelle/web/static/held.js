// While a page shows pictures, it asks whether they may stay; when not, they are gone at once.

const EVERY_MS = 2000;
const ANSWER_MS = 10000; // for both questions: no answer is as a refusal, one that is slow is not
const held = document.getElementById("held");

/** No picture is left on the page, and it is said why; what draws others hears of it. */
function hide() {
  for (const picture of document.querySelectorAll("main img:not([id]), main video[data-held]")) {
    const place = document.createElement("span");
    place.className = "no-picture";
    place.textContent = held.dataset.hidden;
    picture.replaceWith(place);
  }
  held.hidden = false;
  document.dispatchEvent(new Event("withheld"));
}

/** Whether the pictures may stay: nothing has changed, or the door says so anew. */
async function stays() {
  const { authority, exhibits } = held.dataset;
  // What was looked for goes along, be it everything: a mandate may be limited to less since.
  const searched = "searched" in held.dataset;
  const asked = new URLSearchParams(searched ? location.search : "");
  if (searched) asked.set("searched", "1");
  asked.set("case", held.dataset.case);
  asked.delete("exhibit");
  const signal = AbortSignal.timeout(ANSWER_MS);
  const ask = (path, query) => fetch(`${path}?${query}`, { cache: "no-store", signal })
    .then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  const lease = await ask("/review/lease", new URLSearchParams({ case: held.dataset.case, authority }));
  if (lease?.same) return true;
  for (const id of exhibits.split(" ")) asked.append("exhibit", id);
  const now = await ask("/review/held", asked);
  if (now) held.dataset.authority = now.authority;
  return Boolean(now);
}

async function watch() {
  while (held.hidden && await stays()) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  if (held.hidden) hide();
}

if (held) {
  // The player was refused: it does not wait for the pictures' own question.
  document.addEventListener("refused", () => held.hidden && hide());
  watch();
}
