// What Mermaid's own parser reads: node mermaid.mjs FOLDER < [text, ...] > [{nodes, edges, boxes} or {error}, ...]
// FOLDER is one in which `npm install mermaid jsdom` was run; mermaid.sh does that.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const { JSDOM } = createRequire(join(folder, "package.json"))("jsdom");
globalThis.window = new JSDOM("").window; // Mermaid cleans labels by a browser's means
globalThis.document = window.document;
const { default: mermaid } = await import(pathToFileURL(join(folder, "node_modules/mermaid/dist/mermaid.core.mjs")));

async function read(text) {
  try {
    await mermaid.parse(text);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    return {
      description: db.getAccDescription(),
      nodes: Object.fromEntries([...db.getVertices()].map(([id, { text, classes }]) => [id, { text, classes }])),
      edges: db.getEdges().map(({ start, end, text, type, style }) => ({ start, end, text, type, style: style ?? [] })),
      boxes: Object.fromEntries(db.getSubGraphs().map(({ id, title, nodes }) => [id, { title, nodes }])),
    };
  } catch (problem) {
    return { error: String(problem.message ?? problem) };
  }
}

const found = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) found.push(await read(text));
console.log(JSON.stringify(found));
