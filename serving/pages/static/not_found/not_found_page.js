/** The page of an address that leads nowhere: its keys and the API key’s button. */

import { wireForgetting } from "../shared/api_key.js";
import { wireKeys } from "../shared/keys.js";

wireKeys();
wireForgetting();
