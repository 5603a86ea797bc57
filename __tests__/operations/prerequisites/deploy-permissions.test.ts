import { deployPermissions } from "../../../operations/prerequisites/deploy-permissions";
import { readIdentity } from "../../../operations/prerequisites/identity";
import { pipelineNames } from "../../../pipeline/names";

const identity = readIdentity("arn:aws-cn:sts::111122223333:assumed-role/deployer/s");

const permissions = (variables: object = {}) =>
  deployPermissions(
    {
      names: pipelineNames("my-stream"),
      region: "cn-north-1",
      source: "test",
      deployed: false,
      variables: {
        lakeFormationGrants: true,
        generatorEnabled: true,
        enableEncryption: true,
        alarmEmail: "a@example.com",
        ...variables,
      },
    },
    identity,
  );

const services = (variables?: object) =>
  new Set(permissions(variables).flatMap(({ actions }) => actions.map((action) => action.split(":")[0])));

it("asks for each action on resources of its own service, partition, Region and account", () => {
  for (const { actions, resource } of permissions()) {
    for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
    if (resource !== "*")
      expect(resource).toMatch(/^arn:aws-cn:[a-z0-9]+:(cn-north-1)?:(111122223333)?:.*\S$/);
  }
});

it("leaves out what the variables turn off", () => {
  expect(services()).toEqual(new Set([...services({ lakeFormationGrants: false }), "lakeformation"]));
  expect(services({ enableEncryption: false })).not.toContain("kms");
  expect(services({ alarmEmail: "" })).not.toContain("sns");
});
