// In: the photos' ratios and groups, in display order, and the width there is. Out: where every tile and every group's
// heading stands, as typed arrays. Pure: no document, no photos, so that 100,000 tiles take a few milliseconds.

export interface Measures {
  /** Width to fill, px. */
  width: number;
  /** Height rows aim at, px. */
  target: number;
  /** Between tiles and between rows, px. */
  gap: number;
  /** Room above a group's first row for its heading, px; headings are left out where it is 0. */
  heading: number;
  /** The same above the very first group, which in a list without dates has none. */
  firstHeading?: number;
  /** Between a group's last row and the next heading, px. */
  after: number;
  /** Between two small groups that share a row, px. */
  beside: number;
  /** The least width a heading needs, px. */
  headingWidth: number;
}

export interface Input {
  /** How many tiles. */
  count: number;
  /** Width divided by height of the tile at `index`. */
  ratio(index: number): number;
  /** Equal neighbours stand under one heading. Leave out for a list without headings. */
  group?: (index: number) => number;
}

export interface Layout {
  readonly tiles: number;
  readonly height: number;
  readonly rows: number;
  /** First tile of each row; one more entry closes the last. */
  readonly rowFirst: Uint32Array;
  readonly rowTop: Float64Array;
  readonly rowHeight: Float32Array;
  /** Left edge and width of each tile. */
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly groups: number;
  /** First tile of each group; one more entry closes the last. */
  readonly groupFirst: Uint32Array;
  readonly groupTop: Float64Array;
  readonly groupX: Float32Array;
  readonly groupWidth: Float32Array;
}

/** Pictures beyond these are cut at their ends: a panorama would leave a strip, a receipt a needle. */
const NARROWEST = 0.4;
const WIDEST = 4.5;
/** A row of several small groups that is filled this far is stretched to the edge. */
const NEARLY_FULL = 0.78;

const shape = (ratio: number): number => (ratio > NARROWEST ? (ratio < WIDEST ? ratio : WIDEST) : ratio > 0 ? NARROWEST : 1);

/** Justified rows: each row is as high as its pictures need to fill the width, as near to `target` as they come. */
export function lay(input: Input, measures: Measures): Layout {
  const { count } = input;
  const { width, target, gap, heading, after, beside, headingWidth } = measures;
  const x = new Float32Array(count);
  const w = new Float32Array(count);
  const ratio = new Float32Array(count);
  const rowFirst = new Uint32Array(count + 1);
  const rowTop = new Float64Array(count);
  const rowHeight = new Float32Array(count);
  const grouped = input.group !== undefined && heading > 0;
  const bounds = grouped ? boundsOf(count, input.group as (index: number) => number) : Uint32Array.of(0, count);
  const groups = count === 0 ? 0 : bounds.length - 1;
  const groupTop = new Float64Array(groups);
  const groupX = new Float32Array(groups);
  const groupWidth = new Float32Array(groups).fill(width);
  let rows = 0;
  let y = 0;

  for (let i = 0; i < count; i++) ratio[i] = shape(input.ratio(i));

  function row(first: number, end: number, height: number, left: number): void {
    let at = left;
    for (let i = first; i < end; i++) {
      const wide = (ratio[i] as number) * height;
      x[i] = at;
      w[i] = wide;
      at += wide + gap;
    }
  }

  function close(first: number, height: number): void {
    rowFirst[rows] = first;
    rowTop[rows] = y;
    rowHeight[rows] = height;
    rows++;
    y += height + gap;
  }

  /** Rows of one group that needs more than one. */
  function block(first: number, end: number): void {
    let start = first;
    let sum = 0;
    for (let i = first; i < end; i++) {
      sum += ratio[i] as number;
      const n = i - start + 1;
      if (sum * target + gap * (n - 1) < width) continue;
      const low = (width - gap * (n - 1)) / sum;
      const without = sum - (ratio[i] as number);
      const high = n > 1 ? (width - gap * (n - 2)) / without : Number.POSITIVE_INFINITY;
      if (high / target < target / low) {
        row(start, i, high, 0);
        close(start, high);
        start = i;
        sum = ratio[i] as number;
        if (sum * target >= width) {
          row(i, i + 1, width / sum, 0);
          close(i, width / sum);
          start = i + 1;
          sum = 0;
        }
      } else {
        row(start, i + 1, low, 0);
        close(start, low);
        start = i + 1;
        sum = 0;
      }
    }
    if (start < end) {
      const n = end - start;
      const full = (width - gap * (n - 1)) / sum;
      const height = full < target * 1.12 ? full : target;
      row(start, end, height, 0);
      close(start, height);
    }
  }

  /** Width of a group on one row at the target height, or Infinity when it needs more rows. */
  function single(first: number, end: number): number {
    let sum = -gap;
    for (let i = first; i < end; i++) {
      sum += (ratio[i] as number) * target + gap;
      if (sum > width) return Number.POSITIVE_INFINITY;
    }
    return sum;
  }

  let g = 0;
  while (g < groups) {
    if (y > 0) y += after;
    const top = y;
    if (grouped) y += g === 0 ? (measures.firstHeading ?? heading) : heading;
    let used = single(bounds[g] as number, bounds[g + 1] as number);
    if (!grouped || used === Number.POSITIVE_INFINITY) {
      groupTop[g] = top;
      block(bounds[g] as number, bounds[g + 1] as number);
      g++;
      continue;
    }
    // Small neighbours share a row: a life of single photos should not be a column of them.
    let last = g;
    let wide = Math.max(used, headingWidth);
    while (last + 1 < groups) {
      used = single(bounds[last + 1] as number, bounds[last + 2] as number);
      const next = wide + beside + Math.max(used, headingWidth);
      if (next > width) break;
      wide = next;
      last++;
    }
    let pictures = 0;
    let fixed = beside * (last - g);
    for (let k = g; k <= last; k++) {
      const first = bounds[k] as number;
      const end = bounds[k + 1] as number;
      fixed += gap * (end - first - 1);
      for (let i = first; i < end; i++) pictures += ratio[i] as number;
    }
    const full = (width - fixed) / pictures;
    const filled = (pictures * target + fixed) / width;
    const narrow = wide - (pictures * target + fixed) > 1;
    const height = filled >= NEARLY_FULL && !narrow ? full : target;
    let left = 0;
    for (let k = g; k <= last; k++) {
      const first = bounds[k] as number;
      const end = bounds[k + 1] as number;
      row(first, end, height, left);
      const own = (x[end - 1] as number) + (w[end - 1] as number) - left;
      groupTop[k] = top;
      groupX[k] = left;
      groupWidth[k] = k === last ? width - left : Math.max(own, headingWidth);
      left += Math.max(own, headingWidth) + beside;
    }
    close(bounds[g] as number, height);
    g = last + 1;
  }
  rowFirst[rows] = count;
  return {
    tiles: count,
    height: rows === 0 ? 0 : y - gap,
    rows,
    rowFirst: rowFirst.subarray(0, rows + 1),
    rowTop: rowTop.subarray(0, rows),
    rowHeight: rowHeight.subarray(0, rows),
    x,
    w,
    groups,
    groupFirst: groups === 0 ? new Uint32Array(1) : bounds,
    groupTop,
    groupX,
    groupWidth,
  };
}

function boundsOf(count: number, group: (index: number) => number): Uint32Array {
  const starts: number[] = [];
  let before = Number.NaN;
  for (let i = 0; i < count; i++) {
    const key = group(i);
    if (key === before) continue;
    starts.push(i);
    before = key;
  }
  starts.push(count);
  return Uint32Array.from(starts);
}

/** The last index whose value is not above `value`; 0 when all are. `values` ascend. */
export function atOrBefore(values: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((values[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function rowOf(layout: Layout, tile: number): number {
  return Math.min(atOrBefore(layout.rowFirst, tile), layout.rows - 1);
}

/** Rows that touch the band from `top` to `bottom`, as [first, end). */
export function rowsBetween(layout: Layout, top: number, bottom: number): [first: number, end: number] {
  if (layout.rows === 0) return [0, 0];
  const first = atOrBefore(layout.rowTop, top);
  const end = atOrBefore(layout.rowTop, bottom) + 1;
  return [first, end];
}

export type Step = "left" | "right" | "up" | "down" | "home" | "end";

/** The tile an arrow key leads to. Up and down keep to the column: the tile whose middle is nearest. */
export function neighbour(layout: Layout, tile: number, step: Step): number {
  const last = layout.tiles - 1;
  if (step === "left") return Math.max(0, tile - 1);
  if (step === "right") return Math.min(last, tile + 1);
  if (step === "home") return 0;
  if (step === "end") return last;
  const row = rowOf(layout, tile) + (step === "up" ? -1 : 1);
  if (row < 0 || row >= layout.rows) return tile;
  const middle = (layout.x[tile] as number) + (layout.w[tile] as number) / 2;
  const first = layout.rowFirst[row] as number;
  const end = layout.rowFirst[row + 1] as number;
  let best = first;
  let distance = Number.POSITIVE_INFINITY;
  for (let i = first; i < end; i++) {
    const off = Math.abs((layout.x[i] as number) + (layout.w[i] as number) / 2 - middle);
    if (off < distance) {
      distance = off;
      best = i;
    }
  }
  return best;
}
