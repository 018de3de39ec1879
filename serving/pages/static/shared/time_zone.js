/** Says in the footer in whose time the page writes its times. */

import { byId } from "./element.js";

byId("time-zone").textContent = `Times are in your browser’s time zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone.replaceAll("_", " ")}.`;
