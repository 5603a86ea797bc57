import { types } from "node:util";

/**
 * Jest's sandbox has an `Error` of its own, so an error of Node's core (a socket's ECONNRESET) is no `instanceof
 * Error` inside it, and the AWS SDK wraps what it takes for something else. Importing this lets the sandbox judge as
 * plain Node does.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    if (this === Error) return types.isNativeError(value);
    return Function.prototype[Symbol.hasInstance].call<unknown, [unknown], boolean>(this, value);
  },
});
