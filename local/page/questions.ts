import type { PipelineNames } from "../../pipeline/names";
import { QuerySession } from "../query/query-session";
import { openTable } from "../query/open-table";
import type { QueryLimits } from "../query/session-setup";
import type { Answer, Question } from "./api";

/** For whoever has a page open, beside a pipeline that has to go on. */
const limits: QueryLimits = { memoryMib: 256, timeoutMs: 10_000, rows: 1_000 };
const mostWaiting = 8;
const mostAnswerBytes = 4 * 2 ** 20;

/** Too many questions wait already; ask again later. */
export class TooManyQuestionsError extends Error {
  override readonly name = "TooManyQuestionsError";
}

/** Answers questions to the table one after the other, each in a locked session of its own. */
export class Questions {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly names: PipelineNames,
    private readonly tableLocation: string,
  ) {}

  /**
   * @returns the answer as JSON
   * @throws TooManyQuestionsError, QueryError, SnapshotNotFoundError, UserError when there is no table
   */
  async ask(question: Question): Promise<string> {
    if (this.waiting >= mostWaiting)
      throw new TooManyQuestionsError("Other queries are running. Try again in a moment.");
    this.waiting += 1;
    const answer = this.last.then(() => this.answer(question));
    this.last = answer
      .catch(() => undefined)
      .finally(() => {
        this.waiting -= 1;
      });
    return await answer;
  }

  /** Resolves when the last question that was asked is answered. */
  async settled(): Promise<void> {
    await this.last;
  }

  private async answer({ sql, snapshotId }: Question): Promise<string> {
    const moment = snapshotId === undefined ? {} : { snapshotId: Number(snapshotId) };
    const session = await QuerySession.open(this.names, await openTable(this.tableLocation, moment), limits);
    try {
      return asJson(await session.run(sql));
    } finally {
      session.close();
    }
  }
}

/** Leaves rows out where the answer would be more than a page can show. */
function asJson(answer: Answer): string {
  const text = JSON.stringify(answer);
  if (text.length <= mostAnswerBytes) return text;
  const rows: (typeof answer.rows)[number][] = [];
  let bytes = 0;
  for (const row of answer.rows) {
    bytes += JSON.stringify(row).length;
    if (bytes > mostAnswerBytes) break;
    rows.push(row);
  }
  return JSON.stringify({ ...answer, rows, truncated: true });
}
