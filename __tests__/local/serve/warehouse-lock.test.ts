import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../local/cli/user-error";
import { lockWarehouse } from "../../../local/warehouse-lock";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-test-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it("makes the warehouse's folder, and can be had again when it was released", async () => {
  const root = join(folder, "not", "there");
  (await lockWarehouse(root)).release();
  (await lockWarehouse(root)).release();
  expect(existsSync(root)).toBe(true);
});

it("rejects a second holder in one process too, and says where the first is found", async () => {
  const lock = await lockWarehouse(folder);
  lock.announce("http://127.0.0.1:4573");
  await expect(lockWarehouse(join(folder, "..", folder.split("/").at(-1) ?? ""))).rejects.toThrow(
    `is in use by process ${process.pid} at http://127.0.0.1:4573`,
  );
  await expect(lockWarehouse(folder)).rejects.toBeInstanceOf(UserError);
  lock.release();
});

it("is one for each warehouse", async () => {
  const locks = [await lockWarehouse(join(folder, "a")), await lockWarehouse(join(folder, "b"))];
  for (const { release } of locks) release();
  expect(locks).toHaveLength(2);
});
