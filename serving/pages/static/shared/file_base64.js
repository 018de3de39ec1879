/** A chosen file as base64, for the bodies of requests. */

import { Problem } from "./problem_box.js";

/** Read a file; where the browser can't any more, that is a Problem. */
export function base64Of(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.addEventListener("error", () => reject(unreadable(file)));
    reader.readAsDataURL(file);
  });
}

function unreadable(file) {
  return new Problem({
    status: 0,
    code: "file_unreadable",
    title: "A photo can’t be read",
    detail: `The browser can’t read ${file.name || "a file"} any more. Remove it and choose it again.`,
  });
}
