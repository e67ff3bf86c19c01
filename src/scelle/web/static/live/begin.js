/** The first picture comes with the arrangement, before the rest of the script is there. */

import * as address from "./address.js";
import * as door from "./door.js";
import { Store } from "./store.js";

export const store = new Store();

/** Choices as text, whatever their order. */
export function told(query) {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return sorted.toString();
}

async function begin() {
  // The browser asks while it reads the page: the very same address finds that answer.
  const { href } = document.querySelector("link[rel=preload][as=fetch]");
  const { view, pictures } = await door.begin(new URL(href).search.slice(1));
  store.arrange(view);
  if (pictures.byteLength) store.bring(async () => pictures);
  return view;
}

/** What the page's own address asks for, and its arrangement. */
export const begun = { query: told(address.asked()), view: begin() };
begun.view.catch(() => undefined); // told where it is used
