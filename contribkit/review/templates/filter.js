// Filters over the contributions of a section: by lead, repository, person and words. Without JavaScript all rows show.
(() => {
  const FEWEST = 6; // rows that are worth a filter
  const NAMES = { lead: "who led", repo: "repository", who: "who" };
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  for (const section of document.querySelectorAll(".contribkit")) {
    const rows = [...section.querySelectorAll("[data-lead]")];
    if (rows.length < FEWEST) continue;
    const selects = Object.entries(NAMES).map(([name, word]) => {
      const values = [...new Set(rows.map((row) => row.dataset[name]).filter(Boolean))];
      if (values.length < 2) return null;
      if (name !== "lead") values.sort((a, b) => a.localeCompare(b));
      const options = values.map((value) => make("option", { value, textContent: value }));
      const select = make("select", {}, make("option", { value: "", textContent: `any` }), ...options);
      select.dataset.name = name;
      return make("label", {}, `${word} `, select);
    }).filter(Boolean);
    const text = make("input", { type: "search" });
    const count = make("span", { className: "quiet" });
    count.setAttribute("role", "status");
    const box = make("form", { className: "filter" }, ...selects, make("label", {}, "words ", text), count);

    const choose = () => {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = selects.map((label) => label.querySelector("select")).filter((select) => select.value);
      const fits = (row) => chosen.every((select) => row.dataset[select.dataset.name] === select.value)
        && words.every((word) => row.textContent.toLowerCase().includes(word));
      let shown = 0;
      for (const row of rows) {
        row.hidden = !fits(row);
        shown += !row.hidden;
      }
      const isOn = words.length + chosen.length > 0;
      for (const list of section.querySelectorAll("details")) {
        const mine = rows.filter((row) => row.closest("details") === list);
        if (!mine.length) continue;
        list.hidden = mine.every((row) => row.hidden);
        if (isOn && !list.hidden) list.open = true;
      }
      count.textContent = isOn ? `${shown} of ${rows.length} shown` : "";
    };
    box.addEventListener("input", choose);
    box.addEventListener("submit", (event) => event.preventDefault());
    rows[0].closest("details").before(box);
  }
})();
