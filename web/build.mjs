// Builds dist: the same sources and lock file give the same bytes.
import * as esbuild from "esbuild";
import { readFile, rm, writeFile } from "node:fs/promises";
import { serviceWorker } from "./sw.mjs";

// The names of kinds of activity, weapons and results are the report's: one
// catalogue says them, in both places.
const shared = /^(activity|weapon|result|occurrence|means|how|direction|compass|audience|unit|responsible)\./;
const catalogues = {
  name: "catalogues",
  setup(build) {
    build.onResolve({ filter: /^catalogue:/ }, a => ({ path: a.path.slice("catalogue:".length), namespace: "catalogue" }));
    build.onLoad({ filter: /.*/, namespace: "catalogue" }, async a => {
      const files = [`../report/catalog/${a.path}.json`, `src/i18n/${a.path}.json`].map(f => new URL(f, import.meta.url));
      const [report, own] = await Promise.all(files.map(async f => JSON.parse(await readFile(f, "utf8"))));
      const names = Object.fromEntries(Object.entries(report).filter(([k]) => shared.test(k)));
      return { contents: JSON.stringify({ ...names, ...own }), loader: "json", watchFiles: files.map(f => f.pathname) };
    });
  },
};

const watch = process.argv.includes("--watch");
await rm("dist", { recursive: true, force: true });
const options = {
  entryPoints: { app: "src/main.tsx" },
  outdir: "dist/assets",
  bundle: true,
  format: "esm",
  splitting: true,
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  target: ["chrome111", "firefox115", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file" },
  legalComments: "linked",
  charset: "utf8",
  metafile: true,
  plugins: [catalogues, {
    name: "page",
    setup(build) {
      build.onEnd(async result => {
        if (result.errors.length) return;
        const out = Object.entries(result.metafile.outputs);
        const entry = out.find(([, o]) => o.entryPoint === "src/main.tsx");
        const page = await readFile("src/index.html", "utf8");
        const url = path => path.replace(/^dist/, "");
        await writeFile("dist/index.html", page.replace("%SCRIPT%", url(entry[0])).replace("%STYLE%", url(entry[1].cssBundle)));
        await writeFile("dist/mark.svg", await readFile("src/mark.svg"));
        await serviceWorker(result.metafile);
      });
    },
  }],
};
if (watch) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
