/** Catches all exceptions of the SDK, so that none reaches the page or app. */

/** @type {{debug: boolean}} */
export const GUARD = { debug: false };

/**
 * Returns the result of a call, or undefined if it throws.
 *
 * @template T
 * @param {() => T} call
 * @returns {T | undefined}
 */
export function attempt(call) {
  try {
    return call();
  } catch (error) {
    report(error);
    return undefined;
  }
}

/**
 * Wraps a function: returns undefined where it would throw.
 *
 * @template {any[]} A
 * @template T
 * @param {(...values: A) => T} call
 * @returns {(...values: A) => T | undefined}
 */
export function guarded(call) {
  return (...values) => attempt(() => call(...values));
}

/** @type {Set<string>} */
const WARNED = new Set();

/**
 * Warns on the console, once for each message.
 *
 * @param {string} message
 */
export function warnOnce(message) {
  if (!WARNED.has(message)) warn(message);
  WARNED.add(message);
}

/** @param {unknown} what */
function warn(what) {
  if (typeof console !== "undefined") console.warn("passerby:", what);
}

/**
 * Logs to the console in debug mode.
 *
 * @param {unknown} what
 */
export function report(what) {
  if (GUARD.debug) warn(what);
}
