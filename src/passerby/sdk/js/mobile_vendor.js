/**
 * The calls of Antsomi's SDK for React Native that concern links, ids, push notifications and the app inbox.
 *
 * Passerby sends no messages to apps. A call that would need that answers with an empty value and warns once.
 */

import { campaignOf } from "./campaign.js";
import { attempt, GUARD, warnOnce } from "./guard.js";
import { eventOf } from "./link.js";

/** @typedef {(event: any, action?: string, data?: Record<string, any>) => Promise<void>} Track */

export const LogLevel = Object.freeze({ NONE: 0, DEBUG: 1, VERBOSE: 2, INFO: 3 });

export const MessageStatus = Object.freeze({ UNREAD: 1, READ: 2, DELETE: 3 });

const INBOX = "app inbox";
const PUSH = "push notifications";

/**
 * @param {import("./mobile_client.js").Later} later
 * @param {Track} track
 */
export function vendorCalls(later, track) {
  return {
    ...linkCalls(track),
    ...messageCalls(),
    /** @param {number} level  one of `LogLevel`; anything above NONE logs warnings on the console */
    setLogLevel: async (level) => void (GUARD.debug = Number.isFinite(level) && level > LogLevel.NONE),
    getPortalId: async () => (await later(({ ids }) => ids.portalId)) || "",
    getPropsId: async () => (await later(({ ids }) => ids.propId)) || "",
  };
}

/** @param {Track} track */
function linkCalls(track) {
  /** @type {string | null} */
  let pending = null;
  /** @type {((link: string) => void)[]} */
  const listeners = [];

  /** Hands the pending link to the listeners, if there is any. */
  function offer() {
    const link = pending;
    if (link === null || !listeners.length) return;
    pending = null;
    listeners.forEach((listener) => attempt(() => listener(link)));
  }

  return {
    /**
     * Records `app/open_link` with the campaign of the link, and keeps the link for `getPendingLink` or `onPendingLink`.
     *
     * @param {string} url
     */
    async handleDeeplinkURL(url) {
      if (typeof url !== "string" || !url) return;
      const campaign = attempt(() => campaignOf(url.slice(url.indexOf("?") + 1).split("#")[0]));
      pending = url;
      offer();
      await track("app", "open_link", { extra: { url }, context: { campaign } });
    },
    /** The link that opened the app, once; null where there is none. */
    async getPendingLink() {
      const link = pending;
      pending = null;
      return link;
    },
    /** @param {(link: string) => void} listener */
    async onPendingLink(listener) {
      if (typeof listener === "function") listeners.push(listener);
      offer();
    },
    /**
     * Records the event that a tracking URL describes in its query (`ec` and `ea`, or `en`).
     *
     * @param {string} url
     */
    async handleTrackingUrl(url) {
      const event = attempt(() => eventOf(url)) || {};
      if (event.ec && event.ea) await track(event.ec, event.ea, event);
      else if (event.en) await track({ ...event, eventProps: event.extra, objectProps: event.dims });
      else warnOnce("handleTrackingUrl: the URL describes no event");
    },
  };
}

function messageCalls() {
  /**
   * @template T
   * @param {string} name
   * @param {string} feature
   * @param {T} value
   */
  const unsupported = (name, feature, value) => async (/** @type {any[]} */ ..._) => {
    warnOnce(`${name}: Passerby has no ${feature}`);
    return value;
  };
  const none = /** @type {void} */ (undefined);
  const labels = unsupported("getAllLabels", INBOX, none);
  const callback = unsupported("setCallbackNewMessage", INBOX, none);
  const opened = unsupported("onOpenedNotification", PUSH, none);
  return {
    appInboxInit: unsupported("appInboxInit", INBOX, none),
    getListMessage: unsupported("getListMessage", INBOX, []),
    getUnreadMessageCount: unsupported("getUnreadMessageCount", INBOX, 0),
    getMessageById: unsupported("getMessageById", INBOX, null),
    setPageLimit: unsupported("setPageLimit", INBOX, none),
    modifyAction: unsupported("modifyAction", INBOX, none),
    newMessageReceived: unsupported("newMessageReceived", INBOX, none),
    /** @param {(labels: never[]) => void} answer */
    async getAllLabels(answer) {
      await labels();
      attempt(() => answer([]));
    },
    setCallbackNewMessage: (/** @type {any[]} */ ..._) => void callback(),
    setIsDelivery: unsupported("setIsDelivery", "campaigns in the app", none),
    getMediaJson: unsupported("getMediaJson", "campaigns in the app", null),
    requestNotificationPermission: unsupported("requestNotificationPermission", PUSH, none),
    getPushUid: unsupported("getPushUid", PUSH, ""),
    getPendingNotification: unsupported("getPendingNotification", PUSH, null),
    onOpenedNotification: (/** @type {any[]} */ ..._) => void opened(),
  };
}
