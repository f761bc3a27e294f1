// The list: only the rows in sight are in the page, so that ten thousand cost no more than ten.

import { element, mark, percent } from "./element.js";
import { answer, needsEyes } from "./rows.js";

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
    this.space = element("div", { role: "presentation", class: "space" });
    this.box = element("div", {
      class: "list", role: "listbox", tabindex: "0", "aria-label": "Contributions", "aria-multiselectable": "true",
    }, this.space);
    this.box.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()));
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) press(Number(row.dataset.place), event);
    });
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  /** Bring the row of the person into sight and draw. */
  show() {
    const top = this.board.position * HEIGHT;
    const { scrollTop, clientHeight } = this.box;
    this.space.style.height = `${this.board.shown.length * HEIGHT}px`;
    if (top < scrollTop) this.box.scrollTop = top;
    else if (clientHeight && top + HEIGHT > scrollTop + clientHeight) this.box.scrollTop = top + HEIGHT - clientHeight;
    this.draw();
  }

  draw() {
    const { shown, position } = this.board;
    const [first, last] = inSight(this.box.scrollTop, this.box.clientHeight || 600, shown.length);
    const rows = shown.slice(first, last).map((entry, index) => this.row(entry, first + index));
    const nothing = element("div", { role: "option", "aria-disabled": "true", class: "empty" }, "No row fits the filters. Esc clears them.");
    this.space.replaceChildren(...(shown.length ? rows : [nothing]));
    const inView = position >= first && position < last && shown.length;
    if (inView) this.box.setAttribute("aria-activedescendant", `${this.name}-${position}`);
    else this.box.removeAttribute("aria-activedescendant");
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
    return [mark(this.page.leads[lead], by === "machine" ? entry.row.confidence : 1)];
  }

  remark(entry) {
    if (entry.failed.size) return "✕ not saved";
    if (entry.waiting.length) return "○ pending";
    const { by, confidence } = answer(entry, this.board.hideAll);
    if (by === "you") return "yours";
    if (by === "people") return "labelled";
    if (by === "machine") return needsEyes(entry) ? `${percent(confidence)} · eyes` : percent(confidence);
    return "";
  }
}
