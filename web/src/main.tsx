import "./style/fonts.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/layout.css";
import "./style/ui.css";
// Pages' styles: a chunk that is loaded later brings its code only.
import "./map/map.css";
import "./pages/day.css";
import "./pages/now.css";
import "./pages/sign-in.css";
import "./pages/terms.css";
import "./pages/intake.css";
import "./pages/record.css";
import "./pages/sources.css";
import "./pages/zones.css";
import "./pages/cases.css";
import "./pages/guarantees.css";
import "./pages/issues.css";
import { render } from "preact";
import { App } from "./app";
import { pages } from "./pages";
import { preferred, speak } from "./i18n";
import { refresh } from "./state";

// A page that works without the server does not wait for it.
const answer = refresh();
await Promise.all([speak(preferred()), !pages.some(p => p.offline && p.path === location.pathname) && answer]);
render(<App />, document.getElementById("app")!);
