// The confirm dialog of an element that carries a `confirm` object; also the page's own questions.

import { h } from "./dom.js";
import { textObject } from "./blocks.js";
import { plainText } from "./text.js";

/** Resolves to whether the person confirmed; Escape and the cross mean no. */
export function askConfirm(question) {
  return new Promise((answer) => {
    const dialog = h("dialog", { class: "dialog confirm", "data-testid": "confirm", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", role: "alertdialog" });
    const finish = (confirmed) => {
      dialog.close();
      dialog.remove();
      answer(confirmed);
    };
    dialog.append(
      h("h2", { id: "confirm-title", dir: "auto" }, ...plainText(question.title)),
      h("div", { id: "confirm-text", class: "dialog-text" }, ...textObject(question.text)),
      h(
        "div",
        { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", "data-testid": "confirm-cancel", onclick: () => finish(false) }, ...plainText(question.deny)),
        h("button", { type: "button", class: `button ${question.style === "danger" ? "danger" : "primary"}`, "data-testid": "confirm-ok", autofocus: true, onclick: () => finish(true) }, ...plainText(question.confirm)),
      ),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A `confirm` object of the page's own. */
export const question = (title, text, confirm, style = "primary") => ({
  title: { type: "plain_text", text: title },
  text: { type: "plain_text", text },
  confirm: { type: "plain_text", text: confirm },
  deny: { type: "plain_text", text: "Cancel" },
  style,
});
