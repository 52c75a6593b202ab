// In: a query and a word. Out: the query that asks for both.

/** Words of several parts are quoted, so that they stay one. */
export const narrowed = (query: string, word: string): string => `${query} ${/[\s:]/.test(word) && !word.includes('"') ? `"${word}"` : word}`.trim();
