/** The pages of a visit: which one is viewed, where from, and the campaign that led here. */

import { campaignOf } from "./campaign.js";
import { guarded } from "./guard.js";
import { surroundings } from "./page.js";

/**
 * @param {any} window
 * @param {ReturnType<typeof import("./web_settings.js").createSettings>} settings
 * @param {import("./tracker.js").Memory} memory
 */
export function createVisit(window, settings, memory) {
  const { document, location } = window;
  const currentAddress = () => location.pathname + location.search;
  let referrer = document.referrer;
  let address = currentAddress();
  /** @type {Record<string, string>} what this page's address says of a campaign, until that is noted */
  let campaign = campaignOf(location.search);

  /** @param {boolean} fresh  whether a session starts: one keeps its campaign until another one comes */
  function arrived(fresh) {
    const found = Object.keys(campaign).length > 0;
    if (fresh || found) memory.set("campaign", found ? JSON.stringify(campaign) : "");
    campaign = {};
  }

  function context() {
    return surroundings(window, referrer, memory.get("campaign"));
  }

  /** The page view, or nothing where the page sends its own. */
  function view() {
    const { default_event: wanted, items, page } = settings.get();
    if (wanted === 0 || wanted === false) return undefined;
    return { ec: "pageview", ea: "view", items: items && [].concat(items), extra: page };
  }

  /**
   * An application has changed its address. The new page's title comes with the next task.
   *
   * @param {() => void} viewed
   */
  function navigated(viewed) {
    if (address === currentAddress()) return;
    const left = location.origin + address;
    address = currentAddress();
    campaign = campaignOf(location.search);
    setTimeout(
      guarded(() => {
        referrer = left;
        viewed();
      }),
      0,
    );
  }

  return { arrived, context, view, navigated };
}
