/** The oldest versions of the tools around a deploy that are known to work. */
export const toolVersions = {
  /** The stack's own `required_version`. */
  terraform: "1.6.0",
  /** S3's own state locking. https://developer.hashicorp.com/terraform/language/backend/s3 */
  terraformWithStateBucket: "1.10.0",
  /** Knows S3 Tables catalogs in Lake Formation: the first releases of December 2024, of both majors. */
  awsCliAtLeast: { v1: "1.36.15", v2: "2.22.10" },
  /** What to install: everything around S3 Tables catalogs that came in the months after. */
  awsCliRecommended: "2.27.0",
} as const;
