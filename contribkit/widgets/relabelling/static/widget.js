// What anywidget asks for: a function that draws the widget into an element, and gives back how to end it.

import { App } from "./app.js";

export function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "contribkit-widget contribkit-relabel";
  // JupyterLab takes no shortcut from below such an element, not even one that nothing here listens to.
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  el.append(root);
  const app = new App(model, root);
  return () => app.close();
}
