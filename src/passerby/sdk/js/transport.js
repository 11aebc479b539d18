/** One request to the collector, and what its answer means for what was sent. */

/**
 * @typedef {"taken" | "refused" | "later"} Verdict
 * `taken`: it is kept, for good. `refused`: it never will be. `later`: not known, or not now.
 */

/** How long an answer may take, in milliseconds. */
const PATIENCE = 15_000;

/** The refusals that a later try can turn: no key (yet), too slow, too early, too often. */
const NOT_FINAL = [401, 403, 404, 408, 425, 429];

/**
 * Sends events, each a JSON text: one as the vendor has it, several as an array. The plain type keeps a browser from
 * asking the collector for permission first.
 *
 * @param {typeof fetch} send
 * @param {import("./clock.js").Clock} clock
 * @param {string} url
 * @param {string[]} bodies
 * @param {boolean} leaving  the page may be gone before the answer comes
 * @returns {Promise<Verdict>}
 */
export async function deliver(send, clock, url, bodies, leaving) {
  const abort = typeof AbortController === "function" ? new AbortController() : undefined;
  /** @type {any} */
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = clock.after(PATIENCE, () => {
      reject(new Error("no answer"));
      if (abort) abort.abort();
    });
  });
  /** @type {RequestInit} */
  const request = {
    method: "POST",
    body: joined(bodies),
    headers: { "Content-Type": "text/plain;charset=UTF-8" },
    credentials: "omit",
    signal: abort && abort.signal,
  };
  if (leaving) request.keepalive = true;
  try {
    const answer = await Promise.race([send(url, request), timeout]);
    return verdict(/** @type {Response} */ (answer).status);
  } catch {
    return "later";
  } finally {
    clock.cancel(timer);
  }
}

/**
 * The address of a collector.
 *
 * @param {string} base
 * @param {string | number} portal
 * @param {string | number} prop
 */
export function collectorUrl(base, portal, prop) {
  const ids = `portal_id=${encodeURIComponent(portal)}&prop_id=${encodeURIComponent(prop)}`;
  return `${String(base).replace(/\/+$/, "")}/event?${ids}&resp_type=json`;
}

/** @param {string[]} bodies */
export function joined(bodies) {
  return bodies.length === 1 ? bodies[0] : `[${bodies.join(",")}]`;
}

/**
 * @param {number} status
 * @returns {Verdict}
 */
function verdict(status) {
  if (status >= 200 && status < 300) return "taken";
  return status >= 400 && status < 500 && !NOT_FINAL.includes(status) ? "refused" : "later";
}
