/** The page's sentences, in the reader's language: the server put them into the page. */

const SENTENCES = JSON.parse(document.getElementById("words").textContent);

/**
 * One sentence, its `{parts}` filled in.
 * @param {string} key
 * @param {Record<string, string|number>} parts
 */
export function t(key, parts = {}) {
  const sentence = SENTENCES[key];
  if (sentence === undefined) throw new Error(`no sentence ${key}`);
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(parts[name]));
}

/** Seconds as `m:ss` or `h:mm:ss`. */
export function length(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** What is written beside an object: its time of day, or the time since the start. */
export function clock(second, onClock) {
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(second / 3600);
  const rest = `${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  return `${onClock ? two(hours) : hours}:${rest}`;
}
