/** The mobile SDK: what its calls become, and that they survive the storage that they are kept in. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createClient, HOUR, MINUTE, started } from "./client.mjs";
import { Collector, HandClock, randomFrom, Store } from "./world.mjs";

const named = (collector, name) => collector.events.filter((_, index) => collector.names[index] === name);

test("an app that starts is opened, in a session", async () => {
  const { clock, collector } = await started();
  await clock.pass(2_000);
  assert.deepEqual(collector.names, ["session/start", "app/open"]);
  const [start, open] = collector.events;
  assert.equal(start.uid, open.uid);
  assert.equal(start.sid, open.sid);
  assert.match(open.uid, /^\d{22}$/);
  assert.match(open.aid, /^[0-9a-z]{24}$/);
  assert.equal(open.et, "2026-01-02T03:04:05.000Z");
  assert.equal(collector.requests.length, 1);
  assert.equal(collector.requests[0].url, "https://cdp.example.com/event?portal_id=123&prop_id=456&resp_type=json");
});

test("an event has the fields that the vendor's SDK takes", async () => {
  const { client, clock, collector } = await started({ appId: "shop", context: { device: { model: "M1" }, locale: "vi" } });
  client.track({
    en: "view_product",
    items: [{ type: "product", id: "p1", name: "Shoe" }],
    customerProps: { name: "Ann" },
    userProps: { tier: "new" },
    eventProps: { source: "list" },
    objectProps: { promotion_code: { id: "X" } },
  });
  await clock.pass(2_000);
  const event = collector.events.at(-1);
  assert.equal(event.en, "view_product");
  assert.deepEqual(event.items, [{ type: "product", id: "p1", name: "Shoe" }]);
  assert.deepEqual(event.dims, { promotion_code: { id: "X" }, customers: { name: "Ann" }, users: { tier: "new" } });
  assert.deepEqual(event.extra, { source: "list" });
  assert.deepEqual(event.context.device, { id: event.aid, model: "M1" });
  assert.deepEqual(event.context.app, { id: "shop" });
  assert.equal(event.context.locale, "vi");
});

test("the positional form of config is understood", async () => {
  const [clock, collector] = [new HandClock(), new Collector()];
  const client = createClient(clock);
  client.config("123", "456", "app", "group", { url: "https://cdp.example.com/", fetch: collector.fetch });
  client.trackScreen("Cart", "Your cart", "list");
  await clock.pass(2_000);
  assert.deepEqual(collector.names, ["session/start", "app/open", "screen/view"]);
  assert.deepEqual(collector.events[2].extra, { screen_name: "Cart", screen_title: "Your cart", screen_type: "list" });
  assert.equal(collector.events[2].context.app.id, "app");
});

test("calls before config wait for it and keep their time", async () => {
  const [clock, collector] = [new HandClock(), new Collector()];
  const client = createClient(clock);
  client.track("product", "view", { items: [] });
  await clock.pass(5_000);
  client.config({ url: "https://cdp.example.com", portalId: 1, propId: 2, fetch: collector.fetch });
  await clock.pass(5_000);
  const [view] = named(collector, "product/view");
  assert.equal(view.et, "2026-01-02T03:04:05.000Z");
});

test("a customer who is named is named on every event until the reset", async () => {
  const { client, clock, collector } = await started();
  client.setCustomerProperties({ customer_id: "c1", name: "Ann" });
  client.track("product", "view");
  client.resetCustomer();
  client.track("product", "view");
  await clock.pass(2_000);
  const [identify] = named(collector, "user/identify");
  assert.deepEqual(identify.dims, { customers: { customer_id: "c1", name: "Ann" } });
  assert.equal(identify.extra.identify_id, "c1");
  assert.equal(identify.extra.identify_type, "exact");
  assert.match(identify.extra.identify_time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  const [before, after] = named(collector, "product/view");
  assert.equal(before.extra.identify_id, "c1");
  assert.equal(after.extra.identify_id, undefined);
  assert.notEqual(after.uid, before.uid);
  assert.notEqual(after.sid, before.sid);
  assert.equal(after.aid, before.aid);
  const [reset] = named(collector, "user/reset_anonymous_id");
  assert.equal(reset.uid, before.uid);
  assert.deepEqual(reset.extra, { reset_uid: before.uid, generate_uid: after.uid });
});

test("the two other ways to name a customer do the same", async () => {
  const { client, clock, collector } = await started();
  client.setCustomerId("c1");
  client.setCustomerProps({ customer_id: "c2" });
  await clock.pass(2_000);
  assert.deepEqual(
    named(collector, "user/identify").map((event) => [event.dims.customers.customer_id, event.extra.identify_id]),
    [
      ["c1", "c1"],
      ["c2", "c2"],
    ],
  );
  assert.equal(await client.getCustomerId(), "c2");
});

test("what is known of the visitor can be asked", async () => {
  const { client, clock, collector } = await started();
  await clock.pass(2_000);
  assert.equal(await client.getUid(), collector.events[0].uid);
  assert.equal(await client.getDeviceId(), collector.events[0].aid);
  assert.equal(await client.getCustomerId(), "");
  await client.setUid("5550001");
  assert.equal(await client.getUid(), "5550001");
});

test("a session ends after thirty minutes without an event", async () => {
  const { client, clock, collector } = await started();
  await clock.pass(29 * MINUTE);
  client.track("product", "view");
  await clock.pass(29 * MINUTE);
  client.track("product", "view");
  await clock.pass(31 * MINUTE);
  client.track("product", "view");
  await clock.pass(2_000);
  assert.deepEqual(collector.names, [
    "session/start",
    "app/open",
    "product/view",
    "product/view",
    "session/start",
    "product/view",
  ]);
  assert.equal(new Set(collector.events.map((event) => event.sid)).size, 2);
});

test("a clock that was wrong by a year does not make a session last for one", async () => {
  const { client, clock, collector } = await started();
  clock.time -= 365 * 24 * HOUR;
  client.track("product", "view");
  await clock.pass(2 * MINUTE);
  assert.equal(named(collector, "session/start").length, 2);
});

test("an app that comes back from the background is opened again, and sends before it goes", async () => {
  let change;
  const appState = { addEventListener: (_, call) => (change = call) };
  const { client, clock, collector } = await started({ appState });
  await clock.pass(2_000);
  client.track("product", "view");
  change("inactive");
  change("active");
  change("background");
  await clock.pass(0);
  assert.deepEqual(collector.names, ["session/start", "app/open", "product/view"]);
  change("active");
  await clock.pass(2_000);
  assert.equal(collector.names.at(-1), "app/open");
});

test("an app that starts again goes on as the same visitor, with what was not sent", async () => {
  const first = await started();
  await first.clock.pass(2_000);
  first.collector.answers = ["lost"];
  first.client.setCustomerId("c1");
  await first.clock.pass(1_500);
  const second = await started({ ...first, clock: new HandClock() });
  await second.clock.pass(2_000);
  assert.deepEqual(first.collector.names, ["session/start", "app/open", "user/identify", "app/open"]);
  assert.equal(new Set(first.collector.events.map((event) => event.uid)).size, 1);
  assert.equal(await second.client.getCustomerId(), "c1");
});

test("nothing is recorded without consent, and withdrawing it deletes everything stored", async () => {
  const { client, clock, collector, storage } = await started({ consent: false });
  client.track("product", "view");
  await clock.pass(5_000);
  assert.equal(collector.requests.length, 0);
  assert.equal(storage.writes.length, 0);
  assert.equal(await client.getUid(), "");
  client.setConsent(true);
  await clock.pass(5_000);
  assert.deepEqual(collector.names, ["session/start", "app/open", "product/view"]);
  collector.answers = ["lost"];
  client.track("product", "view");
  await clock.pass(1_200);
  client.setConsent(false);
  client.track("product", "view");
  await clock.pass(HOUR);
  assert.equal(collector.names.length, 3);
  assert.deepEqual(JSON.parse(storage.values.get("passerby.queue")), []);
  assert.deepEqual(Object.entries(JSON.parse(storage.values.get("passerby.state"))).filter(([, value]) => value), [
    ["consent", "0"],
  ]);
});

test("a storage that fails twice has not failed", async () => {
  const storage = new Store();
  const before = await started({ storage });
  await before.clock.pass(2_000);
  const read = storage.getItem;
  let failures = 2;
  storage.getItem = (key) => (failures-- > 0 ? Promise.reject(new Error("busy")) : read(key));
  const { client, clock } = await started({ storage });
  await clock.pass(10_000);
  assert.equal(await client.getUid(), before.collector.events[0].uid);
});

test("a storage that cannot be read is not written: who was known there is known again the next time", async () => {
  const storage = new Store();
  const before = await started({ storage });
  await before.clock.pass(2_000);
  const kept = new Map(storage.values);
  const broken = { getItem: () => Promise.reject(new Error("broken")), setItem: storage.setItem };
  const { client, clock, collector } = await started({ storage: broken });
  client.track("product", "view");
  await clock.pass(MINUTE);
  assert.deepEqual(collector.names, ["session/start", "app/open", "product/view"]);
  assert.deepEqual(storage.values, kept);
});

test("a storage that throws at once, or answers without a promise, is one too", async () => {
  const throwing = {
    getItem: () => {
      throw new Error("no");
    },
    setItem: () => {
      throw new Error("no");
    },
  };
  const values = new Map();
  const plain = { getItem: (key) => values.get(key), setItem: (key, value) => void values.set(key, value) };
  for (const storage of [throwing, plain]) {
    const { clock, collector } = await started({ storage });
    await clock.pass(MINUTE);
    assert.deepEqual(collector.names, ["session/start", "app/open"]);
  }
  assert.ok(values.get("passerby.state").includes("uid"));
});

test("a storage that never answers holds nothing up for long", async () => {
  const hanging = { getItem: () => new Promise(() => {}), setItem: () => new Promise(() => {}) };
  const { client, clock, collector } = await started({ storage: hanging });
  client.track("product", "view");
  await clock.pass(MINUTE);
  assert.deepEqual(collector.names, ["session/start", "app/open", "product/view"]);
});

test("a slow storage makes calls wait, and its writes never overtake each other", async () => {
  const [clock, storage] = [new HandClock(), new Store()];
  const { getItem, setItem } = storage;
  const slowly = (call) => (...values) => new Promise((go) => clock.after(900, () => go(call(...values))));
  storage.getItem = slowly(getItem);
  storage.setItem = slowly(setItem);
  const { client, collector } = await started({ clock, storage });
  for (let index = 0; index < 20; index++) client.track("product", "view", { extra: { index } });
  await clock.pass(MINUTE);
  const views = named(collector, "product/view");
  assert.deepEqual(
    views.map((event) => event.extra.index),
    Array.from({ length: 20 }, (_, index) => index),
  );
  assert.deepEqual(JSON.parse(storage.values.get("passerby.queue")), []);
});

test("a write that fails is tried again", async () => {
  const storage = new Store();
  const { setItem } = storage;
  let failures = 5;
  storage.setItem = (key, value) => (failures-- > 0 ? Promise.reject(new Error("full")) : setItem(key, value));
  const { client, clock } = await started({ storage });
  await clock.pass(MINUTE);
  assert.ok(storage.values.get("passerby.state").includes(await client.getUid()));
});

test("a storage that loses its last write has the customer who left forgotten all the same", async () => {
  const first = await started();
  first.client.setCustomerId("c1");
  await first.clock.pass(2_000);
  const uid = await first.client.getUid();
  first.collector.answers = ["lost", "lost", "lost"];
  first.client.resetCustomer();
  await first.clock.pass(10);
  first.storage.loseLastWrite();
  const second = await started({ storage: first.storage });
  assert.notEqual(await second.client.getUid(), uid);
  assert.equal(await second.client.getCustomerId(), "");
});

test("a storage with something else in it is like an empty one", async () => {
  for (const text of ["{", "[]", "null", '"x"', '{"uid":5}', '[1,{"a":2}]']) {
    const storage = new Store();
    storage.values.set("passerby.state", text);
    storage.values.set("passerby.queue", text);
    const { clock, collector } = await started({ storage });
    await clock.pass(2_000);
    assert.equal(collector.names.at(-1), "app/open");
  }
});

test("a queue too large for its storage drops the oldest events", async () => {
  const { client, clock, collector, storage } = await started();
  collector.answers = Array(1_000).fill("lost");
  for (let index = 0; index < 30; index++) client.track("big", "event", { extra: { text: "x".repeat(50_000), index } });
  await clock.pass(MINUTE);
  assert.ok(storage.values.get("passerby.queue").length < 1_100_000);
  collector.answers = [];
  await clock.pass(HOUR);
  assert.equal(collector.events.at(-1).extra.index, 29);
  assert.ok(collector.events.length < 25);
});

test("whatever fails between app and collector, every event arrives, in order, and counts once", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = randomFrom(seed);
    const collector = new Collector();
    const endings = [200, 200, "lost", "unheard", 503, 429, "never"];
    collector.answers = Array.from({ length: 60 }, () => endings[Math.floor(random() * endings.length)]);
    const storage = new Store();
    let clock = new HandClock();
    let { client } = await started({ clock, collector, storage });
    for (let index = 0; index < 40; index++) {
      client.track("step", "done", { extra: { index } });
      await clock.pass(Math.floor(random() * 3_000));
      if (random() < 0.1) {
        const { time } = clock;
        clock = new HandClock();
        clock.time = time + 1_000;
        ({ client } = await started({ clock, collector, storage }));
      }
    }
    await clock.pass(3 * HOUR);
    const indices = named(collector, "step/done").map((event) => event.extra.index);
    assert.deepEqual(indices, Array.from({ length: 40 }, (_, index) => index), `seed ${seed}`);
  }
});

test("text cut inside an emoji is sent well-formed, and an event that is rejected takes no other with it", async () => {
  const { client, clock, collector } = await started();
  await clock.pass(2_000);
  collector.answers = [400, 200, 400, 200];
  client.track("first", "event", { extra: { text: "ok \ud83d" } });
  client.track("bad", "event");
  client.setUid("visitor \ude00");
  await clock.pass(2_000);
  assert.deepEqual(collector.names.slice(2), ["first/event", "user/reset_anonymous_id"]);
  assert.equal(collector.events[2].extra.text, "ok \ufffd");
  assert.equal(collector.events[3].extra.generate_uid, "visitor \ufffd");
  assert.ok(!collector.requests.some(({ request }) => /\\ud[89a-f]/.test(request.body)));
  assert.equal(await client.getRejectedCount(), 1);
});

/** Names whose calls need what Passerby does not have, with what they answer. */
const UNSUPPORTED = {
  appInboxInit: undefined,
  getListMessage: [],
  getUnreadMessageCount: 0,
  getAllLabels: undefined,
  getMessageById: null,
  setPageLimit: undefined,
  modifyAction: undefined,
  newMessageReceived: undefined,
  setCallbackNewMessage: undefined,
  setIsDelivery: undefined,
  getMediaJson: null,
  requestNotificationPermission: undefined,
  getPushUid: "",
  getPendingNotification: null,
  onOpenedNotification: undefined,
};

test("a call that needs what Passerby lacks answers with nothing, and warns once for its name", async (context) => {
  const warn = context.mock.method(console, "warn", () => undefined);
  const { client } = await started();
  for (const [name, answer] of Object.entries(UNSUPPORTED)) {
    for (const _ of [1, 2, 3]) assert.deepEqual(await client[name](() => undefined, 1), answer, name);
  }
  const texts = warn.mock.calls.map(({ arguments: [, text] }) => text.split(":")[0]);
  assert.deepEqual(texts.sort(), Object.keys(UNSUPPORTED).sort());
  let labels;
  await client.getAllLabels((given) => (labels = given));
  assert.deepEqual(labels, []);
});

test("the ids of the portal and of the property can be asked, also before config", async () => {
  const [clock, collector] = [new HandClock(), new Collector()];
  const client = createClient(clock);
  const asked = Promise.all([client.getPortalId(), client.getPropsId()]);
  client.config({ url: "https://cdp.example.com", portalId: 123, propId: "456", fetch: collector.fetch });
  await clock.pass(0);
  assert.deepEqual(await asked, ["123", "456"]);
});

test("a log level above none shows what goes wrong", async (context) => {
  const warn = context.mock.method(console, "warn", () => undefined);
  const { client } = await started();
  client.setLogLevel(0);
  await client.setCustomerId("");
  assert.equal(warn.mock.callCount(), 0);
  client.setLogLevel(1);
  await client.setCustomerId("");
  client.setLogLevel(0);
  assert.equal(warn.mock.callCount(), 1);
});

test("a deep link is an event with its campaign, and is handed out once", async () => {
  const { client, clock, collector } = await started();
  await clock.pass(2_000);
  client.handleDeeplinkURL("shop://product/1?utm_source=mail&utm_campaign=spring#top");
  assert.equal(await client.getPendingLink(), "shop://product/1?utm_source=mail&utm_campaign=spring#top");
  assert.equal(await client.getPendingLink(), null);
  const heard = [];
  client.handleDeeplinkURL("shop://a");
  client.onPendingLink((link) => heard.push(link));
  client.onPendingLink(() => {
    throw new Error("the app's own mistake");
  });
  client.handleDeeplinkURL("shop://b");
  await clock.pass(2_000);
  assert.deepEqual(heard, ["shop://a", "shop://b"]);
  assert.equal(await client.getPendingLink(), null);
  const [link] = named(collector, "app/open_link");
  assert.equal(link.extra.url, "shop://product/1?utm_source=mail&utm_campaign=spring#top");
  assert.deepEqual(link.context.campaign, { source: "mail", name: "spring" });
  assert.equal(named(collector, "app/open_link").length, 3);
});

test("a tracking URL is the event that it describes, for the visitor of this app", async () => {
  const { client, clock, collector } = await started();
  await clock.pass(2_000);
  client.handleTrackingUrl('https://a.example/event?uid=9&ec=campaign&ea=click&extra={"id":7}');
  client.handleTrackingUrl('https://a.example/event?en=click_banner&extra={"id":8}');
  client.handleTrackingUrl("https://a.example/");
  client.handleTrackingUrl(undefined);
  await clock.pass(2_000);
  assert.deepEqual(collector.names.slice(2), ["campaign/click", "click_banner"]);
  assert.deepEqual(collector.events.slice(2).map((event) => event.extra), [{ id: 7 }, { id: 8 }]);
  assert.equal(new Set(collector.events.map((event) => event.uid)).size, 1);
});

test("whatever an app passes to any call, it sees no error, and no missing id becomes one", async (context) => {
  context.mock.method(console, "warn", () => undefined);
  const throwing = { get en() { throw new Error("no"); }, toString() { throw new Error("no"); } };
  const odd = [undefined, null, 0, NaN, "", "text", [], {}, () => 1, 1n, Symbol("x"), throwing, Object.create(null)];
  const { client, clock, collector } = await started();
  const calls = Object.entries(client).filter(([, call]) => typeof call === "function");
  for (const [, call] of calls) for (const value of odd) call(value, value, value);
  client.setConsent(true);
  client.track("fine", "event");
  await clock.pass(HOUR);
  assert.equal(collector.names.at(-1), "fine/event");
  const ids = collector.events.flatMap((event) => [event.uid, event.extra.identify_id, event.dims.customers?.customer_id]);
  assert.ok(!ids.some((id) => ["undefined", "null", "NaN", "[object Object]"].includes(id)), ids.join());
});

test("a client whose configuration makes no sense does no harm", async (context) => {
  context.mock.method(console, "warn", () => undefined);
  for (const value of [undefined, null, 0, "", {}, [], { url: 5, portalId: {}, propId: 1, context: null, storage: 7 }]) {
    const clock = new HandClock();
    const client = createClient(clock);
    client.config(value);
    client.track("a", "b");
    await clock.pass(MINUTE);
  }
});
