import { readFileSync, statSync } from "node:fs";
import { UserError } from "../../local/cli/user-error";

/** Far more than any such file needs: what is larger is another file under the same name. */
export const mostSettingsBytes = 2 ** 20;

/**
 * The text of a file that a deployment is described in.
 *
 * @param file its name in messages
 * @throws UserError when it is too large to be one, no regular file, or cannot be read
 */
export function readSettingsFile(path: string, file: string): string {
  try {
    const found = statSync(path);
    // Reading a pipe or a device might never end.
    if (!found.isFile()) throw new UserError(`${file} is not a regular file. Mend or remove it.`);
    if (found.size > mostSettingsBytes)
      throw new UserError(
        `${file} has ${found.size} bytes, and at most ${mostSettingsBytes} are read. Mend or remove it.`,
      );
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${file} cannot be read: ${reason}`, { cause: error });
  }
}

/** @throws UserError likewise, and when it holds anything but a JSON object */
export function readJsonSettings(path: string, file: string): Record<string, unknown> {
  const text = readSettingsFile(path, file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `${file} is not JSON: ${error instanceof Error ? error.message : String(error)}. Mend or remove it.`,
      { cause: error },
    );
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
    return parsed as Record<string, unknown>;
  }
  throw new UserError(`${file} must hold a JSON object. Mend or remove it.`);
}
