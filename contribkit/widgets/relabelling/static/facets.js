// Search, facets, order, and which rows are shown.

import { element } from "./element.js";
import { keyOf } from "./keys.js";
import { BANDS, ORDERS, choices } from "./rows.js";

const SHOWS = { all: "all", review: "needs review", disputed: "disputed", mine: "mine", changed: "changed" };
const WORDS = { lead: "lead", repo: "repository", person: "person", kind: "kind", confidence: "confidence" };

export class Facets {
  /** `changed` is called after the board's filters or order changed. */
  constructor(board, page, changed) {
    this.board = board;
    this.page = page;
    this.changed = changed;
    this.search = element("input", {
      type: "search", placeholder: `search   ${keyOf("search")}`, "aria-label": "Search", "aria-keyshortcuts": keyOf("search"),
      input: () => this.filter({ text: this.search.value.trim() }),
    });
    this.shows = element("div", { class: "shows", role: "group", "aria-label": "Show" });
    this.selects = Object.fromEntries(Object.keys(WORDS).map((name) => [name, this.select(WORDS[name], (value) => this.filter({ [name]: value }))]));
    this.order = this.select("sort by", (value) => { board.order = value; board.look(); changed(); });
    this.order.className = "order";
    this.order.append(...Object.entries(ORDERS).map(([value, { word }]) => element("option", { value }, `sort: ${word}`)));
    this.box = element("div", { class: "facets", role: "search" },
      element("div", {}, this.search, this.shows), element("div", {}, ...Object.values(this.selects), this.order));
  }

  select(word, choose) {
    return element("select", { "aria-label": word, title: word, change: (event) => choose(event.target.value) });
  }

  filter(changes) {
    this.board.filter(changes);
    this.changed();
  }

  /** Draw unless a person is choosing here: new options would close the list under their hands. */
  drawUnused() {
    if (!this.box.contains(document.activeElement)) this.draw();
  }

  draw() {
    const { board } = this;
    const entries = [...board.entries.values()];
    if (document.activeElement !== this.search) this.search.value = board.filters.text;
    for (const [name, box] of Object.entries(this.selects)) {
      const counts = choices(entries, name, board.filters, board.hideAll);
      const options = this.values(name, counts).map(([value, word]) => element("option", { value, selected: board.filters[name] === value }, `${word} (${counts.get(value) ?? 0})`));
      box.replaceChildren(element("option", { value: "" }, WORDS[name]), ...options);
      box.classList.toggle("chosen", Boolean(board.filters[name]));
    }
    const shown = Object.entries(SHOWS).filter(([value]) => value !== "changed" || board.countChanged());
    this.shows.replaceChildren(...shown.map(([value, word]) => this.show(value, word)));
  }

  show(value, word) {
    return element("button", {
      type: "button", "aria-pressed": String(this.board.filters.show === value), click: () => this.filter({ show: value }),
    }, word);
  }

  /** Return values and words of a facet: leads, bands and members in their own order, all else by the alphabet. */
  values(name, counts) {
    const { leads, people } = this.page;
    if (name === "lead") {
      const known = Object.values(leads).map(({ lead, shape, word }) => [lead, `${shape} ${word}`]);
      return [...known, ["disputed", "disputed"], ["hidden", "hidden"]].filter(([value]) => counts.has(value));
    }
    if (name === "confidence") return BANDS.map(({ value, word }) => [value, word]).filter(([value]) => counts.has(value));
    const values = [...counts.keys()].sort((a, b) => a.localeCompare(b));
    if (name !== "person") return values.map((value) => [value, value.replaceAll("_", " ")]);
    const order = Object.keys(people ?? {});
    const place = (login) => (order.includes(login) ? order.indexOf(login) : order.length);
    return values.sort((a, b) => place(a) - place(b)).map((login) => [login, people?.[login] ?? login]);
  }
}
