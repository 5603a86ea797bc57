import { existsSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { warehouse as warehouseOf, type Warehouse } from "../../local/warehouse";
import { pipelineNames } from "../../pipeline/names";
import { incidentNames, incidents, serverFaults, type Incident, type IncidentName } from "./incidents";
import { Ledger } from "./ledger";
import { SeededRandom } from "./seeded-random";
import { Sender } from "./sender";
import { ServingProcess } from "./serving-process";
import { SmallDisk } from "./small-disk";
import { recordsGivenUp, WarehouseReader } from "./warehouse-reader";

/** Rounds on one warehouse: later rounds find what earlier ones left behind. */
const roundsPerWarehouse = incidentNames.length / 2;

const names = pipelineNames("firehosetos3demo");
/** Longer than any delivery takes whose commit fails a few times. */
const deliveredWithinMs = 60_000;
const pollMs = 10;

export interface CampaignOptions {
  readonly rounds: number;
  /** The first warehouse's; each next one has the next whole number. */
  readonly seed: number;
  /** Warehouses at the same time. */
  readonly concurrency: number;
  readonly onRound?: (round: Round) => void;
}

export interface Round {
  readonly seed: number;
  /** Within its warehouse, from 1. */
  readonly number: number;
  readonly incident: IncidentName;
}

export interface CampaignResult {
  readonly rounds: number;
  readonly records: number;
  readonly acknowledged: number;
  readonly incidents: ReadonlyMap<IncidentName, number>;
  /** Why the disk of a warehouse could not be filled for real. */
  readonly diskShortcoming: string | undefined;
}

/** An invariant did not hold, or a process did what it must not. The message says how to see it again. */
export class CampaignFailure extends Error {
  override readonly name = "CampaignFailure";

  constructor({ seed, number, incident }: Round, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const again = `npm run test:faults -- --seed ${seed} --rounds ${number}`;
    super(`Seed ${seed}, round ${number} (${incident}): ${reason}\nAgain: ${again}`, { cause });
  }
}

/**
 * Sends to servers that suffer one incident a round, and after each round reads the files with an independent reader:
 * every acknowledged record is in the table or in the error bucket exactly once, and the table opens.
 *
 * @throws CampaignFailure at the first round that went wrong
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { rounds, concurrency, onRound } = options;
  const reader = new WarehouseReader();
  const tally = { rounds: 0, records: 0, acknowledged: 0 };
  const struck = new Map<IncidentName, number>();
  let diskShortcoming: string | undefined;
  let begun = 0;
  let isFailed = false;
  const worker = async () => {
    while (begun < rounds && !isFailed) {
      const first = begun;
      begun += Math.min(roundsPerWarehouse, rounds - begun);
      const seed = options.seed + first / roundsPerWarehouse;
      const trial = new WarehouseTrial(seed, reader, (round) => {
        tally.rounds++;
        struck.set(round.incident, (struck.get(round.incident) ?? 0) + 1);
        onRound?.(round);
      });
      const { ledger, disk } = trial;
      await trial.run(begun - first).catch((error: unknown) => {
        isFailed = true;
        throw error;
      });
      tally.records += ledger.size;
      tally.acknowledged += ledger.acknowledged;
      diskShortcoming ??= disk.shortcoming;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  reader.close();
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason as Error;
  return { ...tally, incidents: struck, diskShortcoming };
}

/** A warehouse sees different incidents; those of an even seed and of the next one are all that there are. */
function incidentsOf(seed: number): readonly IncidentName[] {
  const order = new SeededRandom(seed >> 1).shuffled(incidentNames);
  return order.filter((_, index) => index % 2 === seed % 2);
}

/** The rounds of one warehouse, each of which begins and ends with a server that has delivered everything. */
class WarehouseTrial {
  readonly ledger = new Ledger();
  readonly disk = new SmallDisk();
  private readonly random: SeededRandom;
  private readonly sender: Sender;
  private readonly warehouse: Warehouse = warehouseOf(this.disk.folder, names);
  private server: ServingProcess | undefined;

  constructor(
    private readonly seed: number,
    private readonly reader: WarehouseReader,
    private readonly onRound: (round: Round) => void,
  ) {
    this.random = new SeededRandom(seed);
    this.sender = new Sender(this.ledger, new SeededRandom(~seed));
  }

  async run(rounds: number): Promise<void> {
    const order = incidentsOf(this.seed);
    try {
      for (let number = 1; number <= rounds; number++) {
        const round: Round = { seed: this.seed, number, incident: order[number - 1]! };
        try {
          await this.playRound(incidents[round.incident]);
          if (number === rounds) await this.end();
        } catch (error) {
          throw new CampaignFailure(round, error);
        }
        this.onRound(round);
      }
    } finally {
      await this.server?.kill();
      this.disk.remove();
    }
  }

  private async playRound({ kills = false, happen, ...sending }: Incident): Promise<void> {
    const { disk, random, warehouse } = this;
    const givenUp = () => recordsGivenUp(warehouse);
    const server = (this.server ??= await this.startServer());
    let isStopped = false;
    const sent = this.sender.send(server.url, sending, () => isStopped);
    try {
      await happen({ server, disk, random, givenUp });
      if (kills) await server.kill();
    } finally {
      isStopped = true;
      await sent;
    }
    if (kills) this.server = await this.startServer();
    await this.delivered();
    await this.check();
  }

  private async startServer(): Promise<ServingProcess> {
    const { disk, random } = this;
    const buffering = random.between(0, 1);
    // Firehose retries for minutes; so short a time makes giving up a part of any incident.
    const retrying = random.between(0, 1);
    const seconds = ["--buffer-seconds", String(buffering), "--retry-seconds", String(retrying)];
    const args = [...seconds, "--faults", serverFaults(random)];
    this.server = new ServingProcess(disk.folder, args);
    return this.server.started();
  }

  /** Waits until no acknowledged record is left in a buffer. */
  private async delivered(): Promise<void> {
    const { streamDirectory } = this.warehouse;
    const overdue = performance.now() + deliveredWithinMs;
    for (;;) {
      const left = existsSync(streamDirectory) ? readdirSync(streamDirectory) : [];
      if (left.length === 0) return;
      if (performance.now() > overdue)
        throw new Error(`After ${deliveredWithinMs / 1000} s these are not delivered: ${left.join(", ")}`);
      await delay(pollMs);
    }
  }

  private async check(): Promise<void> {
    const violations = this.ledger.violations(await this.reader.records(this.warehouse));
    if (violations.length > 0) throw new Error(violations.join("\n"));
  }

  private async end(): Promise<void> {
    const ended = await this.server?.interrupt();
    this.server = undefined;
    if (ended?.code !== 0) throw new Error(`Ctrl-C ended the server badly:\n${ended?.output ?? ""}`);
    await this.check();
  }
}
