import { UserError } from "../../local/cli/user-error";

/** What a statement that only reads begins with. UNLOAD and CREATE TABLE AS write; EXPLAIN ANALYZE carries out. */
const readingStatement = /^(?:SELECT|WITH|VALUES|TABLE|SHOW|DESCRIBE|DESC|EXPLAIN(?!\s+ANALYZE))\b/i;

const comments = /^(?:\s|\(|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;

/**
 * Lets through one statement that reads. Athena itself takes only one statement a call, and WITH begins queries only:
 * Trino writes `INSERT INTO ... WITH`.
 *
 * @throws UserError for anything else: the command promises to change nothing
 */
export function assertReadsOnly(sql: string): void {
  const statement = sql.replace(comments, "");
  if (readingStatement.test(statement)) return;
  const [word = "nothing"] = statement.split(/\s/, 1);
  throw new UserError(
    `Queries are read-only: only SELECT, WITH, VALUES, TABLE, SHOW, DESCRIBE and EXPLAIN are sent to Athena; received ${word}.`,
  );
}
