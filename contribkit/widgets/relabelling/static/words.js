// The texts of the threads: fetched from the kernel near the current row, and all of them for a search.

const AROUND = 8; // rows whose words are fetched before a person gets there
const AT_ONCE = 200; // rows whose words come in one message

export class Words {
  /** `ask` requests the texts of rows from the kernel, by id. */
  constructor(board, ask) {
    Object.assign(this, { board, ask, all: false });
  }

  /** Request the texts of the current row and those around it. */
  around() {
    const { shown, position } = this.board;
    const missing = [shown[position], shown[position + 1]].some((entry) => entry && !entry.details);
    if (missing) this.request(shown.slice(Math.max(0, position - AROUND), position + AROUND));
  }

  /** Request all texts, part by part, once somebody searches. */
  everywhere() {
    this.all = true;
    this.request([...this.board.entries.values()]);
  }

  request(entries) {
    const wanted = entries.filter(({ details, asked }) => !details && !asked).slice(0, AT_ONCE);
    for (const entry of wanted) entry.asked = true;
    if (wanted.length) this.ask(wanted.map(({ row }) => row.id));
  }

  take(texts) {
    for (const [id, details] of Object.entries(texts)) {
      const entry = this.board.entries.get(id);
      if (entry) entry.details = details;
    }
    if (this.all) this.everywhere();
  }
}
