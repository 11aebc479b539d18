/**
 * A day in the life of an app, as its SDK sees it: `node app.mjs SDK URL PORTAL PROPERTY FOLDER`, an app that is started
 * three times, whose storage is a folder. Prints the visitor ids that it had.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [sdk, url, portalId, propId, folder] = process.argv.slice(2);
const { createClient } = await import(sdk);

const file = (key) => join(folder, key);
const storage = {
  getItem: async (key) => {
    try {
      return readFileSync(file(key), "utf8");
    } catch {
      return null;
    }
  },
  setItem: async (key, value) => writeFileSync(file(key), value),
};

let online = true;
const flaky = (...request) => (online ? fetch(...request) : Promise.reject(new TypeError("offline")));

async function start() {
  const app = createClient();
  await app.config({ url, portalId, propId, storage, fetch: flaky, context: { os: { name: "android" } } });
  return app;
}

const uids = [];

const first = await start();
await first.track({ en: "view_product", items: [{ type: "product", id: "p1", name: "Shoe" }] });
await first.trackScreen("Product", "Shoe");
uids.push(await first.getUid());
await first.flush();

online = false;
await first.setCustomerProperties({ customer_id: process.argv[7], name: "Ann" });
await first.flush();

const second = await start();
await second.track({ en: "add_to_cart", eventProps: { quantity: 2 } });
online = true;
await second.flush();

const third = await start();
await third.resetCustomer();
await third.track({ en: "view_product" });
uids.push(await third.getUid());
await third.flush();

console.log(JSON.stringify(uids));
process.exit(0);
