// In: a photo's tags and what was typed. Out: the tags with it.

/** As the server will keep them: no spaces around, none twice, also where only the case differs. */
export function retagged(tags: readonly string[], typed: string): string[] {
  const next = [...tags];
  for (const word of typed.split(",")) {
    const tag = word.trim().replace(/\s+/g, " ");
    if (tag && !next.some((held) => held.toLowerCase() === tag.toLowerCase())) next.push(tag);
  }
  return next;
}
