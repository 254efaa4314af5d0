// Runs the tests that lie beside the sources (src/**/*.test.ts): each is
// bundled and given to node's own test runner.
import * as esbuild from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const tests = readdirSync("src", { recursive: true }).filter(f => f.endsWith(".test.ts")).sort();
const outdir = mkdtempSync(join(tmpdir(), "truce-web-"));
let status = 1;
try {
  await esbuild.build({
    entryPoints: tests.map(f => join("src", f)), outbase: "src", outdir, outExtension: { ".js": ".mjs" },
    bundle: true, platform: "node", format: "esm", sourcemap: "inline", logLevel: "warning",
  });
  const files = tests.map(f => join(outdir, f.replace(/\.ts$/, ".mjs")));
  status = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(outdir, { recursive: true });
}
process.exitCode = status;
