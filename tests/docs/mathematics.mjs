// What KaTeX and MathJax complain of: node mathematics.mjs FOLDER < [{formula, block}, ...] > [{formula, by, error}, ...]
// FOLDER is one in which `npm install katex mathjax` was run; mathematics.sh does that.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(join(resolve(process.argv[2]), "package.json"));
const katex = require("katex");
const mathjax = await require("mathjax").init({ loader: { load: ["input/tex", "adaptors/liteDOM"] } });

const found = [];
for (const { formula, block } of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    katex.renderToString(formula, { displayMode: block, throwOnError: true, strict: "error" });
  } catch (problem) {
    found.push({ formula, by: "KaTeX", error: String(problem.message) });
  }
  const set = await mathjax.tex2mmlPromise(formula, { display: block });
  const error = set.match(/<merror[^>]*data-mjx-error="([^"]*)"/) ?? set.match(/<merror[^]*?<\/merror>/);
  if (error) found.push({ formula, by: "MathJax", error: error[1] ?? error[0] });
}
console.log(JSON.stringify(found));
