import assert from "node:assert/strict";
import { test } from "node:test";

import { Board } from "../../../contribkit/widgets/relabelling/static/board.js";
import { Decisions } from "../../../contribkit/widgets/relabelling/static/decide.js";
import { Steps } from "../../../contribkit/widgets/relabelling/static/events.js";
import { Memory, Outbox } from "../../../contribkit/widgets/relabelling/static/outbox.js";
import { answer, holding } from "../../../contribkit/widgets/relabelling/static/rows.js";
import { PAGE, clock, row } from "./rows.js";

/** Set up decisions over rows; `sent` collects events, `asked` the questions. */
function start(rows, filters = {}) {
  const board = new Board(rows, PAGE);
  board.filter(filters);
  const sent = [];
  const told = [];
  const asked = [];
  const steps = new Steps();
  const outbox = new Outbox(new Memory(), "test", (events) => sent.push(...events));
  const decisions = new Decisions(board, outbox, steps, clock(), { ask: (question, yes) => asked.push([question, yes]), tell: (words) => told.push(words) });
  return { board, decisions, steps, sent, told, asked };
}

const many = (count, changes) => Array.from({ length: count }, (_, place) => row(place + 1, changes));
const leads = (board) => board.shown.map((entry) => holding(entry.stack)?.lead ?? null);

test("a label holds what was seen and what stood before, and goes on", () => {
  const { board, decisions, sent } = start([row(1, { label: { lead: "upstream", status: "unanimous" } }), row(2)]);
  decisions.label("individual", "individual-led");
  const [event] = sent;
  assert.equal(event.op, "label");
  assert.equal(event.was, "upstream");
  assert.deepEqual(event.seen, { lead: "unclear", confidence: 0.5, decided_by: "rules", blind: false });
  assert.match(event.id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.equal(board.current.row.number, 2);
});

test("going on passes over rows that this person has decided", () => {
  const { board, decisions } = start(many(4));
  board.select(1);
  decisions.label("upstream", "");
  board.select(0);
  decisions.label("upstream", "");
  assert.equal(board.current.row.number, 3);
});

test("accepting takes lead, stakeholder and activity over, and leaves hidden rows", () => {
  const { board, decisions, sent, told } = start([
    row(1, { lead: "stakeholder", stakeholder: "Saltreed Network" }), row(2, { lead: "upstream", stakeholder: "Saltreed Network" }), row(3, { blind: true }),
  ]);
  board.toggleAll();
  decisions.accept();
  assert.deepEqual(sent.map(({ lead, stakeholder }) => [lead, stakeholder]), [["stakeholder", "Saltreed Network"], ["upstream", null]]);
  assert.match(told.at(-1), /2 rows, 1 left/);
});

test("undo and redo take back and repeat one step, a bulk label being one", () => {
  const { board, decisions, sent } = start(many(3));
  board.toggleAll();
  decisions.label("upstream", "");
  decisions.label("individual", "");
  assert.deepEqual(leads(board), ["individual", "upstream", "upstream"]);
  decisions.undo();
  decisions.undo();
  assert.deepEqual(leads(board), [null, null, null]);
  decisions.redo();
  assert.deepEqual(leads(board), ["upstream", "upstream", "upstream"]);
  decisions.redo();
  assert.deepEqual(leads(board), ["individual", "upstream", "upstream"]);
  assert.equal(sent.filter(({ op }) => op === "undo").length, 4);
  const ids = sent.map(({ id }) => id);
  assert.deepEqual(ids, [...ids].sort());
  assert.equal(new Set(ids).size, ids.length);
});

test("a new label forgets what was undone", () => {
  const { decisions, board, told } = start(many(2));
  decisions.label("upstream", "");
  decisions.undo();
  decisions.label("individual", "");
  decisions.redo();
  assert.match(told.at(-1), /nothing to redo/);
  assert.deepEqual(leads(board), ["individual", null]);
});

test("undo after a restart takes back what the log holds, a bulk label in one step, and leaves earlier periods", () => {
  const before = start(many(3));
  before.board.toggleAll();
  before.decisions.label("upstream", "");
  // The kernel does not repeat the row's name in its history.
  const history = (id) => before.sent.filter(({ item }) => item === id).map(({ item, ...told }) => told);
  const rows = many(3).map((one) => ({ ...one, history: history(one.id), label: { lead: "upstream", status: "unanimous", carried_over: one.number === 3 } }));
  const { board, decisions, steps, told } = start(rows);
  steps.recall([...board.entries.values()]);
  decisions.undo();
  assert.deepEqual(leads(board), [null, null, "upstream"]);
  decisions.undo();
  assert.match(told.at(-1), /nothing to undo/);
});

test("above twenty rows a person is asked first, at twenty not", () => {
  const twenty = start(many(20));
  twenty.board.toggleAll();
  twenty.decisions.label("upstream", "upstream-led");
  assert.equal(twenty.sent.length, 20);
  const more = start(many(21));
  more.board.toggleAll();
  more.decisions.label("upstream", "upstream-led");
  assert.equal(more.sent.length, 0);
  const [[question, yes]] = more.asked;
  assert.match(question, /21 rows/);
  yes();
  assert.equal(more.sent.length, 21);
  assert.equal(new Set(more.sent.map(({ at }) => at)).size, 1);
});

test("a note alone repeats the label that stands, or is a skip with a note", () => {
  const { board, decisions, sent } = start(many(2));
  decisions.say(board.current, { note: "they asked for it" });
  assert.deepEqual([sent[0].op, sent[0].lead, sent[0].note], ["skip", null, "they asked for it"]);
  decisions.label("stakeholder", "");
  assert.equal(sent[1].note, "they asked for it");
  board.select(0);
  decisions.say(board.current, { stakeholder: "Saltreed Network" });
  assert.deepEqual([sent[2].op, sent[2].lead, sent[2].stakeholder, sent[2].note], ["label", "stakeholder", "Saltreed Network", "they asked for it"]);
});

test("a stakeholder chosen before the label goes with it, and with no other row", () => {
  const { board, decisions, sent } = start(many(2));
  decisions.say(board.current, { stakeholder: "Saltreed Network", activity: "docs" });
  assert.equal(sent.length, 0);
  decisions.label("stakeholder", "");
  decisions.label("stakeholder", "");
  assert.deepEqual(sent.map(({ stakeholder, activity }) => [stakeholder, activity]), [["Saltreed Network", "docs"], [null, null]]);
});

test("a label under the filter for disputes settles them", () => {
  const { board, decisions, sent } = start([row(1), row(2, { label: { lead: null, status: "disputed" } })], { show: "disputed" });
  assert.equal(answer(board.current).by, "disputed");
  decisions.label("upstream", "upstream-led");
  assert.deepEqual([sent[0].op, sent[0].item], ["adjudicate", row(2).id]);
  assert.equal(answer(board.shown[0]).lead, "upstream");
});

test("clearing where nothing stands writes nothing", () => {
  const { decisions, sent } = start(many(1));
  decisions.clear();
  assert.equal(sent.length, 0);
});

test("nothing happens where no row is in view", () => {
  const { decisions, sent } = start(many(1), { text: "nothing like it" });
  decisions.label("upstream", "");
  decisions.skip();
  decisions.accept();
  assert.equal(sent.length, 0);
});
