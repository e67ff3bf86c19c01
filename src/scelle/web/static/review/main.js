/** The review bench: player, time line, candidates and drawing, and the keys of all of them. */

import { Stopped } from "../live/door.js";
import { t } from "../live/words.js";
import { Candidates } from "./candidates.js";
import { Draw } from "./draw.js";
import { Line } from "./line.js";
import { Pen } from "./pen.js";
import { Player } from "./player.js";
import { Together } from "./together.js";
import { Tour } from "./tour.js";
import { Zones } from "./zones.js";
import { CASE, begins, byId, exact, field, say, tell, toExport, write } from "./state.js";

/** Keys that ask something of the player. */
const PLAYS = /^([ jkliomes1-4+-]|Home|End|ArrowLeft|ArrowRight)$/i;

/** What of the address stays when the filters change. */
const KEPT = ["watch", "t", "speed", "with"];

/** What of the address is looked at on the bench alone. */
const BACK = [...KEPT, "track", "page", "in", "out", "compare", "left"];

class Bench {
  async begin() {
    this.pen = new Pen();
    this.draw = new Draw(this.pen);
    this.candidates = new Candidates((exhibit, ms) => this.watch(exhibit, ms));
    this.tour = new Tour();
    this.wire();
    try {
      this.rows = await (await this.ask(`/review/line?case=${CASE}`)).json();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      tell(error.told);
      return;
    }
    this.line = new Line(
      this.rows, (row, ms) => this.watch(row.id, ms), (row, mark) => this.forget(row, mark),
    );
    const rows = begins.together.map((id) => this.rows.find((row) => row.id === id));
    const moved = () => this.moved();
    this.player = rows.every(Boolean) ? new Together(rows, moved) : new Player(moved);
    this.player.speed = begins.speed;
    if (byId("zones")) this.zones = new Zones(this.pen, this.player, (path, body) => this.sent(path, body));
    await this.watch(begins.watch, begins.at);
    document.body.dataset.ready = "1";
  }

  async ask(path, options = {}) {
    const answer = await fetch(path, { credentials: "same-origin", ...options });
    if (answer.ok) return answer;
    const told = await answer.json().catch(() => ({ title: answer.statusText, lines: [] }));
    throw new Stopped({ refused: [401, 403].includes(answer.status), ...told });
  }

  watch(exhibit, ms) {
    const row = this.rows?.find((each) => each.id === exhibit);
    if (!row) return undefined;
    if (this.player instanceof Together && !this.player.has(row)) {
      // It is none of those that were chosen: it is watched alone.
      this.open([], { watch: row.id, t: Math.round(ms) });
      return undefined;
    }
    byId("camera").textContent = row.camera;
    byId("name").textContent = row.name;
    byId("drawing").setAttribute("viewBox", `0 0 ${row.width} ${row.height}`);
    this.zones?.watch(row);
    return this.player.watch(row, ms);
  }

  moved() {
    this.line?.move({ row: this.player.row, ms: this.player.at });
    this.zones?.show();
  }

  // -- the live synopsis ---------------------------------------------------

  /** The live synopsis of what the same filters leave, and where to come back to. */
  away(layer) {
    if (this.player) write({ t: Math.round(this.player.at) });
    const address = new URLSearchParams(location.search);
    const back = new URLSearchParams();
    for (const name of BACK) {
      for (const value of address.getAll(name)) back.append(name, value);
      address.delete(name);
    }
    address.set("bench", back);
    address.set("rows", begins.rows);
    if (layer) address.set("layer", layer);
    location.assign(`/live?${address}`);
  }

  // -- several cameras -------------------------------------------------------

  beside() {
    this.player.pause();
    byId("beside").returnValue = "cancel";
    byId("beside").showModal();
  }

  /** At most four, the one that is watched among them. */
  enough() {
    const boxes = [...byId("beside").querySelectorAll("[name=with]")];
    const full = boxes.filter((box) => box.checked).length >= 4;
    for (const box of boxes) box.disabled = full && !box.checked;
  }

  /** Open the page with these exhibits side by side. */
  open(exhibits, more = {}) {
    write({ with: "", ...more });
    const address = new URLSearchParams(location.search);
    if (exhibits.length > 1) for (const id of exhibits) address.append("with", id);
    location.assign(`${location.pathname}?${address}`);
  }

  // -- bookmarks ---------------------------------------------------------------

  point(name) {
    const own = Math.round(this.player.at);
    write({ [name]: own });
    say(t(`bench.${name}`, { own: exact(own) }));
  }

  /** The page that exports the span between I and O, or around the chosen candidate. */
  export() {
    const [from, to] = ["in", "out"].map((name) => field(name));
    const chosen = this.candidates.card?.dataset;
    if (from !== "" && to !== "" && Number(from) < Number(to)) {
      toExport({ exhibit: this.player.row.id, first: from, last: to, around: 0 });
    } else if (chosen) {
      toExport({ exhibit: chosen.exhibit, first: chosen.ms, last: chosen.end, around: 2 });
    } else say(t("bench.export.nothing"));
  }

  mark() {
    if (!this.player.span) return;
    this.player.pause();
    const note = byId("note");
    note.returnValue = "cancel";
    note.querySelector("textarea").value = "";
    note.showModal();
  }

  async keep() {
    const note = byId("note");
    if (note.returnValue !== "send") return;
    const [from, to] = ["in", "out"].map((name) => field(name));
    const span = from !== "" && to !== "" && Number(from) < Number(to);
    const kept = await this.sent("/review/mark", {
      case: CASE,
      exhibit: this.player.row.id,
      at: span ? Number(from) : Math.round(this.player.at),
      end: span ? Number(to) : null,
      note: note.querySelector("textarea").value.trim(),
    });
    if (!kept) return;
    this.player.row.marks.push(kept);
    this.line.draw();
    this.line.table();
    write({ in: "", out: "" });
    say(t("bench.marked"));
  }

  /** Take a bookmark away: a new act; that it was kept stays known. */
  async forget(row, mark) {
    if (!await this.sent("/review/mark", { case: CASE, remove: mark.id })) return;
    row.marks = row.marks.filter((each) => each !== mark);
    this.line.draw();
    this.line.table();
    say(t("bench.unmarked"));
  }

  /** What became of something that was sent; `null` where the door said no. */
  async sent(path, body) {
    try {
      const answer = await this.ask(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      return await answer.json();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      tell(error.told);
      return null;
    }
  }

  // -- keys and buttons --------------------------------------------------------

  wire() {
    const wire = (name, what, act) => byId(name)?.addEventListener(what, (event) => this.player && act(event));
    wire("play", "click", () => this.player.toggle());
    wire("back", "click", () => this.player.step(-1));
    wire("forth", "click", () => this.player.step(1));
    wire("speed", "change", (event) => this.player.atSpeed(Number(event.target.value)));
    for (const link of document.querySelectorAll("a[data-layer]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.away(link.dataset.layer);
      });
    }
    wire("beside-open", "click", () => this.beside());
    wire("picture", "click", (event) => {
      const panes = [...document.querySelectorAll("[data-pane]")];
      const pane = panes.indexOf(event.target.closest("[data-pane]"));
      if (pane >= 0 && this.player.panes[pane] !== this.player.lead) this.player.pick(pane);
      else this.player.toggle();
    });
    wire("beside", "close", () => {
      if (byId("beside").returnValue !== "send") return;
      const chosen = byId("beside").querySelectorAll("[name=with]:checked");
      this.open([...chosen].map((box) => box.value));
    });
    wire("beside", "change", () => this.enough());
    // No submit button before the one that shows: Enter would press it.
    byId("beside")?.querySelector(".shut").addEventListener("click", () => byId("beside").close());
    byId("mark").addEventListener("click", () => this.mark());
    wire("export", "click", () => this.export());
    byId("help-open").addEventListener("click", () => byId("help").showModal());
    byId("help").querySelector(".shut").addEventListener("click", () => byId("help").close());
    byId("tour-open").addEventListener("click", () => {
      byId("help").close();
      this.tour.open();
    });
    byId("note").addEventListener("close", () => this.keep());
    document.addEventListener("keydown", (event) => this.key(event));
    // Selects ask at once; what is typed waits for Enter.  Empty fields stay out of the address.
    for (const form of [byId("filters"), byId("ask")]) {
      form.addEventListener("formdata", (event) => {
        for (const [name, value] of [...event.formData]) {
          if (value === "" && name !== "words") event.formData.delete(name);
        }
        const address = new URLSearchParams(location.search);
        for (const name of KEPT) {
          for (const value of address.getAll(name)) event.formData.append(name, value);
        }
      });
    }
    for (const select of byId("filters").querySelectorAll("select")) {
      select.addEventListener("change", () => select.form.requestSubmit());
    }
  }

  shuttle(way) {
    const { player } = this;
    if (player.playing === way) player.faster(1);
    else if (way === 1) player.play();
    else player.backwards();
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
    if (typing && event.key === "Escape") typing.blur();
    if (typing) return;
    if (event.target.closest("a, button, summary, input") && [" ", "Enter"].includes(event.key)) return;
    const { player, candidates } = this;
    const acts = {
      " ": () => player.toggle(),
      k: () => player.pause(),
      l: () => this.shuttle(1),
      j: () => this.shuttle(-1),
      ArrowLeft: () => (event.shiftKey ? player.seek(player.at - 1000) : player.step(-1)),
      ArrowRight: () => (event.shiftKey ? player.seek(player.at + 1000) : player.step(1)),
      Home: () => player.seek(player.first),
      End: () => player.seek(player.last),
      "+": () => player.faster(1),
      "-": () => player.faster(-1),
      i: () => this.point("in"),
      o: () => this.point("out"),
      m: () => this.mark(),
      e: () => this.export(),
      n: () => candidates.next(1),
      p: () => candidates.next(-1),
      ArrowDown: () => candidates.next(1),
      ArrowUp: () => candidates.next(-1),
      Enter: () => (this.pen.points ? this.pen.finish() : candidates.watch()),
      c: () => candidates.ask("confirmed"),
      x: () => candidates.ask("rejected"),
      u: () => candidates.ask("undecided"),
      a: () => candidates.note(),
      b: () => candidates.toggle(),
      z: () => this.line?.zoom(),
      ...Object.fromEntries([0, 1, 2, 3].map((n) => [String(n + 1), () => player.pick(n)])),
      v: () => this.away(""),
      g: () => this.away("storyboard"),
      h: () => this.away("activity"),
      s: () => byId("beside") && this.beside(),
      f: () => byId("ask").elements.words.focus(),
      d: () => this.zones?.begin("rectangle"),
      Escape: () => (this.pen.points ? this.pen.forget() : this.zones?.leave()),
      "?": () => byId("help").showModal(),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (!player && PLAYS.test(event.key))) return;
    event.preventDefault();
    act();
  }
}

window.bench = new Bench();
window.bench.begin();
