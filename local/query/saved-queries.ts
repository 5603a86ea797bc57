import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { defaultStackName, pipelineNames, type PipelineNames } from "../../pipeline/names";
import { closest } from "../cli/closest";
import { UserError } from "../cli/user-error";

/** One of the questions in queries/. */
export interface SavedQuery {
  /** The file's name without .sql, as `npm run query` takes it. */
  readonly name: string;
  /** The comment that the file begins with. */
  readonly description: string;
  /** The file's text, which Athena runs as it is for a stack of the default name. */
  readonly text: string;
}

const directory = join(__dirname, "..", "..", "queries");
const extension = ".sql";

function savedQuery(file: string): SavedQuery {
  const text = readFileSync(join(directory, file), "utf8").trimEnd();
  const [comment = ""] = /^(--.*\n)+/.exec(text) ?? [];
  const description = comment.replaceAll(/^-- ?/gm, "").trim().replaceAll("\n", " ");
  return { name: basename(file, extension), description, text };
}

/** All saved queries, in the order of their names. */
export function savedQueries(): SavedQuery[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(extension))
    .sort()
    .map(savedQuery);
}

/** @throws UserError naming the nearest query if there is none of that name */
export function findSavedQuery(name: string): SavedQuery {
  const queries = savedQueries();
  const found = queries.find((query) => query.name === name);
  if (found) return found;
  const names = queries.map((query) => query.name);
  const nearest = closest(name, names);
  const suggestion = nearest ? `Did you mean "${nearest}"?` : `There are: ${names.join(", ")}.`;
  throw new UserError(`There is no query "${name}". ${suggestion}`);
}

/**
 * The query's SQL for one stack. The files name the table of the default stack in full, so that they can be pasted
 * into Athena's editor; for any other stack that name is replaced. The result runs in Athena and in a local session.
 */
export function sqlFor({ text }: SavedQuery, names: PipelineNames): string {
  return text.replaceAll(pipelineNames(defaultStackName).athenaTable, names.athenaTable);
}
