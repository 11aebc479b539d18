/** The browser's parts that need no browser: storage, cookies, the queue of many tabs, campaigns, times. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { campaignOf } from "../../../src/passerby/sdk/js/campaign.js";
import { localTime } from "../../../src/passerby/sdk/js/clock.js";
import { createCookies } from "../../../src/passerby/sdk/js/cookies.js";
import { createLocal } from "../../../src/passerby/sdk/js/local.js";
import { createWebMemory } from "../../../src/passerby/sdk/js/web_memory.js";
import { createWebQueue } from "../../../src/passerby/sdk/js/web_queue.js";
import { HandClock } from "./world.mjs";

/** A browser's storage with the browser's way to list its keys, that takes so many values. */
function storage(room = Infinity) {
  const hidden = { enumerable: false };
  return Object.defineProperties(
    {},
    {
      getItem: { value(key) { return Object.hasOwn(this, key) ? this[key] : null; }, ...hidden },
      setItem: {
        value(key, value) {
          if (!Object.hasOwn(this, key) && Object.keys(this).length >= room) throw new Error("QuotaExceededError");
          this[key] = String(value);
        },
        ...hidden,
      },
      removeItem: { value(key) { delete this[key]; }, ...hidden },
    },
  );
}

/** A browser's cookies for pages of `www.shop.example`, each kept for the domain that it was set for. */
class Jar {
  cookies = [];

  get cookie() {
    return this.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  set cookie(text) {
    const [pair, ...attributes] = text.split("; ");
    const [name, value] = pair.split("=");
    const said = Object.fromEntries(attributes.map((attribute) => attribute.split("=")));
    const domain = (said.domain ?? "").replace(/^\./, "");
    if (domain && !["www.shop.example", "shop.example"].includes(domain)) return;
    const kept = this.cookies.find((each) => each.name === name && each.domain === domain);
    if (said["max-age"] === "0") this.cookies = this.cookies.filter((each) => each !== kept);
    else if (kept) kept.value = value;
    else this.cookies.push({ name, value, domain });
  }
}

const location = { hostname: "www.shop.example", protocol: "https:" };
const blocked = () => {
  throw new Error("SecurityError");
};

test("a storage that is blocked or full is made up for by the page's memory", () => {
  for (const open of [blocked, () => null, () => storage(0)]) {
    const local = createLocal(open);
    local.set("a", "1");
    local.set("b", "2");
    assert.equal(local.get("a"), "1");
    assert.deepEqual(local.keys("").sort(), ["a", "b"]);
    local.set("a", "");
    assert.equal(local.get("a"), "");
    assert.deepEqual(local.keys(""), ["b"]);
  }
});

test("a storage that fills up while the page lives loses nothing", () => {
  const area = storage(1);
  const local = createLocal(() => area);
  local.set("a", "1");
  local.set("b", "2");
  assert.deepEqual([local.get("a"), local.get("b")], ["1", "2"]);
  assert.deepEqual(Object.keys(area), ["a"]);
});

test("a cookie can be set, changed and forgotten", () => {
  const cookies = createCookies(new Jar(), location, () => "");
  cookies.set("a", "1 ü;=");
  assert.equal(cookies.get("a"), "1 ü;=");
  cookies.set("a", "2");
  cookies.set("b", "3");
  assert.deepEqual([cookies.get("a"), cookies.get("b")], ["2", "3"]);
  cookies.set("a", "");
  assert.equal(cookies.get("a"), "");
  assert.equal(cookies.work(), true);
});

test("a cookie of the same name for another domain of the site does not hide the new value", () => {
  const jar = new Jar();
  jar.cookie = "_asm_uid=111; path=/; domain=.shop.example";
  createCookies(jar, location, () => "").set("_asm_uid", "222");
  assert.equal(jar.cookie, "_asm_uid=222");
  createCookies(jar, location, () => ".shop.example").set("_asm_uid", "333");
  assert.deepEqual(jar.cookies, [{ name: "_asm_uid", value: "333", domain: "shop.example" }]);
});

test("a domain that is not the page's leaves the cookie to the page's own host", () => {
  const cookies = createCookies(new Jar(), location, () => ".other.example");
  cookies.set("a", "1");
  assert.equal(cookies.get("a"), "1");
});

test("cookies that are blocked or make no sense are none", () => {
  const refusing = { get cookie() { return blocked(); }, set cookie(_) { blocked(); } };
  const cookies = createCookies(refusing, location, () => "");
  cookies.set("a", "1");
  assert.equal(cookies.get("a"), "");
  assert.equal(cookies.work(), false);
  assert.equal(createCookies({ cookie: "a=%E0%A4%A; b=1" }, location, () => "").get("a"), "");
});

test("who takes the cookie away is another visitor on the same device", () => {
  const [jar, area] = [new Jar(), storage()];
  const memory = createWebMemory(createCookies(jar, location, () => ""), createLocal(() => area));
  memory.set("uid", "111");
  memory.set("aid", "device");
  jar.cookies = [];
  assert.equal(memory.get("uid"), "");
  assert.equal(memory.get("aid"), "device");
});

test("where there are no cookies the storage remembers the visitor, and where there is no storage the cookies the device", () => {
  const area = storage();
  const none = { get cookie() { return ""; }, set cookie(_) {} };
  const memory = createWebMemory(createCookies(none, location, () => ""), createLocal(() => area));
  memory.set("uid", "111");
  assert.equal(memory.get("uid"), "111");
  const jar = new Jar();
  const bare = () => createWebMemory(createCookies(jar, location, () => ""), createLocal(blocked));
  bare().set("aid", "device");
  assert.equal(bare().get("aid"), "device");
});

test("the tabs of a site never write over each other's events, and each can tell its own", () => {
  const [area, clock] = [storage(), new HandClock()];
  const tab = (name) => createWebQueue(createLocal(() => area), clock, () => "q.", name);
  const [one, two] = [tab("one"), tab("two")];
  one.add("a");
  two.add("b");
  one.add("c");
  const bodies = (items) => items.map((item) => item.body);
  assert.deepEqual(bodies(two.all(true)).sort(), ["a", "b", "c"]);
  assert.deepEqual(bodies(one.all(false)), ["a", "c"]);
  one.remove(one.all(false));
  assert.deepEqual(bodies(two.all(true)), ["b"]);
  clock.time += 31_000;
  assert.deepEqual(bodies(one.all(false)), ["b"]);
});

test("the events of a page stay in order even where its clock goes back", () => {
  const [area, clock] = [storage(), new HandClock()];
  const queue = createWebQueue(createLocal(() => area), clock, () => "q.", "tab");
  queue.add("a");
  clock.time -= 60_000;
  queue.add("b");
  queue.add("c");
  assert.deepEqual(queue.all(true).map((item) => item.body), ["a", "b", "c"]);
});

test("an event handed to the browser says when", () => {
  const [area, clock] = [storage(), new HandClock()];
  const queue = createWebQueue(createLocal(() => area), clock, () => "q.", "tab");
  queue.add('{"a": 1}');
  queue.leave(queue.own());
  assert.deepEqual(queue.all(true).map(({ body, left }) => [body, left]), [['{"a": 1}', clock.now()]]);
});

test("a campaign has the names that Passerby keeps it under", () => {
  const search = "?utm_source=news&utm_campaign=spring+sale&utm_id=7&gclid=g1&fbclid=&x=1&utm_=&utm_source=other";
  assert.deepEqual(campaignOf(search), { source: "news", name: "spring sale", id: "7", gclid: "g1" });
  assert.deepEqual(campaignOf(""), {});
  assert.equal(campaignOf(`?utm_term=${"x".repeat(9_000)}`).term.length, 512);
});

test("the time on the wall has no zone", () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5);
  const here = new Date(now);
  const two = (number) => String(number).padStart(2, "0");
  const date = `${here.getFullYear()}-${two(here.getMonth() + 1)}-${two(here.getDate())}`;
  assert.equal(localTime(now), `${date} ${two(here.getHours())}:${two(here.getMinutes())}:${two(here.getSeconds())}`);
});
