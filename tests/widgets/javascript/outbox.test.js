import assert from "node:assert/strict";
import { test } from "node:test";

import { Memory, Outbox, openStorage } from "../../../contribkit/widgets/relabelling/static/outbox.js";
import { makeClock } from "../../../contribkit/widgets/relabelling/static/ulid.js";
import { savingWords, silenceWords } from "../../../contribkit/widgets/relabelling/static/notices.js";

const event = (id) => ({ v: 1, id, item: `item of ${id}`, op: "label", lead: "upstream" });

function outbox(storage = new Memory(), name = "folder") {
  const posted = [];
  return Object.assign(new Outbox(storage, name, (events) => posted.push(events.map(({ id }) => id))), { posted });
}

test("an event stays in the storage until it is saved", () => {
  const storage = new Memory();
  const box = outbox(storage);
  box.add([event("01A"), event("01B")]);
  assert.equal(storage.length, 2);
  assert.deepEqual(box.saved(["01A"]).map(({ id }) => id), ["01A"]);
  assert.equal(storage.length, 1);
  assert.equal(box.waiting, 1);
});

test("a page that comes after sends what is left once, in order, and nothing of another folder", () => {
  const storage = new Memory();
  outbox(storage).add([event("01B"), event("01A")]);
  outbox(storage, "elsewhere").add([event("01C")]);
  storage.setItem("folder:broken", "{");
  const later = outbox(storage);
  assert.deepEqual(later.restore().map(({ id }) => id), ["01A", "01B"]);
  later.resend();
  assert.deepEqual(later.posted, [["01A", "01B"]]);
  later.saved(["01A", "01B"]);
  assert.equal(later.resend(), 0);
  assert.equal(later.posted.length, 1);
});

test("what could not be saved is kept, told with its reason, and sent when the person says so", () => {
  const box = outbox();
  box.add([event("01A"), event("01B")]);
  box.saved(["01B"]);
  box.refused({ "01A": "the disk is full" });
  assert.deepEqual(savingWords(box), { sign: "✕", word: "1 not saved", state: "failed" });
  assert.match(silenceWords(box, true), /disk is full/);
  box.resend();
  assert.deepEqual(box.posted.at(-1), ["01A"]);
  assert.deepEqual(savingWords(box), { sign: "○", word: "1 pending", state: "pending" });
});

test("an answer for another tab's event changes nothing here", () => {
  const box = outbox();
  box.add([event("01A")]);
  assert.deepEqual(box.saved(["01Z"]), []);
  assert.deepEqual(box.refused({ "01Y": "no" }), []);
  assert.equal(box.waiting, 1);
  assert.equal(box.failed.size, 0);
});

test("a kernel that does not answer is told after a while, and one that is gone at once", () => {
  const box = outbox();
  box.add([event("01A")], 1000);
  assert.equal(silenceWords(box, true, 1500), "");
  assert.match(silenceWords(box, true, 60000), /does not answer.*1 label is kept/);
  assert.match(silenceWords(box, false, 1500), /restarted or is gone.*1 label is kept/);
  box.saved(["01A"]);
  assert.equal(silenceWords(box, true, 60000), "");
});

test("a full storage does not stop a label", () => {
  const storage = new Memory();
  storage.setItem = () => { throw new Error("QuotaExceededError"); };
  const box = outbox(storage);
  box.add([event("01A")]);
  assert.deepEqual(box.posted, [["01A"]]);
  assert.equal(box.waiting, 1);
});

test("a page without storage keeps events for itself", () => {
  const forbidden = { get localStorage() { throw new Error("SecurityError"); } };
  assert.ok(openStorage(forbidden) instanceof Memory);
});

test("lines hold everything that the page knows, saved or not, each once", () => {
  const box = outbox();
  box.add([event("01B"), event("01A")]);
  box.saved(["01A"]);
  assert.deepEqual(box.lines().trim().split("\n").map((line) => JSON.parse(line).id), ["01A", "01B"]);
});

test("ids sort in the order in which they were made, within a millisecond and when the clock goes back", () => {
  const times = [5, 5, 5, 3, 9];
  const next = makeClock(() => times.shift(), (bytes) => bytes.fill(255));
  const made = Array.from({ length: 5 }, next);
  const ids = made.map(({ id }) => id);
  assert.deepEqual(ids, [...ids].sort());
  assert.equal(new Set(ids).size, 5);
  assert.equal(made[3].at, made[0].at);
  assert.ok(ids.every((id) => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)));
});

test("an id holds its time as ULID says", () => {
  // The example of https://github.com/ulid/spec: 1469918176385 is 01ARYZ6S41.
  assert.equal(makeClock(() => 1469918176385)().id.slice(0, 10), "01ARYZ6S41");
});
