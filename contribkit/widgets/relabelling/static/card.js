// The card: the text of the thread, why the suggestion is what it is, what others decided, and what you decide.

import { element, link, mark, percent } from "./element.js";
import { answer, historyOf, holding, isHidden } from "./rows.js";

const day = (at) => (at ?? "–").slice(0, 10);
const signed = (weight) => `${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(1)}`;

export class Card {
  /** `say` takes what a person chose in the card: `{stakeholder}`, `{activity}` or `{note}`. */
  constructor(board, page, say) {
    this.board = board;
    this.page = page;
    this.say = say;
    this.open = { why: true, said: false, history: false };
    this.box = element("section", { class: "card", tabindex: "-1", "aria-label": "The contribution" });
    this.box.addEventListener("scroll", () => { this.isScrolled = true; }, { passive: true });
  }

  draw(entry, draft = {}) {
    if (!entry) {
      this.box.replaceChildren(element("p", { class: "quiet" }, "No row is selected."));
      return;
    }
    const typing = this.box.contains(document.activeElement) && this.shown === entry.row.id;
    if (typing && document.activeElement.matches("textarea, select")) return;
    this.shown = entry.row.id;
    this.box.replaceChildren(
      ...this.head(entry), this.finding(entry), ...this.said(entry), this.why(entry), this.yours(entry, draft),
      ...this.words(entry), this.history(entry),
    );
    // Only where it is needed: the browser lays out the whole page for it.
    if (this.isScrolled) this.box.scrollTop = 0;
    this.isScrolled = false;
  }

  head({ row, details }) {
    const place = row.repo && row.number !== null ? `${row.repo}#${row.number}` : row.repo;
    const facts = [
      this.page.kinds[row.kind] ?? row.kind, place, row.who ?? row.actor, details?.state, day(row.happened_at), ...(details?.labels ?? []),
    ];
    const items = facts.filter(Boolean).flatMap((fact, index) => [index ? " · " : "", element("bdi", {}, fact)]);
    return [
      element("h3", {}, link(row.title || row.id, details?.url)),
      element("p", { class: "quiet" }, ...items, row.private ? " · private" : ""),
    ];
  }

  finding(entry) {
    const { row } = entry;
    const { lead, by } = answer(entry, this.board.hideAll);
    const told = element("p", { class: "finding" });
    if (by === "hidden") told.append("The suggestion is hidden until you label this row.");
    else if (by === "disputed") told.append("Disputed: people disagree.");
    else told.append(mark(this.page.leads[lead], by === "suggestion" ? row.confidence : 1), ...this.qualified(entry, by));
    return told;
  }

  qualified(entry, by) {
    const { row } = entry;
    if (by === "you") {
      const { stakeholder } = holding(entry.stack);
      return [stakeholder ? `, for ${stakeholder}` : "", ", by you", entry.waiting.length ? " (not saved yet)" : ""];
    }
    if (by === "people") return [`, by people (${row.label.status}${row.label.carried_over ? ", carried over" : ""})`];
    return [row.stakeholder ? `, for ${row.stakeholder}` : "", `, ${percent(row.confidence)} sure, decided by ${row.decided_by}`];
  }

  /** People's labels: folded, and open where they disagree. */
  said(entry) {
    const { opinions, label } = entry.row;
    if (!opinions?.length) return [];
    const disputed = label?.status === "disputed";
    const rows = opinions.map(({ by, lead, note, at }) => element("tr", {},
      element("th", { scope: "row" }, element("bdi", {}, this.name(by))), element("td", {}, mark(this.page.leads[lead])),
      element("td", {}, element("bdi", {}, note || "–")), element("td", { class: "day" }, day(at))));
    const head = element("tr", {}, ...["who", "lead", "note", "day"].map((word) => element("th", { scope: "col" }, word)));
    const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
    return [this.folded("said", `people's labels (${opinions.length})`, [table], disputed || this.open.said)];
  }

  why(entry) {
    const { row, details } = entry;
    if (isHidden(entry, this.board.hideAll)) return "";
    const reasons = (details?.reasons ?? []).map((reason) => element("li", {},
      mark(this.page.leads[reason.lead]), ` ${signed(reason.weight)}: `, element("bdi", {}, reason.sentence),
      ...(reason.evidence ? [" – ", link(reason.evidence, reason.url)] : [])));
    const content = details ? [reasons.length ? element("ul", {}, ...reasons) : element("p", { class: "quiet" }, "No rule found anything.")] : [waiting()];
    const planned = [details?.initiative && `initiative: ${details.initiative}`, details?.goal && `goal: ${details.goal}`].filter(Boolean);
    if (planned.length) content.push(element("p", { class: "quiet" }, element("bdi", {}, planned.join(" · "))));
    return this.folded("why", `why (${row.decided_by}, ${percent(row.confidence)} sure)`, content, this.open.why);
  }

  /** Where the person adds for whom, what kind of work it was, and why. */
  yours(entry, draft) {
    const own = holding(entry.stack) ?? {};
    const value = { stakeholder: own.stakeholder, activity: own.activity, note: own.note, ...draft };
    const shown = !isHidden(entry, this.board.hideAll);
    const whom = this.page.stakeholders.map((name) => ({ value: name, word: name }));
    return element("div", { class: "yours" },
      this.choice("whom", "for whom", "stakeholder", whom, value.stakeholder, shown && entry.row.stakeholder),
      this.choice("activity", "activity", "activity", this.page.activities, value.activity, shown && entry.row.activity),
      element("label", { class: "note" }, "note",
        element("textarea", { rows: 2, "data-command": "note", placeholder: "e to write, Enter to save", maxlength: 2000 }, value.note ?? "")));
  }

  choice(command, word, field, options, value, suggested) {
    const nothing = suggested ? `as suggested: ${options.find((option) => option.value === suggested)?.word ?? suggested}` : "–";
    const choose = (event) => this.say({ [field]: event.target.value || null });
    return element("label", {}, word, element("select", { "data-command": command, change: choose },
      element("option", { value: "" }, nothing),
      ...options.map((option) => element("option", { value: option.value, selected: option.value === value }, option.word))));
  }

  words({ row, details }) {
    if (!details) return [waiting()];
    const remarks = (details.remarks ?? []).map((remark) => element("blockquote", {}, element("bdi", {}, remark)));
    const who = row.who ?? row.actor ?? "the person";
    return [
      element("div", { class: "words", dir: "auto" }, details.body || "No text."),
      ...(remarks.length ? [element("h4", {}, `Comments by ${who}`), ...remarks] : []),
    ];
  }

  history(entry) {
    const events = historyOf(entry);
    if (!events.length) return "";
    const items = events.map(({ at, by, op, lead, note }) => element("li", {}, `${day(at)} `, element("bdi", {}, this.name(by)), `: ${op}${lead ? ` ${this.page.leads[lead].word}` : ""}`, ...(note ? [" – ", element("bdi", {}, note)] : [])));
    return this.folded("history", `history (${events.length})`, [element("ul", {}, ...items)], this.open.history);
  }

  name(login) {
    return this.page.people?.[login] ?? login;
  }

  folded(name, title, content, open) {
    const toggled = (event) => { this.open[name] = event.target.open; };
    return element("details", { open, toggle: toggled, "data-part": name }, element("summary", {}, title), ...content);
  }

  toggle(name) {
    const part = this.box.querySelector(`[data-part=${name}]`);
    if (part) part.open = !part.open;
  }

  field(command) {
    return this.box.querySelector(`[data-command=${command}]`);
  }
}

function waiting() {
  return element("p", { class: "quiet" }, "Loading the text …");
}
