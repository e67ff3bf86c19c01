/** SHA-256 of a file that comes in parts (FIPS 180-4): the browser's own digest takes no parts. */

/** First 32 bits of the fractional parts of roots of the first primes, as the standard has them. */
function fractions(count, root) {
  const found = [];
  for (let n = 2; found.length < count; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (prime) found.push(((n ** (1 / root)) % 1) * 2 ** 32 | 0);
  }
  return found;
}

const ROUND = Int32Array.from(fractions(64, 3));

export class Sha256 {
  constructor() {
    this.state = Int32Array.from(fractions(8, 2));
    this.words = new Int32Array(64);
    this.rest = new Uint8Array(64);
    this.held = 0;
    this.size = 0;
  }

  /** @param {Uint8Array} bytes the next part */
  update(bytes) {
    this.size += bytes.length;
    let at = 0;
    if (this.held) {
      at = Math.min(64 - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.held);
      this.held += at;
      if (this.held < 64) return;
      this.block(new DataView(this.rest.buffer), 0);
      this.held = 0;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + 64 <= bytes.length; at += 64) this.block(view, at);
    this.rest.set(bytes.subarray(at));
    this.held = bytes.length - at;
  }

  /** @returns {string} the digest of all parts, hexadecimal; nothing may follow */
  digest() {
    const size = this.size;
    const padding = new Uint8Array(((119 - (size % 64)) % 64) + 9);
    padding[0] = 0x80;
    const end = new DataView(padding.buffer);
    end.setUint32(padding.length - 8, Math.floor(size / 2 ** 29));
    end.setUint32(padding.length - 4, (size * 8) % 2 ** 32);
    this.update(padding);
    return [...this.state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  block(view, at) {
    const w = this.words;
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    const s = this.state;
    let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
  }
}

const hex = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** In a worker: read a file chunk by chunk; each is told with its digest, then waits for a word. */
async function read({ file, chunk }, told) {
  const whole = new Sha256();
  for (let number = 0; number * chunk < file.size; number++) {
    const part = file.slice(number * chunk, (number + 1) * chunk);
    // Chromium refuses to read a file that has changed since it was chosen.
    const data = await part.arrayBuffer();
    whole.update(new Uint8Array(data));
    const sha256 = hex(await crypto.subtle.digest("SHA-256", data));
    postMessage({ number, sha256, data }, [data]);
    await told();
  }
  postMessage({ whole: whole.digest() });
}

if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  let go = () => {};
  self.onmessage = ({ data }) => {
    if (!data.file) return go();
    read(data, () => new Promise((resolve) => { go = resolve; }))
      .catch((error) => postMessage({ failed: error.name }));
    return undefined;
  };
}
