import type { PipelineInfo, PipelineState } from "../api";
import { byId, element, replaceContent, setText } from "./dom";
import { bytes, count, countdown } from "./format";

/** The numbers at the top: what came in, what waits, and what became of it. */
export class Tiles {
  private readonly acknowledged = tile("Records acknowledged");
  private readonly buffered = tile("In the buffer");
  private readonly delivered = tile("Rows delivered");
  private readonly failed = tile("Records failed");
  private readonly meter = element("div", { class: "meter", "aria-hidden": "true" });
  private readonly fill = element("span", { class: "meter-fill" });

  constructor() {
    this.meter.append(this.fill);
    this.buffered.value.after(this.meter);
    replaceContent(
      byId("tiles"),
      ...[this.acknowledged, this.buffered, this.delivered, this.failed].map(({ node }) => node),
    );
  }

  draw(
    { acknowledged, delivered, failed, buffered }: PipelineState,
    now: number,
    buffering: PipelineInfo["buffering"],
  ): void {
    setText(this.acknowledged.value, count(acknowledged));
    setText(this.acknowledged.note, "since the server started");
    setText(this.buffered.value, count(buffered.records));
    setText(this.buffered.note, bufferNote(buffered, now, buffering.bytes));
    this.fill.style.inlineSize = `${Math.min(1, buffered.bytes / buffering.bytes) * 100}%`;
    setText(this.delivered.value, count(delivered));
    setText(this.delivered.note, "in the Iceberg table");
    setText(this.failed.value, count(failed));
    setText(this.failed.note, failed === 0 ? "none" : "in the error bucket");
    this.failed.node.classList.toggle("is-bad", failed > 0);
  }
}

function bufferNote(
  { bytes: size, dueMs }: PipelineState["buffered"],
  now: number,
  fullBytes: number,
): string {
  const filled = `${bytes(size)} of ${bytes(fullBytes)}`;
  return dueMs === undefined ? `${filled}; empty` : `${filled}; due in ${countdown((dueMs - now) / 1000)}`;
}

function tile(name: string) {
  const value = element("dd", { class: "tile-value" }, "–");
  const note = element("dd", { class: "tile-note" }, " ");
  return { node: element("div", { class: "tile" }, element("dt", {}, name), value, note), value, note };
}
