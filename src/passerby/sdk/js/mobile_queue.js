/** The queue of an app: a list in memory, saved as one text. */

import { attempt } from "./guard.js";

/** How many characters of events wait at most: some storages refuse more under one key. */
const ROOM = 1_000_000;

/**
 * @param {string} saved  what `text` has given
 * @param {(text: () => string) => void} save
 */
export function createMobileQueue(saved, save) {
  let next = 0;
  let size = 0;
  /** @type {import("./sender.js").Item[]} */
  let items = [];

  /** @param {string} body */
  function put(body) {
    items.push({ key: String(next++), body, left: 0 });
    size += body.length;
    while (size > ROOM && items.length > 1) size -= /** @type {any} */ (items.shift()).body.length;
  }

  const known = (saved && attempt(() => JSON.parse(saved))) || [];
  if (Array.isArray(known)) known.filter((body) => typeof body === "string").forEach(put);

  const text = () => JSON.stringify(items.map((item) => item.body));
  return {
    /** @param {string} body */
    add(body) {
      put(body);
      save(text);
    },
    all: () => items,
    /** @param {import("./sender.js").Item[]} gone */
    remove(gone) {
      items = items.filter((item) => !gone.includes(item));
      size = items.reduce((sum, item) => sum + item.body.length, 0);
      save(text);
    },
  };
}
