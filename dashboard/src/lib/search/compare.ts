/** Which experiments stand beside each other, as the address says it. */
export interface CompareSearch {
  ids?: string[];
  /** All rows of the table, also those that are the same for all. */
  all?: boolean;
}

export function compareSearch(search: Record<string, unknown>): CompareSearch {
  const ids = Array.isArray(search.ids) ? search.ids.map(String).filter((id) => /^\d+$/.test(id)) : [];
  return { ids: ids.length > 0 ? [...new Set(ids)].slice(0, MOST) : undefined, all: search.all === true || undefined };
}

/** More lines over each other cannot be told apart. */
export const MOST = 6;
