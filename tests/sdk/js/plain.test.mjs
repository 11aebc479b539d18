/** Whatever a page hands over becomes JSON, and never an exception. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { plain, plainObject } from "../../../src/passerby/sdk/js/plain.js";
import { randomFrom } from "./world.mjs";

test("what JSON can hold stays as it is", () => {
  const value = { a: [1, "b", null, true, { c: [] }], d: {} };
  assert.deepEqual(plain(value), value);
  assert.notEqual(plain(value).a, value.a);
});

test("what JSON cannot hold is left out, or said in its way", () => {
  const value = { nan: NaN, inf: -Infinity, big: 12n, day: new Date(0), bad: new Date(NaN), call() {}, mark: Symbol("x"), no: undefined };
  assert.deepEqual(plain(value), { big: "12", day: "1970-01-01T00:00:00.000Z", bad: null });
  assert.deepEqual(plain([1, undefined, () => 1]), [1, null, null]);
});

test("what holds itself, is too deep, throws or belongs to a document is left out", () => {
  const self = { name: "self" };
  self.self = self;
  assert.deepEqual(plain(self), { name: "self" });
  let deep = {};
  for (let level = 0; level < 100; level++) deep = { deep };
  assert.ok(JSON.stringify(plain(deep)).length < 300);
  const throwing = { fine: 1, get bad() { throw new Error("no"); }, json: { toJSON() { throw new Error("no"); } } };
  assert.deepEqual(plain(throwing), { fine: 1 });
  assert.deepEqual(plain({ node: { nodeType: 1 } }), {});
  assert.equal(plain(new Proxy({}, { ownKeys() { throw new Error("no"); } })), undefined);
});

test("the same object twice side by side is no circle", () => {
  const shoe = { id: 1 };
  assert.deepEqual(plain({ a: shoe, b: shoe }), { a: { id: 1 }, b: { id: 1 } });
});

test("anything but an object is an empty one", () => {
  for (const value of [undefined, null, 1, "text", [1], () => 1]) assert.deepEqual(plainObject(value), {});
});

test("a lone surrogate becomes U+FFFD, in values and in keys, and a pair stays", () => {
  assert.deepEqual(plain({ "k\ud83d": ["\ude00\ud83d", "a\ud83d\ude00b", "\ud83d\ud83d\ude00"] }), {
    "k\ufffd": ["\ufffd\ufffd", "a😀b", "\ufffd😀"],
  });
  const random = randomFrom(7);
  for (let run = 0; run < 500; run++) {
    const units = Array.from({ length: 8 }, () => (random() < 0.7 ? 0xd800 + Math.floor(random() * 0x800) : 0x61));
    const text = String.fromCharCode(...units);
    assert.equal(plain(text), new TextDecoder().decode(new TextEncoder().encode(text)));
  }
});
