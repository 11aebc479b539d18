/** What a caller hands over, as JSON can hold it: a copy that later changes do not reach, whatever was in it. */

const DEPTH = 20;

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
    if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
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
    if (member !== undefined) copy[name] = member;
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
