import assert from "node:assert/strict";
import test from "node:test";
import { empty, numeral, observation, position } from "./form";
import { instant, wall } from "./wall";

test("positions as people type them", () => {
  const at = (lat: number, lon: number) => ({ lat, lon });
  for (const [s, want] of [
    ["48.592, 37.998", at(48.592, 37.998)],
    ["48.592 37.998", at(48.592, 37.998)],
    ["48.592,37.998", at(48.592, 37.998)],
    ["48,592; 37,998", at(48.592, 37.998)],
    ["48,592, 37,998", at(48.592, 37.998)],
    ["-1.5, -70", at(-1.5, -70)],
    ["N48.592 E37.998", at(48.592, 37.998)],
    ["48.592N, 37.998W", at(48.592, -37.998)],
    ["48°35'31\"N 37°59'53\"E", at(48.591944, 37.998056)],
    ["48° 35′ 31″ N, 37° 59′ 53″ E", at(48.591944, 37.998056)],
    ["48°35.5'S 37°59.8'E", at(-48.591667, 37.996667)],
    ["", null], ["here", null], ["48.592", null], ["95, 10", null], ["10, 190", null], ["48.5E, 37N", null], ["48°75'N 37°E", null], ["1, 2, 3", null],
  ] as const) assert.deepEqual(position(s), want, s);
  assert.deepEqual([numeral("1,5"), numeral(" 2 000 "), numeral("x"), numeral(""), numeral("1.2.3")], [1.5, 2000, null, null, null]);
});

test("a clock's time is an instant and back", () => {
  const zone = "Europe/Kyiv";
  for (const [shown, utc] of [
    ["2026-03-04T12:05", "2026-03-04T10:05:00.000Z"],
    ["2026-07-01T00:00", "2026-06-30T21:00:00.000Z"],
    ["2026-10-25T03:30", "2026-10-25T00:30:00.000Z"], // shown twice: the first
    ["2026-03-29T02:59", "2026-03-29T00:59:00.000Z"],
    ["2026-03-29T04:00", "2026-03-29T01:00:00.000Z"],
  ] as const) {
    assert.equal(instant(shown, zone)?.toISOString(), utc, shown);
    assert.equal(wall(new Date(utc), zone), shown);
  }
  assert.equal(instant("2026-03-29T03:30", zone)?.toISOString(), "2026-03-29T01:30:00.000Z"); // never shown
  assert.equal(instant("yesterday", zone), null);
  for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 41 * 60_000) {
    for (const z of ["Europe/Kyiv", "America/St_Johns", "Asia/Kolkata", "UTC"]) {
      const back = instant(wall(new Date(at), z), z)!.getTime();
      assert.ok(back === at || at - back === 3_600_000, `${z} ${new Date(at).toISOString()} is ${new Date(back).toISOString()}`);
    }
  }
});

const now = new Date("2026-03-04T10:10:30Z");
const good = { ...empty, zone: "Europe/Kyiv", activity: "shelling", how: "heard", at: "48.6, 38.0", bearing: "95", distance: "2,5", since: "2026-03-04T12:05", until: "2026-03-04T12:08" };

test("a form makes an observation", () => {
  const { observation: o, wrong } = observation({ ...good, count: "6", min: "4", max: "8", weapon: "mortar-120", killed: "0", injured: "2", text: " six impacts ", handling: "TLP:GREEN" }, "en", now);
  assert.deepEqual(wrong, {});
  assert.deepEqual(o, {
    activity: "shelling", how: "heard", means: "patrol",
    observer: { lat: 48.6, lon: 38 }, bearing_deg: 95, bearing_error_deg: 10, distance_m: 2500, distance_error_m: 1250,
    from: "2026-03-04T10:05:00Z", to: "2026-03-04T10:08:59Z", reported: "2026-03-04T10:10:30Z",
    count: 6, count_min: 4, count_max: 8, weapon: "mortar-120", injured: 2, text: "six impacts", lang: "en", handling: "TLP:GREEN",
  });
  const there = observation({ ...good, where: "there", radius: "50", until: "" }, "en", now).observation!;
  assert.deepEqual([there["lat"], there["lon"], there["radius_m"]], [48.6, 38, 50]);
  assert.equal(there["observer"], undefined);
  assert.equal(there["to"], "2026-03-04T10:05:59Z");
  const just = observation({ ...good, since: "2026-03-04T12:10", until: "" }, "en", now).observation!;
  assert.equal(just["to"], "2026-03-04T10:10:30Z", "not in the future");
  assert.ok(!("party" in just), "no party unless the source says one");
});

test("what is wrong is said beside its field", () => {
  for (const [change, field] of [
    [{ activity: "" }, "activity"], [{ at: "" }, "at"], [{ at: "somewhere" }, "at"], [{ bearing: "400" }, "bearing"], [{ bearing: "x" }, "bearing"],
    [{ distance: "-1" }, "distance"], [{ where: "there" }, "radius"], [{ since: "" }, "since"], [{ until: "2026-03-04T11:00" }, "until"],
    [{ since: "2026-03-04T13:00", until: "" }, "since"], [{ count: "1.5" }, "count"], [{ min: "5", max: "3" }, "max"], [{ count: "9", max: "3" }, "count"],
  ] as const) {
    const got = observation({ ...good, ...change }, "en", now);
    assert.equal(got.observation, null, JSON.stringify(change));
    assert.deepEqual(Object.keys(got.wrong), [field], JSON.stringify(change));
  }
  assert.deepEqual(observation({ ...good, at: "", place: "near the bridge" }, "en", now).wrong, {});
});
