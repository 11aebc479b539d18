/** The way to the collector: batches, refusals, waits. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { HOUR, started } from "./client.mjs";
import { BATCH, createSender, firstBatch, WAITING } from "../../../src/passerby/sdk/js/sender.js";
import { createMobileQueue } from "../../../src/passerby/sdk/js/mobile_queue.js";
import { handOver } from "../../../src/passerby/sdk/js/web_sending.js";
import { createWebQueue } from "../../../src/passerby/sdk/js/web_queue.js";
import { HandClock } from "./world.mjs";

function sending({ verdicts = [], exclusively = (work) => work(true).then(() => true) } = {}) {
  const clock = new HandClock();
  const queue = createMobileQueue("", () => undefined);
  const sent = [];
  const deliver = async (bodies, leaving) => {
    sent.push({ bodies, leaving, at: clock.now() });
    return verdicts.length ? verdicts.shift() : "taken";
  };
  const sender = createSender({ queue, deliver, exclusively, clock, gathering: 100 });
  const add = (...bodies) => bodies.forEach((body) => (queue.add(body), sender.wake()));
  return { add, clock, queue, sender, sent };
}

test("events that come together go together", async () => {
  const { add, clock, sent } = sending();
  add("a", "b");
  await clock.pass(50);
  add("c");
  await clock.pass(49);
  assert.equal(sent.length, 0);
  await clock.pass(1);
  assert.deepEqual(sent[0].bodies, ["a", "b", "c"]);
});

test("a single event goes as the vendor has it, several as an array", async () => {
  const { client, clock, collector } = await started();
  await clock.pass(2_000);
  client.track("product", "view");
  await clock.pass(2_000);
  const [several, single] = collector.requests.map(({ request }) => JSON.parse(request.body));
  assert.equal(several.length, 2);
  assert.equal(single.ec, "product");
  const { request } = collector.requests[0];
  assert.equal(request.headers["Content-Type"], "text/plain;charset=UTF-8");
  assert.equal(request.credentials, "omit");
  assert.equal(request.keepalive, undefined);
});

test("a batch is bounded in events and in characters, and never empty", () => {
  const item = (body, index) => ({ key: String(index), body, left: 0 });
  const many = Array.from({ length: 80 }, (_, index) => item("x", index));
  assert.equal(firstBatch(many).length, BATCH.events);
  const large = ["y".repeat(BATCH.characters * 2), "z"].map(item);
  assert.deepEqual(firstBatch(large), [large[0]]);
  const half = ["a", "b", "c"].map((letter, index) => item(letter.repeat(BATCH.characters / 2), index));
  assert.deepEqual(firstBatch(half), half.slice(0, 2));
  assert.deepEqual(firstBatch([]), []);
});

test("of a refused batch only the event is given up that is refused alone", async () => {
  const { add, clock, queue, sent } = sending({ verdicts: ["refused", "taken", "refused", "taken"] });
  add("a", "bad", "c");
  await clock.pass(100);
  assert.deepEqual(
    sent.map(({ bodies }) => bodies),
    [["a", "bad", "c"], ["a"], ["bad"], ["c"]],
  );
  assert.equal(queue.all().length, 0);
});

test("rejected events are counted, and the first of them is logged", async (context) => {
  const warn = context.mock.method(console, "warn", () => undefined);
  const { add, clock, sender } = sending({ verdicts: ["refused", "taken", "refused", "refused", "taken"] });
  add("a", "bad", "worse", "c");
  await clock.pass(100);
  assert.equal(sender.rejected(), 2);
  assert.ok(warn.mock.callCount() <= 1);
});

test("each failure doubles the wait, up to five minutes, with chance in it", async () => {
  const { add, clock, sent } = sending({ verdicts: Array(14).fill("later") });
  add("a");
  await clock.pass(3 * 3_600_000);
  assert.equal(sent.length, 15);
  const waits = sent.slice(1).map(({ at }, index) => at - sent[index].at);
  waits.forEach((wait, index) => {
    const longest = Math.min(300_000, 1_000 * 2 ** (index + 1));
    assert.ok(wait >= longest / 2 && wait <= longest, `${index}: ${wait}`);
  });
  assert.ok(new Set(waits.slice(9)).size > 1);
});

test("a new event does not cut a wait short, and being asked to does", async () => {
  const { add, clock, sender, sent } = sending({ verdicts: ["later", "later", "later", "later", "later"] });
  add("a");
  const tries = 4;
  while (sent.length < tries) await clock.pass(100); // the next wait has just begun, and is of eight seconds or more
  add("b");
  await clock.pass(200);
  assert.equal(sent.length, tries);
  sender.flush();
  await clock.pass(0);
  assert.equal(sent.length, tries + 1);
});

test("what comes while something is being sent is sent next", async () => {
  const { add, clock, sender, sent } = sending();
  add("a");
  const done = sender.flush(true);
  add("b");
  await clock.pass(200);
  await done;
  assert.deepEqual(sent.map(({ bodies }) => bodies).flat(), ["a", "b"]);
  assert.equal(sent[0].leaving, true);
});

test("it waits while another tab is sending", async () => {
  let busy = true;
  const exclusively = async (work) => (busy ? false : work(true).then(() => true));
  const { add, clock, sent } = sending({ exclusively });
  add("a");
  await clock.pass(10_000);
  assert.equal(sent.length, 0);
  busy = false;
  await clock.pass(2_000);
  assert.equal(sent.length, 1);
});

test("of too many events the oldest are given up", async () => {
  const { add, clock, sent } = sending();
  add(...Array.from({ length: WAITING + 5 }, (_, index) => String(index)));
  await clock.pass(200);
  const bodies = sent.map((each) => each.bodies).flat();
  assert.equal(bodies.length, WAITING);
  assert.equal(bodies[0], "5");
});

for (const [answer, kept] of [
  [400, false],
  [413, false],
  [422, false],
  [401, true],
  [404, true],
  [408, true],
  [429, true],
  [500, true],
  [503, true],
  [302, true],
  ["lost", true],
  ["never", true],
]) {
  test(`an event that is answered with ${answer} is ${kept ? "kept" : "given up"}`, async () => {
    const { client, clock, collector } = await started();
    await clock.pass(2_000);
    collector.answers = [answer];
    client.track("product", "view");
    await clock.pass(60_000);
    assert.equal(collector.names.includes("product/view"), kept);
  });
}

test("a beacon is plain text, for which a browser asks no permission first", () => {
  const beacons = [];
  const navigator = { sendBeacon: (url, body) => beacons.push([url, body]) };
  const queue = { own: () => [{ key: "1", body: "{}", left: 0 }, { key: "2", body: "{}", left: 0 }], leave: () => undefined };
  handOver(navigator, queue, "https://cdp.example.com/event");
  assert.deepEqual(beacons, [["https://cdp.example.com/event", "[{},{}]"]]);
});

test("what a browser took without an answer is sent again within twenty hours, and not after", async () => {
  const [clock, area, sent] = [new HandClock(), new Map(), []];
  const local = {
    get: (key) => area.get(key) || "",
    set: (key, value) => void (value ? area.set(key, value) : area.delete(key)),
    keys: () => [...area.keys()],
  };
  const queue = createWebQueue(local, clock, () => "q.", "page");
  const deliver = async (bodies) => (sent.push(...bodies), "taken");
  const sender = createSender({ queue, deliver, exclusively: (work) => work(true).then(() => true), clock, gathering: 0 });
  queue.add("early");
  queue.leave(queue.own());
  clock.time += 2 * HOUR;
  queue.add("late");
  queue.leave(queue.own().slice(1));
  queue.add("never left");
  clock.time += 19 * HOUR;
  await sender.flush();
  assert.deepEqual(sent, ["late", "never left"]);
  assert.equal(area.size, 0);
});
