// The linter of static/js: plain scripts for browsers, without a build step.
import js from "@eslint/js";
import globals from "globals";

// What is loaded by an import.
const MODULE = "static/js/yaml_editor.js";

export default [
  {
    ...js.configs.recommended,
    files: [MODULE],
    languageOptions: { sourceType: "module", globals: globals.browser },
  },
  { ...js.configs.recommended, files: ["eslint.config.js"] },
  {
    ...js.configs.recommended,
    files: ["static/js/**/*.js"],
    ignores: [MODULE],
    languageOptions: {
      sourceType: "script",
      globals: { ...globals.browser, htmx: "readonly" },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...js.configs.recommended.rules,
      "curly": ["error", "multi-line"],
      "eqeqeq": "error",
      "max-len": ["error", { code: 120 }],
      "no-implicit-globals": "error",
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      "strict": ["error", "function"],
    },
  },
];
