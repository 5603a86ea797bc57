const config = require("./jest.config.js");

// Tests that drive an installed browser: apart from the others, because not every machine has one.
/** @type {import("jest").Config} */
module.exports = {
  ...config,
  testMatch: ["<rootDir>/__tests__/browser/**/*.browser.ts"],
};
