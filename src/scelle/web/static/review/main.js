/** The review bench: player, time line, candidates and drawing, and the keys of all of them. */

import { Stopped } from "../live/door.js";
import { t } from "../live/words.js";
import { Candidates } from "./candidates.js";
import { Draw } from "./draw.js";
import { Line } from "./line.js";
import { Player } from "./player.js";
import { CASE, begins, byId, exact, field, say, tell, write } from "./state.js";

class Bench {
  async begin() {
    this.player = new Player(() => this.moved());
    this.draw = new Draw();
    this.candidates = new Candidates((exhibit, ms) => this.watch(exhibit, ms));
    this.wire();
    this.player.speed = begins.speed;
    try {
      this.rows = await (await this.ask(`/review/line?case=${CASE}`)).json();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      tell(error.told);
      return;
    }
    this.line = new Line(this.rows, (row, ms) => this.watch(row.id, ms));
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
    byId("camera").textContent = row.camera;
    byId("name").textContent = row.name;
    return this.player.watch(row, ms);
  }

  moved() {
    this.line?.move({ row: this.player.row, ms: this.player.at });
  }

  // -- bookmarks ---------------------------------------------------------------

  point(name) {
    const own = Math.round(this.player.at);
    write({ [name]: own });
    say(t(`bench.${name}`, { own: exact(own) }));
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
    try {
      const answer = await this.ask("/review/mark", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          case: CASE,
          exhibit: this.player.row.id,
          at: span ? Number(from) : Math.round(this.player.at),
          end: span ? Number(to) : null,
          note: note.querySelector("textarea").value.trim(),
        }),
      });
      this.player.row.marks.push(await answer.json());
      this.line.draw();
      this.line.table();
      write({ in: "", out: "" });
      say(t("bench.marked"));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      tell(error.told);
    }
  }

  // -- keys and buttons --------------------------------------------------------

  wire() {
    const { player } = this;
    byId("play").addEventListener("click", () => player.toggle());
    byId("back").addEventListener("click", () => player.step(-1));
    byId("forth").addEventListener("click", () => player.step(1));
    byId("mark").addEventListener("click", () => this.mark());
    byId("speed").addEventListener("change", (event) => player.atSpeed(Number(event.target.value)));
    byId("help-open").addEventListener("click", () => byId("help").showModal());
    byId("help").querySelector(".shut").addEventListener("click", () => byId("help").close());
    byId("note").addEventListener("close", () => this.keep());
    byId("drawing").addEventListener("click", () => this.draw.points || player.toggle());
    document.addEventListener("keydown", (event) => this.key(event));
    // Selects ask at once; what is typed waits for Enter.  Empty fields stay out of the address.
    for (const form of [byId("filters"), byId("ask")]) {
      form.addEventListener("formdata", (event) => {
        for (const [name, value] of [...event.formData]) {
          if (value === "" && name !== "words") event.formData.delete(name);
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
      Home: () => player.seek(player.row.start),
      End: () => player.seek(player.row.end - 1),
      "+": () => player.faster(1),
      "-": () => player.faster(-1),
      i: () => this.point("in"),
      o: () => this.point("out"),
      m: () => this.mark(),
      n: () => candidates.next(1),
      p: () => candidates.next(-1),
      ArrowDown: () => candidates.next(1),
      ArrowUp: () => candidates.next(-1),
      Enter: () => (this.draw.points ? this.draw.finish() : candidates.watch()),
      c: () => candidates.ask("confirmed"),
      x: () => candidates.ask("rejected"),
      u: () => candidates.ask("undecided"),
      b: () => candidates.toggle(),
      z: () => this.line?.zoom(),
      f: () => byId("ask").elements.words.focus(),
      Escape: () => this.draw.forget(),
      "?": () => byId("help").showModal(),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (!player.row && "jkliom ".includes(event.key.toLowerCase()))) return;
    event.preventDefault();
    act();
  }
}

window.bench = new Bench();
window.bench.begin();
