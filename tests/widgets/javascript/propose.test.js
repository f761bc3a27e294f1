import assert from "node:assert/strict";
import { test } from "node:test";

import { safeUrl } from "../../../contribkit/widgets/relabelling/static/element.js";
import { duration } from "../../../contribkit/widgets/relabelling/static/events.js";
import { inSight } from "../../../contribkit/widgets/relabelling/static/list.js";
import { propose } from "../../../contribkit/widgets/relabelling/static/propose.js";

const PATH = "labels/2026-Q3/ada example.0a.jsonl";

test("a short log is proposed on a page that is filled in", () => {
  const text = '{"note":"50 % + ünïcode & more"}\n';
  const { url, upload } = propose("example-org/reviews", PATH, text);
  const { origin, pathname, searchParams } = new URL(url);
  assert.equal(upload, false);
  assert.equal(origin + pathname, "https://github.com/example-org/reviews/new/main");
  assert.equal(searchParams.get("filename"), PATH);
  assert.equal(searchParams.get("value"), text);
});

test("a long log goes to the upload page of its folder", () => {
  const { url, upload } = propose("example-org/reviews", PATH, "x".repeat(6000));
  assert.equal(upload, true);
  assert.equal(url, "https://github.com/example-org/reviews/upload/main/labels/2026-Q3");
  assert.ok(propose("example-org/reviews", PATH, "x".repeat(5000)).url.length < 6000);
});

test("nothing but a repository's name becomes an address", () => {
  for (const repository of [null, "", "owner", "a/b/c", "evil.example/../x?y", "javascript:alert(1)"]) {
    assert.equal(propose(repository, PATH, "x"), null, repository);
  }
});

test("only web addresses are opened", () => {
  assert.equal(safeUrl("https://github.com/o/r#1"), "https://github.com/o/r#1");
  for (const address of ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x.example", "", null, 7]) {
    assert.equal(safeUrl(address), null, String(address));
  }
});

test("only rows in sight are drawn, whatever the length of the list", () => {
  const [first, last] = inSight(52 * 5000, 520, 10000);
  assert.ok(first <= 5000 && last >= 5010 && last - first < 25);
  assert.deepEqual(inSight(0, 520, 3), [0, 3]);
  assert.deepEqual(inSight(0, 520, 0), [0, 0]);
});

test("durations are told in minutes, long ones in hours", () => {
  assert.deepEqual([5, 600, 7200].map(duration), ["1 min", "10 min", "2 h"]);
});
