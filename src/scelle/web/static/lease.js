// While a video plays, the door is asked every three seconds; when it says no, nothing is left.
"use strict";

const EVERY_MS = 3000;
const ANSWER_MS = 10000; // no answer in that time is as a refusal

for (const video of document.querySelectorAll("video[data-lease]")) {
  const stop = () => {
    clearInterval(asking);
    video.pause();
    video.removeAttribute("src");
    video.load();
    video.hidden = true;
    document.getElementById(video.dataset.stopped).hidden = false;
  };
  const ask = async () => {
    if (video.paused) return;
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(video.dataset.lease, { cache: "no-store", signal }).catch(() => null);
    if (!answer || !answer.ok) stop();
  };
  const asking = setInterval(ask, EVERY_MS);
}
