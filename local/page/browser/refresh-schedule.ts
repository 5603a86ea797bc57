/** When what is shown gives way to what is new. */
export class RefreshSchedule {
  private lastMs: number | undefined;

  /** @param seconds between two refreshes; 0 for each change as it comes, undefined for none but the first */
  constructor(public seconds: number | undefined) {}

  /** Whether it is time; if so, the next time is counted from now. */
  isDue(nowMs: number): boolean {
    const { lastMs, seconds } = this;
    const isDue = lastMs === undefined || (seconds !== undefined && nowMs - lastMs >= seconds * 1000);
    if (isDue) this.lastMs = nowMs;
    return isDue;
  }
}
