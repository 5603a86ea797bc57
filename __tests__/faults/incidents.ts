import { setTimeout as delay } from "node:timers/promises";
import type { ErrorObjectStage, ProcessFaults } from "./process-faults";
import type { SeededRandom } from "./seeded-random";
import type { Sending } from "./sender";
import { ServingProcess } from "./serving-process";
import type { SmallDisk } from "./small-disk";

/** What a round has at hand while records are being sent. */
export interface Scene {
  readonly server: ServingProcess;
  readonly disk: SmallDisk;
  readonly random: SeededRandom;
  /** How many records were given up so far, because their commit had failed for too long. */
  readonly givenUp: () => number;
}

/** What happens to a server in one round. */
export interface Incident extends Sending {
  /** Whether the server is killed at the end and its successor has to finish. */
  readonly kills?: boolean;
  readonly happen: (scene: Scene) => Promise<void>;
}

const hourMs = 3_600_000;
/** Much longer than any server here buffers records or retries a commit. */
const overdueAfterMs = 30_000;
const pollMs = 10;
const someTime = (random: SeededRandom, most = 250) => delay(random.between(5, most));

/** Suffers what kills it sooner or later, and whose effects its successor may have to complete, or must not repeat. */
function killedBy(faults: ProcessFaults): Incident {
  return {
    kills: true,
    happen: async ({ server, random }) => {
      await someTime(random);
      await server.suffer(faults);
      const ended = await Promise.race([server.ended(), delay(overdueAfterMs, undefined, { ref: false })]);
      if (!ended) throw new Error("The server never came to the point at which it was to be killed.");
      if (ended.code !== null) throw new Error(`The server ended by itself:\n${ended.output}`);
    },
  };
}

/** Killed while it gives records up. */
function killedGivingUp(diesAtErrorObject: ErrorObjectStage): Incident {
  return killedBy({ commitsFail: true, diesAtErrorObject });
}

export const incidents = {
  killed: { kills: true, happen: ({ random }) => someTime(random, 400) },
  "requests dropped": { dropRate: 0.4, happen: ({ random }) => someTime(random) },
  "requests dropped, then killed": {
    dropRate: 0.4,
    kills: true,
    happen: ({ random }) => someTime(random),
  },
  "disk slow": {
    happen: async ({ server, random }) => {
      await server.suffer({ writeDelayMs: random.between(1, 15) });
      await someTime(random);
      await server.suffer({});
    },
  },
  "killed after a commit": {
    kills: true,
    happen: async ({ server, random }) => {
      await someTime(random);
      await server.suffer({ diesAtRemoval: true });
      await someTime(random, 500);
    },
  },
  "killed before the version hint": killedBy({ diesAtVersionHint: true }),
  "commits unnoticed": {
    happen: async ({ server, random }) => {
      await someTime(random);
      await server.suffer({ commitsGoUnnoticed: true });
      await someTime(random, 500);
      await server.suffer({});
    },
  },
  // A server whose disk was full tries again after half a minute: its successor does at once.
  "disk full": {
    kills: true,
    happen: async ({ server, disk, random }) => {
      await someTime(random);
      if (disk.shortcoming === undefined) disk.fill(random.between(0, 100_000));
      else await server.suffer({ diskIsFull: true });
      await someTime(random);
      disk.free();
      await server.suffer({});
      await someTime(random);
    },
  },
  "writes fail": {
    kills: true,
    happen: async ({ server, random }) => {
      await someTime(random);
      await server.suffer({ diskIsFull: true });
      await someTime(random);
      await server.suffer({});
      await someTime(random);
    },
  },
  "clock stepped back": {
    happen: async ({ server, random }) => {
      await someTime(random);
      await server.suffer({ clockOffsetMs: -random.between(1, 48 * hourMs) });
      await someTime(random);
    },
  },
  // Beyond the time for which a commit is tried again: a clock that was set must not end that.
  "clock stepped forward": {
    happen: async ({ server, random }) => {
      await someTime(random);
      await server.suffer({ clockOffsetMs: hourMs });
      await someTime(random);
    },
  },
  "commits fail for too long": {
    happen: async ({ server, random, givenUp }) => {
      await someTime(random);
      const before = givenUp();
      await server.suffer({ commitsFail: true });
      const overdue = performance.now() + overdueAfterMs;
      while (givenUp() === before) {
        if (performance.now() > overdue) throw new Error("No commit that failed was given up.");
        await delay(pollMs);
      }
      await server.suffer({});
      await someTime(random);
    },
  },
  "killed in an error object": killedGivingUp("begun"),
  "killed before an error object": killedGivingUp("written"),
  // With refused records a second delivery would write over the error object, and so hide that it went to the table.
  "killed after an error object": { ...killedGivingUp("placed"), onlyRows: true },
  "second server": {
    happen: async ({ disk }) => {
      const { code, output } = await new ServingProcess(disk.folder).ended();
      if (code !== 1 || !output.includes("is in use by process"))
        throw new Error(`A second server was not refused, it ended with ${String(code)}:\n${output}`);
    },
  },
} as const satisfies Readonly<Record<string, Incident>>;

export type IncidentName = keyof typeof incidents;
export const incidentNames = Object.keys(incidents) as IncidentName[];

/** What goes wrong all the time with a server that is started now, as its --faults. */
export function serverFaults(random: SeededRandom): string {
  const rates = { throttle: 0.2, partial: 0.1, malformed: 0.05, slow: 0.05, commit: 0.3 };
  return Object.entries(rates)
    .filter(() => random.chance(0.4))
    .map(([kind, rate]) => `${kind}=${rate}`)
    .join();
}
