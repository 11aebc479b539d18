/** What the page around says, in globals: read when it is needed, so that a page may set it at any time. */

import { GUARD } from "./guard.js";
import { collectorUrl } from "./transport.js";

/**
 * @param {any} window
 * @param {any} api  `web_event`, which some loaders put the ids on
 * @param {string} source  where this script came from
 */
export function createSettings(window, api, source) {
  const portal = () => window._portalId || api.portalId;
  const prop = () => window._propId || api.propId;

  /** What a page may choose, with names of the vendor's and our own. */
  function get() {
    const said = window._cdp365Analytics || {};
    GUARD.debug = Boolean(said.debug);
    return said;
  }

  /** @returns {import("./tracker.js").Permission} */
  function permission() {
    const { consent, respect_do_not_track: respected } = get();
    const { navigator } = window;
    if (respected && (navigator.globalPrivacyControl || navigator.doNotTrack === "1")) return "refused";
    return consent === false || consent === "required" ? "awaited" : "given";
  }

  return {
    get,
    permission,
    ready: () => Boolean(portal() && prop()),
    destination: () => `${portal()}.${prop()}`,
    url() {
      const base = get().collector || source.replace(/\/sdk\/[^/]*$/, "");
      return collectorUrl(base, portal(), prop());
    },
  };
}
