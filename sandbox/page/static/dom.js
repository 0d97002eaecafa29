// Builds DOM nodes and brings a list of them up to date. Text only ever becomes text nodes: nothing here
// parses markup, so nothing a person or a bot wrote can become an element.

const SVG = "http://www.w3.org/2000/svg";
const signatures = new WeakMap();

/** An element. `on…` attributes are listeners, `null`, `undefined` and `false` leave an attribute out. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element, for icons. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/**
 * Makes `parent`'s children the `wanted` ones: `[{key, signature, create}]`. A child whose signature is
 * unchanged stays the very same node, so scroll position, focus and half-typed text survive a poll.
 */
export function reconcile(parent, wanted) {
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const nodes = wanted.map(({ key, signature, create }) => {
    const old = known.get(key);
    known.delete(key);
    if (old && signatures.get(old) === signature) return old;
    const fresh = create();
    fresh.dataset.key = key;
    signatures.set(fresh, signature);
    if (old) replaceKeepingFocus(old, fresh);
    return fresh;
  });
  for (const leftover of known.values()) leftover.remove();
  nodes.forEach((node, place) => {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  });
}

/**
 * Swaps a node. A `data-part` inside, drawn on its own, stays the very same node. If focus was inside, it stays
 * there or goes to the control of the same `data-focus`, else to the node.
 */
export function replaceKeepingFocus(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const kept = old.querySelector(`[data-part="${part.dataset.part}"]`);
    if (kept) part.replaceWith(kept);
  }
  old.replaceWith(fresh);
  if (!focused) return;
  const name = focused.dataset.focus;
  const named = name ? [fresh, ...fresh.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === name) : null;
  const target = fresh.contains(focused) ? focused : named;
  if (!target) fresh.tabIndex = -1;
  (target ?? fresh).focus({ preventScroll: true });
}

/** Does what takes the row of `control` away; the focus goes to the row next to it, or to `fallback`. */
export async function leave(control, fallback, deed) {
  const row = control.closest("li");
  const near = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("button");
  await deed();
  if (!row.isConnected) (near?.isConnected ? near : fallback).focus({ preventScroll: true });
}

/** Sets text only where it differs, so that screen readers do not hear the same thing again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
