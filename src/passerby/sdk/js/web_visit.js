/** The pages of a visit: which one is viewed, where from, and the campaign that led here. */

import { campaignOf } from "./campaign.js";
import { guarded } from "./guard.js";
import { contextOf, pageOf } from "./page.js";

/** A fragment that is an application's route, and not a place within the page. */
const ROUTE = /^#!?\//;

/**
 * @param {any} window
 * @param {ReturnType<typeof import("./web_settings.js").createSettings>} settings
 * @param {import("./tracker.js").Memory} memory
 */
export function createVisit(window, settings, memory) {
  const { document, location } = window;
  let referrer = document.referrer;
  let current = addressOf(location);
  /** @type {Record<string, string>} what this page's address says of a campaign, until that is noted */
  let campaign = campaignOf(location.search);

  /** @param {boolean} fresh  whether a session starts: one keeps its campaign until another one comes */
  function arrived(fresh) {
    const found = Object.keys(campaign).length > 0;
    if (fresh || found) memory.set("campaign", found ? JSON.stringify(campaign) : "");
    campaign = {};
  }

  function context() {
    return contextOf(window, referrer, memory.get("campaign"));
  }

  /** The page view, or nothing where the page sends its own. */
  function view() {
    const { default_event: wanted, items, page } = settings.get();
    if (wanted === 0 || wanted === false) return undefined;
    return { ec: "pageview", ea: "view", items: items && [].concat(items), extra: page };
  }

  /**
   * Records a page view after an application has changed its address. The new page's title comes with the next task, its
   * address may have changed again by then. A replaced address that differs in its query alone is the same page.
   *
   * @param {(page: import("./page.js").Page) => void} viewed
   * @param {boolean} [replaced]
   */
  function navigated(viewed, replaced) {
    const left = current;
    current = addressOf(location);
    if (left.route === current.route && (replaced || left.search === current.search)) return;
    referrer = location.origin + left.url;
    campaign = campaignOf(location.search);
    const page = here();
    setTimeout(
      guarded(() => viewed({ ...page, title: here().title })),
      0,
    );
  }

  const here = () => pageOf(window, referrer);

  return { arrived, context, here, view, navigated };
}

/** @param {Location} location */
function addressOf({ pathname, search, hash }) {
  const fragment = ROUTE.test(hash) ? hash : "";
  return { route: pathname + fragment, search, url: pathname + search + fragment };
}
