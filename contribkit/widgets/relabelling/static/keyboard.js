// The keyboard: which keys the widget takes, and what they do where the person is.

import { walk } from "./commands.js";
import { commandOf } from "./keys.js";

const KEY_EVENTS = ["keydown", "keypress", "keyup"];

export class Keyboard {
  constructor(app) {
    this.app = app;
    // Before the notebook, which listens to the whole document: Notebook 7 takes keys whatever an element asks for.
    this.caught = (event) => {
      if (!app.root.contains(event.target)) return;
      event.stopPropagation();
      if (event.type === "keydown" && app.board) this.press(event);
    };
    for (const name of KEY_EVENTS) window.addEventListener(name, this.caught, true);
  }

  close() {
    for (const name of KEY_EVENTS) window.removeEventListener(name, this.caught, true);
  }

  /** No key leaves the widget but Tab; fields keep the keys that they need. */
  press(event) {
    const { target, key } = event;
    if (key === "Tab" || (this.app.bar.contains(target) && walk(this.app.bar, key))) return;
    const command = commandOf(event);
    if (target.matches("input, textarea, select") && !["back", "save"].includes(command)) return this.write(event);
    // Enter and Space press the button or open the link that has the focus.
    if (!command || (["Enter", " "].includes(key) && target.closest("button, a, summary"))) return;
    event.preventDefault();
    if (this.app.panels.isAsking && command !== "back") return;
    if (command === "back" && target.matches("textarea")) return this.leave(() => {});
    this.app.run(this.app.commands[command]);
  }

  /** Enter ends a note and a search; all else is the field's own. */
  write(event) {
    const { target, key } = event;
    if (target.matches("textarea") && key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      const note = target.value.trim() || null;
      this.leave(() => this.app.decisions.say(this.app.board.current, { note }));
    } else if (target === this.app.facets.search && ["Enter", "ArrowDown"].includes(key)) this.app.list.focus();
  }

  /** Go back to the list first: the card is not drawn anew while somebody writes in it. */
  leave(command) {
    this.app.list.focus();
    this.app.run(command);
  }
}
