// What each command of the key table does, and the bar of buttons that do the same.

import { button, element, mark, safeUrl } from "./element.js";
import { keyOf } from "./keys.js";

const PAGE = 10;

/** Return what each command does in a widget. */
export function commands(app) {
  const { board, decisions, panels, page } = app;
  const seek = (step) => board.seek(step) || app.tell("No other row in view needs review.");
  const into = (field) => field?.focus();
  const labels = Object.values(page.leads).map(({ lead, word }) => [lead, () => decisions.label(lead, word)]);
  return {
    ...Object.fromEntries(labels),
    accept: () => decisions.accept(),
    skip: () => decisions.skip(),
    clear: () => decisions.clear(),
    undo: () => decisions.undo(),
    redo: () => decisions.redo(),
    down: () => board.move(1),
    up: () => board.move(-1),
    pageDown: () => board.move(PAGE),
    pageUp: () => board.move(-PAGE),
    first: () => board.select(0),
    last: () => board.select(Infinity),
    next: () => seek(1),
    previous: () => seek(-1),
    tick: () => board.toggle(),
    extendDown: () => board.move(1, true),
    extendUp: () => board.move(-1, true),
    tickAll: () => board.toggleAll(),
    note: () => into(app.card.field("note")),
    whom: () => into(app.card.field("whom")),
    activity: () => into(app.card.field("activity")),
    why: () => app.card.toggle("why"),
    hide: () => hide(app),
    search: () => { into(app.facets.search); app.words.everywhere(); },
    open: () => open(app),
    guideline: () => panels.guideline(),
    help: () => panels.help(),
    back: () => back(app),
    save: () => app.tell("Labels are saved as they are given."),
  };
}

function hide(app) {
  app.board.hideAll = !app.board.hideAll;
  app.board.look();
  app.tell(app.board.hideAll ? "Suggestions are hidden." : "Suggestions are shown.");
  app.facets.draw();
}

function open(app) {
  const address = safeUrl(app.board.current?.details?.url);
  if (address) window.open(address, "_blank", "noopener,noreferrer");
  else app.tell("This row has no address.");
}

/** One step out: a panel, then a field, then ticks, then filters. */
function back({ board, panels, list, facets }) {
  if (panels.isOpen) panels.close();
  else if (document.activeElement !== list.box) list.focus();
  else if (board.ticked.size) board.ticked.clear();
  else if (board.isFiltered) { board.clearFilters(); facets.draw(); }
}

/** The buttons beside the leads, in two groups, by command and word. */
const BUTTONS = [
  { accept: "accept", skip: "skip", note: "note", clear: "clear", undo: "undo", redo: "redo" },
  { next: "next", tick: "tick", tickAll: "tick all", hide: "hide", open: "open", guideline: "guideline", help: "keys" },
];

/** The bar of buttons, `run(command)` does what they say; arrow keys go along it, and Tab takes it as one stop. */
export function actions(page, run, retrain) {
  const leads = Object.values(page.leads).map((lead) => act(run, lead.lead, mark(lead)));
  const rest = BUTTONS.map((words) => Object.entries(words).map(([command, word]) => act(run, command, word)));
  // It takes a while and is rare: a button without a key.
  if (page.retrains) rest.at(-1).push(button("retrain", "", retrain, { tabindex: "-1" }));
  const groups = [leads, ...rest].map((buttons) => element("div", {}, ...buttons));
  return roving(element("div", { class: "actions", role: "toolbar", "aria-label": "Actions" }, ...groups));
}

function act(run, command, word) {
  return button(word, keyOf(command), () => run(command), { tabindex: "-1", "data-command": command });
}

function roving(bar) {
  bar.querySelector("button").tabIndex = 0;
  return bar;
}

/** Go along the bar with an arrow key; say whether the key was one. */
export function walk(bar, key) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (!step) return false;
  const buttons = [...bar.querySelectorAll("button")];
  const place = buttons.indexOf(document.activeElement);
  const next = buttons[(place + step + buttons.length) % buttons.length];
  buttons[place].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  return true;
}
