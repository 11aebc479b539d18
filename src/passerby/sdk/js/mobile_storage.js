/** An app's storage: read when the app starts, written behind the calls, in order. It may fail, be slow, or lose things. */

import { report } from "./guard.js";

/**
 * @typedef {object} Adapter  as React Native's AsyncStorage has it; the answers may be promises or not
 * @property {(key: string) => any} getItem
 * @property {(key: string, value: string) => any} setItem
 *
 * @typedef {object} Storage
 * @property {Record<string, string>} found  by key, what was there at the start
 * @property {(key: string, text: () => string) => void} save  writes the text that holds when it is its turn
 */

/** Milliseconds. */
const SLOWEST = 5_000;
const BETWEEN_TRIES = 500;
const LONGEST_BETWEEN = 60_000;

const TRIES = 3;

/**
 * Reads these keys. Where that is not possible nothing is written either, for the whole run: what could not be read may
 * be there the next time, and is worth more than what we would put in its place.
 *
 * @param {Adapter | undefined} adapter
 * @param {import("./clock.js").Clock} clock
 * @param {string[]} keys
 * @returns {Promise<Storage>}
 */
export async function openStorage(adapter, clock, keys) {
  /** @type {Record<string, string>} */
  const found = {};
  try {
    for (const key of keys) found[key] = adapter ? String((await readFrom(adapter, clock, key)) || "") : "";
  } catch (error) {
    report(error);
    adapter = undefined;
  }
  return { found, save: adapter ? createWriter(adapter, clock, keys) : () => undefined };
}

/**
 * Writes one text at a time, those of earlier keys first, and of each key only the newest; goes on trying.
 *
 * @param {Adapter} adapter
 * @param {import("./clock.js").Clock} clock
 * @param {string[]} keys
 */
function createWriter(adapter, clock, keys) {
  /** @type {Map<string, () => string>} */
  const unsaved = new Map();
  let wait = BETWEEN_TRIES;
  let writing = false;
  /** @type {any} */
  let timer;

  async function write() {
    if (writing) return;
    writing = true;
    while (unsaved.size && (await isSaved())) wait = BETWEEN_TRIES;
    writing = false;
    clock.cancel(timer);
    if (!unsaved.size) return;
    timer = clock.after(wait, write);
    wait = Math.min(wait * 2, LONGEST_BETWEEN);
  }

  async function isSaved() {
    const key = keys.find((each) => unsaved.has(each)) || "";
    const text = unsaved.get(key) || String;
    unsaved.delete(key);
    try {
      await inTime(clock, async () => adapter.setItem(key, text()));
      return true;
    } catch (error) {
      report(error);
      if (!unsaved.has(key)) unsaved.set(key, text);
      return false;
    }
  }

  return (/** @type {string} */ key, /** @type {() => string} */ text) => {
    unsaved.set(key, text);
    Promise.resolve().then(write);
  };
}

/**
 * @param {Adapter} adapter
 * @param {import("./clock.js").Clock} clock
 * @param {string} key
 */
async function readFrom(adapter, clock, key) {
  for (let tries = 1; ; tries++) {
    try {
      return await inTime(clock, async () => adapter.getItem(key));
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((go) => clock.after(BETWEEN_TRIES, () => go(undefined)));
    }
  }
}

/**
 * @template T
 * @param {import("./clock.js").Clock} clock
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 */
function inTime(clock, call) {
  return new Promise((resolve, reject) => {
    const timer = clock.after(SLOWEST, () => reject(new Error("the storage does not answer")));
    call()
      .then(resolve, reject)
      .finally(() => clock.cancel(timer));
  });
}
