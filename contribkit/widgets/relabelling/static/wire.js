// The connection to the kernel: custom messages only, as a synced trait would merge fast keystrokes into one.

export class Wire {
  /** `hear` maps a message's type to its handler; `lost` is called when the kernel restarts or goes away. */
  constructor(model, hear, lost) {
    this.model = model;
    this.isAlive = true;
    this.received = (message) => {
      this.isAlive = true;
      hear[message.type]?.(message);
    };
    this.changed = () => {
      this.isAlive = Boolean(model.comm_live ?? false);
      if (!this.isAlive) lost();
    };
    model.on("msg:custom", this.received);
    model.on("comm_live_update", this.changed);
  }

  /** Send a message, and return whether the kernel is there. */
  send(message) {
    try {
      this.model.send(message);
    } catch {
      this.isAlive = false; // the comm is closed; what was to be sent waits in the outbox
    }
    return this.isAlive;
  }

  close() {
    this.model.off("msg:custom", this.received);
    this.model.off("comm_live_update", this.changed);
  }
}
