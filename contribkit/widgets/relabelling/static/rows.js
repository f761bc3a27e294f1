// What a row shows: whose answer holds, what is hidden, and whether the row fits a filter.

/** Return the rows of a table whose column names are sent once. */
export function unpack({ names, cells }) {
  return cells.map((values) => Object.fromEntries(names.map((name, place) => [name, values[place]])));
}

/** Return all events of a row, ordered by time: those on the disk, then those not saved yet. */
export function historyOf({ row, waiting }) {
  if (!waiting.length) return row.history;
  const known = new Set(row.history.map(({ id }) => id));
  return [...row.history, ...waiting.filter(({ id }) => !known.has(id))];
}

/** Return a person's decisions that were not undone, oldest first. */
export function decisions(history, person) {
  const stack = [];
  for (const event of history) {
    if (event.by.toLowerCase() !== person.toLowerCase()) continue;
    if (event.op === "undo") stack.pop();
    else stack.push(event);
  }
  return stack;
}

/** Return the decision that holds: a skip decides nothing, a clear removes the label. */
export function holding(stack) {
  const last = stack.filter((event) => event.op !== "skip").at(-1);
  return last && last.op !== "clear" ? last : null;
}

/** Say whether the suggestion is hidden: it is until this person labels the row. */
export function isHidden(entry, hideAll = false) {
  const labelled = entry.stack.some((event) => event.op === "label" || event.op === "adjudicate");
  return (entry.row.blind || hideAll) && !labelled;
}

/** Return the lead that a row shows, how sure it is, and its source: you, people, suggestion, disputed or hidden. */
export function answer(entry, hideAll = false) {
  const { row } = entry;
  const own = entry.stack.length ? holding(entry.stack) : null;
  if (row.label?.status === "disputed" && !entry.waiting.length) return { lead: null, confidence: null, by: "disputed" };
  if (own) return { lead: own.lead, confidence: 1, by: "you" };
  if (row.label?.lead) return { lead: row.label.lead, confidence: 1, by: "people" };
  if (isHidden(entry, hideAll)) return { lead: null, confidence: null, by: "hidden" };
  return { lead: row.lead, confidence: row.confidence, by: "suggestion" };
}

/** Say whether a row needs review; an answer that is not saved yet counts already. */
export function needsReview(entry) {
  const last = entry.waiting.at(-1);
  return last && last.op !== "undo" && last.op !== "clear" ? false : Boolean(entry.row.needs_review);
}

export const BANDS = [
  { value: "low", word: "below 50 %", low: 0, high: 0.5 },
  { value: "middle", word: "50 to 80 %", low: 0.5, high: 0.8 },
  { value: "high", word: "80 % and more", low: 0.8, high: Infinity },
];

/** Return the band of a confidence, or an empty text where it is missing or hidden. */
export function band(confidence) {
  if (confidence === null || confidence === undefined) return "";
  return BANDS.find(({ low, high }) => confidence >= low && confidence < high)?.value ?? "";
}

/** What each facet reads from a row; an empty text fits no choice. */
export const FACETS = {
  lead: (entry, hideAll) => answer(entry, hideAll).lead ?? answer(entry, hideAll).by,
  repo: (entry) => entry.row.repo ?? "",
  person: (entry) => entry.row.actor ?? "",
  kind: (entry) => entry.row.kind,
  confidence: (entry, hideAll) => (isHidden(entry, hideAll) ? "" : band(entry.row.confidence)),
};

const SHOWN = {
  all: () => true,
  review: needsReview,
  disputed: (entry) => entry.row.label?.status === "disputed",
  mine: (entry) => entry.stack.length > 0,
  changed: (entry) => entry.changed,
};

/** Return the text that is searched. */
function searched(entry) {
  const { row, details } = entry;
  const words = [row.title, row.id, row.who, row.actor, row.author, row.stakeholder, details?.body, ...(details?.remarks ?? [])];
  return words.filter(Boolean).join("\n").toLowerCase();
}

/** Say whether a row fits filters: `show`, `text`, and a choice for each facet, all of which may be empty. */
export function fits(entry, filters, hideAll = false, without = "") {
  if (!SHOWN[filters.show || "all"](entry)) return false;
  for (const [name, read] of Object.entries(FACETS)) {
    if (filters[name] && name !== without && read(entry, hideAll) !== filters[name]) return false;
  }
  if (!filters.text) return true;
  const text = searched(entry);
  return filters.text.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Count the rows of each choice of a facet, among those that fit the other filters. */
export function choices(entries, name, filters, hideAll = false) {
  const counts = new Map();
  for (const entry of entries) {
    const value = FACETS[name](entry, hideAll);
    if (value && fits(entry, filters, hideAll, name)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

const compare = (first, second) => (first < second ? -1 : first > second ? 1 : 0);
const sure = (entry, hideAll) => (isHidden(entry, hideAll) ? 2 : (entry.row.confidence ?? 2));

/** The orders that people can choose; ties keep the order of the queue. */
export const ORDERS = {
  queue: { word: "best use of your time", by: () => 0 },
  confidence: { word: "least sure first", by: (a, b, hideAll) => compare(sure(a, hideAll), sure(b, hideAll)) },
  newest: { word: "newest first", by: (a, b) => compare(b.row.happened_at ?? "", a.row.happened_at ?? "") },
  repo: { word: "repository", by: (a, b) => compare(a.row.repo ?? "", b.row.repo ?? "") },
  person: { word: "person", by: (a, b) => compare(a.row.who ?? a.row.actor ?? "", b.row.who ?? b.row.actor ?? "") },
};

/** Return the entries in an order, without touching the given array. */
export function sorted(entries, order, hideAll = false) {
  const { by } = ORDERS[order] ?? ORDERS.queue;
  return [...entries].sort((a, b) => by(a, b, hideAll) || a.row.queue - b.row.queue);
}
