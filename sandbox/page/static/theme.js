// Light or dark: the system's choice until the person makes one.

import { icon } from "./icons.js";

const KEY = "signoff.theme";
const button = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");

const current = () => localStorage.getItem(KEY) ?? (system.matches ? "dark" : "light");

function show() {
  const theme = current();
  document.documentElement.dataset.theme = theme;
  const other = theme === "dark" ? "light" : "dark";
  button.replaceChildren(icon(theme === "dark" ? "sun" : "moon"));
  button.setAttribute("aria-label", `Switch to ${other} colours`);
  button.title = `Switch to ${other} colours`;
}

button.addEventListener("click", () => {
  localStorage.setItem(KEY, current() === "dark" ? "light" : "dark");
  show();
});
system.addEventListener("change", show);
show();
