// The outbox: events that the kernel has not acknowledged stay here and in the browser's storage, and are sent again.

export class Outbox {
  /**
   * `storage` is localStorage or like it, `name` tells one label folder and person from another, and `post` sends a
   * list of events. Each event has a key of its own: two tabs never overwrite one another's.
   */
  constructor(storage, name, post) {
    this.storage = storage;
    this.prefix = `${name}:`;
    this.post = post;
    this.pending = new Map();
    this.failed = new Map();
    this.made = new Map();
    this.sentAt = null;
  }

  /** Load what an earlier page left behind, oldest first. */
  restore() {
    const keys = [];
    for (let place = 0; place < this.storage.length; place++) keys.push(this.storage.key(place));
    for (const key of keys.filter((key) => key.startsWith(this.prefix)).sort()) {
      const event = parse(this.storage.getItem(key));
      if (event) this.pending.set(event.id, event);
    }
    return [...this.pending.values()];
  }

  add(events, now = Date.now()) {
    for (const event of events) {
      this.pending.set(event.id, event);
      this.made.set(event.id, event);
      this.keep(event);
    }
    this.send(events, now);
  }

  keep(event) {
    try {
      this.storage.setItem(this.prefix + event.id, JSON.stringify(event));
    } catch {
      // Storage is full or forbidden: the page itself still has the event.
    }
  }

  send(events, now) {
    this.sentAt ??= now;
    this.post(events);
  }

  /** Send everything unanswered again: after the kernel came back, or on request. */
  resend(now = Date.now()) {
    this.failed.clear();
    this.sentAt = null;
    const events = [...this.pending.values()].sort((first, second) => (first.id < second.id ? -1 : 1));
    if (events.length) this.send(events, now);
    return events.length;
  }

  /** Forget what the kernel saved; return those events that this page has. */
  saved(ids, now = Date.now()) {
    const events = this.known(ids);
    for (const id of ids) {
      this.pending.delete(id);
      this.failed.delete(id);
      this.storage.removeItem(this.prefix + id);
    }
    this.sentAt = this.waiting ? now : null;
    return events;
  }

  /** Note which events could not be saved, with the reasons by id; they stay to be sent again. */
  refused(reasons, now = Date.now()) {
    const events = this.known(Object.keys(reasons));
    for (const { id } of events) this.failed.set(id, reasons[id]);
    this.sentAt = this.waiting ? now : null;
    return events;
  }

  known(ids) {
    return ids.map((id) => this.pending.get(id)).filter(Boolean);
  }

  /** How many are sent and not answered yet. */
  get waiting() {
    return this.pending.size - this.failed.size;
  }

  /** Milliseconds without any answer while events wait for one. */
  silence(now = Date.now()) {
    return this.sentAt === null ? 0 : now - this.sentAt;
  }

  /** All events of this page as lines of a label log: what can be exported without a kernel. */
  lines() {
    const all = new Map([...this.made, ...this.pending]);
    return [...all.keys()].sort().map((id) => `${JSON.stringify(all.get(id))}\n`).join("");
  }
}

function parse(text) {
  try {
    const event = JSON.parse(text);
    return event && typeof event.id === "string" && typeof event.item === "string" ? event : null;
  } catch {
    return null;
  }
}

/** Return the browser's storage, or one in memory where it is not allowed. */
export function openStorage(place = globalThis) {
  try {
    const storage = place.localStorage;
    storage.setItem("contribkit:probe", "");
    storage.removeItem("contribkit:probe");
    return storage;
  } catch {
    return new Memory();
  }
}

export class Memory {
  #kept = new Map();
  get length() {
    return this.#kept.size;
  }
  key(place) {
    return [...this.#kept.keys()][place] ?? null;
  }
  getItem(key) {
    return this.#kept.get(key) ?? null;
  }
  setItem(key, value) {
    this.#kept.set(key, String(value));
  }
  removeItem(key) {
    this.#kept.delete(key);
  }
}
