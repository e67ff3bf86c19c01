/** The ledger's Merkle tree (RFC 6962, 2.1): what proofs lead to (RFC 9162, 2.1.3.2 and 2.1.4.2). */

import { join, same, sha256 } from "./bytes.js";

const EMPTY = new Uint8Array();

/** @param {Uint8Array} leaf */
export const leafHash = (leaf) => sha256(join([0], leaf));

const nodeHash = (left, right) => sha256(join([1], left, right));

// Sizes may pass 2**31, where JavaScript's bit operators end.
const half = (n) => Math.floor(n / 2);

/**
 * Whether a leaf's hash is at a place of the tree with that size and root.
 * @param {Uint8Array} leaf @param {number} place @param {number} size
 * @param {Uint8Array[]} proof @param {Uint8Array} root
 */
export async function isIn(leaf, place, size, proof, root) {
  if (!(place >= 0 && place < size)) return false;
  let at = place;
  let last = size - 1;
  let result = leaf;
  for (const each of proof) {
    if (last === 0) return false;
    if (at % 2 || at === last) {
      result = await nodeHash(each, result);
      while (at % 2 === 0 && at) [at, last] = [half(at), half(last)];
    } else {
      result = await nodeHash(result, each);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(result, root);
}

/**
 * Whether the tree of one head begins with that of an earlier one.
 * @param {{size: number, root: Uint8Array}} old @param {{size: number, root: Uint8Array}} now
 * @param {Uint8Array[]} proof
 */
export async function grewFrom(old, now, proof) {
  if (!(old.size >= 0 && old.size <= now.size)) return false;
  if (old.size === now.size) return proof.length === 0 && same(old.root, now.root);
  if (old.size === 0) return proof.length === 0 && same(old.root, await sha256(EMPTY));
  const path = [...proof];
  if (Number.isInteger(Math.log2(old.size))) path.unshift(old.root);
  if (path.length === 0) return false;
  let [at, last] = [old.size - 1, now.size - 1];
  while (at % 2) [at, last] = [half(at), half(last)];
  let [first, second] = [path[0], path[0]];
  for (const each of path.slice(1)) {
    if (last === 0) return false;
    if (at % 2 || at === last) {
      [first, second] = [await nodeHash(each, first), await nodeHash(each, second)];
      while (at % 2 === 0 && at) [at, last] = [half(at), half(last)];
    } else {
      second = await nodeHash(second, each);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(first, old.root) && same(second, now.root);
}
