import { deliveryIdKey } from "./snapshot-summary";
import type { SnapshotJson, TableMetadata } from "./table-metadata";

// A delivery's id lies in the summary of the snapshot that committed it, where streaming writers of Iceberg keep theirs.
// Expiry takes such a snapshot away; the id then moves to a table property.

const expiredKey = "expired-delivery-ids";
const rememberedExpired = 500;

/**
 * The snapshot that a delivery was committed in; the current one when only the delivery's id is left; undefined when
 * it was not committed.
 */
export function deliverySnapshot(metadata: TableMetadata, deliveryId: string): SnapshotJson | undefined {
  return (
    metadata.snapshots.findLast(({ summary }) => summary[deliveryIdKey] === deliveryId) ??
    (expiredDeliveries(metadata).includes(deliveryId) ? metadata.snapshots.at(-1) : undefined)
  );
}

/** The properties that keep the deliveries of snapshots which are about to expire. */
export function rememberedDeliveries(
  metadata: TableMetadata,
  expired: ReadonlySet<number>,
): Readonly<Record<string, string>> {
  const ids = metadata.snapshots
    .filter((snapshot) => expired.has(snapshot["snapshot-id"]))
    .flatMap(({ summary }) => summary[deliveryIdKey] ?? []);
  if (ids.length === 0) return {};
  return {
    [expiredKey]: JSON.stringify([...expiredDeliveries(metadata), ...ids].slice(-rememberedExpired)),
  };
}

function expiredDeliveries({ properties }: TableMetadata): readonly string[] {
  const text = properties[expiredKey];
  return text === undefined ? [] : (JSON.parse(text) as string[]);
}
