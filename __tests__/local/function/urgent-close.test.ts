import { systemClock } from "../../../local/clock/clock";
import { handler, localFunction, wait } from "./function-fixture";

it("ends the run under way with an error when it is closed urgently, and begins no other", async () => {
  const { fn } = localFunction(handler(`console.log("running"); ${wait(60_000)}`), { clock: systemClock });
  const running = fn.invoke({});
  const waiting = fn.invoke({});

  await fn.close({ isUrgent: true });

  for (const invocation of [running, waiting])
    expect((await invocation).outcome).toMatchObject({ error: { errorType: "Sandbox.Stopped" } });
});
