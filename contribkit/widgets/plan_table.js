// The table of a plan: it paints what Python says, and tells Python what a person does. Words are text, never HTML.

// What a person types into must bear this mark itself: JupyterLab asks the focused element before those around it, and
// "d" twice would delete the cell while somebody looks for Dara.
const TYPED_INTO = new Set(["select", "input", "button"]);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  if (TYPED_INTO.has(name)) made.dataset.lmSuppressShortcuts = "true";
  made.append(...children);
  return made;
}

function choice(label, options, first) {
  const select = element("select");
  select.setAttribute("aria-label", label);
  if (first !== undefined) select.append(element("option", { value: "", textContent: first }));
  for (const [value, word] of options) select.append(element("option", { value, textContent: word }));
  return select;
}

// A saved plan may name somebody who has left the team: they stay until somebody else is chosen.
function show(select, login) {
  const known = [...select.options].some((option) => option.value === (login ?? ""));
  if (!known) select.append(element("option", { value: login, textContent: login }));
  select.value = login ?? "";
}

function row(line, place, choices, change) {
  const words = Object.fromEntries(choices.activities);
  const what = `${words[line.activity] ?? line.activity} · ${line.upstream}`;
  const count = element("input", { type: "number", min: 0, max: 9999, step: 1 });
  count.setAttribute("aria-label", `how many: ${what}, line ${place + 1}`);
  const who = choice(`who: ${what}, line ${place + 1}`, choices.people, "nobody yet");
  const partner = choice(`with: ${what}, line ${place + 1}`, choices.people, "nobody");
  count.onchange = () => change(place, "how many", count.value === "" ? null : Number(count.value));
  who.onchange = () => change(place, "who", who.value);
  partner.onchange = () => change(place, "with", partner.value);
  const head = element("th", { scope: "row" }, element("bdi", { textContent: what }));
  const cells = [count, who, partner].map((control) => element("td", {}, control));
  const paint = (now) => {
    count.value = now["how many"];
    show(who, now.who);
    show(partner, now.with);
    made.classList.toggle("out", !now["how many"]);
  };
  const made = element("tr", {}, head, ...cells);
  return { made, what, paint };
}

function render({ model, el }) {
  const choices = model.get("choices");
  const send = (message) => model.send(message);
  const change = (place, column, value) => send({ do: "change", place, column, value });
  const body = element("tbody");
  const columns = ["what", "how many", "who", "with"].map((word) => element("th", { scope: "col", textContent: word }));
  const caption = element("caption", { textContent: choices.caption });
  const table = element("table", {}, caption, element("thead", {}, element("tr", {}, ...columns)), body);
  const button = (word, action) => element("button", { type: "button", textContent: word, onclick: action });
  const undo = button("Undo", () => send({ do: "undo" }));
  const reset = button("Back to the proposal", () => send({ do: "reset" }));
  const save = button("Save", () => send({ do: "save" }));
  const activity = choice("activity of a new line", choices.activities);
  const project = choice("project of a new line", choices.projects.map((name) => [name, name]));
  const add = button("Add a line", () => send({ do: "add", activity: activity.value, project: project.value }));
  const said = element("p", { className: "said" });
  said.setAttribute("role", "status");
  const root = element(
    "div",
    { className: "contribkit-widget contribkit-plan" },
    element("div", { className: "scroll" }, table),
    element("div", { className: "bar" }, activity, project, add),
    element("div", { className: "bar" }, save, undo, reset, said),
    element("p", { className: "quiet", textContent: "A line for 0 is left out when the plan is saved." }),
  );
  let rows = [];
  const paint = () => {
    const state = model.get("state");
    const same = rows.length === state.lines.length
      && state.lines.every((line, place) => rows[place].key === `${line.activity} ${line.upstream}`);
    if (!same) {
      rows = state.lines.map((line, place) => ({
        ...row(line, place, choices, change),
        key: `${line.activity} ${line.upstream}`,
      }));
      body.replaceChildren(...rows.map((one) => one.made));
    }
    state.lines.forEach((line, place) => rows[place].paint(line));
    undo.disabled = !state.undo;
    said.textContent = state.said;
    said.classList.toggle("wrong", state.wrong);
  };
  paint();
  model.on("change:state", paint);
  el.append(root);
  return () => model.off("change:state", paint);
}

export default { render };
