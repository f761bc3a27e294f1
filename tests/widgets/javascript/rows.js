// Invented rows and pages for tests.

import { makeClock } from "../../../contribkit/widgets/relabelling/static/ulid.js";

export const PERSON = "ada-example";

export const LEADS = Object.fromEntries(
  [["stakeholder", "◆"], ["upstream", "●"], ["individual", "▲"], ["unclear", "?"]].map(([lead, shape]) => [lead, { lead, shape, word: `${lead}-led`, colour: "#767676" }]),
);

export const PAGE = { person: PERSON, leads: LEADS, path: "labels/2026-Q3/ada-example.0.jsonl", store: "test", written: 0, repository: null };

/** Return a row as the kernel sends it. */
export function row(number, changes = {}) {
  return {
    id: `wicketlamp-example/lamp#${number}@bob-example:issue`, kind: "issue", repo: "wicketlamp-example/lamp", number,
    title: `Row ${number}`, actor: "bob-example", who: "Bob",
    author: "bob-example", lead: "unclear", confidence: 0.5, decided_by: "rules", activity: "feature", stakeholder: null,
    blind: false, audit: false, queue: number, needs_review: true, label: null, mine: null, opinions: [], history: [],
    happened_at: `2026-07-${String((number % 28) + 1).padStart(2, "0")}T10:00:00Z`, ...changes,
  };
}

/** Return a clock that moves a second with each event. */
export function clock(start = Date.UTC(2026, 9, 1)) {
  let time = start;
  return makeClock(() => (time += 1000));
}
