import fc from "../support/fast-check";
import { UserError } from "../../local/cli/user-error";
import { QueryError } from "../../local/query/query-error";
import { savedQueries } from "../../local/query/saved-queries";
import { assertReadsOnly } from "../../operations/athena/read-only-sql";
import { closeSessions, openSession } from "../local/query/parquet-fixture";

const limits = { memoryMib: 128, timeoutMs: 2_000, rows: 100 };

afterEach(closeSessions);

const words = savedQueries()
  .flatMap(({ text }) => text.split(/(\s+|[(),.;'"])/))
  .filter((word) => word !== "");
const sqlLike = fc
  .array(
    fc.oneof(fc.constantFrom(...words), fc.constantFrom("'", '"', ";", "--", "/*", "$1", "?", "COPY", "$$")),
    {
      maxLength: 25,
    },
  )
  .map((parts) => parts.join(" "));
const mutated = fc
  .tuple(fc.constantFrom(...savedQueries().map(({ text }) => text)), fc.nat(), fc.nat(20), fc.string())
  .map(([text, at, length, replacement]) => {
    const start = at % text.length;
    return text.slice(0, start) + replacement + text.slice(start + length);
  });

function expectQueryError(error: unknown): void {
  expect(error).toBeInstanceOf(QueryError);
  expect((error as QueryError).message).not.toBe("");
}

it("answers any text with rows or one error, and the next query after it", async () => {
  const session = await openSession({}, limits);
  const texts = fc.oneof(fc.string({ unit: "binary", maxLength: 100 }), sqlLike, mutated);

  await fc.assert(
    fc.asyncProperty(texts, async (sql) => {
      await session.run(sql).catch(expectQueryError);
    }),
    { numRuns: 300 },
  );

  expect((await session.run("SELECT 1")).rows).toEqual([[1]]);
});

it.each([
  ["parentheses", (n: number) => `SELECT ${"(".repeat(n)}1${")".repeat(n)}`],
  ["parentheses without end", (n: number) => `SELECT ${"(".repeat(n)}`],
  ["subqueries", (n: number) => `${"SELECT * FROM (".repeat(n)}SELECT 1${")".repeat(n)}`],
  ["sums", (n: number) => `SELECT 1${" + 1".repeat(n)}`],
  ["negations", (n: number) => `SELECT ${"NOT ".repeat(n)}true`],
  ["lists", (n: number) => `SELECT ${"[".repeat(n)}1${"]".repeat(n)}`],
  ["calls", (n: number) => `SELECT ${"abs(".repeat(n)}1${")".repeat(n)}`],
])(
  "answers or rejects ten thousand nested %s",
  async (_, text) => {
    const session = await openSession({}, limits);

    const answer = await session.run(text(10_000)).catch((error: unknown) => error);

    if (answer instanceof Error) expect(answer).toBeInstanceOf(QueryError);
    expect((await session.run("SELECT 1")).rows).toEqual([[1]]);
  },
  60_000,
);

it("answers or rejects two thousand queries in a union", async () => {
  const session = await openSession({}, limits);

  await session.run(`SELECT 1${" UNION ALL SELECT 1".repeat(2_000)}`).catch(expectQueryError);

  expect((await session.run("SELECT 1")).rows).toEqual([[1]]);
});

it("lets only reading statements through to Athena, whatever comes before them", () => {
  const noise = fc.array(
    fc.constantFrom(" ", "\n", "(", "-- x\n", "/* x */", "/*", "--", "'", ";", "\u0000"),
  );
  const verbs = fc.constantFrom(
    "INSERT INTO t SELECT 1",
    "DROP TABLE t",
    "UNLOAD (SELECT 1)",
    "EXPLAIN ANALYZE SELECT 1",
  );
  fc.assert(
    fc.property(noise, verbs, (before, verb) => {
      expect(() => {
        assertReadsOnly(before.join("") + verb);
      }).toThrow(UserError);
    }),
    { numRuns: 500 },
  );
});
