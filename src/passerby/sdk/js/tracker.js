/** Makes events of calls: who and in which session, permission first. What both surfaces have in common. */

import { attempt } from "./guard.js";
import { uniqueId, visitorId } from "./ids.js";
import { plainObject } from "./plain.js";

/**
 * @typedef {"uid" | "aid" | "session" | "campaign" | "customer" | "consent"} Name
 *
 * @typedef {object} Memory  what stays when the page or app is gone, as far as it can; never throws
 * @property {(name: Name) => string} get  "" where nothing is known
 * @property {(name: Name, value: string) => void} set  "" forgets it
 *
 * @typedef {"given" | "awaited" | "refused"} Permission
 *
 * @typedef {Record<string, any>} Fields  of an event: `ec` and `ea`, or `en`; `items`, `dims`, `extra`, `context`, ...
 *
 * @typedef {object} Surface
 * @property {Memory} memory
 * @property {import("./sender.js").Queue} queue
 * @property {() => void} wake  there is something to send
 * @property {import("./clock.js").Clock} clock
 * @property {() => boolean} ready  whether it is known where events go
 * @property {() => Permission} permission  what holds as long as the person has said nothing
 * @property {(fresh: boolean) => void} arrived  called before every event: `fresh` when a session starts with it
 * @property {() => Fields} [here]  `context` of the moment: taken when an event is recorded, which may wait for consent
 * @property {() => Fields} defaults  `dims`, `extra` and `context` of every event
 */

/** A session ends when nothing has happened for so many milliseconds. */
const SESSION = 30 * 60_000;

/** How many calls wait for permission at most. */
const HELD = 100;

/** A larger event is given up: the collector would refuse it. Characters. */
const LARGEST = 500_000;

/** What the SDK alone states about an event, whatever a caller passes. */
const RESERVED = ["uid", "aid", "sid", "request_id", "portal_id", "prop_id", "resp_type", "redirect_url"];

/** @type {Name[]} */
const PERSONAL = ["uid", "aid", "session", "campaign", "customer"];

/** @param {Surface} surface */
export function createTracker({ memory, queue, wake, clock, ready, permission, arrived, here, defaults }) {
  /** @type {[(at: number) => void, number][]} */
  const held = [];

  function permitted() {
    if (!ready()) return "awaited";
    const said = memory.get("consent");
    if (said) return said === "1" ? "given" : "refused";
    return permission();
  }

  /**
   * Does what needs permission, now or when it is given.
   *
   * @param {(at: number) => void} call
   * @param {number} at  when it happened
   */
  function submit(call, at = clock.now()) {
    const state = permitted();
    if (state !== "refused" && held.length < HELD) held.push([call, at]);
    if (state === "given") release();
  }

  function release() {
    if (permitted() === "given") held.splice(0).forEach(([call, at]) => attempt(() => call(at)));
  }

  /**
   * The person's own word. A refusal forgets who that was and what waits.
   *
   * @param {boolean} given
   */
  function consent(given) {
    memory.set("consent", given ? "1" : "0");
    if (given) return release();
    held.length = 0;
    PERSONAL.forEach((name) => memory.set(name, ""));
    queue.remove(queue.all(true));
  }

  /**
   * @param {"uid" | "aid"} name
   * @param {(now: number) => string} make
   */
  function id(name, make) {
    const known = memory.get(name);
    if (known) return known;
    memory.set(name, make(clock.now()));
    return memory.get(name);
  }

  const uid = () => id("uid", visitorId);
  const aid = () => id("aid", uniqueId);

  /**
   * The session that an event at this time belongs to; its start is an event of its own.
   *
   * @param {number} at
   */
  function session(at) {
    const [known, last, ...whose] = memory.get("session").split(".");
    const fresh = !(Math.abs(at - Number(last)) < SESSION) || whose.join(".") !== uid();
    const sid = fresh ? uniqueId(at) : known;
    memory.set("session", [sid, fresh ? at : Math.max(Number(last), at), uid()].join("."));
    arrived(fresh);
    if (fresh) put({ ec: "session", ea: "start" }, sid, at);
    return sid;
  }

  /**
   * @param {Fields} fields
   * @param {string} sid
   * @param {number} at
   */
  function put(fields, sid, at) {
    const { dims, extra, context, ...rest } = defaults();
    const event = {
      ...rest,
      uid: uid(),
      aid: aid(),
      sid,
      et: new Date(at).toISOString(),
      request_id: uniqueId(at),
      ...fields,
      dims: merged(dims, fields.dims),
      extra: { ...plainObject(extra), ...plainObject(fields.extra) },
      context: { ...plainObject(context), ...plainObject(fields.context) },
    };
    const body = JSON.stringify(plainObject(event));
    if (body.length > LARGEST) throw new Error("event too large");
    queue.add(body);
    wake();
  }

  /**
   * Records an event.
   *
   * @param {Fields} fields
   * @param {number} [at]
   */
  function record(fields, at) {
    const kept = plainObject({ ...fields, context: { ...(here && here()), ...plainObject(fields.context) } });
    RESERVED.forEach((name) => delete kept[name]);
    submit((time) => put(kept, session(time), time), at);
  }

  /**
   * Starts a new anonymous visitor.
   *
   * @param {string} generated  the id of the one who comes; else a new one
   * @param {number} [at]
   */
  function reset(generated = "", at) {
    submit((time) => {
      const left = uid();
      const next = generated || visitorId(clock.now());
      const sid = memory.get("session").split(".")[0];
      /** @type {Name[]} */ (["customer", "session", "campaign"]).forEach((name) => memory.set(name, ""));
      memory.set("uid", next);
      put({ ec: "user", ea: "reset_anonymous_id", uid: left, extra: { reset_uid: left, generate_uid: next } }, sid, time);
    }, at);
  }

  return { record, reset, consent, release, submit, permitted, uid, aid };
}

/**
 * Objects by their type, each made of what always holds and of what an event says.
 *
 * @param {any} always
 * @param {any} said
 */
function merged(always, said) {
  if (Array.isArray(said)) return said;
  const objects = plainObject(always);
  for (const [type, object] of Object.entries(plainObject(said))) {
    const both = isObject(object) && isObject(objects[type]);
    objects[type] = both ? { ...objects[type], ...object } : object;
  }
  return objects;
}

/** @param {any} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
