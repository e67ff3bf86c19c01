/** What an arrangement shows at a moment. */

/** Passages of a panel that play at a second, each with its tick of the moment. */
export function playing(panel, second) {
  const tick = Math.floor(second * panel.rate + 1e-9);
  const found = [];
  for (const one of panel.passages) {
    if (one.start > tick) break; // in order of appearance
    if (tick < one.start + one.ticks) found.push([one, tick - one.start]);
  }
  return found;
}

/** The scene in force at the middle of the original times of what is shown. */
export function scene(panel, shown) {
  if (!panel.scenes.length) return "";
  const times = shown.map(([one]) => one.start_ms / 1000 + panel.shifts[one.exhibit]).sort((a, b) => a - b);
  const middle = times.length ? times[times.length >> 1] : panel.scenes[0][1];
  let found = panel.scenes[0][0];
  for (const [name, from] of panel.scenes) if (from <= middle) found = name;
  return found;
}

/** Names of the scenes that are needed at a second. */
export function scenes(view, second) {
  return view.panels.map((panel) => scene(panel, playing(panel, second))).filter((name) => name);
}
