import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { pipelineNames } from "../../pipeline/names";
import type { Ledger } from "./ledger";
import type { SeededRandom } from "./seeded-random";

const { deliveryStream } = pipelineNames("firehosetos3demo");
const connections = 3;
const mostRecords = 30;
const longestPauseMs = 10;

/** How and what is sent. */
export interface Sending {
  /** Share of the requests that are dropped or half-sent. */
  readonly dropRate?: number;
  /** Whether records that no table takes are left out. */
  readonly onlyRows?: boolean;
}

/** How a request ends: with its answer, without it, or in the middle of its body. */
type Ending = "answered" | "dropped" | "half-sent";

interface BatchAnswer {
  readonly RequestResponses: readonly { readonly ErrorCode?: string }[];
}

/** Every seventeenth record is none that a table takes. */
const isBad = (n: number) => n % 17 === 0;

/** One record, told from others even when its second half is lost. */
function recordText(n: number): string {
  const padding = "x".repeat(40);
  return isBad(n) ? `bad ${n}, ${padding}` : `{"timestamp":${n},"sensor_id":"${padding}"}\n`;
}

/** @returns the `n` of a record from the error bucket */
export function numberIn(record: string): number {
  return Number(/^(?:bad |\{"timestamp":)(\d+),/.exec(record)?.[1]);
}

/** Several connections that send records to one server after another, some of them twice, and keep the ledger. */
export class Sender {
  private next = 1;
  /** Refused, or of an unknown fate. */
  private readonly toResend: number[] = [];

  constructor(
    private readonly ledger: Ledger,
    private readonly random: SeededRandom,
  ) {}

  /** Sends until told to stop. */
  async send(url: string, what: Sending, isStopped: () => boolean): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const connection = async () => {
      while (!isStopped()) {
        await this.sendOne(agent, url, what);
        await delay(this.random.between(0, longestPauseMs));
      }
    };
    await Promise.all(Array.from({ length: connections }, connection));
    agent.destroy();
  }

  private async sendOne(agent: Agent, url: string, { dropRate = 0, onlyRows }: Sending): Promise<void> {
    const { ledger, random, toResend } = this;
    const fresh = Array.from({ length: random.between(1, mostRecords) }, () => this.next++);
    const any = [...fresh, ...toResend.splice(0, random.between(0, 5))];
    const batch = onlyRows ? any.filter((n) => !isBad(n)) : any;
    for (const n of batch) ledger.add(n);
    const drops = random.chance(dropRate);
    const ending: Ending = !drops ? "answered" : random.chance(0.5) ? "dropped" : "half-sent";
    const answer = await this.put(agent, url, batch, ending);
    for (const [index, n] of batch.entries()) {
      if (answer === "none") ledger.count(n, "unanswered");
      const isTaken = typeof answer === "object" && answer.RequestResponses[index]?.ErrorCode === undefined;
      if (isTaken) ledger.count(n, "acknowledged");
      else toResend.push(n);
    }
  }

  private put(
    agent: Agent,
    url: string,
    batch: readonly number[],
    ending: Ending,
  ): Promise<BatchAnswer | "refused" | "not sent" | "none"> {
    const Records = batch.map((n) => ({ Data: Buffer.from(recordText(n)).toString("base64") }));
    const body = JSON.stringify({ DeliveryStreamName: deliveryStream, Records });
    const headers = { "X-Amz-Target": "Firehose_20150804.PutRecordBatch", "Content-Length": body.length };
    return new Promise((resolve) => {
      const withoutAnswer = ending === "half-sent" ? "not sent" : "none";
      let hasAnswer = false;
      const call = request(url, { agent, method: "POST", headers }, (response) => {
        hasAnswer = true;
        let text = "";
        response.on("data", (chunk) => (text += String(chunk)));
        response.on("error", () => undefined);
        response.on("close", () => {
          if (!response.complete) resolve(withoutAnswer);
          else resolve(response.statusCode === 200 ? (JSON.parse(text) as BatchAnswer) : "refused");
        });
      });
      call.on("error", () => undefined);
      call.on("close", () => {
        if (!hasAnswer) resolve(withoutAnswer);
      });
      if (ending === "half-sent") call.write(body.slice(0, body.length >> 1), () => call.destroy());
      else if (ending === "dropped") call.end(body, () => call.destroy());
      else call.end(body);
    });
  }
}
