import { runCampaign } from "./campaign";
import { incidentNames } from "./incidents";
import { Ledger } from "./ledger";

// `npm run test:faults` goes on for as many rounds as wanted, from another seed each time.

test("keeps exactly once what was acknowledged, whatever happens to the servers", async () => {
  const { rounds, incidents, acknowledged, diskShortcoming } = await runCampaign({
    rounds: 20,
    // Of an even seed and of the next one: all incidents.
    seed: 2,
    concurrency: 3,
  });

  if (diskShortcoming !== undefined)
    console.log(`Full disks were played by failing writes: no small disk here (${diskShortcoming}).`);
  expect(rounds).toBe(20);
  expect([...incidents.keys()].sort()).toEqual([...incidentNames].sort());
  expect(acknowledged).toBeGreaterThan(1000);
}, 300_000);

describe("the ledger", () => {
  const ledgerOf = (acknowledged: number, unanswered: number) => {
    const ledger = new Ledger();
    ledger.add(1);
    for (let count = 0; count < acknowledged; count++) ledger.count(1, "acknowledged");
    for (let count = 0; count < unanswered; count++) ledger.count(1, "unanswered");
    return ledger;
  };

  it.each([
    ["an acknowledged record, there once", 1, 0, [1]],
    ["a refused record, not there", 0, 0, []],
    ["an unanswered record, not there", 0, 1, []],
    ["an unanswered record, there once", 0, 1, [1]],
    ["a record that was acknowledged after a call without an answer, there twice", 1, 1, [1, 1]],
  ])("finds nothing wrong with %s", (_, acknowledged, unanswered, found) => {
    expect(ledgerOf(acknowledged, unanswered).violations(found)).toEqual([]);
  });

  it.each([
    ["an acknowledged record that is missing", 1, 0, [], "1 acknowledged records are missing: 1"],
    ["an acknowledged record that is there twice", 1, 0, [1, 1], "more often than they were taken: 1"],
    ["a refused record that is there", 0, 0, [1], "more often than they were taken: 1"],
    ["a record that nobody sent", 1, 0, [1, 7], "that nobody sent: 7"],
  ])("rejects %s", (_, acknowledged, unanswered, found, violation) => {
    expect(ledgerOf(acknowledged, unanswered).violations(found)).toEqual([
      expect.stringContaining(violation),
    ]);
  });
});
