/** Unique ids from random numbers, cryptographically secure ones where the engine has them. */

/**
 * Returns a visitor id of digits, as the vendor's are. 13 of them are the time, which keeps ids from a weak source of
 * randomness unique.
 *
 * @param {number} now
 */
export function visitorId(now) {
  return now + random(9, 10);
}

/**
 * The id of a device, a session or an event.
 *
 * @param {number} now
 */
export function uniqueId(now) {
  return now.toString(36) + random(16, 36);
}

/**
 * Whether a caller's value is usable as an id: text that is not empty, or a finite number.
 *
 * @param {unknown} value
 */
export function isId(value) {
  return (typeof value === "string" && value !== "") || Number.isFinite(value);
}

/**
 * @param {number} count
 * @param {number} radix
 */
function random(count, radix) {
  const numbers = new Uint32Array(count);
  try {
    globalThis.crypto.getRandomValues(numbers);
  } catch {
    numbers.forEach((_, index) => (numbers[index] = Math.random() * 2 ** 32));
  }
  return [...numbers].map((number) => (number % radix).toString(radix)).join("");
}
