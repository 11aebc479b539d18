/** What an event says of the page that it happened on, and of the browser. */

import { timezone } from "./clock.js";
import { attempt } from "./guard.js";
import { VERSION } from "./version.js";

const LONGEST_TITLE = 300;
const LONGEST_URL = 2_000;

/**
 * @param {any} window
 * @param {string} referrer
 * @param {string} campaign  JSON, or ""
 */
export function surroundings(window, referrer, campaign) {
  const { location, document, navigator, screen } = window;
  return {
    page: {
      url: cut(location.href, LONGEST_URL),
      path: cut(location.pathname, LONGEST_URL),
      search: cut(location.search, LONGEST_URL),
      title: cut(document.title, LONGEST_TITLE),
      referrer: cut(referrer, LONGEST_URL),
    },
    campaign: campaign ? attempt(() => JSON.parse(campaign)) : undefined,
    userAgent: navigator.userAgent,
    locale: navigator.language,
    timezone: timezone(),
    screen: screen && { width: screen.width, height: screen.height },
    sdk: { name: "web_event", version: VERSION },
  };
}

/**
 * @param {unknown} text
 * @param {number} longest
 */
function cut(text, longest) {
  return String(text).slice(0, longest);
}
