// Events for the label log, made where the key was pressed.

import { holding, isHidden } from "./rows.js";

/** Return an event about one row; `fields` are stakeholder, activity and note. */
export function makeEvent(clock, board, entry, op, lead, fields = {}) {
  const { row } = entry;
  const { id, at } = clock();
  return {
    v: 1, id, at, by: board.person, op, item: row.id, lead,
    stakeholder: fields.stakeholder || null,
    activity: fields.activity || null,
    was: holding(entry.stack)?.lead ?? row.label?.lead ?? null,
    seen: { lead: row.lead, confidence: row.confidence, decided_by: row.decided_by, blind: isHidden(entry, board.hideAll) },
    note: fields.note || null,
  };
}

/** Return the lead, stakeholder and activity that accepting a suggestion means; null where it is hidden. */
export function suggestion(entry, hideAll) {
  if (isHidden(entry, hideAll)) return null;
  const { lead, stakeholder, activity } = entry.row;
  return { lead, stakeholder: lead === "stakeholder" ? stakeholder : null, activity };
}

/** A person's steps, to undo and redo them. A bulk label is one step. */
export class Steps {
  constructor() {
    this.done = [];
    this.undone = [];
  }

  did(events) {
    this.done.push(events);
    this.undone = [];
  }

  /** Start from the log, so that a label from before a restart can be undone. */
  recall(entries) {
    const current = entries.filter(({ row }) => !row.label?.carried_over);
    const standing = current.flatMap(({ row, stack }) => stack.map((event) => ({ ...event, item: row.id })));
    standing.sort((first, second) => (first.at < second.at ? -1 : first.at > second.at ? 1 : 0));
    this.done = [];
    for (const event of standing) {
      const together = this.done.at(-1);
      if (together?.[0].at === event.at) together.push(event);
      else this.done.push([event]);
    }
  }

  /** Return the events of the step to undo, or null. */
  back() {
    const events = this.done.pop() ?? null;
    if (events) this.undone.push(events);
    return events;
  }

  /** Return the events of the step to redo, or null; `again` adds the events that repeat them. */
  forth() {
    return this.undone.pop() ?? null;
  }

  again(events) {
    this.done.push(events);
  }
}

/** Return how long something takes in words. */
export function duration(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 6) / 10} h`;
}
