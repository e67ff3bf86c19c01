// While a video plays, the door is asked every three seconds; when it says no, nothing is left
// but why.
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
  const ask = async () => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(video.dataset.lease, { cache: "no-store", signal }).catch(() => null);
    if (!answer?.ok) await stop(answer);
  };
  const asking = setInterval(() => video.paused || ask(), EVERY_MS);
  // It does not play: the door says why.
  video.addEventListener("error", () => video.hasAttribute("src") && ask());
}
