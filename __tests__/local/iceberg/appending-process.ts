import { fakeDataFile } from "./data-file-fixture";
import { IcebergTable } from "../../../local/iceberg/table";

// Run as a process of its own: appends files one by one to a table that others append to as well.

async function main([location, writer, count]: readonly string[]): Promise<void> {
  const table = await IcebergTable.open(location!);
  process.send?.("ready");
  await new Promise((resolve) => process.once("message", resolve));
  for (let number = 0; number < Number(count); number++) {
    await table.append([fakeDataFile(table)], { deliveryId: `${writer}-${number}` });
  }
}

void main(process.argv.slice(2)).then(() => {
  process.disconnect();
});
