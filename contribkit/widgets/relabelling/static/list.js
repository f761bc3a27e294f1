// The list: only the rows in sight are in the page, so that ten thousand cost no more than ten.

import { element, mark, percent } from "./element.js";
import { answer, needsReview } from "./rows.js";

const HEIGHT = 52; // pixels of a row; relabel.css says the same
const SPARE = 4; // rows drawn above and below the window

/** Return the first and last place to draw, for a window of a list. */
export function inSight(top, height, count) {
  const first = Math.max(0, Math.floor(top / HEIGHT) - SPARE);
  return [first, Math.min(count, Math.ceil((top + height) / HEIGHT) + SPARE)];
}

export class List {
  constructor(board, page, press) {
    this.board = board;
    this.page = page;
    this.name = `contribkit-${crypto.randomUUID()}`;
    this.empty = element("div", { role: "option", "aria-disabled": "true", class: "empty", hidden: true }, "No row fits the filters. Esc clears them.");
    this.space = element("div", { role: "presentation", class: "space" }, this.empty);
    this.box = element("div", {
      class: "list", role: "listbox", tabindex: "0", "aria-label": "Contributions", "aria-multiselectable": "true",
    }, this.space);
    // Noted where they change: asking the browser in the middle of a key would make it lay out the page once more.
    this.top = 0;
    this.height = 0;
    this.drawn = new Map();
    this.box.addEventListener("scroll", () => {
      this.top = this.box.scrollTop;
      requestAnimationFrame(() => this.draw());
    });
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) press(Number(row.dataset.place), event);
    });
    new ResizeObserver(() => {
      this.height = this.box.clientHeight;
      this.draw();
    }).observe(this.box);
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  /** Bring the row of the person into sight and draw. */
  show() {
    const top = this.board.position * HEIGHT;
    const long = `${this.board.shown.length * HEIGHT}px`;
    if (this.space.style.height !== long) this.space.style.height = long;
    if (top < this.top) this.scroll(top);
    else if (this.height && top + HEIGHT > this.top + this.height) this.scroll(top + HEIGHT - this.height);
    this.draw();
  }

  scroll(top) {
    this.box.scrollTop = top;
    this.top = top;
  }

  /** Draw the rows in sight, and of these only what looks otherwise than before. */
  draw() {
    const { shown, position } = this.board;
    const [first, last] = inSight(this.top, this.height || 600, shown.length);
    for (const [place, { node }] of this.drawn) if (place < first || place >= last) this.forget(place, node);
    let next = null;
    for (let place = last - 1; place >= first; place--) next = this.place(shown[place], place, next);
    this.empty.hidden = shown.length > 0;
    if (position >= first && position < last) this.box.setAttribute("aria-activedescendant", `${this.name}-${position}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  forget(place, node) {
    node.remove();
    this.drawn.delete(place);
  }

  /** Put a row before the next one, unless it stands there as it is; return its element. */
  place(entry, place, next) {
    const { board } = this;
    const here = place === board.position;
    const look = JSON.stringify([entry.row.id, here, board.ticked.has(entry.row.id), board.shown.length, answer(entry, board.hideAll), this.remark(entry)]);
    const known = this.drawn.get(place);
    if (known?.look === look) return known.node;
    const node = this.row(entry, place);
    if (known) known.node.replaceWith(node);
    else this.space.insertBefore(node, next ?? this.empty);
    this.drawn.set(place, { look, node });
    return node;
  }

  row(entry, place) {
    const { row } = entry;
    const here = place === this.board.position;
    const ticked = this.board.ticked.has(row.id);
    const where = row.repo && `${row.repo}${row.number === null ? "" : `#${row.number}`}`;
    return element("div", {
      role: "option", id: `${this.name}-${place}`, "data-place": place, "aria-selected": String(ticked),
      "aria-setsize": this.board.shown.length, "aria-posinset": place + 1, class: here ? "row here" : "row",
      style: `top:${place * HEIGHT}px`,
    },
    element("span", { class: "tick", "aria-hidden": "true" }, ticked ? "☑" : "☐"),
    element("span", { class: "line" },
      element("span", { class: "title" }, element("bdi", {}, row.title || row.id)),
      element("span", { class: "answer" }, ...this.answer(entry))),
    element("span", { class: "line quiet" },
      element("span", { class: "place" }, this.page.kinds[row.kind] ?? row.kind, ...(where ? [" · ", element("bdi", {}, where)] : [])),
      element("span", { class: "sure" }, this.remark(entry))));
  }

  answer(entry) {
    const { lead, by } = answer(entry, this.board.hideAll);
    if (by === "disputed") return ["disputed"];
    if (by === "hidden") return ["hidden"];
    return [mark(this.page.leads[lead], by === "suggestion" ? entry.row.confidence : 1)];
  }

  remark(entry) {
    if (entry.failed.size) return "✕ not saved";
    if (entry.waiting.length) return "○ pending";
    const { by, confidence } = answer(entry, this.board.hideAll);
    if (by === "you") return "yours";
    if (by === "people") return "labelled";
    if (by === "suggestion") return needsReview(entry) ? `${percent(confidence)} · review` : percent(confidence);
    return "";
  }
}
