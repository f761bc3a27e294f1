// The board: all rows, those in view, where the person is, and what is ticked. It knows no page and no kernel.

import { decisions, fits, historyOf, needsEyes, sorted } from "./rows.js";

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
    this.eyes = 0;
    this.take(rows);
    this.look();
  }

  /** Take rows as the kernel knows them; what is still on its way stands on top of them. */
  take(rows) {
    for (const row of rows) {
      const entry = this.entries.get(row.id) ?? { waiting: [], failed: new Set(), details: null, changed: false };
      entry.row = row;
      this.entries.set(row.id, entry);
      this.replay(entry);
    }
  }

  /** Work out anew what follows from a row's events; counts are kept, as counting ten thousand rows takes its time. */
  replay(entry) {
    entry.stack = decisions(historyOf(entry), this.person);
    this.eyes += needsEyes(entry) - (entry.needsEyes ?? false);
    entry.needsEyes = needsEyes(entry);
  }

  /** Put an event on its row before the kernel answers; say whether the row is here. */
  apply(event) {
    const entry = this.entries.get(event.item);
    if (!entry) return false;
    entry.waiting.push(event);
    this.replay(entry);
    return true;
  }

  /** Take events off the waiting list: the kernel has them, and sent the rows that hold them. */
  settle(events) {
    for (const { id, item } of events) {
      const entry = this.entries.get(item);
      if (!entry) continue;
      entry.waiting = entry.waiting.filter((event) => event.id !== id);
      entry.failed.delete(id);
      this.replay(entry);
    }
  }

  /** Mark rows whose events could not be saved; these go on standing in the page. */
  fail(events) {
    for (const { id, item } of events) this.entries.get(item)?.failed.add(id);
  }

  /** Work out which rows are in view, and stay on the same row where it still is. */
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

  /** Go up or down; with `extend` tick everything between where it began and here. */
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

  /** Go to the next or previous row that needs an eye, round the ends; say whether there is one. */
  seek(step) {
    const count = this.shown.length;
    for (let away = 1; away <= count; away++) {
      const place = (((this.position + step * away) % count) + count) % count;
      if (needsEyes(this.shown[place])) {
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

  /** Tick everything in view, or nothing where all of it is ticked. */
  toggleAll() {
    const all = this.shown.every((entry) => this.ticked.has(entry.row.id));
    this.ticked = new Set(all ? [] : this.shown.map((entry) => entry.row.id));
  }

  /** Return what a decision is about: the ticked rows in the order of the view, else the row here. */
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
