// The sentences of the widget: counts, whether everything is saved, and warnings.

import { button, element, percent } from "./element.js";
import { duration } from "./events.js";

const PATIENCE = 4000; // milliseconds without an answer until the page says so

/** Return the sentence of the corner: saved, pending or failed. */
export function savingWords({ pending, failed }) {
  const open = pending.size - failed.size;
  if (failed.size) return { sign: "✕", word: `${failed.size} not saved`, state: "failed" };
  if (open) return { sign: "○", word: `${open} pending`, state: "pending" };
  return { sign: "●", word: "saved", state: "saved" };
}

/** Return the sentence of the head: how many need review, how long that takes, how far people agree, what is left out. */
export function headWords(board, agreement, pace, leftOut = 0) {
  const { toReview } = board;
  const words = [`${toReview} of ${board.entries.size} need review`];
  if (toReview && pace) words.push(`about ${duration(toReview * pace)}`);
  if (agreement?.rows) words.push(`people agree on ${percent(agreement.raw)} of ${agreement.rows}`);
  if (board.shown.length !== board.entries.size) words.push(`${board.shown.length} in view`);
  if (leftOut) words.push(`${leftOut} private left out`);
  if (board.ticked.size) words.push(`${board.ticked.size} ticked`);
  return words.join(" · ");
}

/** Return why the kernel does not seem to save, or an empty text. */
export function silenceWords(outbox, isAlive, now = Date.now()) {
  const kept = outbox.pending.size;
  const labels = kept === 1 ? "1 label is" : `${kept} labels are`;
  if (!isAlive) return `The kernel was restarted or is gone. ${kept ? `${labels} kept in this browser. ` : ""}Run all cells to go on.`;
  if (outbox.failed.size) return `Not saved: ${[...new Set(outbox.failed.values())].join(" ")}`;
  if (outbox.silence(now) > PATIENCE) return `The kernel does not answer: it is busy, or gone. ${labels} kept in this browser and sent again when it is back.`;
  return "";
}

/** Lines of notice above the list, each with its buttons; an alert is read out at once. */
export class Notices {
  constructor() {
    this.box = element("div", { class: "notices" });
    this.lines = new Map();
  }

  /** Show a line, or remove it for an empty text. */
  put(name, words, buttons = [], role = "status") {
    const known = this.lines.get(name);
    if (!words) {
      known?.line.remove();
      this.lines.delete(name);
    } else if (known?.words !== words) {
      const line = element("p", { class: `notice ${name}`, role }, words, " ", ...buttons.map(([word, press]) => button(word, "", press)));
      if (known) known.line.replaceWith(line);
      else this.box.append(line);
      this.lines.set(name, { words, line });
    }
  }
}
