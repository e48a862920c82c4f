// Type-aware rules for TypeScript and Svelte; formatting is prettier's business.
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";
import { rooms } from "./rooms.js";
import svelteConfig from "./svelte.config.js";

export default defineConfig(
  // src/rust/types.ts is generated from Rust.
  globalIgnores(["dist/", "src/rust/types.ts"]),
  js.configs.recommended,
  {
    files: ["src/**/*.ts", "src/**/*.svelte", "vite.config.ts"],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: [".svelte"],
      },
    },
    rules: {
      // TypeScript reports unknown names itself, and knows the browser's.
      "no-undef": "off",
      // A number in a template is always meant as its digits.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Handlers are written as `onclick={() => act()}`.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  ...rooms,
  {
    files: ["screenshots/*.js"],
    // Node's names and the browser's stand side by side there.
    rules: { "no-undef": "off" },
  },
  // After the block above, whose parser cannot read components.
  svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: ["**/*.svelte"],
    rules: {
      // Outside svelte-check, which does look, an imported component has no type.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
);
