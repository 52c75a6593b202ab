// A word that is not known in, the known words that are written most like it out.

/** Edits (insert, delete, replace, swap neighbours) from `a` to `b`; more than `most` counts as `most + 1`. Optimal string alignment distance. */
export function edits(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2] + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > most) return most + 1;
    before = above;
    above = row;
  }
  return Math.min(above[b.length], most + 1);
}

/** Up to `count` of `words`, the most alike first, then in their own order; at most one edit in three letters, and two in all. */
export function nearest(word: string, words: Iterable<string>, count: number): string[] {
  const most = Math.min(2, Math.floor((word.length + 1) / 3));
  const found: { known: string; distance: number }[] = [];
  if (most) {
    for (const known of words) {
      const distance = edits(word, known, most);
      if (distance <= most && distance > 0) found.push({ known, distance });
    }
  }
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ known }) => known);
}
