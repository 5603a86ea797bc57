import tseslint from "typescript-eslint";

// design: imports point one way. Each folder names what it may not import.
const folders = ["stacks", "constructs", "functions", "local", "operations", "benchmarks", "__tests__"];
const awsSdk = {
  group: ["@aws-sdk/*", "@smithy/*"],
  message: "Only functions/ and operations/ talk to AWS.",
};
const infrastructure = {
  group: ["cdktf", "cdktf/*", "@cdktf/*", "constructs"],
  message: "Only stacks/ and constructs/ know CDK for Terraform.",
};
const barrel = {
  regex: "^@cdktf/provider-(aws|null)(/lib)?$",
  message: "Import one resource (@cdktf/provider-aws/lib/kms-key): the barrel costs ten seconds a run.",
};

const seeded = {
  regex: "^fast-check$",
  message: "Import it from __tests__/support/fast-check, which fixes the seed.",
};

/** The folders outside `allowed` may not be imported, functions but as a bundle, and nobody imports main.ts. */
function arrows(...allowed) {
  const forbidden = folders.filter((folder) => !allowed.includes(folder));
  return [
    {
      regex: `^(\\.\\.?/)+(${forbidden.join("|")})(?!/bundle-function$)(/|$)`,
      message: "Imports point one way: see docs/architecture.md.",
    },
    { regex: "^(\\.\\.?/)+main$", message: "Nothing imports main.ts." },
    barrel,
  ];
}

function restrict(files, ...patterns) {
  return { files, rules: { "no-restricted-imports": ["error", { patterns }] } };
}

export default tseslint.config(
  { ignores: ["node_modules/", "cdktf.out/", ".build/", ".local/", "coverage/"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-misused-spread": "off",
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  restrict(["main.ts"], ...arrows("stacks")),
  restrict(["stacks/**"], ...arrows("constructs"), awsSdk),
  restrict(["constructs/**"], ...arrows("constructs"), awsSdk),
  restrict(["pipeline/**"], ...arrows(), infrastructure, awsSdk, {
    group: ["node:*"],
    message: "pipeline/ is plain vocabulary.",
  }),
  restrict(["functions/**"], ...arrows("functions"), infrastructure),
  restrict(["local/**"], ...arrows("local"), infrastructure, awsSdk),
  restrict(["operations/**"], ...arrows("operations", "local"), infrastructure),
  restrict(["benchmarks/**"], barrel),
  restrict(["__tests__/**"], barrel, seeded),
  restrict(["__tests__/support/fast-check.ts"], barrel),
  {
    files: ["__tests__/**", "benchmarks/**"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "no-console": "off",
    },
  },
  { files: ["local/**/cli.ts", "local/*.ts", "operations/*.ts"], rules: { "no-console": "off" } },
);
