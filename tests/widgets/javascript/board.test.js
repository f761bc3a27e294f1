import assert from "node:assert/strict";
import { test } from "node:test";

import { Board } from "../../../contribkit/widgets/relabelling/static/board.js";
import { makeEvent } from "../../../contribkit/widgets/relabelling/static/events.js";
import { answer, choices, decisions, fits, holding, isHidden, needsReview, sorted } from "../../../contribkit/widgets/relabelling/static/rows.js";
import { PAGE, PERSON, clock, row } from "./rows.js";

const said = (op, lead = null, by = PERSON) => ({ id: `${op}${lead}${by}`, at: "2026-10-01T10:00:00Z", by, op, lead });
const entry = (changes) => new Board([row(1, changes)], PAGE).current;
const ids = (entries) => entries.map((one) => one.row.number);

test("an undo takes back the last decision of that person alone", () => {
  const history = [said("label", "upstream"), said("label", "individual", "bob-example"), said("label", "unclear"), said("undo"), said("undo", null, "bob-example")];
  assert.deepEqual(decisions(history, "ADA-example").map(({ lead }) => lead), ["upstream"]);
  assert.deepEqual(decisions(history, "bob-example"), []);
});

test("a skip leaves a label standing and a clear does not", () => {
  assert.equal(holding([said("label", "upstream"), said("skip")]).lead, "upstream");
  assert.equal(holding([said("label", "upstream"), said("clear")]), null);
  assert.equal(holding([]), null);
});

test("a blind row hides the machine's answer until it is labelled, in filters and orders too", () => {
  const blind = entry({ blind: true, lead: "stakeholder", confidence: 0.9 });
  assert.deepEqual(answer(blind), { lead: null, confidence: null, by: "hidden" });
  assert.equal(fits(blind, { lead: "stakeholder" }), false);
  assert.equal(fits(blind, { confidence: "high" }), false);
  blind.stack = [said("label", "upstream")];
  assert.equal(isHidden(blind), false);
  assert.equal(answer(blind).lead, "upstream");
  const board = new Board([row(1, { blind: true, confidence: 0.1 }), row(2, { confidence: 0.4 })], PAGE);
  assert.deepEqual(ids(sorted([...board.entries.values()], "confidence")), [2, 1]);
});

test("hiding all suggestions hides those of rows that this person has not labelled", () => {
  assert.equal(answer(entry({}), true).by, "hidden");
  assert.equal(answer(entry({ history: [said("label", "upstream")] }), true).by, "you");
});

test("a dispute shows as one, and what others agree on stands", () => {
  assert.equal(answer(entry({ label: { lead: null, status: "disputed" } })).by, "disputed");
  assert.deepEqual(answer(entry({ label: { lead: "upstream", status: "unanimous" } })), { lead: "upstream", confidence: 1, by: "people" });
});

test("filters go together, and a facet counts what the other filters leave", () => {
  const board = new Board([row(1), row(2, { kind: "review", title: "Fix the wick" }), row(3, { kind: "review", lead: "upstream" })], PAGE);
  board.filter({ kind: "review" });
  assert.deepEqual(ids(board.shown), [2, 3]);
  assert.deepEqual(Object.fromEntries(choices([...board.entries.values()], "kind", board.filters)), { issue: 1, review: 2 });
  board.filter({ text: "WICK fix" });
  assert.deepEqual(ids(board.shown), [2]);
  assert.equal(board.isFiltered, true);
  board.clearFilters();
  assert.equal(board.shown.length, 3);
});

test("each order sorts as it says, and ties keep the order of the queue", () => {
  const board = new Board([
    row(1, { confidence: 0.9, happened_at: "2026-07-01T10:00:00Z", repo: "b/b", who: "Zoe" }),
    row(2, { confidence: 0.2, happened_at: "2026-07-03T10:00:00Z", repo: "b/b", who: "Ada" }),
    row(3, { confidence: null, happened_at: "2026-07-02T10:00:00Z", repo: "a/a", who: null, actor: "bob" }),
    row(4, { confidence: 0.9, happened_at: null, repo: null, who: "Ada" }),
  ], PAGE);
  const order = (name) => { board.order = name; board.look(); return ids(board.shown); };
  assert.deepEqual(order("queue"), [1, 2, 3, 4]);
  assert.deepEqual(order("confidence"), [2, 1, 4, 3], "an unknown confidence comes last");
  assert.deepEqual(order("newest"), [2, 3, 1, 4]);
  assert.deepEqual(order("repo"), [4, 3, 1, 2]);
  assert.deepEqual(order("person"), [2, 4, 1, 3]);
  assert.deepEqual(order("no such order"), [1, 2, 3, 4]);
});

test("each facet filters by what the row shows", () => {
  const board = new Board([
    row(1, { lead: "upstream", confidence: 0.3, repo: "a/a", actor: "ada", kind: "review" }),
    row(2, { lead: "upstream", confidence: 0.5, label: { lead: "individual", status: "unanimous" } }),
    row(3, { lead: "stakeholder", confidence: 0.8, label: { lead: null, status: "disputed" } }),
    row(4, { lead: "upstream", confidence: 0.9, blind: true }),
  ], PAGE);
  const found = (filters) => { board.clearFilters(); board.filter(filters); return ids(board.shown); };
  assert.deepEqual(found({ lead: "upstream" }), [1], "people's answer wins, and a hidden one stays hidden");
  assert.deepEqual(["individual", "disputed", "hidden"].map((lead) => found({ lead })), [[2], [3], [4]]);
  assert.deepEqual(found({ repo: "a/a" }), [1]);
  assert.deepEqual(found({ person: "ada" }), [1]);
  assert.deepEqual(found({ kind: "review" }), [1]);
  assert.deepEqual(["low", "middle", "high"].map((confidence) => found({ confidence })), [[1], [2], [3]]);
  assert.deepEqual(found({ kind: "review", lead: "individual" }), []);
});

test("Show has all, what needs review, the disputed, one's own and what a retraining changed", () => {
  const board = new Board([
    row(1, { needs_review: false }),
    row(2, { label: { lead: null, status: "disputed" } }),
    row(3, { needs_review: false, history: [said("skip")] }),
    row(4, { needs_review: false, history: [said("label", "upstream", "bob-example")] }),
  ], PAGE);
  board.markChanged([row(4).id]);
  const found = (show) => { board.filter({ show }); return ids(board.shown); };
  assert.deepEqual(["all", "review", "disputed", "mine", "changed"].map(found), [[1, 2, 3, 4], [2], [2], [3], [4]]);
  assert.equal(board.countChanged(), 1);
  board.markChanged([]);
  assert.equal(board.countChanged(), 0);
});

test("a search finds words of the thread once they are here", () => {
  const board = new Board([row(1), row(2)], PAGE);
  board.entries.get(row(2).id).details = { body: "A lamp that flickers", remarks: [] };
  board.filter({ text: "flickers" });
  assert.deepEqual(ids(board.shown), [2]);
});

test("the person stays on the same row where a filter keeps it", () => {
  const board = new Board([row(1), row(2), row(3)], PAGE);
  board.select(2);
  board.filter({ text: "row" });
  assert.equal(board.current.row.number, 3);
  board.filter({ text: "row 1" });
  assert.equal(board.current.row.number, 1);
});

test("n and N go round to what needs review, and say where there is nothing", () => {
  const board = new Board([row(1), row(2, { needs_review: false }), row(3)], PAGE);
  assert.equal(board.seek(1), true);
  assert.equal(board.current.row.number, 3);
  board.seek(1);
  assert.equal(board.current.row.number, 1);
  board.seek(-1);
  assert.equal(board.current.row.number, 3);
  assert.equal(new Board([row(1, { needs_review: false })], PAGE).seek(1), false);
  assert.equal(new Board([], PAGE).seek(1), false);
});

test("Shift ticks everything between, in either direction, and a filter unticks what it hides", () => {
  const board = new Board([row(1), row(2, { kind: "review" }), row(3), row(4)], PAGE);
  board.select(2);
  board.move(-1, true);
  board.move(-1, true);
  assert.deepEqual(ids(board.targets), [1, 2, 3]);
  board.filter({ kind: "review" });
  assert.deepEqual(ids(board.targets), [2]);
  board.toggleAll();
  assert.equal(board.ticked.size, 0);
});

test("an event on its way stands in the page, and the kernel's row takes its place", () => {
  const board = new Board([row(1), row(2)], PAGE);
  const event = makeEvent(clock(), board, board.current, "label", "upstream");
  board.apply(event);
  assert.equal(answer(board.current).lead, "upstream");
  assert.equal(needsReview(board.current), false);
  board.take([row(1, { history: [event], needs_review: false, label: { lead: "upstream", status: "unanimous" } })]);
  assert.equal(board.current.stack.length, 1, "the event is not counted twice while both know it");
  board.settle([event]);
  assert.equal(board.current.waiting.length, 0);
  assert.equal(board.toReview, 1);
});

test("an answer to an earlier key does not take back a later one", () => {
  const board = new Board([row(1)], PAGE);
  const tick = clock();
  const [first, second] = ["upstream", "individual"].map((lead) => makeEvent(tick, board, board.current, "label", lead));
  board.apply(first);
  board.apply(second);
  board.take([row(1, { history: [first], label: { lead: "upstream", status: "unanimous" } })]);
  board.settle([first]);
  assert.equal(answer(board.current).lead, "individual");
});

test("an event of a row that is not here changes nothing", () => {
  const board = new Board([row(1)], PAGE);
  const event = { ...makeEvent(clock(), board, board.current, "label", "upstream"), item: "gone" };
  assert.equal(board.apply(event), false);
  board.settle([event]);
  assert.equal(board.toReview, 1);
});
