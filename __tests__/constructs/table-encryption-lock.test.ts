import { TerraformVariable } from "cdktf";
import { TableEncryptionLock } from "../../constructs/table-encryption-lock";
import { Synthesized } from "../support/synthesized";

describe("table encryption lock", () => {
  const lock = Synthesized.scope((stack) => {
    const encrypted = new TerraformVariable(stack, "enable_encryption", { type: "bool" });
    new TableEncryptionLock(stack, "lock", {
      encrypted: encrypted.booleanValue,
      tableIdentity: { stack_name: "demo", region: "us-east-1" },
    });
  }).resource("terraform_data");

  it("remembers the first value and ignores later ones", () => {
    expect(lock.input).toBe("${var.enable_encryption}");
    expect(lock.lifecycle.ignore_changes).toEqual(["input"]);
  });

  it("refuses a plan with another value, and says how to mend it", () => {
    const [postcondition] = lock.lifecycle.postcondition;

    expect(postcondition.condition).toBe("${(self.output == var.enable_encryption)}");
    expect(postcondition.error_message).toMatch(/enable_encryption cannot change.*Set it back/);
  });

  it("does not keep destroy from working", () => {
    expect(lock.lifecycle).not.toHaveProperty("prevent_destroy");
  });

  it("starts anew with another table", () => {
    expect(lock.triggers_replace).toEqual({ stack_name: "demo", region: "us-east-1" });
  });
});
