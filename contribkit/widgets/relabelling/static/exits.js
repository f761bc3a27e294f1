// Export from the page: download, copy, propose on GitHub, and how many labels are not exported yet.

import { button, element, link } from "./element.js";
import { download, propose } from "./propose.js";

export class Exits {
  /** `ask` requests the whole log from the kernel and returns whether that was possible; `tell` shows a sentence. */
  constructor(outbox, page, ask, tell) {
    Object.assign(this, { outbox, page, ask, tell, waiting: null });
    this.written = page.written;
    this.place = element("span", { class: "place-on-github" });
    this.box = element("div", { class: "exits" },
      button("download", "", () => this.leave("download")), button("copy", "", () => this.leave("copy")),
      page.repository ? button("propose on GitHub", "", () => this.leave("propose")) : null, this.place);
  }

  get key() {
    return `contribkit:out:${this.page.store}:${this.page.path}`;
  }

  /** How many events of this session the last export had. */
  get left() {
    return Number(this.outbox.storage.getItem(this.key) ?? 0);
  }

  leave(way) {
    this.waiting = way;
    if (!this.ask()) this.take(this.outbox.lines(), this.page.path, null);
  }

  /** Export the log: the kernel's, or without a kernel what this page has. */
  take(text, path, written) {
    const way = this.waiting;
    this.waiting = null;
    if (!way) return; // another tab asked
    if (!text) return this.tell("There is no label yet.");
    if (way === "copy") return this.copy(text, written);
    if (way === "propose") this.offer(text, path);
    else download(path.split("/").at(-1), text);
    if (way === "download") this.out(written, written === null ? "Downloaded what this page has, without the kernel." : "Downloaded.");
  }

  async copy(text, written) {
    try {
      await navigator.clipboard.writeText(text);
      this.out(written, "Copied.");
    } catch {
      this.tell("The browser does not allow copying; download the labels instead.");
    }
  }

  /** Show the page on GitHub as a link: the browser would block a window that opens by itself. */
  offer(text, path) {
    const { url, upload } = propose(this.page.repository, path, text);
    if (upload) download(path.split("/").at(-1), text);
    const words = upload ? "The file is downloaded; drop it on GitHub's upload page" : "Open the filled-in page on GitHub";
    this.place.replaceChildren(link(words, url, { click: () => this.out(this.written, "Add a reason there, and propose the change.") }));
    this.place.querySelector("a")?.focus();
  }

  out(written, sentence) {
    if (written !== null) this.outbox.storage.setItem(this.key, String(written));
    this.tell(sentence);
  }

  /** The warning for people on Binder, empty elsewhere. */
  warning() {
    if (!this.page.temporary) return "";
    const open = Math.max(0, this.written - this.left) + this.outbox.pending.size;
    const words = open === 1 ? "1 label is" : `${open} labels are`;
    return `This session is temporary: Binder keeps nothing. ${open ? `${words} not exported yet: download, copy or propose them below.` : "All labels are exported."}`;
  }
}
