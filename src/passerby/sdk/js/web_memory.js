/** What a browser remembers of its visitor: in a cookie and in the local storage, each standing in for the other. */

/** @type {Record<import("./tracker.js").Name, string>} */
const KEYS = {
  uid: "_asm_uid",
  aid: "_asm_aid",
  session: "_asm_session",
  campaign: "_asm_campaign",
  customer: "_asm_customer",
  consent: "_asm_consent",
};

/** These are valid only with the cookie: a visitor who deletes it wants to be unknown on the same device. */
const OF_THE_COOKIE = ["uid", "session"];

/** What only this page's host needs to know, and may be longer than a cookie should be. */
const LOCAL_ALONE = ["campaign"];

/**
 * @param {ReturnType<typeof import("./cookies.js").createCookies>} cookies
 * @param {import("./local.js").Local} local
 * @returns {import("./tracker.js").Memory}
 */
export function createWebMemory(cookies, local) {
  return {
    get(name) {
      const key = KEYS[name];
      if (!OF_THE_COOKIE.includes(name)) return local.get(key) || cookies.get(key);
      return cookies.get(key) || (cookies.work() ? "" : local.get(key));
    },
    set(name, value) {
      local.set(KEYS[name], value);
      if (!LOCAL_ALONE.includes(name)) cookies.set(KEYS[name], value);
    },
  };
}
