// The rows of the page's lists: choosing among them, and adding those that only contributions.csv has. Without
// JavaScript the first rows show, and a link to that file.
(() => {
  const FEWEST = 6; // rows that are worth a filter
  const NAMES = { lead: "who led", repo: "repository", who: "who" };
  const FILE = "contributions.csv";
  const AT_ONCE = 5000; // rows that a click adds: the browser lays out all of them
  const MISSING = "–";
  const REASON = /(?:^|; )(stakeholder|upstream|individual|unclear) ([+-]\d+\.\d): /;
  const GUARD = /^'(?='* *[=+\-@\t\r\n＝＋－＠])/; // it keeps spreadsheets from taking a cell for a formula
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // Filters over the rows of a section: by lead, repository, person and words. Returns what to call after rows were added.
  const addFilter = (section) => {
    let rows = [];
    const texts = new Map(), text = make("input", { type: "search" });
    const count = make("span", { className: "quiet" });
    count.setAttribute("role", "status");
    const labels = Object.entries(NAMES).map(([name, word]) => {
      const select = make("select", {});
      select.dataset.name = name;
      return make("label", {}, `${word} `, select);
    });
    const selects = labels.map((label) => label.lastChild);
    const box = make("form", { className: "filter" }, ...labels, make("label", {}, "words ", text), count);

    const choose = () => {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = selects.filter((select) => select.value);
      const fits = (row) => chosen.every((select) => row.dataset[select.dataset.name] === select.value)
        && words.every((word) => texts.get(row).includes(word));
      const shownIn = new Map();
      let shown = 0;
      for (const row of rows) {
        row.hidden = !fits(row);
        shown += !row.hidden;
        const list = row.closest("details");
        shownIn.set(list, (shownIn.get(list) ?? 0) + !row.hidden);
      }
      const isOn = words.length + chosen.length > 0;
      shownIn.delete(null);
      for (const [list, number] of shownIn) {
        list.hidden = !number;
        if (isOn && number) list.open = true;
      }
      count.textContent = isOn ? `${shown} of ${rows.length} shown` : "";
    };

    const refresh = () => {
      rows = [...section.querySelectorAll("[data-lead]")];
      for (const row of rows) if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
      for (const select of selects) {
        const { name } = select.dataset, before = select.value;
        const values = [...new Set(rows.map((row) => row.dataset[name]).filter(Boolean))];
        if (name !== "lead") values.sort((a, b) => a.localeCompare(b));
        const options = values.map((value) => make("option", { value, textContent: value }));
        select.replaceChildren(make("option", { value: "", textContent: "any" }), ...options);
        select.value = before;
        select.parentNode.hidden = values.length < 2;
      }
      choose();
    };

    box.addEventListener("input", choose);
    box.addEventListener("submit", (event) => event.preventDefault());
    section.querySelector("[data-lead]").closest("details").before(box);
    refresh();
    return refresh;
  };

  // The rows of a CSV file with these cells, as objects by column; the first row names the columns.
  const parse = (text, where) => {
    const wanted = Object.entries(where), found = [];
    let head = null, row = [];
    for (const [, cell, end] of text.matchAll(/("[^"]*(?:""[^"]*)*"|[^",\r\n]*)(,|\r?\n|$)/gy)) {
      row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
      if (end === ",") continue;
      if (head === null) head = new Map(row.map((name, place) => [name, place]));
      else if (row.length === head.size) {
        const cells = row;
        const get = (name) => (cells[head.get(name)] ?? "").replace(GUARD, "");
        if (wanted.every(([name, value]) => get(name) === value)) found.push(get);
      }
      row = [];
    }
    return found;
  };

  const link = (text, url) => {
    const words = make("bdi", { textContent: text });
    return /^https?:\/\//i.test(url) ? make("a", { href: url, rel: "noreferrer" }, words) : words;
  };

  const lead = (name, leads) => {
    const sign = make("i", { className: name, textContent: leads[name]?.[0] ?? "" });
    sign.setAttribute("aria-hidden", "true");
    return make("span", { className: "lead" }, sign, ` ${leads[name]?.[1] ?? name}`);
  };

  // What the column "why" says, a line a reason, with what the reason saw, which is in the column "evidence".
  const reasons = (get, { leads }) => {
    const said = get("why").split(REASON).slice(1), saw = get("evidence").split("\n");
    const items = [];
    for (let at = 0; at < said.length; at += 3) {
      const [name, weight, sentence] = said.slice(at, at + 3);
      const [, rule, url, title] = saw[at / 3]?.match(/^(\S*) ?(\S*) ?(.*)$/) ?? [];
      const item = make("li", {}, lead(name, leads), ` ${rule === "label" ? "decides" : weight}: ${sentence}`);
      if (title) item.append(" – ", link(title, url));
      if (rule) item.append(" ", make("small", { textContent: `(${rule})` }));
      items.push(item);
    }
    const sure = `${Math.round(100 * Number(get("confidence")))}\u00a0%`;
    return make("details", {},
      make("summary", { textContent: `why (${get("decided_by")}, ${sure} sure)` }),
      items.length ? make("ul", { className: "reasons" }, ...items)
        : make("p", { className: "quiet", textContent: "No rule found anything." }));
  };

  // A row of a list, as templates/macros.html has it.
  const element = (get, told, day) => {
    const id = get("id"), who = told.who && (told.who[get("actor")] ?? get("actor"));
    const at = get("happened_at") && day.format(new Date(get("happened_at")));
    const facts = [told.words[get("kind")] ?? get("kind"), told.words[get("activity")] ?? get("activity")];
    facts.push(id.slice(0, id.lastIndexOf("@")));
    const marks = { lead: told.leads[get("lead")]?.[1] ?? get("lead"), repo: get("repo") || MISSING };
    if (who) marks.who = who;
    const title = link(get("title") || id, get("url"));
    let row;
    if (told.list === "rows") {
      if (get("stakeholder")) facts.push(`for ${get("stakeholder")}`);
      if (get("goal")) facts.push(get("goal"));
      const cell = make("td", {}, title, make("br"), make("span", { className: "quiet", textContent: facts.join(" · ") }));
      if (told.settles) cell.append(make("br"), get("settles"));
      cell.append(reasons(get, told));
      row = make("tr", {}, cell);
      if (who) row.append(make("td", { textContent: who }));
      row.append(make("td", { className: "n", textContent: at || MISSING }));
    } else {
      if (who) facts.push(who);
      if (at) facts.push(at);
      row = make("li", {}, title, " ", make("span", { className: "quiet", textContent: facts.join(" · ") }));
    }
    Object.assign(row.dataset, marks);
    return row;
  };

  // A button below a list of which the page has the first rows only: it adds the others, in their order.
  const addRest = (place, refresh) => {
    const told = JSON.parse(place.dataset.rest), before = place.previousElementSibling;
    const list = before.querySelector("tbody") ?? before;
    const button = make("button", { type: "button" }), status = make("span", { className: "quiet" });
    status.setAttribute("role", "status");
    let found = null;

    const offer = () => {
      const left = told.count - list.children.length;
      button.textContent = left > AT_ONCE ? `Show ${AT_ONCE} more of ${told.count} rows` : `Show all ${told.count} rows`;
      button.disabled = false;
      if (!left) place.replaceChildren(`All ${told.count} rows are shown.`);
    };

    const read = async () => {
      const answer = await fetch(FILE);
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      const rows = parse(await answer.text(), told.where);
      if (rows.length !== told.count) throw new Error(`it is of another review, with ${rows.length} such rows`);
      return told.settles ? rows.sort((a, b) => Number(a("queue")) - Number(b("queue"))) : rows;
    };

    const add = async () => {
      found ??= await read();
      const day = new Intl.DateTimeFormat("sv", { timeZone: told.zone });
      const end = Math.min(told.count, list.children.length + AT_ONCE);
      for (let at = list.children.length; at < end; at = list.children.length) {
        // Each time as many as there are already, since the browser lays out the whole list each time.
        const more = document.createDocumentFragment();
        for (const get of found.slice(at, Math.min(end, 2 * at))) more.append(element(get, told, day));
        list.append(more);
        place.firstChild.nodeValue = `The first ${list.children.length} of ${told.count}; `;
        await new Promise((done) => setTimeout(done));
      }
      status.textContent = "";
      refresh();
    };

    const load = async () => {
      button.disabled = true;
      status.textContent = ` reading ${FILE} …`;
      try {
        await add();
      } catch (error) {
        const why = location.protocol === "file:" ? "browsers let no page on a disk read another file" : error.message;
        status.textContent = ` This page could not read it: ${why}.`;
      }
      offer();
    };
    button.addEventListener("click", load);
    place.append(" ", button, status);
    offer();
  };

  for (const section of document.querySelectorAll(".contribkit")) {
    const isMany = section.querySelectorAll("[data-lead]").length >= FEWEST;
    const refresh = isMany ? addFilter(section) : () => {};
    for (const place of section.querySelectorAll("[data-rest]")) addRest(place, refresh);
  }
})();
