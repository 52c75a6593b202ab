// In: the browser's scroll position and the height of the whole gallery. Out: the position in the gallery. Browsers cap an
// element at about 16.7 million px, so a longer gallery is shown through a shorter element that is moved along it.

/** Height of the element, px: below every browser's cap, above what a flick of the thumb can cross. */
export const TALLEST = 6_000_000;

export class Scrolling {
  /** Where the element's top lies in the gallery. */
  base = 0;
  #height = 0;
  readonly tallest: number;

  constructor(tallest = TALLEST) {
    this.tallest = tallest;
  }

  /** Height for the element. */
  get element(): number {
    return Math.min(this.#height, this.tallest);
  }

  get height(): number {
    return this.#height;
  }

  resize(height: number): void {
    this.#height = height;
    this.base = Math.max(0, Math.min(this.base, height - this.element));
  }

  /** Gallery position of a scroll position. */
  position(scrollTop: number): number {
    return this.base + scrollTop;
  }

  /** The scroll position that shows `position`; moves the element when it lies outside or too near its ends. */
  reach(position: number): number {
    const spare = this.#height - this.element;
    if (spare > 0) this.base = Math.max(0, Math.min(spare, Math.round(position - this.element / 2)));
    else this.base = 0;
    return position - this.base;
  }

  /** The scroll position to set after `scrollTop` came near an end of the element, or undefined where it may stay. */
  settle(scrollTop: number): number | undefined {
    const near = this.element / 4;
    const above = scrollTop < near && this.base > 0;
    const below = scrollTop > this.element - near && this.base < this.#height - this.element;
    return above || below ? this.reach(this.position(scrollTop)) : undefined;
  }
}
