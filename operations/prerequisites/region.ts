import { AwsCallError, callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";
import { fail, pass, unknown, type CheckResult } from "./check";

/** Is S3 Tables offered in this Region? Its answer is asked for, whatever it is: there is no list to keep up to date. */
export async function checkRegion(region: string): Promise<CheckResult> {
  const { ListTableBucketsCommand, S3TablesClient } = await import("@aws-sdk/client-s3tables");
  const client = new S3TablesClient(clientSettings(region));
  try {
    await callAws({ action: "s3tables:ListTableBuckets", region }, () =>
      client.send(new ListTableBucketsCommand({ maxBuckets: 1 })),
    );
    return pass(`S3 Tables answers in ${region}.`);
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    if (error.kind === "access-denied")
      return pass(`S3 Tables answers in ${region} (this identity may not list buckets).`);
    if (error.kind === "no-such-endpoint") {
      return fail(
        `S3 Tables has no address in ${region}: it is not offered there, or this machine is offline.`,
        "Choose another region in terraform.tfvars: https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_tables",
      );
    }
    return unknown(error.happened, error.whatToDo);
  }
}
