import type { DataFile } from "../iceberg/data-file";
import type { ParquetWriter } from "../iceberg/parquet-writer";
import type { IcebergTable } from "../iceberg/table";
import type { Delivered, Delivery, Destination } from "./destination";

/** Delivers to an Iceberg table: one data file and one commit for each delivery. */
export class IcebergDestination implements Destination {
  /** Of the delivery that is being tried: a commit that failed does not need its data file written again. */
  private written: { readonly id: string; readonly file: DataFile } | undefined;

  constructor(
    private readonly table: IcebergTable,
    private readonly writer: ParquetWriter,
  ) {}

  hasDelivery(deliveryId: string): Promise<boolean> {
    return this.table.hasDelivery(deliveryId);
  }

  async deliver({ id, rowsPath, rowCount }: Delivery): Promise<Delivered> {
    if (this.written?.id !== id) {
      const file = await this.writer.write(rowsPath, this.table);
      if (file.recordCount !== rowCount)
        throw new Error(`${rowsPath} became ${file.recordCount} rows instead of ${rowCount}`);
      this.written = { id, file };
    }
    const { file } = this.written;
    await this.table.append([file], { deliveryId: id });
    this.written = undefined;
    return { bytes: file.fileSizeBytes };
  }
}
