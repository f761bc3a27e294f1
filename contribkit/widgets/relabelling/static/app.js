// The widget: connects its parts, and passes keys, clicks and messages on to them.

import { Board } from "./board.js";
import { Card } from "./card.js";
import { Decisions } from "./decide.js";
import { element } from "./element.js";
import { Steps } from "./events.js";
import { Facets } from "./facets.js";
import { Keyboard } from "./keyboard.js";
import { List } from "./list.js";
import { Notices, headWords, savingWords, silenceWords } from "./notices.js";
import { Outbox, openStorage } from "./outbox.js";
import { Panels } from "./panels.js";
import { unpack } from "./rows.js";
import { Exits } from "./exits.js";
import { actions, commands } from "./commands.js";
import { makeClock } from "./ulid.js";
import { Words } from "./words.js";
import { Wire } from "./wire.js";

const REST = 3000; // milliseconds without a label until the kernel is asked for more than saving
const RECOUNT = 400; // milliseconds without a label until the counts of the facets follow
const TICK = 1000; // milliseconds between two looks at whether the kernel answers

export class App {
  constructor(model, root) {
    this.root = root;
    this.steps = new Steps();
    this.wire = new Wire(model, this.messages(), () => this.watch());
    this.keyboard = new Keyboard(this);
    this.root.replaceChildren(element("p", { class: "quiet", role: "status" }, "Waiting for the kernel. Run all cells if nothing appears."));
    this.timer = setInterval(() => this.watch(), TICK);
    this.wire.send({ type: "ready" });
  }

  close() {
    clearInterval(this.timer);
    clearTimeout(this.counting);
    clearTimeout(this.resting);
    this.keyboard.close();
    this.wire.close();
  }

  messages() {
    return {
      begin: (message) => this.begin(message),
      rows: ({ rows }) => this.takeAll(rows),
      texts: ({ texts }) => this.takeTexts(texts),
      recorded: (message) => this.recorded(message),
      changed: (message) => this.retrained(message),
      agreement: ({ people, anchoring }) => { this.agreement = people; this.page.anchoring = anchoring.sentence; this.drawHead(); },
      log: ({ text, path, written }) => this.exits.take(text, path, written),
      refused: ({ why }) => this.tell(why),
    };
  }

  /** Paint the first rows, then ask for the rest; another view of this widget may have asked too. */
  begin({ rows, page }) {
    if (this.board) return;
    this.page = page;
    this.pace = page.pace;
    this.board = new Board(unpack(rows), page);
    this.outbox = new Outbox(openStorage(), `contribkit:${page.store}`, (events) => this.wire.send({ type: "events", events }));
    const tell = (sentence) => this.tell(sentence);
    this.words = new Words(this.board, (items) => this.wire.send({ type: "texts", items }));
    this.panels = new Panels(page, () => this.list.focus());
    this.decisions = new Decisions(this.board, this.outbox, this.steps, makeClock(), { ask: (question, yes) => this.panels.ask(question, yes), tell });
    this.exits = new Exits(this.outbox, page, () => this.wire.send({ type: "export" }), tell);
    this.commands = commands(this);
    this.build();
    // Events that an earlier page could not save; some may be for rows that are not here yet.
    this.left = this.outbox.restore().filter((event) => !this.board.apply(event));
    this.steps.recall([...this.board.entries.values()]);
    this.outbox.resend();
    if (page.person_from_git) this.notices.put("person", `Labels are saved as ${page.person}, from git's user.name. To change that, write your login into person = "" above and run all cells.`);
    this.draw();
    requestAnimationFrame(() => setTimeout(() => this.wire.send({ type: "rows" })));
  }

  /** Take all rows; keys may have been pressed since the first ones were painted. */
  takeAll(rows) {
    if (!this.board) return;
    this.board.take(unpack(rows));
    if (this.left) {
      for (const event of this.left) this.board.apply(event);
      this.left = null;
      this.steps.recall([...this.board.entries.values()]);
      this.rest();
    }
    this.board.look();
    this.drawAll();
  }

  build() {
    const { board, page } = this;
    this.list = new List(board, page, (place, event) => this.click(place, event));
    this.card = new Card(board, page, (said) => this.run(() => this.decisions.say(board.current, said)));
    this.facets = new Facets(board, page, () => this.drawAll());
    this.notices = new Notices();
    this.status = element("p", { class: "status", role: "status" });
    this.counts = element("p", { class: "counts" });
    this.saving = element("p", { class: "saving", title: page.path });
    const head = element("header", {}, this.counts, this.saving);
    const side = element("div", { class: "side" }, this.card.box, this.panels.box);
    this.bar = actions(page, (command) => this.run(this.commands[command]), () => this.retrain());
    const foot = element("footer", {}, this.status, this.exits.box);
    this.root.replaceChildren(head, this.notices.box, this.facets.box, element("div", { class: "main" }, this.list.box, side), this.bar, foot);
  }

  click(place, event) {
    const { board } = this;
    if (event.shiftKey) board.tickBetween(board.position, place);
    board.select(place);
    if (event.target.closest(".tick") && !event.shiftKey) board.toggle();
    this.list.focus();
    this.draw();
  }

  run(command) {
    command();
    this.draw();
  }

  tell(sentence) {
    this.status.textContent = sentence;
  }

  /** Update events that were saved or failed, of this view or another one of the same widget. */
  recorded({ saved, failed, rows, written, pace }) {
    if (!this.board) return;
    const fresh = unpack(rows);
    this.board.take(fresh);
    this.board.settle(this.outbox.saved(saved));
    this.board.fail(this.outbox.refused(failed));
    this.exits.written = written;
    this.pace = pace;
    this.rest();
    this.drawSoon(fresh.some(({ id }) => id === this.board.current?.row.id));
  }

  /** Draw with the next frame what the kernel's answers changed: in a burst of keys, one frame covers many. */
  drawSoon(withCard) {
    this.cardIsOld ||= withCard;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.list.draw();
      this.drawHead();
      this.watch();
      if (this.cardIsOld) this.drawCard();
    });
  }

  /** Count all rows and request the agreement once nobody has typed for a while: both take time. */
  rest() {
    clearTimeout(this.counting);
    clearTimeout(this.resting);
    this.counting = setTimeout(() => this.facets.drawUnused(), RECOUNT);
    this.resting = setTimeout(() => this.wire.send({ type: "agreement" }), REST);
  }

  retrain() {
    this.tell("Training …");
    this.wire.send({ type: "retrain" });
  }

  retrained({ rows, changes }) {
    this.board.take(unpack(rows));
    this.board.markChanged(changes);
    const words = changes.length ? `${changes.length === 1 ? "1 suggestion" : `${changes.length} suggestions`} changed.` : "";
    this.notices.put("changes", words, [["show", () => this.facets.filter({ show: "changed" })]]);
    this.tell(words || "No suggestion changed.");
    this.board.look();
    this.drawAll();
  }

  takeTexts(texts) {
    this.words.take(texts);
    if (this.board.current && texts[this.board.current.row.id]) this.drawCard();
    if (this.words.all && this.board.filters.text) this.facets.filter({});
  }

  drawAll() {
    this.facets.draw();
    this.draw();
  }

  draw() {
    this.list.show();
    this.drawCard();
    this.drawHead();
    this.watch();
    this.words.around();
  }

  drawCard() {
    this.cardIsOld = false;
    const entry = this.board.current;
    this.card.draw(entry, entry ? this.decisions.drafts.get(entry.row.id) : {});
  }

  drawHead() {
    this.counts.textContent = headWords(this.board, this.agreement, this.pace, this.page.left_out);
  }

  /** Show whether labels are saved, and whether the kernel is there. */
  watch() {
    if (!this.board) return;
    const { sign, word, state } = savingWords(this.outbox);
    this.saving.className = `saving ${state}`;
    this.saving.textContent = `${sign} ${word}`;
    const again = this.outbox.failed.size ? [["try again", () => { this.outbox.resend(); this.watch(); }]] : [];
    this.notices.put("kernel", silenceWords(this.outbox, this.wire.isAlive), again, "alert");
    this.notices.put("temporary", this.exits.warning());
  }
}
