import { isPrincipal, readIdentity } from "../../../operations/prerequisites/identity";

const account = "111122223333";
const sso = "AWSReservedSSO_DataEngineer_0123456789abcdef";

it.each([
  [`arn:aws:iam::${account}:user/teams/alice`, { kind: "user", name: "alice" }],
  [`arn:aws:sts::${account}:assumed-role/deployer/session-1`, { kind: "role", name: "deployer" }],
  [`arn:aws:sts::${account}:assumed-role/${sso}/alice@example.com`, { kind: "role", name: sso }],
  [
    `arn:aws-cn:sts::${account}:assumed-role/deployer/i-1`,
    { kind: "role", name: "deployer", partition: "aws-cn" },
  ],
  [`arn:aws:iam::${account}:root`, { kind: "root" }],
  [`arn:aws:sts::${account}:federated-user/bob`, { kind: "federated-user", name: "bob" }],
])("reads %s", (arn, identity) => {
  expect(readIdentity(arn)).toMatchObject({ account, arn, ...identity });
});

it.each([
  ["a user with its path", "user/teams/alice", "iam", "user/teams/alice", true],
  ["a user of the same name elsewhere", "user/alice", "iam", "user/teams/alice", false],
  [
    "a role behind a session, whatever its path",
    "role/teams/data/deployer",
    "sts",
    "assumed-role/deployer/s",
    true,
  ],
  [
    "an SSO role, whose path names a Region",
    `role/aws-reserved/sso.amazonaws.com/eu-west-1/${sso}`,
    "sts",
    `assumed-role/${sso}/alice@example.com`,
    true,
  ],
  ["another role", "role/deployer-2", "sts", "assumed-role/deployer/s", false],
  ["a user for a role", "user/deployer", "sts", "assumed-role/deployer/s", false],
])("compares %s", (_, administrator, service, caller, same) => {
  const identity = readIdentity(`arn:aws:${service}::${account}:${caller}`);

  expect(isPrincipal(`arn:aws:iam::${account}:${administrator}`, identity)).toBe(same);
});

it("tells roles of two accounts apart", () => {
  const identity = readIdentity(`arn:aws:sts::${account}:assumed-role/deployer/s`);

  expect(isPrincipal("arn:aws:iam::999999999999:role/deployer", identity)).toBe(false);
});
