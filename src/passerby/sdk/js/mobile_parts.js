/** What a client is made of, once the app's storage has been read. */

import { timezone } from "./clock.js";
import { attempt } from "./guard.js";
import { createMobileQueue } from "./mobile_queue.js";
import { openStorage } from "./mobile_storage.js";
import { plainObject } from "./plain.js";
import { createSender } from "./sender.js";
import { createTracker } from "./tracker.js";
import { collectorUrl, deliver } from "./transport.js";
import { VERSION } from "./version.js";

/**
 * @typedef {object} Options
 * @property {string} url  of the Passerby server's ingest port
 * @property {string | number} portalId
 * @property {string | number} propId
 * @property {string} [appId]
 * @property {import("./mobile_storage.js").Adapter} [storage]  without one everything is forgotten when the app ends
 * @property {{addEventListener: (name: any, call: (state: string) => void) => any}} [appState]  React Native's AppState
 * @property {Record<string, any>} [context]  `app`, `device`, `os`, `network`, `screen`, `locale`: of every event
 * @property {boolean} [consent]  false: nothing is recorded until `setConsent(true)`
 * @property {boolean} [debug]  tells on the console what goes wrong
 * @property {typeof fetch} [fetch]
 *
 * @typedef {Awaited<ReturnType<typeof openParts>>} Parts
 */

/** Milliseconds for which events are gathered before they are sent. */
const COLLECTING = 1_000;

/** Where an app's storage holds the person's ids, and what waits to be sent. */
const STATE_KEY = "passerby.state";
const QUEUE_KEY = "passerby.queue";

/**
 * @param {Options} options
 * @param {import("./clock.js").Clock} clock
 */
export async function openParts(options, clock) {
  const { url, portalId, propId } = options;
  const storage = await openStorage(options.storage, clock, [STATE_KEY, QUEUE_KEY]);
  const memory = createMobileMemory(storage);
  const queue = createMobileQueue(storage.found[QUEUE_KEY], (text) => storage.save(QUEUE_KEY, text));
  /** @type {typeof fetch} */
  const send = options.fetch || ((to, request) => fetch(to, request));
  const sender = createSender({
    queue,
    deliver: (bodies, leaving) => deliver(send, clock, collectorUrl(url, portalId, propId), bodies, leaving),
    exclusively: (work) => work(true).then(() => true),
    clock,
    gathering: COLLECTING,
  });
  const tracker = createTracker({
    memory,
    queue,
    wake: sender.wake,
    clock,
    ready: () => Boolean(url && portalId && propId),
    permission: () => (options.consent === false ? "awaited" : "given"),
    arrived: () => undefined,
    defaults: () => ({
      extra: { identify_id: memory.get("customer") || undefined },
      context: context(options, memory.get("aid")),
    }),
  });
  return { memory, sender, tracker, ids: { portalId: String(portalId), propId: String(propId) } };
}

/**
 * @param {import("./mobile_storage.js").Storage} storage
 * @returns {import("./tracker.js").Memory}
 */
function createMobileMemory(storage) {
  const saved = storage.found[STATE_KEY];
  const state = plainObject(saved && attempt(() => JSON.parse(saved)));
  return {
    get: (name) => String(state[name] || ""),
    set(name, value) {
      state[name] = value;
      storage.save(STATE_KEY, () => JSON.stringify(state));
    },
  };
}

/**
 * @param {Options} options
 * @param {string} aid
 */
function context({ appId, context: said = {} }, aid) {
  return {
    timezone: timezone(),
    sdk: { name: "mobile", version: VERSION },
    ...said,
    app: appId ? { id: appId, ...said.app } : said.app,
    device: { id: aid, ...said.device },
  };
}
