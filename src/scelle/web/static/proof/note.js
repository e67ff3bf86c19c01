/** Signed heads: C2SP checkpoints in signed notes, with Ed25519 (RFC 8032) of the browser. */

import { fromBase64, join, same, sha256, toBase64, utf8 } from "./bytes.js";

const ED25519 = 1;

/** This browser cannot check Ed25519: nothing is said of the signature. */
export class Unknown extends Error {}

/**
 * @typedef {{text: string, origin: string, size: number, root: Uint8Array,
 *   signatures: {name: string, id: Uint8Array, signature: Uint8Array}[]}} Head
 */

/**
 * What a signed note states, and who signed it.
 * @param {string} note
 * @returns {Head}
 */
export function readHead(note) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) throw new Error("not a signed note");
  const text = note.slice(0, cut + 1);
  const [origin, size, root, ...rest] = text.split("\n");
  if (!origin || !/^(0|[1-9]\d{0,14})$/.test(size) || rest.join() !== "") throw new Error("not a head");
  const signatures = note.slice(cut + 2, -1).split("\n").map((line) => {
    const [, name, data] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    if (!name) throw new Error("not a signature");
    const raw = fromBase64(data);
    return { name, id: raw.slice(0, 4), signature: raw.slice(4) };
  });
  const hash = fromBase64(root);
  if (hash.length !== 32 || toBase64(hash) !== root) throw new Error("not a root");
  return { text, origin, size: Number(size), root: hash, signatures };
}

/**
 * A verifier key, `NAME+ID+KEY`.
 * @param {string} vkey
 */
export async function readKey(vkey) {
  const [name, id, ...rest] = vkey.trim().split("+");
  const raw = fromBase64(rest.join("+"));
  const own = (await sha256(join(utf8(`${name}\n`), raw))).slice(0, 4);
  const hex = [...own].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!name || raw.length !== 33 || raw[0] !== ED25519 || hex !== id) throw new Error("not a key");
  return { name, id: own, public: raw.slice(1), text: vkey.trim() };
}

/**
 * Whether a key has signed a head.
 * @param {Head} head @param {Awaited<ReturnType<typeof readKey>>} key
 */
export async function signedBy(head, key) {
  if (head.origin !== key.name) return false;
  for (const one of head.signatures) {
    if (one.name !== key.name || !same(one.id, key.id)) continue;
    let imported = null;
    try {
      imported = await crypto.subtle.importKey("raw", key.public, "Ed25519", false, ["verify"]);
    } catch (error) {
      if (error.name === "NotSupportedError") throw new Unknown();
      throw error;
    }
    if (await crypto.subtle.verify("Ed25519", imported, one.signature, utf8(head.text))) return true;
  }
  return false;
}
