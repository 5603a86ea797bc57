// icebird and hyparquet are published as ES modules only; jest runs CommonJS.
const esModulePackages = ["icebird", "hyparquet", "hyparquet-compressors", "hysnappy"];

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  // The default leaves one core idle, which is half of a small machine.
  maxWorkers: "100%",
  // Ends what hangs. How fast something is, a test does not say: the machine may be busy, its disk slow.
  testTimeout: 120_000,
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  transform: {
    "^.+\\.[jt]s$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulePackages.join("|")})/)`],
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/.build", "<rootDir>/.local"],
};
