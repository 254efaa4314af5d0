import "./style/fonts.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/layout.css";
import "./style/ui.css";
// Pages' styles: a chunk that is loaded later brings its code only.
import "./pages/sign-in.css";
import { render } from "preact";
import { App } from "./app";
import { preferred, speak } from "./i18n";
import { refresh } from "./state";

await Promise.all([speak(preferred()), refresh()]);
render(<App />, document.getElementById("app")!);
