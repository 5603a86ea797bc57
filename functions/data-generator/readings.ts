import type { SensorReading } from "../../pipeline/sensor-reading";
import { bias, noise, ranges, type Quantity, type Sensor } from "./sensors";

const secondsPerHour = 3600;
const secondsPerDay = 24 * secondsPerHour;

/** Tells the random numbers of the quantities apart. */
const streams: Readonly<Record<Quantity, number>> = { temperature: 1, humidity: 2, pressure: 3 };

/** MurmurHash3's finalizer: each bit of a 32-bit integer changes about half of the result's bits. */
function scramble(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A number in [-1, 1] that depends on the inputs alone and is likelier the nearer it is to 0. */
function scatter(seed: number, ...inputs: readonly number[]): number {
  let h = scramble(seed);
  for (const input of inputs) h = scramble(Math.imul(h, 31) ^ input);
  return ((h >>> 16) + (h & 0xffff)) / 0xffff - 1;
}

/** Identifies one reading; the same one gives the same values. */
export interface ReadingKey {
  /** An unsigned 32-bit integer. */
  readonly seed: number;
  /** The reading's place in its run, from 0: the sensors are visited round robin. */
  readonly index: number;
  /** Whole Unix seconds. */
  readonly timestamp: number;
}

/**
 * What a sensor shows: the daily course of its location, its own constant bias, and noise that is new with each
 * reading; two decimals, inside the quantity's range.
 *
 * @throws RangeError when there are no sensors
 */
export function readingAt(sensors: readonly Sensor[], { seed, index, timestamp }: ReadingKey): SensorReading {
  const place = index % sensors.length;
  const sensor = sensors[place];
  if (!sensor) throw new RangeError("there must be at least one sensor");
  const measure = (quantity: Quantity) => {
    const { level, swing, peakHour } = sensor.climate[quantity];
    const sincePeak = timestamp - peakHour * secondsPerHour;
    const stream = streams[quantity];
    const value =
      level +
      swing * Math.cos((2 * Math.PI * sincePeak) / secondsPerDay) +
      bias[quantity] * scatter(seed, stream, place) +
      noise[quantity] * scatter(seed, stream, place, timestamp, index);
    const { min, max } = ranges[quantity];
    return Math.min(max, Math.max(min, Math.round(value * 100) / 100));
  };
  return {
    sensor_id: sensor.id,
    timestamp,
    location: sensor.location,
    temperature: measure("temperature"),
    humidity: measure("humidity"),
    pressure: measure("pressure"),
  };
}
