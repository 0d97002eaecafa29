// The page's own line icons, as SVG nodes on a 24 by 24 grid.

import { svg } from "./dom.js";

const PATHS = {
  box: "M3.5 5h17v4h-17zM5 9v10.5h14V9M9.5 13h5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h10v10H9zM5 15V5h10",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
  hash: "M9.5 4L7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  home: "M4 11l8-7 8 7v9h-5.5v-6h-5v6H4z",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1.2 1.2M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1.2-1.2",
  menu: "M4 7h16M4 12h16M4 17h16",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a6.8 6.8 0 0 0 10.5 10.5z",
  panel: "M4 6h9M17 6h3M4 12h3M11 12h9M4 18h9M17 18h3M15 4v4M9 10v4M15 16v4",
  reply: "M20 12a7.5 7.5 0 0 1-7.5 7.5H4l2-2.6A7.5 7.5 0 1 1 20 12z",
  send: "M4.5 12l-1-7.5L21 12 3.5 19.5l1-7.5zm0 0H12",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  down: "M12 5v13M6.5 12.5L12 18l5.5-5.5",
  warning: "M12 4L2.8 19.5h18.4L12 4zM12 10v4.5M12 16.8v.4",
};

export function icon(name, label = null) {
  const node = svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": label ? null : "true" }, svg("path", { d: PATHS[name] }));
  if (label) {
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", label);
  }
  return node;
}
