// The pages: a path, the name in the catalogue, the shortcut, the chunk, and
// whether it works without the server.
import type { FunctionComponent } from "preact";
import lazy from "preact-iso/lazy";
import { sayAll } from "./i18n";

export interface PageOf { path: string; match: string; name: string; key: string; page: FunctionComponent; offline?: boolean }

const first = (load: () => Promise<{ default: FunctionComponent }>) => lazy(load) as unknown as FunctionComponent;
const page = (load: () => Promise<{ default: FunctionComponent }>) => first(() => Promise.all([load(), sayAll()]).then(([m]) => m));

export const pages: PageOf[] = [
  { path: "/", match: "/", name: "page.now", key: "n", page: first(() => import("./pages/now")) },
  { path: "/terms", match: "/terms", name: "page.terms", key: "t", page: page(() => import("./pages/terms")) },
  { path: "/day", match: "/day/:date?", name: "page.day", key: "d", page: page(() => import("./pages/day")) },
  { path: "/cases", match: "/cases/:id?", name: "page.cases", key: "c", page: page(() => import("./pages/cases")) },
  { path: "/guarantees", match: "/guarantees", name: "page.guarantees", key: "u", page: page(() => import("./pages/guarantees")) },
  { path: "/issues", match: "/issues", name: "page.issues", key: "o", page: page(() => import("./pages/issues")) },
  { path: "/zones", match: "/zones", name: "page.zones", key: "z", page: page(() => import("./pages/zones")) },
  { path: "/sources", match: "/sources", name: "page.sources", key: "s", page: page(() => import("./pages/sources")) },
  { path: "/record", match: "/record", name: "page.record", key: "r", page: page(() => import("./pages/record")) },
  { path: "/intake", match: "/intake", name: "page.intake", key: "k", page: page(() => import("./pages/intake")), offline: true },
  { path: "/sign-in", match: "/sign-in", name: "page.sign-in", key: "i", page: page(() => import("./pages/sign-in")) },
];
