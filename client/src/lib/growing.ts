// Typed arrays that grow by doubling, so that appending a library costs what copying it twice would.

interface Numbers {
  readonly length: number;
  [at: number]: number;
  set(from: ArrayLike<number>, at?: number): void;
  subarray(from: number, to: number): Numbers;
  fill(value: number, from?: number, to?: number): unknown;
}

/** The array itself is `all`: longer than `length`, and a new one after each growth. */
export class Growing<Kind extends Numbers> {
  length = 0;
  all: Kind;

  constructor(
    private readonly make: new (size: number) => Kind,
    room = 16,
  ) {
    this.all = new make(room);
  }

  /** Room for `length` entries; new ones are 0. */
  reach(length: number): void {
    if (length > this.all.length) {
      const wider = new this.make(Math.max(length, this.all.length * 2));
      wider.set(this.all as unknown as ArrayLike<number>);
      this.all = wider;
    }
    if (length > this.length) this.length = length;
  }

  push(value: number): void {
    const at = this.length;
    this.reach(at + 1);
    this.all[at] = value;
  }

  append(values: ArrayLike<number>): void {
    const at = this.length;
    this.reach(at + values.length);
    this.all.set(values, at);
  }

  clear(): void {
    this.all.fill(0, 0, this.length);
    this.length = 0;
  }
}
