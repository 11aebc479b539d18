/** Time, as all parts take it: in tests it is made of numbers. */

import { attempt } from "./guard.js";

/**
 * @typedef {object} Clock
 * @property {() => number} now  milliseconds since 1970
 * @property {(milliseconds: number, call: () => void) => any} after  calls once, later; the answer is for `cancel`
 * @property {(timer: any) => void} cancel
 */

/** @type {Clock} */
export const CLOCK = {
  now: () => Date.now(),
  after: (milliseconds, call) => setTimeout(call, milliseconds),
  cancel: (timer) => clearTimeout(timer),
};

/**
 * The time on a clock on the wall here, `YYYY-MM-DD HH:MM:SS`.
 *
 * @param {number} now
 */
export function localTime(now) {
  const offset = new Date(now).getTimezoneOffset() * 60_000;
  return new Date(now - offset).toISOString().slice(0, 19).replace("T", " ");
}

/** The name of the time zone that this engine is in, if it knows. */
export function timezone() {
  return attempt(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
}
