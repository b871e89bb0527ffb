import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "src/api/schema.d.ts"] },
  tseslint.configs.strict,
  hooks.configs.flat["recommended-latest"],
  { rules: { "react-hooks/incompatible-library": "off" } }, // of the compiler, which is not used
);
