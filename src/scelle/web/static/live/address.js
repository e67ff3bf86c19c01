/** The address holds everything that was chosen, so that a view can be sent or come back to. */

/** What is asked on the review bench alone. */
export const FURTHER = [
  "exhibit", "smallest", "tallest", "slowest", "fastest", "start", "end", "line", "one_way", "path",
  "within", "zone",
];

/** How it is arranged: what the review bench knows nothing of. */
const ARRANGED = ["density", "collision", "order", "stays", "apart", "rows"];

/** What the server arranges by. */
export const ASKED = [
  "case", "class", "colour", "not_colour", "direction", "motion", "inside", "outside", "from", "to",
  "shortest", "longest", ...FURTHER, ...ARRANGED,
];

/** What the page alone looks at; `bench` is where on the review bench somebody came from. */
const OWN = ["lang", "t", "speed", "trails", "layer", "bench"];

/** @returns {URLSearchParams} what of the address is for the server */
export function asked(address = new URLSearchParams(location.search)) {
  const query = new URLSearchParams();
  for (const name of ASKED) {
    for (const value of address.getAll(name)) if (value !== "") query.append(name, value);
  }
  return query;
}

/** The review bench of the same filters, where it was left. */
export function bench(query, own) {
  const back = new URLSearchParams(query);
  for (const name of ARRANGED) back.delete(name);
  back.set("lang", own.lang);
  for (const [name, value] of new URLSearchParams(own.bench)) back.append(name, value);
  return `/review?${back}`;
}

/** The page that exports what is shown. */
export function exporting(query, own) {
  const told = new URLSearchParams(query);
  const id = told.get("case");
  told.delete("case");
  told.set("of", "live");
  for (const name of ["lang", "speed", "trails", "layer"]) {
    if (own[name] !== undefined && own[name] !== "") told.set(name, own[name]);
  }
  return `/case/${id}/export?${told}`;
}

/** Write choices into the address, without a step in the browser's history. */
export function write(query, own) {
  const address = new URLSearchParams(query);
  for (const name of OWN) {
    if (own[name] !== undefined && own[name] !== "") address.set(name, own[name]);
  }
  history.replaceState(null, "", `${location.pathname}?${address}`);
}

/** What of the address is the page's own. */
export function own(address = new URLSearchParams(location.search)) {
  return Object.fromEntries(OWN.map((name) => [name, address.get(name) ?? ""]));
}
