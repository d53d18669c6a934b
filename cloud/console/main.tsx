import { render } from "preact";
import { App } from "./app.tsx";
import "uplot/dist/uPlot.min.css";
import "./styles/ground.css";
import "./styles/parts.css";
import "./styles/pages.css";
import "./styles/gateways.css";
import "./styles/delivery.css";
import "./styles/alarms.css";

render(<App />, document.body);
