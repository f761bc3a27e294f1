// Identifiers that sort by time (ULID, https://github.com/ulid/spec), and the time that goes with them.

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM = 16;

function encode(number, length) {
  let text = "";
  for (let rest = number; text.length < length; rest = Math.floor(rest / 32)) text = LETTERS[rest % 32] + text;
  return text;
}

/** Return random digits; the first is small, so that counting up never comes to an end within a millisecond. */
function fresh(random) {
  const [first, ...rest] = random(new Uint8Array(RANDOM));
  return [first % 16, ...rest.map((byte) => byte % 32)];
}

function following(digits) {
  const next = [...digits];
  for (let place = next.length - 1; place >= 0; place--) {
    next[place] = (next[place] + 1) % 32;
    if (next[place]) break;
  }
  return next;
}

/**
 * Return a function that gives `{id, at}`: each id sorts after the one before, also within a millisecond, and a clock
 * that is set back does not put a later event before an earlier one.
 */
export function makeClock(now = Date.now, random = (bytes) => crypto.getRandomValues(bytes)) {
  let last = -1;
  let digits = null;
  return () => {
    const time = Math.max(now(), last);
    digits = time === last ? following(digits) : fresh(random);
    last = time;
    return { id: encode(time, 10) + digits.map((digit) => LETTERS[digit]).join(""), at: new Date(time).toISOString() };
  };
}
