import type { PipelineNames } from "../../pipeline/names";
import { UserError } from "../cli/user-error";
import { QueryProcess } from "../query/query-process";
import { openTable } from "../query/open-table";
import type { QueryLimits } from "../query/session-setup";
import type { Answer, Question } from "./api";

/** For whoever has a page open, beside a pipeline that has to go on. */
const limits: QueryLimits = { memoryMib: 256, timeoutMs: 10_000, rows: 1_000, characters: 4 * 2 ** 20 };
const mostWaiting = 8;

/** Too many questions wait already; ask again later. */
export class TooManyQuestionsError extends Error {
  override readonly name = "TooManyQuestionsError";
}

/** Answers questions to the table one after the other, each in a locked session of its own, in another process. */
export class Questions {
  private readonly process: QueryProcess;
  private last: Promise<unknown> = Promise.resolve();
  private readonly closing = new AbortController();
  private waiting = 0;

  constructor(
    names: PipelineNames,
    private readonly tableLocation: string,
  ) {
    this.process = new QueryProcess(names, limits);
  }

  /**
   * @param signal stops the question, whether it waits or is being answered
   * @throws the signal's reason, TooManyQuestionsError, QueryError, UserError when there is no such table or snapshot
   */
  async ask(question: Question, signal?: AbortSignal): Promise<Answer> {
    if (this.waiting >= mostWaiting)
      throw new TooManyQuestionsError("Other queries are running. Try again in a moment.");
    this.waiting += 1;
    const stop = AbortSignal.any(signal ? [this.closing.signal, signal] : [this.closing.signal]);
    const answer = this.last.then(() => this.answer(question, stop));
    this.last = answer
      .catch(() => undefined)
      .finally(() => {
        this.waiting -= 1;
      });
    return await answer;
  }

  /** Stops the questions that wait or are being answered. */
  async close(): Promise<void> {
    this.closing.abort(new UserError("The server is stopping."));
    await this.last;
    await this.process.close();
  }

  private async answer({ sql, snapshotId }: Question, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const moment = snapshotId === undefined ? {} : { snapshotId: Number(snapshotId) };
    return await this.process.ask(await openTable(this.tableLocation, moment), sql, signal);
  }
}
