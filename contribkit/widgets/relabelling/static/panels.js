// Panels over the card: the keys, the guideline, and a question before many rows change at once.

import { button, element, mark } from "./element.js";
import { KEYS, sign } from "./keys.js";

export class Panels {
  /** `closed` is called when a panel goes, so that the list has the focus again. */
  constructor(page, closed) {
    this.page = page;
    this.closed = closed;
    this.box = element("section", { class: "panel", hidden: true, tabindex: "-1" });
  }

  get isAsking() {
    return this.isOpen && this.name === "question";
  }

  get isOpen() {
    return !this.box.hidden;
  }

  show(title, content, name) {
    if (this.isOpen && this.name === name) return this.close();
    this.name = name;
    this.box.setAttribute("aria-label", title);
    this.box.replaceChildren(element("h3", {}, title), ...content);
    this.box.hidden = false;
    (this.box.querySelector("[autofocus]") ?? this.box).focus({ preventScroll: true });
  }

  close() {
    this.box.hidden = true;
    this.closed();
  }

  help() {
    const { leads } = this.page;
    const rows = KEYS.map(({ command, keys, word }) => element("tr", {},
      element("th", { scope: "row" }, ...keys.map((key) => element("kbd", {}, sign(key)))),
      element("td", {}, ...(leads[command] ? [mark(leads[command]), ": "] : []), word)));
    const leave = element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, "Tab")), element("td", {}, "on to the next part of the page"));
    this.show("Keys", [element("table", {}, element("tbody", {}, ...rows, leave)), this.closing()], "help");
  }

  guideline() {
    const { opening, steps, cautions } = this.page.guideline;
    const list = (tag, items) => element(tag, {}, ...items.map((words) => element("li", {}, ...words)));
    this.show("How to decide", [
      element("p", {}, opening), list("ol", steps.map(({ lead, text }) => [mark(this.page.leads[lead]), ": ", text])),
      list("ul", cautions.map((words) => [words])),
      ...(this.page.anchoring ? [element("p", { class: "quiet" }, `So far ${this.page.anchoring}.`)] : []), this.closing(),
    ], "guideline");
  }

  /** Ask before something that changes many rows. */
  ask(question, yes) {
    const agree = () => { this.close(); yes(); };
    this.show("Many rows at once", [
      element("p", {}, question),
      element("p", { class: "buttons" }, button("yes", "Enter", agree, { autofocus: true }), button("no", "Esc", () => this.close())),
    ], "question");
  }

  closing() {
    return element("p", {}, button("close", "Esc", () => this.close()));
  }
}
