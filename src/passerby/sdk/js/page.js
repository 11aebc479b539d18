/** The context of an event: its page and browser. */

import { timezone } from "./clock.js";
import { attempt } from "./guard.js";
import { VERSION } from "./version.js";

/** @typedef {{url: string, path: string, search: string, title: string, referrer: string}} Page */

const LONGEST_TITLE = 300;
const LONGEST_URL = 2_000;

/**
 * @param {any} window
 * @param {string} referrer
 * @param {string} campaign  JSON, or ""
 */
export function contextOf(window, referrer, campaign) {
  const { navigator, screen } = window;
  return {
    page: pageOf(window, referrer),
    campaign: campaign ? attempt(() => JSON.parse(campaign)) : undefined,
    userAgent: navigator.userAgent,
    locale: navigator.language,
    timezone: timezone(),
    screen: screen && { width: screen.width, height: screen.height },
    sdk: { name: "web_event", version: VERSION },
  };
}

/**
 * The page as it is now.
 *
 * @param {any} window
 * @param {string} referrer
 */
export function pageOf({ location, document }, referrer) {
  const [url, path, search, from] = [location.href, location.pathname, location.search, referrer].map(cut);
  return { url, path, search, title: cut(document.title).slice(0, LONGEST_TITLE), referrer: from };
}

/** @param {unknown} text */
function cut(text) {
  return String(text).slice(0, LONGEST_URL);
}
