/** The calls of a page, in all the forms that pages have them. */

import { CLOCK } from "./clock.js";
import { attempt, guarded, report } from "./guard.js";
import { identification } from "./identification.js";
import { isId } from "./ids.js";
import { eventOf } from "./link.js";
import { plainObject } from "./plain.js";

/**
 * @param {any} window
 * @param {any} api
 * @param {ReturnType<typeof import("./tracker.js").createTracker>} tracker
 */
export function createCalls(window, api, tracker) {
  /**
   * @param {any} category
   * @param {any} action
   * @param {any} [data]
   */
  function track(category, action, data) {
    if (!isWord(category) || !isWord(action)) return report("category or action is missing");
    tracker.record({ ...plainObject(data), ec: category, ea: action });
  }

  /**
   * Identifies the visitor as a customer: `user/identify` with the customer id and traits.
   *
   * @param {string | number} id
   * @param {Record<string, any>} [traits]
   */
  function identify(id, traits) {
    if (!isId(id)) return report("customer id is missing");
    track("user", "identify", identification({ ...plainObject(traits), customer_id: String(id) }, CLOCK.now()));
  }

  /**
   * Records the event in a query of the collector and follows its link.
   *
   * @param {string} uri
   * @param {string} [link]
   * @param {string} [target]
   * @param {{trackingOnly?: boolean}} [options]
   */
  function trackEventWithUri(uri, link, target, options) {
    attempt(() => {
      const fields = eventOf(uri);
      track(fields.ec, fields.ea, fields);
    });
    if (link && !(options && options.trackingOnly)) window.open(link, target || "_self");
  }

  /**
   * Runs one call: `("product", "view", {...})`, the same after `"track"`, another method's name and its values, or a
   * function to call once the SDK is loaded.
   *
   * @param {any} call  a function, an array, or the `arguments` that the snippet queues
   */
  function run(call) {
    const [name, ...values] = typeof call === "function" ? [call] : call;
    if (typeof name === "function") return name();
    const isMethod =
      (name === "track" && isWord(values[1])) ||
      (name === "consent" && typeof values[0] === "boolean") ||
      (name === "resetAnonymousUId" && !values.length) ||
      name === "trackEventWithUri";
    if (isMethod) api[name](...values);
    else track(name, values[0], values[1]);
  }

  /**
   * Does what was called so far and, from here on, every call at once. The list stays: others may hold on to it.
   *
   * @param {any} more  calls from elsewhere, to be done before
   */
  function takeOver(more) {
    const queue = Array.isArray(api.queue) ? api.queue : [];
    const calls = queue.splice(0);
    queue.push = (/** @type {any[]} */ ...later) => {
      later.forEach(guarded(run));
      return 0;
    };
    api.queue = queue;
    [...(Array.isArray(more) ? more : []), ...calls].forEach(guarded(run));
  }

  return { track, identify, trackEventWithUri, run, takeOver };
}

/** @param {unknown} value */
function isWord(value) {
  return typeof value === "string" && value !== "";
}
