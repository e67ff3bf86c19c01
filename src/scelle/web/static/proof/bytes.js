/** Bytes: base64 that has one reading, joining, and SHA-256 of the browser (FIPS 180-4). */

/** @param {string} text base64; throws where its unused bits are not zero */
export function fromBase64(text) {
  const raw = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  if (toBase64(raw) !== text) throw new Error("base64 with stray bits");
  return raw;
}

/** @param {Uint8Array} raw */
export const toBase64 = (raw) => btoa(String.fromCharCode(...raw));

/** @param {string} text */
export const utf8 = (text) => new TextEncoder().encode(text);

/** @param {...(Uint8Array|number[])} parts */
export const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** @param {Uint8Array} raw */
export const sha256 = async (raw) => new Uint8Array(await crypto.subtle.digest("SHA-256", raw));

/** @param {Uint8Array} one @param {Uint8Array} other */
export const same = (one, other) =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);
