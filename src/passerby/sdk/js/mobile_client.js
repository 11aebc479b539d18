/** One app's client: its calls wait for `config`, and for the storage to be read. */

import { CLOCK } from "./clock.js";
import { attempt, GUARD, report, warnOnce } from "./guard.js";
import { identification } from "./identification.js";
import { isId } from "./ids.js";
import { openParts } from "./mobile_parts.js";
import { vendorCalls } from "./mobile_vendor.js";
import { plainObject } from "./plain.js";
import { VERSION } from "./version.js";

/**
 * @typedef {object} MobileEvent
 * @property {string} en  its name
 * @property {Record<string, any>[]} [items]
 * @property {Record<string, any>} [customerProps]
 * @property {Record<string, any>} [userProps]
 * @property {Record<string, any>} [eventProps]
 * @property {Record<string, any>} [objectProps]  by type
 *
 * @typedef {import("./mobile_parts.js").Options} Options
 * @typedef {import("./mobile_parts.js").Parts} Parts
 * @typedef {import("./tracker.js").Fields} Fields
 *
 * @typedef {<T>(call: (parts: Parts, at: number) => T) => Promise<T | undefined>} Later
 * calls when everything is there, in order; `at` is when it was asked
 */

/** @param {import("./clock.js").Clock} [clock] */
export function createClient(clock = CLOCK) {
  /** @type {(parts: Parts) => void} */
  let opened;
  /** @type {Promise<Parts>} */
  const parts = new Promise((resolve) => (opened = resolve));
  let configured = false;

  /** @type {Later} */
  const later = (call) => {
    const at = clock.now();
    return parts.then((made) => attempt(() => call(made, at)));
  };

  /**
   * @param {string | number | Options} portalId
   * @param {string | number} [propId]
   * @param {string} [appId]
   * @param {string} [_appGroupId]  has no meaning here
   * @param {Partial<Options>} [more]
   */
  async function config(portalId, propId = "", appId = "", _appGroupId = "", more = {}) {
    if (configured) return;
    configured = true;
    const options = isOptions(portalId) ? portalId : { url: "", ...more, portalId, propId, appId };
    if (options.debug !== undefined) GUARD.debug = Boolean(options.debug);
    if (!options.url) warnOnce("config has no url: nothing is recorded");
    const at = clock.now();
    const made = await openParts(options, clock);
    made.tracker.record({ ec: "app", ea: "open" }, at);
    made.sender.wake();
    opened(made);
    attempt(() => options.appState && watch(options.appState, later));
  }

  const events = eventCalls(later, clock);
  return { config, ...events, ...personCalls(later), ...vendorCalls(later, events.track), version: VERSION };
}

/**
 * @param {Later} later
 * @param {import("./clock.js").Clock} clock
 */
function eventCalls(later, clock) {
  /**
   * An event as the vendor's SDK takes it, or with category, action and what belongs to them, as in a browser.
   *
   * @param {MobileEvent | string} event
   * @param {string} [action]
   * @param {Record<string, any>} [data]
   * @returns {Promise<void>}
   */
  function track(event, action, data) {
    const named = typeof event === "string" ? { ...plainObject(data), ec: event, ea: action } : fieldsOf(plainObject(event));
    const fields = plainObject(named);
    return later(({ memory, tracker }, at) => {
      const { customer_id: customer } = plainObject(plainObject(fields.dims).customers);
      if (customer) tracker.submit(() => memory.set("customer", String(customer)), at);
      tracker.record(fields, at);
    });
  }

  /**
   * @param {string} name
   * @param {string} [title]
   * @param {string} [type]
   */
  function trackScreen(name, title = "", type = "") {
    return track("screen", "view", { extra: { screen_name: name, screen_title: title, screen_type: type } });
  }

  /**
   * What is known of the customer; with a `customer_id` it says who that is from now on.
   *
   * @param {Record<string, any>} properties
   */
  function setCustomerProperties(properties) {
    return track("user", "identify", identification(properties, clock.now()));
  }

  return {
    track,
    trackScreen,
    setCustomerProperties,
    setCustomerProps: setCustomerProperties,
    /** @param {string | number} id */
    async setCustomerId(id) {
      if (isId(id)) await setCustomerProperties({ customer_id: String(id) });
      else report("setCustomerId: the customer id is missing");
    },
  };
}

/** @param {Later} later */
function personCalls(later) {
  /** @param {"uid" | "aid"} name */
  async function id(name) {
    return (await later(({ tracker }) => (tracker.permitted() === "given" ? tracker[name]() : ""))) || "";
  }

  /** Logs the customer out: later events are of a new anonymous visitor. */
  async function resetCustomer() {
    await later(({ tracker }, at) => tracker.reset("", at));
  }

  return {
    resetCustomer,
    resetUid: resetCustomer,
    getUid: () => id("uid"),
    getDeviceId: () => id("aid"),
    getCustomerId: async () => (await later(({ memory }) => memory.get("customer"))) || "",
    /** @param {string} uid  of another visitor than the current one */
    async setUid(uid) {
      await later(({ tracker }, at) => tracker.reset(isId(uid) ? String(uid) : "", at));
    },
    /** @param {boolean} given */
    async setConsent(given) {
      await later(({ tracker }) => tracker.consent(given === true));
    },
    /** How many events the server has rejected since the app started. */
    getRejectedCount: async () => (await later(({ sender }) => sender.rejected())) || 0,
    /** Sends what waits, now. */
    async flush() {
      await (await later(({ sender }) => sender.flush()));
    },
  };
}

/**
 * An app that comes back is opened again; one that goes away sends what it has.
 *
 * @param {NonNullable<Options["appState"]>} appState
 * @param {Later} later
 */
function watch(appState, later) {
  let away = false;
  appState.addEventListener("change", (state) => {
    if (state === "background") {
      away = true;
      later(({ sender }) => sender.flush());
    } else if (state === "active" && away) {
      away = false;
      later(({ tracker }, at) => tracker.record({ ec: "app", ea: "open" }, at));
    }
  });
}

/** @param {Partial<MobileEvent>} event */
function fieldsOf({ en, items, customerProps, userProps, eventProps, objectProps }) {
  return { en, items, dims: { ...objectProps, customers: customerProps, users: userProps }, extra: eventProps };
}

/**
 * @param {string | number | Options} value
 * @returns {value is Options}
 */
function isOptions(value) {
  return typeof value === "object" && value !== null;
}
