/** Whatever goes wrong in here stays in here: the page or app around never sees an exception of ours. */

/** @type {{debug: boolean}} */
export const GUARD = { debug: false };

/**
 * The result of a call, or nothing where it failed.
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
 * The same function, that answers nothing where it would throw.
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
 * Tells whoever looks for a mistake, when asked to.
 *
 * @param {unknown} what
 */
export function report(what) {
  if (GUARD.debug) warn(what);
}
