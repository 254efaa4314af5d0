import assert from "node:assert/strict";
import test from "node:test";
import { csv, readPlan, same, writePlan } from "./plan";

test("a plan is written into an address and read again", () => {
  const parties = ["north", "south"];
  const plan = { north: 15000, south: 0 };
  assert.deepEqual(readPlan(writePlan(plan), parties), plan);
  assert.ok(same(plan, { south: 0, north: 15000 }));
  assert.deepEqual(readPlan("north:1e9,south:5", parties), { north: 100000, south: 5 });
  for (const bad of [undefined, "", "north:5", "north:5,south:", "north:x,south:5", "north:-1,south:5", "east:1,west:2"]) {
    assert.equal(readPlan(bad, parties), null, bad);
  }
});

test("cells of a table are quoted, and none is a formula", () => {
  assert.equal(csv([["a", 'b "c", d'], [1.5, "=1+1"], ["line\nbreak", -2]]), "\ufeffa,\"b \"\"c\"\", d\"\r\n1.5,'=1+1\r\n\"line\nbreak\",-2\r\n");
});
