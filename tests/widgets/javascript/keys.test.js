import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { KEYS, commandOf, keyOf, sign } from "../../../contribkit/widgets/relabelling/static/keys.js";
import { commands } from "../../../contribkit/widgets/relabelling/static/commands.js";
import { PAGE } from "./rows.js";

const press = (key, held = {}) => commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, ...held });

test("no key means two things", () => {
  const keys = KEYS.flatMap((entry) => entry.keys);
  assert.equal(new Set(keys).size, keys.length);
});

test("every command of the table does something, and every deed has a key", () => {
  const deeds = commands({ page: PAGE });
  assert.deepEqual(Object.keys(deeds).sort(), KEYS.map(({ command }) => command).sort());
});

test("keys mean what the table says", () => {
  assert.equal(press("1"), "stakeholder");
  assert.equal(press("Enter"), "accept");
  assert.equal(press("z", { ctrlKey: true }), "undo");
  assert.equal(press("z", { metaKey: true }), "undo");
  assert.equal(press("Z", { ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(press("N", { shiftKey: true }), "previous");
  assert.equal(press("ArrowDown", { shiftKey: true }), "extendDown");
  assert.equal(press("?", { shiftKey: true }), "help");
});

test("keys with other modifiers, and keys that compose a letter, mean nothing", () => {
  assert.equal(press("1", { altKey: true }), null);
  assert.equal(press("c", { ctrlKey: true }), null);
  assert.equal(press("s", { isComposing: true }), null);
  assert.equal(press("Tab"), null);
});

test("buttons show keys as people read them", () => {
  assert.equal(keyOf("back"), "Esc");
  assert.deepEqual(["Ctrl-z", "Ctrl-Z", "Shift-ArrowDown", " ", "N"].map(sign), ["Ctrl Z", "Ctrl ⇧ Z", "⇧ ↓", "Space", "N"]);
});

test("no module makes markup out of a text", () => {
  const folder = new URL("../../../contribkit/widgets/relabelling/static/", import.meta.url);
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".js"))) {
    assert.doesNotMatch(readFileSync(new URL(name, folder), "utf8"), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/, name);
  }
});
