// Decisions: what label, skip, undo and so on do to the board, the outbox and the steps.

import { makeEvent, suggestion } from "./events.js";
import { holding } from "./rows.js";

const MANY = 20; // rows above which a person is asked first

export class Decisions {
  /** `ask(question, yes)` asks a person, `tell(sentence)` says what happened. */
  constructor(board, outbox, steps, clock, { ask, tell }) {
    Object.assign(this, { board, outbox, steps, clock, ask, tell });
    this.drafts = new Map();
  }

  /** Send events, and apply them to the board at once. */
  record(events) {
    for (const event of events) this.board.apply(event);
    this.outbox.add(events);
    return events;
  }

  /** Record an event for every target; `make` returns the event of a row, or null to skip it. */
  each(word, make) {
    const { board } = this;
    const entries = board.targets;
    const bulk = board.ticked.size > 0;
    const act = () => {
      const events = together(entries.map(make).filter(Boolean));
      if (events.length) this.steps.did(this.record(events));
      for (const { item } of events) this.drafts.delete(item);
      if (bulk) board.ticked.clear();
      else if (events.length) board.goOn();
      const left = entries.length - events.length;
      this.tell(`${word}: ${events.length === 1 ? "1 row" : `${events.length} rows`}${left ? `, ${left} left as they were` : ""}.`);
    };
    if (entries.length > MANY) this.ask(`All ${entries.length} rows would be ${word[0].toLowerCase()}${word.slice(1)}. One undo takes all of it back.`, act);
    else act();
  }

  label(lead, word) {
    const op = this.board.isAdjudicating ? "adjudicate" : "label";
    this.each(op === "adjudicate" ? `Settled as ${word}` : `Labelled ${word}`, (entry) => this.event(entry, op, lead, this.fields(entry)));
  }

  accept() {
    this.each("Accepted", (entry) => {
      const offered = suggestion(entry, this.board.hideAll);
      return offered && this.event(entry, "label", offered.lead, { ...offered, ...this.drafts.get(entry.row.id) });
    });
  }

  skip() {
    this.each("Skipped", (entry) => this.event(entry, "skip", null, this.fields(entry)));
  }

  clear() {
    this.each("Cleared", (entry) => (holding(entry.stack) ? this.event(entry, "clear", null) : null));
  }

  /** Add what was chosen in the card to the current label, or keep it for the next one. */
  say(entry, said) {
    const standing = holding(entry.stack);
    const { id } = entry.row;
    if (standing) {
      const fields = { stakeholder: standing.stakeholder, activity: standing.activity, note: standing.note, ...said };
      this.steps.did(this.record([this.event(entry, standing.op, standing.lead, fields)]));
    } else {
      this.drafts.set(id, { ...this.drafts.get(id), ...said });
      // A note is saved even without a decision.
      if (said.note) this.steps.did(this.record([this.event(entry, "skip", null, said)]));
    }
  }

  undo() {
    const events = this.steps.back();
    if (!events) return this.tell("There is nothing to undo.");
    this.record(this.stamped(events, (entry) => this.event(entry, "undo", null)));
    this.show(events, "Undone");
  }

  redo() {
    const events = this.steps.forth();
    if (!events) return this.tell("There is nothing to redo.");
    this.steps.again(this.record(this.stamped(events, (entry, event) => this.event(entry, event.op, event.lead, event))));
    this.show(events, "Redone");
  }

  stamped(events, make) {
    const pairs = events.map((event) => [this.board.entries.get(event.item), event]).filter(([entry]) => entry);
    return together(pairs.map(([entry, event]) => make(entry, event)));
  }

  show(events, word) {
    const place = this.board.places.get(events[0].item);
    if (place !== undefined) this.board.select(place);
    this.tell(`${word}: ${events.length === 1 ? "1 row" : `${events.length} rows`}.`);
  }

  fields(entry) {
    const standing = holding(entry.stack) ?? {};
    return { stakeholder: standing.stakeholder, activity: standing.activity, ...this.drafts.get(entry.row.id) };
  }

  event(entry, op, lead, fields = {}) {
    return makeEvent(this.clock, this.board, entry, op, lead, fields);
  }
}

/** The events of a step share one time, so that steps can be told apart after a restart. */
function together(events) {
  return events.map((event) => ({ ...event, at: events[0].at }));
}
