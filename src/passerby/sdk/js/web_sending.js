/** How a browser sends: one tab at a time, and what is left when the page is. */

import { firstBatch } from "./sender.js";
import { joined } from "./transport.js";

/**
 * Works while no other tab does; false where one does. A browser that cannot tell lets every tab send what is its own.
 *
 * @param {any} navigator
 * @param {string} name
 * @param {(alone: boolean) => Promise<void>} work
 * @returns {Promise<boolean>}
 */
export async function exclusively(navigator, name, work) {
  let begun = false;
  /** @param {unknown} lock */
  const locked = async (lock) => {
    begun = true;
    if (lock) await work(true);
    return Boolean(lock);
  };
  try {
    return await navigator.locks.request(name, { ifAvailable: true }, locked);
  } catch (error) {
    if (begun) throw error;
    await work(false);
    return true;
  }
}

/**
 * Hands what this page has not sent to the browser, which sends it when the page is gone. There is no answer to that:
 * the events stay in the queue, and the next page sends them again if that is soon enough to be harmless.
 *
 * @param {any} navigator
 * @param {ReturnType<typeof import("./web_queue.js").createWebQueue>} queue
 * @param {string} url
 */
export function handOver(navigator, queue, url) {
  if (!navigator.sendBeacon || navigator.onLine === false) return;
  let items = queue.own().filter((item) => !item.left);
  while (items.length) {
    const batch = firstBatch(items);
    if (!navigator.sendBeacon(url, joined(batch.map((item) => item.body)))) return;
    queue.leave(batch);
    items = items.slice(batch.length);
  }
}
