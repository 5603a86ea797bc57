/** A benchmark that `npm run bench` can run by its name. */
export interface Benchmark {
  readonly name: string;
  readonly description: string;
  /** What a reader has to know of how its figures come about, in sentences. */
  readonly method?: string;
  run(options: BenchmarkOptions): Promise<readonly Figure[]>;
}

export interface BenchmarkOptions {
  /** Fewer runs, to see that it works; the figures are not worth much. */
  readonly quick: boolean;
  /** Takes a line on what is being done. */
  readonly progress: (line: string) => void;
}

/** One measured quantity: a sample for each run. */
export interface Figure {
  readonly name: string;
  readonly unit: "ms" | "s" | "KB" | "MB" | "files" | "ratio";
  readonly samples: readonly number[];
  /** The target: the median is to be at most this. */
  readonly most?: number;
  /** Every machine gives the same number, however busy it is. @default false */
  readonly isExact?: boolean;
}

/** A figure's median and spread. */
export interface Summary extends Omit<Figure, "samples"> {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  /** Whether the target is met; undefined without one. */
  readonly met: boolean | undefined;
}

/** @throws RangeError without samples */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("there are no samples");
  return (lower + upper) / 2;
}

export function summarize({ samples, ...figure }: Figure): Summary {
  const middle = median(samples);
  return {
    ...figure,
    median: middle,
    min: Math.min(...samples),
    max: Math.max(...samples),
    runs: samples.length,
    met: figure.most === undefined ? undefined : middle <= figure.most,
  };
}

export interface AlternateOptions extends Pick<BenchmarkOptions, "progress"> {
  /** Rounds whose samples are thrown away. */
  readonly warmUp: number;
  readonly runs: number;
}

/**
 * Runs the variants in turn, round after round, so that whatever else the machine does meets all of them alike.
 * Returns each variant's samples, in the order of the rounds.
 */
export async function alternate<Name extends string, Sample>(
  variants: Readonly<Record<Name, () => Promise<Sample>>>,
  { warmUp, runs, progress }: AlternateOptions,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(variants) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>;
  for (let round = 1 - warmUp; round <= runs; round += 1) {
    progress(round > 0 ? `run ${round} of ${runs}` : "warm-up");
    // The first of a round has no advantage over the second that it does not give back in the next.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const sample = await variants[name]();
      if (round > 0) samples[name].push(sample);
    }
  }
  return samples;
}

/** The samples of one variant relative to another's of the same round. */
export function ratios(samples: readonly number[], baseline: readonly number[]): number[] {
  return samples.map((sample, round) => sample / (baseline[round] ?? NaN));
}
