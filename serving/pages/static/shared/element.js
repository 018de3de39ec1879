/** Elements built from data: text is set as text and never parsed as HTML, so no answer can inject markup. */

import { addressOf } from "./address.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("icons.svg", import.meta.url).pathname;

/**
 * One HTML element. Keys of `attributes` are attribute names; a function is a listener, false or null leaves out.
 * A `href` that starts with a slash is a path of this server.
 */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** One SVG element, as `element`. */
export function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A drawing of icons.svg in the colour of the text around it; hidden from screen readers. */
export function icon(name) {
  return shape("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, shape("use", { href: `${ICONS}#${name}` }));
}

/** A text of this server with its addresses as links; never one of a seller, whose links lead to whom a case is about. */
export function linked(text) {
  return text.split(/(https:\/\/[^\s),;]+)/).map((part, index) => (index % 2 ? element("a", { href: part }, part) : part));
}

/** The element of the page with this id. */
export function byId(id) {
  return document.getElementById(id);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : name === "href" ? addressOf(value) : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
