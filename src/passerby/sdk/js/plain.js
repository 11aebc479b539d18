/** Copies a caller's value into plain JSON data: any input, never an exception, strings well-formed Unicode. */

const DEPTH = 20;

/** Half of a surrogate pair, as is left of a text that was cut inside an emoji: JSON may hold it, UTF-8 cannot. */
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

/** @param {string} text */
function wellFormed(text) {
  return text.replace(LONE_SURROGATE, "\ufffd");
}

/**
 * Left out are functions, symbols, nodes of a document, what cannot be read, what holds itself, and all below a depth.
 *
 * @param {any} value
 * @param {any[]} around  the objects that this value is in
 * @returns {any}
 */
export function plain(value, around = []) {
  try {
    if (typeof value === "bigint") return String(value);
    if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
    if (typeof value === "string") return wellFormed(value);
    if (typeof value === "boolean" || value === null) return value;
    if (typeof value !== "object" || value.nodeType || around.length >= DEPTH || around.includes(value)) return undefined;
    const within = [...around, value];
    if (typeof value.toJSON === "function") return plain(value.toJSON(), within);
    return Array.isArray(value) ? value.map((each) => plain(each, within) ?? null) : members(value, within);
  } catch {
    return undefined;
  }
}

/**
 * The object that a caller hands over; empty for anything else.
 *
 * @param {any} value
 * @returns {Record<string, any>}
 */
export function plainObject(value) {
  const copy = plain(value);
  return copy && typeof copy === "object" && !Array.isArray(copy) ? copy : {};
}

/**
 * @param {any} value
 * @param {any[]} around
 */
function members(value, around) {
  /** @type {Record<string, any>} */
  const copy = {};
  for (const name of Object.keys(value)) {
    const member = read(value, name, around);
    if (member !== undefined) copy[wellFormed(name)] = member;
  }
  return copy;
}

/**
 * @param {any} value
 * @param {string} name
 * @param {any[]} around
 */
function read(value, name, around) {
  try {
    return plain(value[name], around);
  } catch {
    return undefined;
  }
}
