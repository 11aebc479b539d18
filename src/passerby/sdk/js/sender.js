/** Sends the queue to the collector, oldest events first, with exponential backoff after failures. */

import { report, warnOnce } from "./guard.js";

/**
 * @typedef {object} Item  an event that waits
 * @property {string} key  its place in the queue: texts sort as the events happened
 * @property {string} body  the event as JSON
 * @property {number} left  when it was handed to the browser without an answer, in milliseconds since 1970; 0: never
 *
 * @typedef {object} Queue
 * @property {(body: string) => void} add
 * @property {(alone: boolean) => Item[]} all  in order; `alone`: no other page is sending, so items of other pages are included
 * @property {(items: Item[]) => void} remove
 *
 * @typedef {object} Parts
 * @property {Queue} queue
 * @property {(bodies: string[], leaving: boolean) => Promise<import("./transport.js").Verdict>} deliver
 * @property {(work: (alone: boolean) => Promise<void>) => Promise<boolean>} exclusively
 *   runs the work under a lock shared by all pages; false if another page holds the lock
 * @property {import("./clock.js").Clock} clock
 * @property {number} gathering  how long to wait for more events, in milliseconds
 */

/** How many events, and how many characters of them, go into one request: a browser that is left takes 64 KiB at most. */
export const BATCH = { events: 50, characters: 20_000 };

/** How many events wait at most; of more, the oldest are given up. */
export const WAITING = 1_000;

/** Milliseconds: the wait after the first failure, and the longest one. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 300_000;

/** An item without an answer is sent again, as its id makes that harmless, but only as long as the server remembers ids. */
const REMEMBERED = 20 * 3_600_000;

/** @param {Parts} parts */
export function createSender({ queue, deliver, exclusively, clock, gathering }) {
  let failures = 0;
  let rejected = 0;
  let pause = 0;
  let due = Infinity;
  let leaving = false;
  let again = false;
  /** @type {any} */
  let timer;
  /** @type {Promise<void> | undefined} */
  let running;

  /** @param {number} milliseconds */
  function wakeIn(milliseconds) {
    const at = clock.now() + milliseconds;
    if (timer !== undefined && due <= at) return;
    if (timer !== undefined) clock.cancel(timer);
    due = at;
    timer = clock.after(milliseconds, drain);
  }

  /** There is something new to send. */
  function wake() {
    wakeIn(Math.min(LONGEST_WAIT, Math.max(gathering, pause - clock.now())));
  }

  /**
   * Send now what there is, whatever the failures before.
   *
   * @param {boolean} last  there may be no later
   */
  function flush(last = false) {
    pause = failures = 0;
    leaving = last;
    return drain();
  }

  function drain() {
    if (timer !== undefined) clock.cancel(timer);
    timer = undefined;
    again = running !== undefined;
    running = running || exclusively(work).then(finished, finished);
    return running;
  }

  /** @param {boolean | unknown} done */
  function finished(done) {
    running = undefined;
    leaving = false;
    if (done !== true) retry();
    else if (again) wake();
  }

  function retry() {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures);
    const wait = longest * (0.5 + Math.random() / 2);
    pause = clock.now() + wait;
    wakeIn(wait);
  }

  /** @param {boolean} alone */
  async function work(alone) {
    let single = 0;
    for (let items = current(alone); items.length; items = current(alone)) {
      const batch = single > 0 ? items.slice(0, 1) : firstBatch(items);
      const verdict = await deliver(batch.map((item) => item.body), leaving);
      if (verdict === "later") {
        failures++;
        throw new Error("later");
      }
      failures = 0;
      single--;
      if (verdict === "refused" && batch.length > 1) {
        single = batch.length;
        continue;
      }
      if (verdict === "refused") {
        rejected++;
        warnOnce("an event was rejected");
        report(batch[0].body);
      }
      queue.remove(batch);
    }
  }

  /** @param {boolean} alone */
  function current(alone) {
    const items = queue.all(alone);
    const forgotten = clock.now() - REMEMBERED;
    const given = items.filter((item, index) => index < items.length - WAITING || (item.left && item.left < forgotten));
    if (given.length) queue.remove(given);
    return items.filter((item) => !given.includes(item));
  }

  return { wake, flush, rejected: () => rejected };
}

/**
 * As many items as one request takes, at least one.
 *
 * @param {Item[]} items
 */
export function firstBatch(items) {
  let characters = 0;
  const batch = items.slice(0, BATCH.events);
  const end = batch.findIndex((item) => (characters += item.body.length) > BATCH.characters);
  return end < 0 ? batch : items.slice(0, Math.max(1, end));
}
