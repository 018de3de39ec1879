// The HTTP contract, read and tried with Swagger UI, which the page loads before this as a global.

import { addressOf } from "../shared/address.js";

globalThis.SwaggerUIBundle({
  url: addressOf("/openapi.json"),
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null, // its default asks a server elsewhere
});
