// The board: all rows, the rows in view, the current one, and the ticked ones. It knows nothing of page and kernel.

import { decisions, fits, historyOf, needsReview, sorted } from "./rows.js";

const NO_FILTERS = { show: "all", text: "", lead: "", repo: "", person: "", kind: "", confidence: "" };

export class Board {
  constructor(rows, page) {
    this.person = page.person;
    this.filters = { ...NO_FILTERS };
    this.order = "queue";
    this.hideAll = false;
    this.ticked = new Set();
    this.position = 0;
    this.anchor = null;
    this.entries = new Map();
    this.toReview = 0;
    this.take(rows);
    this.look();
  }

  /** Take rows from the kernel; events that are not saved yet are applied on top of them. */
  take(rows) {
    for (const row of rows) {
      const entry = this.entries.get(row.id) ?? { waiting: [], failed: new Set(), details: null, changed: false };
      entry.row = row;
      this.entries.set(row.id, entry);
      this.replay(entry);
    }
  }

  /** Update what follows from a row's events; counts are updated too, as counting ten thousand rows takes time. */
  replay(entry) {
    entry.stack = decisions(historyOf(entry), this.person);
    this.toReview += needsReview(entry) - (entry.needsReview ?? false);
    entry.needsReview = needsReview(entry);
  }

  /** Apply an event to its row before the kernel answers; say whether the row is here. */
  apply(event) {
    const entry = this.entries.get(event.item);
    if (!entry) return false;
    entry.waiting.push(event);
    this.replay(entry);
    return true;
  }

  /** Remove events from the waiting list: the kernel saved them, and sent their rows. */
  settle(events) {
    for (const { id, item } of events) {
      const entry = this.entries.get(item);
      if (!entry) continue;
      entry.waiting = entry.waiting.filter((event) => event.id !== id);
      entry.failed.delete(id);
      this.replay(entry);
    }
  }

  /** Mark rows whose events could not be saved; they stay applied in the page. */
  fail(events) {
    for (const { id, item } of events) this.entries.get(item)?.failed.add(id);
  }

  /** Update which rows are in view, and stay on the same row if it still is. */
  look() {
    const here = this.current?.row.id;
    const shown = [...this.entries.values()].filter((entry) => fits(entry, this.filters, this.hideAll));
    this.shown = sorted(shown, this.order, this.hideAll);
    this.places = new Map(this.shown.map((entry, place) => [entry.row.id, place]));
    this.position = this.places.get(here) ?? 0;
    this.anchor = null;
    for (const id of this.ticked) if (!this.places.has(id)) this.ticked.delete(id);
  }

  filter(changes) {
    Object.assign(this.filters, changes);
    this.look();
  }

  get isFiltered() {
    return Object.entries(NO_FILTERS).some(([name, value]) => this.filters[name] !== value);
  }

  clearFilters() {
    this.filter(NO_FILTERS);
  }

  get current() {
    return this.shown?.[this.position] ?? null;
  }

  select(place) {
    this.position = Math.min(Math.max(place, 0), Math.max(this.shown.length - 1, 0));
    this.anchor = null;
  }

  /** Go up or down; with `extend` tick everything between the start and the new row. */
  move(step, extend = false) {
    const anchor = extend ? (this.anchor ?? this.position) : null;
    this.select(this.position + step);
    this.anchor = anchor;
    if (extend) this.tickBetween(anchor, this.position);
  }

  tickBetween(first, last) {
    for (let place = Math.min(first, last); place <= Math.max(first, last); place++) {
      this.ticked.add(this.shown[place].row.id);
    }
  }

  /** Go to the next or previous row that needs review, wrapping around at the ends; say whether there is one. */
  seek(step) {
    const count = this.shown.length;
    for (let away = 1; away <= count; away++) {
      const place = (((this.position + step * away) % count) + count) % count;
      if (needsReview(this.shown[place])) {
        this.select(place);
        return true;
      }
    }
    return false;
  }

  toggle(entry = this.current) {
    if (!entry) return;
    const { id } = entry.row;
    if (!this.ticked.delete(id)) this.ticked.add(id);
  }

  /** Tick everything in view, or untick it if all of it is ticked. */
  toggleAll() {
    const all = this.shown.every((entry) => this.ticked.has(entry.row.id));
    this.ticked = new Set(all ? [] : this.shown.map((entry) => entry.row.id));
  }

  /** Return the rows that a decision is for: the ticked ones in the order of the view, else the current one. */
  get targets() {
    if (this.ticked.size) return this.shown.filter((entry) => this.ticked.has(entry.row.id));
    return this.current ? [this.current] : [];
  }

  /** Go on after a label: to the next row that this person has not decided, else one down. */
  goOn() {
    const { shown, position } = this;
    let place = position + 1;
    while (shown[place]?.stack.length) place++;
    this.select(place < shown.length ? place : position + 1);
  }

  get isAdjudicating() {
    return this.filters.show === "disputed";
  }

  countChanged() {
    let count = 0;
    for (const entry of this.entries.values()) count += entry.changed;
    return count;
  }

  /** Remember which suggestions a retraining changed. */
  markChanged(items) {
    const changed = new Set(items);
    for (const entry of this.entries.values()) entry.changed = changed.has(entry.row.id);
  }
}
