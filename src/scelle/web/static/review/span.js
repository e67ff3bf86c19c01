/** Spans of recordings, as the door hands them out: masked, each with the time of its pictures. */

import { ANSWER_MS, Stopped } from "../live/door.js";
import { CASE } from "./state.js";

export const SPAN_MS = 2000;
export const LONGEST_MS = 60000; // that the door plays at once
export const LEASE_MS = 2000;
const PRESENTED_MS = 120; // within which a browser shows the picture that it went to

/** Milliseconds of a span that is to be played at a speed. */
export function lasting(speed) {
  return Math.min(30000, SPAN_MS * Math.max(1, speed));
}

async function fetched(query, signal) {
  let answer;
  try {
    answer = await fetch(`/review/play?${query}`, { credentials: "same-origin", signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Stopped({ refused: false, title: String(error.message), lines: [] });
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({ title: answer.statusText, lines: [] }));
  throw new Stopped({ refused: [401, 403].includes(answer.status), ...told });
}

/** One span of an exhibit, milliseconds of its own time; `null` where it holds no picture. */
export async function fetchSpan(exhibit, start, stop, speed, signal) {
  const query = new URLSearchParams({
    case: CASE, exhibit, start: Math.round(start), stop: Math.round(stop), speed,
  });
  const answer = await fetched(query, signal);
  if (answer.status === 204) return null;
  return new Span(await answer.blob(), answer.headers, start, stop, speed);
}

/** Whether what the right to see rests on is as it was when a span was handed out; `null` where
    nobody answers in time. */
export function asBefore(authority) {
  const query = new URLSearchParams({ case: CASE, authority });
  return fetch(`/review/lease?${query}`, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) })
    .then(async (answer) => answer.ok && (await answer.json()).same).catch(() => null);
}

/** A span that was handed out: its video, and when each of its pictures is. */
class Span {
  constructor(blob, headers, start, stop, speed) {
    Object.assign(this, { start, stop, speed });
    this.url = URL.createObjectURL(blob);
    this.authority = headers.get("X-Authority");
    const [over, under] = headers.get("X-Base").split("/").map(Number);
    this.pts = headers.get("X-Pts").split(",").map(Number);
    this.unit = over / under; // seconds
  }

  get count() {
    return this.pts.length;
  }

  /** Milliseconds of the recording's own time of a picture. */
  ms(index) {
    return this.pts[index] * this.unit * 1000;
  }

  /** Where in the video a picture is on screen for certain: in the middle of its time. */
  middle(index) {
    const since = (i) => (this.pts[i] - this.pts[0]) * this.unit;
    const before = index > 0 ? since(index) - since(index - 1) : 0.04;
    const lasts = index + 1 < this.count ? since(index + 1) - since(index) : before;
    return since(index) + lasts / 2;
  }

  /** The picture that is on screen at a second of the video. */
  at(second) {
    let index = 0;
    while (index + 1 < this.count && (this.pts[index + 1] - this.pts[0]) * this.unit <= second + 1e-4) {
      index += 1;
    }
    return index;
  }

  /** The last picture that is not after a time; the first if there is none. */
  upTo(ms) {
    let index = this.count - 1;
    while (index > 0 && this.ms(index) > ms + 0.5) index -= 1;
    return index;
  }
}

/** Go to a second of a video that stands still, until its picture is on the screen. */
export function settle(video, second) {
  return new Promise((resolve) => {
    const call = video.requestVideoFrameCallback(() => resolve());
    video.addEventListener("seeked", () => setTimeout(() => {
      // The same picture again, or one behind the other video, is not presented.
      video.cancelVideoFrameCallback(call);
      resolve();
    }, PRESENTED_MS), { once: true });
    video.currentTime = second;
  });
}
