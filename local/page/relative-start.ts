const seconds: Readonly<Record<string, number>> = { M: 60, H: 3_600, D: 86_400, W: 604_800 };

/**
 * The length of a dashboard's relative start, `-PT3H` or `-P14D`, in seconds.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 *
 * @throws TypeError for a start that is absolute or has more than one part, which the dashboard body does not use
 */
export function secondsBefore(start: string): number {
  const [, days, dayUnit = "", hours, hourUnit = ""] = /^-P(?:(\d+)([DW])|T(\d+)([HM]))$/.exec(start) ?? [];
  const count = Number(days ?? hours);
  const unit = seconds[dayUnit || hourUnit];
  if (unit === undefined || !Number.isFinite(count))
    throw new TypeError(`The dashboard has a start that cannot be read: ${start}`);
  return count * unit;
}
