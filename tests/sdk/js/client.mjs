/** A client of the mobile SDK in a made-up world. */

import { Collector, HandClock, Store } from "./world.mjs";

/** The sources, or the file that is served. */
export const { createClient } = await import(process.env.PASSERBY_MOBILE || "../../../src/passerby/sdk/js/mobile.js");

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** An app that starts: its client, and the world around it, which outlives it. */
export async function started({ clock = new HandClock(), collector = new Collector(), storage = new Store(), ...more } = {}) {
  const client = createClient(clock);
  const options = { url: "https://cdp.example.com", portalId: 123, propId: 456, fetch: collector.fetch, storage, ...more };
  const configured = client.config(options);
  await clock.pass(0);
  return { client, clock, collector, storage, configured };
}
