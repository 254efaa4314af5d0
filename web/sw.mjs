// Builds the service worker of the intake page, which is told that page's
// files: all that it loads, the languages, and the map without its ground.
import * as esbuild from "esbuild";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

const roots = [/^src\/main\.tsx$/, /^src\/pages\/intake\.tsx$/, /^catalogue:/, /^src\/intake\/map\.tsx$/, /^src\/map\/gl\.ts$/, /source\/worker\.ts$/];

export async function serviceWorker(metafile) {
  const files = new Set();
  const add = path => {
    const o = metafile.outputs[path];
    if (!o || files.has(path)) return;
    files.add(path);
    if (o.cssBundle) add(o.cssBundle);
    for (const i of o.imports) if (i.kind !== "dynamic-import") add(i.path);
  };
  for (const [path, o] of Object.entries(metafile.outputs)) if (roots.some(r => r.test(o.entryPoint ?? ""))) add(path);
  const list = ["/intake", "/mark.svg", ...[...files].sort().map(f => f.replace(/^dist/, ""))];
  const version = createHash("sha256").update(list.join("\n")).update(await readFile("dist/index.html")).digest("hex").slice(0, 12);
  await esbuild.build({
    entryPoints: ["src/intake/sw.ts"], outfile: "dist/sw.js", bundle: true, format: "iife", minify: true, target: ["chrome111", "firefox115", "safari16.4"],
    legalComments: "none", define: { FILES: JSON.stringify(list), VERSION: JSON.stringify(version) },
  });
}
