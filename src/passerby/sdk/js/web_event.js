/**
 * The browser SDK: `window.web_event`, as Antsomi's pages call it.
 *
 * A script element loads it from a Passerby server, and it sends to that server. It can be loaded before or after the
 * page's calls, and twice.
 */

import { CLOCK, localTime } from "./clock.js";
import { createCookies } from "./cookies.js";
import { attempt, guarded } from "./guard.js";
import { uniqueId } from "./ids.js";
import { createLocal } from "./local.js";
import { md5 } from "./md5.js";
import { createSender } from "./sender.js";
import { createTracker } from "./tracker.js";
import { deliver } from "./transport.js";
import { VERSION } from "./version.js";
import { createCalls } from "./web_calls.js";
import { createWebMemory } from "./web_memory.js";
import { createWebQueue } from "./web_queue.js";
import { exclusively, handOver } from "./web_sending.js";
import { createSettings } from "./web_settings.js";
import { createVisit } from "./web_visit.js";

/** Milliseconds for which events are gathered before they are sent. */
const GATHERING = 300;

/**
 * @param {any} window
 * @param {any} api  `window.web_event`
 * @param {string} source  where this script came from
 */
function assembled(window, api, source) {
  const { document, location, navigator } = window;
  const settings = createSettings(window, api, source);
  const local = createLocal(() => window.localStorage);
  const memory = createWebMemory(
    createCookies(document, location, () => settings.get().first_party_domain || ""),
    local,
  );
  const queue = createWebQueue(local, CLOCK, () => `_asm_q.${settings.destination()}.`, uniqueId(CLOCK.now()));
  /** @type {typeof fetch} */
  const send = (url, request) => window.fetch(url, request);
  const sender = createSender({
    queue,
    deliver: (bodies, leaving) => deliver(send, CLOCK, settings.url(), bodies, leaving),
    exclusively: (work) => exclusively(navigator, `passerby.${settings.destination()}`, work),
    clock: CLOCK,
    gathering: GATHERING,
  });
  const visit = createVisit(window, settings, memory);
  const tracker = createTracker({
    memory,
    queue,
    wake: sender.wake,
    clock: CLOCK,
    ready: settings.ready,
    permission: settings.permission,
    arrived: visit.arrived,
    here: () => ({ page: visit.here() }),
    defaults: () => ({ dims: settings.get().dims, extra: settings.get().extra, context: visit.context() }),
  });
  return { settings, queue, sender, tracker, visit };
}

/**
 * @param {any} window
 * @param {string} source  where this script came from
 */
function install(window, source) {
  if (window.web_event && window.web_event.version) return;
  /** @type {any} the page's own function stays, as others may hold on to it */
  const api = typeof window.web_event === "function" ? window.web_event : (/** @type {any[]} */ ...call) => calls.run(call);
  const parts = assembled(window, api, source);
  const { settings, sender, tracker, visit } = parts;
  const calls = createCalls(window, api, tracker);
  /** @param {import("./page.js").Page} [page]  where it is not the current one */
  const viewed = (page) => {
    const view = visit.view();
    if (view) tracker.record({ ...view, context: { page } });
  };
  Object.assign(api, methods(tracker, calls), { rejected: sender.rejected });
  window.web_event = api;
  window._cdpEventFunction = Object.assign(window._cdpEventFunction || {}, {
    md5: guarded(md5),
    _cdpGetLeadTime: guarded(() => localTime(CLOCK.now())),
  });
  attempt(() => listen(window, parts, viewed));
  attempt(viewed);
  attempt(() => calls.takeOver(settings.get().track));
  sender.wake();
}

/**
 * @param {ReturnType<typeof createTracker>} tracker
 * @param {ReturnType<typeof createCalls>} calls
 */
function methods(tracker, calls) {
  return {
    version: VERSION,
    track: guarded(calls.track),
    identify: guarded(calls.identify),
    trackEventWithUri: guarded(calls.trackEventWithUri),
    resetAnonymousUId: guarded(() => tracker.reset()),
    consent: guarded((given) => tracker.consent(given === true)),
    getUid: guarded(() => (tracker.permitted() === "given" ? tracker.uid() : "")),
  };
}

/**
 * @param {any} window
 * @param {ReturnType<typeof assembled>} parts
 * @param {(page?: import("./page.js").Page) => void} viewed
 */
function listen(window, { settings, queue, sender, tracker, visit }, viewed) {
  const { document, history, navigator } = window;
  let gone = false;
  for (const name of ["pushState", "replaceState"]) {
    const change = history[name];
    history[name] = function (/** @type {any[]} */ ...values) {
      change.apply(this, values);
      attempt(() => visit.navigated(viewed, name === "replaceState"));
    };
  }
  for (const name of ["popstate", "hashchange"]) on(window, name, () => visit.navigated(viewed));
  on(window, "online", () => sender.flush());
  on(window, "load", tracker.release);
  on(window, "pagehide", () => {
    gone = true;
    handOver(navigator, queue, settings.url());
  });
  on(window, "pageshow", (event) => {
    gone = false;
    if (!event.persisted) return;
    viewed();
    sender.wake();
  });
  on(document, "visibilitychange", () => {
    if (document.visibilityState === "hidden" && !gone) sender.flush(true);
  });
}

/**
 * @param {any} target
 * @param {string} name
 * @param {(event: any) => void} call
 */
function on(target, name, call) {
  target.addEventListener(name, guarded(call));
}

/** @param {any} document */
function sourceOf(document) {
  const script = document.currentScript || document.querySelector('script[src*="/sdk/web_event.js"]');
  return (script && script.src) || "";
}

attempt(() => install(window, sourceOf(document)));
