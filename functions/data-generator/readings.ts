import type { SensorReading } from "../../pipeline/sensor-reading";
import { measurements, type DailyCourse, type Measurement, type Sensor } from "./sensors";

const secondsPerHour = 3600;
const secondsPerDay = 24 * secondsPerHour;

/**
 * Takes 32 more bits into a hash, and scrambles it with MurmurHash3's finalizer: each bit of the input changes about
 * half of the result's bits.
 */
function hash(state: number, input: number): number {
  let h = Math.imul(state, 31) ^ input;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Maps a hash to [-1, 1], to a number the likelier the nearer it is to 0. */
function scatter(h: number): number {
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
  const { id, location, climate } = sensor;
  const always = hash(hash(0, seed), place);
  const now = hash(hash(always, timestamp), index);
  const { temperature, humidity, pressure } = measurements;
  return {
    sensor_id: id,
    timestamp,
    location,
    temperature: measure(
      temperature,
      courseAt(climate.temperature, timestamp),
      hash(always, 1),
      hash(now, 1),
    ),
    humidity: measure(humidity, courseAt(climate.humidity, timestamp), hash(always, 2), hash(now, 2)),
    pressure: measure(pressure, courseAt(climate.pressure, timestamp), hash(always, 3), hash(now, 3)),
  };
}

function courseAt({ level, swing, peakHour }: DailyCourse, timestamp: number): number {
  const sincePeak = timestamp - peakHour * secondsPerHour;
  return level + swing * Math.cos((2 * Math.PI * sincePeak) / secondsPerDay);
}

function measure(
  { min, max, noise, bias }: Measurement,
  course: number,
  biasHash: number,
  noiseHash: number,
): number {
  const value = course + bias * scatter(biasHash) + noise * scatter(noiseHash);
  return Math.min(max, Math.max(min, Math.round(value * 100) / 100));
}
