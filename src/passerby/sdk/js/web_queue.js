/**
 * The queue of a site's pages in the local storage, every event under a key of its own: adding and taking away are one
 * step each, so that tabs never write over each other's events.
 */

/** Milliseconds after which a page's event is sent by another page even where none can tell whether the first still lives. */
const ORPHANED = 30_000;

const TIME_DIGITS = 9;

/**
 * @param {import("./local.js").Local} local
 * @param {import("./clock.js").Clock} clock
 * @param {() => string} prefix  of the keys: events for one destination
 * @param {string} page  tells this page's events from those of others
 */
export function createWebQueue(local, clock, prefix, page) {
  let last = 0;

  /** @param {string} key */
  function item(key) {
    const value = local.get(key);
    const space = value.indexOf(" ");
    return { key, body: value.slice(space + 1), left: Number(value.slice(0, space)) || 0 };
  }

  function keys() {
    return local.keys(prefix()).sort();
  }

  /** @param {string} key */
  function isOurs(key) {
    return key.endsWith(page);
  }

  /** @param {string} key */
  function isOrphaned(key) {
    return parseInt(key.slice(prefix().length, prefix().length + TIME_DIGITS), 36) < clock.now() - ORPHANED;
  }

  /** @param {string[]} found */
  function items(found) {
    return found.map(item).filter(({ body }) => body);
  }

  return {
    /** @param {string} body */
    add(body) {
      last = Math.max(last + 1, clock.now());
      local.set(prefix() + last.toString(36).padStart(TIME_DIGITS, "0") + page, `0 ${body}`);
    },
    /** @param {boolean} alone */
    all: (alone) => items(keys().filter((key) => alone || isOurs(key) || isOrphaned(key))),
    /** Events that this page has added and no page has sent. */
    own: () => items(keys().filter(isOurs)),
    /** @param {import("./sender.js").Item[]} gone */
    remove: (gone) => gone.forEach(({ key }) => local.set(key, "")),
    /**
     * Marks items as handed to the browser, which reports no result for them.
     *
     * @param {import("./sender.js").Item[]} handed
     */
    leave: (handed) => handed.forEach(({ key, body }) => local.set(key, `${clock.now()} ${body}`)),
  };
}
