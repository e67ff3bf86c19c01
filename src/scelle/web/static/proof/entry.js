/** An entry's leaf and its disclosed fields: SHA-256 of the canonical [salt, name, value] (RFC 8785). */

import { sha256, toBase64, utf8 } from "./bytes.js";

/** JSON as RFC 8785 writes it: the browser writes numbers and strings so; names are to be sorted. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
}

/**
 * Names of the disclosed fields that are not those of the leaf.
 * @param {[string, string][]} leaf names and digests
 * @param {Record<string, [string, unknown]>} disclosed name to salt and value
 */
export async function strangers(leaf, disclosed) {
  const digests = new Map(leaf);
  const found = [];
  for (const [name, [salt, value]] of Object.entries(disclosed)) {
    const own = toBase64(await sha256(utf8(canonical([salt, name, value]))));
    if (digests.get(name) !== own) found.push(name);
  }
  return found;
}
