// While a video plays, the door is asked every three seconds; while it stands still, only when
// what the right to see it rests on has changed.  When the door says no, nothing is left but why.
"use strict";

const EVERY_MS = 3000;
const ANSWER_MS = 10000; // no answer in that time is as a refusal

for (const video of document.querySelectorAll("video[data-lease]")) {
  const stop = async (answer) => {
    clearInterval(asking);
    video.pause();
    video.removeAttribute("src");
    video.load();
    video.hidden = true;
    const place = document.getElementById(video.dataset.stopped);
    const told = answer && await answer.json().catch(() => null);
    if (told) place.textContent = [told.title, ...told.lines].join(" ");
    place.hidden = false;
  };
  const fetched = (address) => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    return fetch(address, { cache: "no-store", signal }).catch(() => null);
  };
  const ask = async () => {
    const answer = await fetched(video.dataset.lease);
    if (!answer?.ok) await stop(answer);
    else video.dataset.authority = answer.headers.get("X-Authority");
  };
  const same = async () => {
    const { of, authority } = video.dataset;
    const answer = await fetched(`/review/lease?${new URLSearchParams({ case: of, authority })}`);
    return Boolean(answer?.ok && (await answer.json()).same);
  };
  const watch = async () => {
    // Of what was never played, nothing is here.
    if (video.readyState && !(video.paused && await same())) await ask();
  };
  const asking = setInterval(watch, EVERY_MS);
  // It does not play: the door says why.
  video.addEventListener("error", () => video.hasAttribute("src") && ask());
}
