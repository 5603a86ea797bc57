/** Where a delivery stream puts its rows: it takes each delivery whole or not at all. */
export interface Destination {
  /** Whether a delivery with this id was taken, by this process or an earlier one. */
  hasDelivery(deliveryId: string): Promise<boolean>;
  /** @returns when the rows are in the table; rejects when they may not be */
  deliver(delivery: Delivery): Promise<Delivered>;
}

export interface Delivery {
  /** UUID of the buffer; the table remembers it. */
  readonly id: string;
  /** Newline-delimited JSON that keeps `RecordRules`. */
  readonly rowsPath: string;
  readonly rowCount: number;
}

export interface Delivered {
  /** Bytes that were added to the table. */
  readonly bytes: number;
}
