import { join } from "node:path";
import { IcebergTable } from "../../../local/iceberg/table";
import { Questions, TooManyQuestionsError } from "../../../local/page/questions";
import { pipelineNames } from "../../../pipeline/names";
import { sensorReadingColumns } from "../../../pipeline/sensor-reading";
import { temporaryDirectory } from "../query/parquet-fixture";

const endless = { sql: "SELECT count(*) FROM range(10000000000) a, range(10000) b" };
const location = join(temporaryDirectory(), "table");
let questions: Questions;

beforeAll(async () => {
  await IcebergTable.openOrCreate(location, sensorReadingColumns);
});
beforeEach(() => {
  questions = new Questions(pipelineNames("test-stack"), location);
});
afterEach(() => questions.close());

test("rejects a question that is stopped, and answers the one behind it", async () => {
  const stop = new AbortController();
  const first = questions.ask(endless, stop.signal);
  const second = questions.ask({ sql: "SELECT 1" });

  stop.abort(new Error("The page is closed."));

  await expect(first).rejects.toThrow("The page is closed.");
  await expect(second).resolves.toMatchObject({ rows: [[1]] });
});

test("rejects a question that is stopped while it waits", async () => {
  const stop = new AbortController();
  const stopBoth = new AbortController();
  const first = questions.ask(endless, stopBoth.signal);
  const second = questions.ask({ sql: "SELECT 1" }, stop.signal);

  stop.abort(new Error("The page is closed."));
  stopBoth.abort();

  await expect(first).rejects.toThrow("aborted");
  await expect(second).rejects.toThrow("The page is closed.");
});

test("rejects a ninth question while the others wait", async () => {
  const asked = Array.from({ length: 8 }, () => questions.ask({ sql: "SELECT 1" }));

  await expect(questions.ask({ sql: "SELECT 1" })).rejects.toBeInstanceOf(TooManyQuestionsError);

  const answers = await Promise.all(asked);
  expect(answers.map(({ rows }) => rows)).toEqual(Array.from({ length: 8 }, () => [[1]]));
  await expect(questions.ask({ sql: "SELECT 2" })).resolves.toMatchObject({ rows: [[2]] });
});

test("rejects what is asked and what waits when the server stops", async () => {
  const asked = [questions.ask(endless), questions.ask({ sql: "SELECT 1" })];

  await questions.close();

  for (const question of asked) await expect(question).rejects.toThrow("The server is stopping.");
});
