// The one table of keys: buttons, the help and the handler all read it.

/** `keys` are values of KeyboardEvent.key, with `Ctrl-` for Control or Command, and `Shift-` where it changes no letter. */
export const KEYS = [
  { command: "stakeholder", keys: ["1"], word: "label and go on" },
  { command: "upstream", keys: ["2"], word: "label and go on" },
  { command: "individual", keys: ["3"], word: "label and go on" },
  { command: "unclear", keys: ["4"], word: "label and go on" },
  { command: "accept", keys: ["Enter"], word: "accept the suggestion and go on" },
  { command: "skip", keys: ["s"], word: "skip and go on" },
  { command: "clear", keys: ["0"], word: "clear your label" },
  { command: "undo", keys: ["u", "Ctrl-z"], word: "undo" },
  { command: "redo", keys: ["r", "Ctrl-y", "Ctrl-Z"], word: "redo" },
  { command: "down", keys: ["j", "ArrowDown"], word: "next row" },
  { command: "up", keys: ["k", "ArrowUp"], word: "previous row" },
  { command: "pageDown", keys: ["PageDown"], word: "ten rows down" },
  { command: "pageUp", keys: ["PageUp"], word: "ten rows up" },
  { command: "first", keys: ["Home"], word: "first row" },
  { command: "last", keys: ["End"], word: "last row" },
  { command: "next", keys: ["n"], word: "next that needs review" },
  { command: "previous", keys: ["N"], word: "previous that needs review" },
  { command: "tick", keys: ["x", " "], word: "tick" },
  { command: "extendDown", keys: ["Shift-ArrowDown", "J"], word: "tick down" },
  { command: "extendUp", keys: ["Shift-ArrowUp", "K"], word: "tick up" },
  { command: "tickAll", keys: ["X"], word: "tick all in view" },
  { command: "note", keys: ["e"], word: "note" },
  { command: "whom", keys: ["f"], word: "for whom" },
  { command: "activity", keys: ["a"], word: "activity" },
  { command: "why", keys: ["w"], word: "why" },
  { command: "hide", keys: ["h"], word: "hide suggestions" },
  { command: "search", keys: ["/"], word: "search" },
  { command: "open", keys: ["o"], word: "open on GitHub" },
  { command: "guideline", keys: ["g"], word: "guideline" },
  { command: "help", keys: ["?"], word: "keys" },
  { command: "back", keys: ["Escape"], word: "back to the list; then untick, then clear the filters" },
  { command: "save", keys: ["Ctrl-s"], word: "nothing to do: labels are saved as they are given" },
];

const SIGNS = { Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑", " ": "Space", Enter: "Enter" };
const COMMANDS = new Map(KEYS.flatMap(({ command, keys }) => keys.map((key) => [key, command])));

/** Return a key as people read it on a button. */
export function sign(key) {
  return key.replace("Shift-", "⇧ ").replace("Ctrl-Z", "Ctrl ⇧ Z").replace("Ctrl-", "Ctrl ").replace(/\S+$| $/, (name) => SIGNS[name] ?? (name.length === 1 && /Ctrl/.test(key) ? name.toUpperCase() : name));
}

/** Return the first key of a command as people read it. */
export function keyOf(command) {
  return sign(KEYS.find((entry) => entry.command === command).keys[0]);
}

/** Return what a key means, or null: the table alone decides. */
export function commandOf({ key, ctrlKey, metaKey, altKey, shiftKey, isComposing }) {
  if (altKey || isComposing) return null;
  if (ctrlKey || metaKey) return COMMANDS.get(`Ctrl-${key}`) ?? null;
  return (shiftKey && COMMANDS.get(`Shift-${key}`)) || COMMANDS.get(key) || null;
}
