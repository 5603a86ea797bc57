import fs from "node:fs";
import { join } from "node:path";
import { BufferFile, type Append, type AppendFileSystem } from "../../../local/firehose/buffer-file";
import { entryLength } from "../../../local/firehose/journal";
import { removeTemporaryFolders, temporaryFolder } from "./stream-fixture";

const id = "0b6e8f3a-0000-4000-8000-000000000001";

afterEach(removeTemporaryFolders);

function append(rows: string, refused = "", arrival = 1_000): Append {
  const lines = (text: string) => text.split("\n").length - 1;
  return {
    rows: Buffer.from(rows),
    rowCount: lines(rows),
    refused: Buffer.from(refused),
    refusedCount: lines(refused),
    incomingBytes: rows.length + refused.length,
    arrival,
  };
}

function content(buffer: BufferFile) {
  const { rowsPath, refusedPath, rowCount, refusedCount, incomingBytes, firstArrival } = buffer;
  return {
    rows: fs.readFileSync(rowsPath, "utf8"),
    refused: fs.readFileSync(refusedPath, "utf8"),
    rowCount,
    refusedCount,
    incomingBytes,
    firstArrival,
  };
}

/** Three appends, and what the buffer holds after none, one, two and three of them. */
const appends = [append("a\nb\n", "", 1_000), append("", "r\n", 2_000), append("ccc\n", "s\nt\n", 3_000)];
const stages = [
  { rows: "", refused: "", rowCount: 0, refusedCount: 0, incomingBytes: 0, firstArrival: 0 },
  { rows: "a\nb\n", refused: "", rowCount: 2, refusedCount: 0, incomingBytes: 4, firstArrival: 1_000 },
  { rows: "a\nb\n", refused: "r\n", rowCount: 2, refusedCount: 1, incomingBytes: 6, firstArrival: 1_000 },
  {
    rows: "a\nb\nccc\n",
    refused: "r\ns\nt\n",
    rowCount: 3,
    refusedCount: 3,
    incomingBytes: 14,
    firstArrival: 1_000,
  },
];

function written(directory: string): BufferFile {
  const buffer = BufferFile.create(directory, id);
  for (const one of appends) buffer.append(one);
  buffer.close();
  return buffer;
}

describe("recovery", () => {
  it("finds what was appended", () => {
    const directory = temporaryFolder();
    written(directory);
    const [recovered] = BufferFile.recover(directory);
    expect(content(recovered!)).toEqual(stages[3]);
    expect([recovered!.id, recovered!.isRecovered]).toEqual([id, true]);
  });

  it("drops an append whose journal entry is torn, wherever it is torn", () => {
    const directory = temporaryFolder();
    written(directory);
    const journal = fs.readFileSync(join(directory, `${id}.journal`));
    for (let length = journal.length - 1; length >= 0; length--) {
      fs.truncateSync(join(directory, `${id}.journal`), length);
      const [recovered] = BufferFile.recover(directory);
      expect(content(recovered!)).toEqual(stages[Math.floor(length / entryLength)]);
    }
  });

  it("drops bytes behind the last whole journal entry", () => {
    const directory = temporaryFolder();
    const buffer = written(directory);
    fs.appendFileSync(buffer.rowsPath, '{"half":');
    fs.appendFileSync(buffer.refusedPath, '{"ha');
    fs.appendFileSync(join(directory, `${id}.journal`), Buffer.alloc(entryLength + 7, 1));
    expect(content(BufferFile.recover(directory)[0]!)).toEqual(stages[3]);
  });

  it("drops what a power cut took: an entry whose rows are missing, zeroed or changed", () => {
    for (const damage of [
      (path: string) => {
        fs.truncateSync(path, 5);
      },
      (path: string) => {
        fs.writeFileSync(path, "a\nb\n\0\0\0\0");
      },
      (path: string) => {
        fs.writeFileSync(path, "a\nb\ncxc\n");
      },
    ]) {
      const directory = temporaryFolder();
      damage(written(directory).rowsPath);
      expect(content(BufferFile.recover(directory)[0]!)).toEqual(stages[2]);
    }
  });

  it("returns buffers by age", () => {
    const directory = temporaryFolder();
    for (const [name, arrival] of [
      ["b", 3],
      ["c", 1],
      ["a", 2],
    ] as const) {
      const buffer = BufferFile.create(directory, name);
      buffer.append(append("x\n", "", arrival));
      buffer.close();
    }
    expect(BufferFile.recover(directory).map((buffer) => buffer.id)).toEqual(["c", "a", "b"]);
  });

  it("sweeps the remains of removed buffers and touches nothing else", () => {
    const directory = temporaryFolder();
    for (const name of [`${id}.ndjson`, `${id}.refused.ndjson`, `${id}.error-object`, "serve.lock"])
      fs.writeFileSync(join(directory, name), "x");
    expect(BufferFile.recover(directory)).toEqual([]);
    expect(fs.readdirSync(directory)).toEqual(["serve.lock"]);
  });

  it("is removed with the error object that was begun for it", () => {
    const directory = temporaryFolder();
    written(directory);
    fs.writeFileSync(join(directory, `${id}.error-object`), "half a li");

    BufferFile.recover(directory)[0]!.remove();

    expect(fs.readdirSync(directory)).toEqual([]);
  });

  it("tells when each row came", () => {
    const directory = temporaryFolder();
    written(directory);
    const rows = [...BufferFile.recover(directory)[0]!.rows()];
    expect(rows.map(({ record, arrival }) => [record.toString(), arrival])).toEqual([
      ["a", 1_000],
      ["b", 1_000],
      ["ccc", 3_000],
    ]);
  });
});

describe("a disk that fails", () => {
  /** Writes as asked until `goodBytes` are on the disk, then is full. */
  function fullDisk(goodBytes: number): AppendFileSystem & { room: number } {
    const disk = {
      ...fs,
      room: goodBytes,
      writeSync: (file: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
        const allowed = Math.min(length, disk.room);
        if (allowed === 0)
          throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
        disk.room -= allowed;
        return fs.writeSync(file, bytes, offset, allowed, position);
      },
    };
    return disk as unknown as AppendFileSystem & { room: number };
  }
  const appendBytes = ({ rows, refused }: Append) => rows.length + refused.length + entryLength;
  const firstTwo = appendBytes(appends[0]!) + appendBytes(appends[1]!);

  it("rejects an append and forgets it, wherever the disk was full", () => {
    for (let room = firstTwo; room < firstTwo + appendBytes(appends[2]!); room++) {
      const directory = temporaryFolder();
      const disk = fullDisk(room);
      const buffer = BufferFile.create(directory, id, disk);
      buffer.append(appends[0]!);
      buffer.append(appends[1]!);

      expect(() => {
        buffer.append(appends[2]!);
      }).toThrow("ENOSPC");

      expect(content(BufferFile.recover(directory)[0]!)).toEqual(stages[2]);
      disk.room = 1_000;
      buffer.append(append("d\n", "", 4_000));
      buffer.seal();
      const after = { ...stages[2], rows: "a\nb\nd\n", rowCount: 3, incomingBytes: 8 };
      expect(content(buffer)).toEqual(after);
      expect(content(BufferFile.recover(directory)[0]!)).toEqual(after);
      buffer.remove();
    }
  });

  it("takes short writes for what they are", () => {
    const directory = temporaryFolder();
    const trickle = {
      ...fs,
      writeSync: (file: number, bytes: Uint8Array, offset: number, _: number, position: number) =>
        fs.writeSync(file, bytes, offset, 1, position),
    } as unknown as AppendFileSystem;
    const buffer = BufferFile.create(directory, id, trickle);
    for (const one of appends) buffer.append(one);
    buffer.close();
    expect(content(BufferFile.recover(directory)[0]!)).toEqual(stages[3]);
  });

  it("rejects the creation of a buffer without leaving it half open", () => {
    const directory = temporaryFolder();
    const closed: number[] = [];
    let opens = 0;
    const broken: AppendFileSystem = {
      ...fs,
      openSync: (...args: Parameters<typeof fs.openSync>) => {
        if (++opens === 3) throw new Error("ENOSPC");
        return fs.openSync(...args);
      },
      closeSync: (file) => {
        closed.push(file);
        fs.closeSync(file);
      },
    };
    expect(() => BufferFile.create(directory, id, broken)).toThrow("ENOSPC");
    expect(closed).toHaveLength(2);
    expect(BufferFile.recover(directory)).toEqual([]);
    expect(fs.readdirSync(directory)).toEqual([]);
  });
});

it("rejects an append after it was sealed", () => {
  const buffer = BufferFile.create(temporaryFolder(), id);
  buffer.seal();
  expect(() => {
    buffer.append(appends[0]!);
  }).toThrow("sealed");
});
