/** What a sensor measures: degrees Celsius, percent of relative humidity, hPa. */
export type Quantity = "temperature" | "humidity" | "pressure";

/** What a quantity does at one location over a day. */
export interface DailyCourse {
  /** The day's mean. */
  readonly level: number;
  /** How far it swings above and below the mean. */
  readonly swing: number;
  /** The hour (UTC) at which it is highest. */
  readonly peakHour: number;
}

export interface Sensor {
  readonly id: string;
  readonly location: string;
  readonly climate: Readonly<Record<Quantity, DailyCourse>>;
}

/** How a quantity is measured, at whatever location. */
export interface Measurement {
  /** No reading lies below. */
  readonly min: number;
  /** No reading lies above. */
  readonly max: number;
  /** How far, at most, a reading lies from what its sensor would show without noise. */
  readonly noise: number;
  /** How far, at most, a sensor shows too much or too little all the time. */
  readonly bias: number;
}

export const measurements: Readonly<Record<Quantity, Measurement>> = {
  temperature: { min: 18, max: 28, noise: 0.8, bias: 0.3 },
  humidity: { min: 40, max: 80, noise: 2, bias: 1 },
  pressure: { min: 1000, max: 1020, noise: 0.4, bias: 0.2 },
};

const pressure: DailyCourse = { level: 1011.5, swing: 4, peakHour: 10 };

const locations = [
  {
    location: "warehouse-a",
    temperature: { level: 21.5, swing: 2, peakHour: 15 },
    humidity: { level: 58, swing: 6, peakHour: 5 },
    pressure,
  },
  {
    location: "warehouse-b",
    temperature: { level: 22.8, swing: 2.4, peakHour: 15 },
    humidity: { level: 62, swing: 7, peakHour: 5 },
    pressure,
  },
  {
    // Warm enough for some readings above 25 degrees at any hour, and cool enough for some below.
    location: "warehouse-c",
    temperature: { level: 25.6, swing: 1, peakHour: 16 },
    humidity: { level: 55, swing: 5, peakHour: 4 },
    pressure,
  },
  {
    location: "office",
    temperature: { level: 22.6, swing: 1.4, peakHour: 14 },
    humidity: { level: 48, swing: 3, peakHour: 9 },
    pressure,
  },
  {
    location: "datacenter",
    temperature: { level: 20.4, swing: 0.3, peakHour: 17 },
    humidity: { level: 45, swing: 1, peakHour: 12 },
    pressure,
  },
];

const sensorsPerLocation = 2;

/** The sensors in the order in which they are read. A list of your own goes here, with any ids and locations. */
export const sensors: readonly Sensor[] = locations.flatMap(({ location, ...climate }, index) =>
  Array.from({ length: sensorsPerLocation }, (_, n) => ({
    id: `sensor-${String(index * sensorsPerLocation + n + 1).padStart(3, "0")}`,
    location,
    climate,
  })),
);
