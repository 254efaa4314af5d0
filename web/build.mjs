// Builds dist: the same sources and lock file give the same bytes.
import * as esbuild from "esbuild";
import { readFile, rm, writeFile } from "node:fs/promises";
import { serviceWorker } from "./sw.mjs";
import { base } from "./base.mjs";

// The names of kinds of activity, weapons and results are the report's: one
// catalogue says them, in both places.
const shared = /^(activity|answer|firm|issue|stance|towards|truth|unverified|weapon|window|result|occurrence|means|how|direction|compass|audience|unit|responsible)\./;
// Texts of these are loaded with the first page that is not the first page.
const later = /^(record|form|declare|force|serial|cases?|case-[a-z-]+|move|clock|intake|issues|issue|guarantees|level|weapon-category|sources|zones|terms|state|standing|spark|day|sign-in)\./;
const catalogues = {
  name: "catalogues",
  setup(build) {
    build.onResolve({ filter: /^catalogue:/ }, a => ({ path: a.path.slice("catalogue:".length), namespace: "catalogue" }));
    build.onLoad({ filter: /.*/, namespace: "catalogue" }, async a => {
      const [language, part] = a.path.split("/");
      const files = [`../report/catalog/${language}.json`, `src/i18n/${language}.json`].map(f => new URL(f, import.meta.url));
      const [report, own] = await Promise.all(files.map(async f => JSON.parse(await readFile(f, "utf8"))));
      const all = { ...Object.fromEntries(Object.entries(report).filter(([k]) => shared.test(k))), ...own };
      const chosen = Object.fromEntries(Object.entries(all).filter(([k]) => later.test(k) === (part === "later")));
      return { contents: `export default ${JSON.stringify(chosen)}`, loader: "js", watchFiles: files.map(f => f.pathname) };
    });
  },
};

// MapLibre's page and worker halves share most of their code; bundled from its
// sources they share one chunk. Its decoder of a second kind of vector tiles,
// which this server does not give, is left out.
const map = {
  name: "map",
  setup(build) {
    const src = new URL("node_modules/maplibre-gl/src/", import.meta.url).pathname;
    build.onResolve({ filter: /^maplibre-gl$/ }, () => ({ path: src + "index.ts" }));
    build.onResolve({ filter: /^@maplibre\/mlt$/ }, a => ({ path: a.path, namespace: "absent" }));
    build.onLoad({ filter: /.*/, namespace: "absent" }, () => ({ contents: "export const decodeTile = () => { throw new Error('MLT tiles are not read'); }; export const GEOMETRY_TYPE = {};", loader: "js" }));
    build.onLoad({ filter: /maplibre-gl\/package\.json$/ }, async a => ({ contents: JSON.stringify({ version: JSON.parse(await readFile(a.path, "utf8")).version }), loader: "json" }));
    build.onResolve({ filter: /^base:tiles$/ }, a => ({ path: a.path, namespace: "base" }));
    build.onLoad({ filter: /.*/, namespace: "base" }, () => ({ contents: JSON.stringify(tiles), loader: "json" }));
  },
};

const watch = process.argv.includes("--watch");
await rm("dist", { recursive: true, force: true });
const tiles = await base("dist");
const options = {
  entryPoints: { app: "src/main.tsx", "map-worker": "node_modules/maplibre-gl/src/source/worker.ts" },
  outdir: "dist/assets",
  bundle: true,
  format: "esm",
  splitting: true,
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  target: ["chrome111", "firefox115", "safari16.4"],
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } }, // MapLibre's sources are written for it
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file" },
  legalComments: "linked",
  charset: "utf8",
  metafile: true,
  plugins: [catalogues, map, {
    name: "page",
    setup(build) {
      build.onEnd(async result => {
        if (result.errors.length) return;
        const out = Object.entries(result.metafile.outputs);
        const entry = out.find(([, o]) => o.entryPoint === "src/main.tsx");
        const worker = out.find(([, o]) => o.entryPoint?.endsWith("source/worker.ts"));
        const page = await readFile("src/index.html", "utf8");
        const url = path => path.replace(/^dist/, "");
        await writeFile("dist/index.html", page.replace("%SCRIPT%", url(entry[0])).replace("%STYLE%", url(entry[1].cssBundle)).replace("%WORKER%", url(worker[0])));
        await writeFile("dist/mark.svg", await readFile("src/mark.svg"));
        await serviceWorker(result.metafile);
      });
    },
  }],
};
if (watch) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
