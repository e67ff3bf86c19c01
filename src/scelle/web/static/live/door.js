/** What the page asks of the server; every question is an act that the door decides. */

export const ANSWER_MS = 10000; // after which what is shown goes, if nobody says whether it may stay

/** The door said no, or something went wrong: what happened, and what to do. */
export class Stopped extends Error {
  /** @param {{refused: boolean, silent?: boolean, title: string, lines: string[]}} told */
  constructor(told) {
    super(told.title);
    this.told = told;
  }
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Stopped({ refused: false, silent: true, title: String(error.message), lines: [] });
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch((error) => {
    // Of two questions refused at once, the first tells why and ends the other.
    if (error.name === "AbortError") throw error;
    return { title: answer.statusText, lines: [] };
  });
  throw new Stopped({ refused: answer.status === 403 || answer.status === 401, ...told });
}

function post(path, body, signal) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

function rated(view) {
  for (const panel of view.panels) panel.rate = panel.rate_over / panel.rate_under;
  view.rate = view.panels[0]?.rate ?? 1;
  return view;
}

/** When each track appears, for the choices of an address. */
export async function arrange(query, signal) {
  return rated(await (await ask(`/live/arrange?${query}`, { signal })).json());
}

/** The same with the pictures of the first moment; none where nothing is shown. */
export async function begin(query) {
  const answer = new Uint8Array(await (await ask(`/live/begin?${query}`)).arrayBuffer());
  const line = answer.indexOf(10);
  const view = rated(JSON.parse(new TextDecoder().decode(answer.subarray(0, line))));
  return { view, pictures: answer.slice(line + 1).buffer };
}

/** Pictures of parts, as the server packs them; without parts it only asks whether to go on. */
export async function tubes(body, signal) {
  return (await post("/live/tubes", body, signal)).arrayBuffer();
}

/** Keep, dismiss, or take back. */
export async function decide(body) {
  return (await post("/live/decide", body)).json();
}

/** Write a note on a track. */
export async function note(body) {
  return (await post("/review/note", body)).json();
}

/** One picture that sums up what is shown, as an address that an image takes. */
export async function still(query, signal) {
  const picture = await (await ask(`/live/still?${query}`, { signal })).blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(picture);
  });
}

/** A few seconds of the original: the video, and the time of its first picture. */
export async function play(query, signal) {
  const answer = await ask(`/live/play?${query}`, { signal });
  return { video: await answer.blob(), first: Number(answer.headers.get("X-First-Ms")) };
}
