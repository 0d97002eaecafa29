// Keeps a list where the reader left it: at its end while they read the end, in place when they scrolled up.

const NEAR_PX = 80;

export class Scroller {
  constructor(box, below) {
    this.box = box;
    this.below = below; // the button that says there is more below
    this.atEnd = true;
    this.showing = null;
    box.addEventListener("scroll", () => {
      this.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      if (this.atEnd && this.below) this.below.hidden = true;
    });
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(box);
    below?.addEventListener("click", () => this.toEnd());
  }

  /** Runs `render`, then puts the list right. `showing` names what is shown; another one starts at its end. */
  around(showing, render) {
    const other = showing !== this.showing;
    const height = this.box.scrollHeight;
    this.showing = showing;
    render();
    if (other || this.atEnd) this.toEnd();
    else if (this.below && this.box.scrollHeight > height) this.below.hidden = false;
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.atEnd = true;
    if (this.below) this.below.hidden = true;
  }
}
