/** A page with the common frame only: its keys and the API key's button. */

import { wireForgetting } from "./api_key.js";
import { wireKeys } from "./keys.js";

wireKeys();
wireForgetting();
