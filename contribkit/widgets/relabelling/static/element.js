// Elements of the page: every text becomes a text node, and only http(s) addresses become links.

/** Make an element; attributes that are null or false are left out, functions listen. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Return an address that a browser opens as a page, or null. */
export function safeUrl(address) {
  if (typeof address !== "string") return null;
  try {
    const { protocol, href } = new URL(address);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** Make a link, or plain text where the address is none that can be trusted. */
export function link(text, address, attributes = {}) {
  const href = safeUrl(address);
  const words = element("bdi", {}, text);
  if (!href) return words;
  return element("a", { href, target: "_blank", rel: "noopener noreferrer", ...attributes }, words);
}

/** Make the shape and the word of a lead; the shape alone has its colour. */
export function mark(lead, confidence = 1) {
  const tint = Math.round(45 + 55 * Math.min(1, Math.max(0, confidence ?? 0)));
  const shape = element("span", { class: "mark", "aria-hidden": "true", style: `--lead:${lead.colour};--sure:${tint}%` }, lead.shape);
  return element("span", { class: "lead" }, shape, " ", lead.word);
}

/** Return a share as people read it, or a dash where it is missing. */
export function percent(share) {
  return share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`;
}

/** Make a button that shows its key. */
export function button(word, key, press, attributes = {}) {
  const words = [word, key ? element("kbd", {}, key) : null];
  return element("button", { type: "button", click: press, "aria-keyshortcuts": key || null, ...attributes }, words);
}
