/** One file on its way to the vault. */

/** It could not be brought: what happened, what to do, and whether it changed meanwhile. */
export class Failed extends Error {
  constructor(title, lines = [], changed = false) {
    super(title);
    Object.assign(this, { lines, changed });
  }
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    throw new Failed(String(error.message));
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const told = await answer.json().catch(() => ({ title: answer.statusText, lines: [] }));
  throw new Failed(told.title, told.lines);
}

const post = (path, body) => ask(path, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

/** Every chunk of a file with its digest; at the end the digest of the whole. */
async function* chunks(file, chunk) {
  const worker = new Worker(new URL("hash.js", import.meta.url), { type: "module" });
  const queue = [];
  let wake = () => {};
  worker.onmessage = ({ data }) => { queue.push(data); wake(); };
  worker.onerror = () => { queue.push({ failed: "Error" }); wake(); };
  worker.postMessage({ file, chunk });
  try {
    for (;;) {
      if (!queue.length) await new Promise((resolve) => { wake = resolve; });
      const told = queue.shift();
      if (told.failed) throw new Failed(told.failed, [], told.failed === "NotReadableError");
      // The next chunk is read while this one is sent.
      if (told.data) worker.postMessage({});
      yield told;
      if (told.whole) return;
    }
  } finally {
    worker.terminate();
  }
}

/**
 * Bring one file.
 * @param {string} place address of the page, without a slash at its end
 * @param {File} file
 * @param {object} stated camera, origin, recorded_at, clock_offset, clock_proof
 * @param {(what: string, done: number) => void} told `sending`, `goes_on` or `waiting`; bytes, or seconds
 * @returns {Promise<string>} the digest that the browser computed
 */
export async function send(place, file, stated, told) {
  const begun = await post(`${place}/begin`, {
    name: file.name, size: file.size, modified_ms: file.lastModified, ...stated,
  });
  const done = begun.done;
  let bytes = 0;
  let whole = "";
  for await (const one of chunks(file, begun.chunk)) {
    if (one.whole) {
      whole = one.whole;
      break;
    }
    const { number, sha256, data } = one;
    // What is there already is compared, not sent again.
    const there = done[number];
    if (there !== undefined && there !== sha256) throw new Failed("", [], true);
    if (there === undefined) {
      await ask(`${place}/${begun.upload}/${number}`, {
        method: "PUT",
        headers: { "Content-Type": "application/octet-stream", "X-Sha256": sha256 },
        body: data,
      });
    }
    bytes = Math.min(file.size, (number + 1) * begun.chunk);
    told(there === undefined ? "sending" : "goes_on", bytes);
  }
  for (;;) {
    // A last look at its end: a file that has changed cannot be read any more.
    try {
      await file.slice(Math.max(0, file.size - 65536)).arrayBuffer();
    } catch {
      throw new Failed("", [], true);
    }
    const answer = await post(`${place}/${begun.upload}/finish`, { sha256: whole });
    if (answer.job) return whole;
    told("waiting", answer.wait_s);
    await new Promise((resolve) => setTimeout(resolve, answer.wait_s * 1000 + 50));
  }
}
