/** The address holds everything that was chosen, so that a view can be sent or come back to. */

/** What the server arranges by. */
export const ASKED = [
  "case", "exhibit", "class", "colour", "not_colour", "direction", "motion", "inside", "outside",
  "from", "to", "shortest", "longest", "density", "collision", "order", "stays", "apart", "rows",
];

/** What the page alone looks at. */
const OWN = ["lang", "t", "speed", "trails", "layer"];

/** @returns {URLSearchParams} what of the address is for the server */
export function asked(address = new URLSearchParams(location.search)) {
  const query = new URLSearchParams();
  for (const name of ASKED) {
    for (const value of address.getAll(name)) if (value !== "") query.append(name, value);
  }
  return query;
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
