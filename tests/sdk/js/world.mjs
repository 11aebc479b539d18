/** The environment of SDK tests: a manual clock, a collector, and storages with faults. */

/** A clock on which nothing happens by itself. */
export class HandClock {
  time = Date.UTC(2026, 0, 2, 3, 4, 5);
  timers = new Map();
  next = 1;

  now = () => this.time;

  after = (milliseconds, call) => {
    this.timers.set(this.next, { due: this.time + milliseconds, call });
    return this.next++;
  };

  cancel = (timer) => void this.timers.delete(timer);

  /** Advance the clock by so many milliseconds and run the timers that become due. */
  async pass(milliseconds) {
    const end = this.time + milliseconds;
    for (await settled(); ; await settled()) {
      const due = [...this.timers].filter(([, { due }]) => due <= end).sort(([, a], [, b]) => a.due - b.due)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].due);
      due[1].call();
    }
    this.time = end;
  }
}

/** Everything that promises have to do is done. */
export async function settled() {
  for (let turn = 0; turn < 3; turn++) await new Promise((go) => setImmediate(go));
}

/** Takes events as the server does: an event whose id was seen has no effect. `answers` says how each request ends. */
export class Collector {
  events = [];
  repeats = 0;
  requests = [];
  seen = new Set();
  answers = [];

  fetch = async (url, request) => {
    const sent = [JSON.parse(request.body)].flat();
    this.requests.push({ url, request, sent, events: sent });
    const answer = this.answers.length ? this.answers.shift() : 200;
    if (answer === "never") return new Promise(() => {});
    if (answer === "lost") throw new TypeError("network");
    if (answer === 200 || answer === "unheard") this.take(sent);
    if (answer === "unheard") throw new TypeError("the answer was lost");
    return { status: answer };
  };

  take(sent) {
    for (const event of sent) {
      if (this.seen.has(event.request_id)) this.repeats++;
      else this.events.push(event);
      this.seen.add(event.request_id);
    }
  }

  get names() {
    return this.events.map((event) => event.en || `${event.ec}/${event.ea}`);
  }
}

/** A storage as an app has it. */
export class Store {
  values = new Map();
  reads = 0;
  writes = [];

  getItem = async (key) => {
    this.reads++;
    return this.values.get(key) ?? null;
  };

  setItem = async (key, value) => {
    this.writes.push([key, this.values.get(key), value]);
    this.values.set(key, value);
  };

  /** What happens when a device loses power: the last write never came to be. */
  loseLastWrite() {
    const [key, before] = this.writes.pop();
    if (before === undefined) this.values.delete(key);
    else this.values.set(key, before);
  }
}

/** Numbers that look random and are the same in every run. */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
