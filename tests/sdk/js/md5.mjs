/** Answers each line, a JSON text, with its digest. */

import { createInterface } from "node:readline";

import { md5 } from "../../../src/passerby/sdk/js/md5.js";

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${md5(JSON.parse(line))}\n`);
}
