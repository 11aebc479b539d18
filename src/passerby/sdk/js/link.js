/** Events in links: the query of a collector URL describes one. */

import { attempt } from "./guard.js";

/** The parameters that hold JSON. */
const NESTED = ["items", "dims", "extra", "context"];

/**
 * The fields of the event in a URL's query.
 *
 * @param {string} url
 */
export function eventOf(url) {
  /** @type {Record<string, any>} */
  const fields = Object.fromEntries(new URLSearchParams(url.slice(url.indexOf("?") + 1)));
  for (const name of NESTED) if (fields[name]) fields[name] = attempt(() => JSON.parse(fields[name]));
  return fields;
}
