// (being written)
import type { Completion, Reason, Selection, Sort } from "../lib/library";
import type { PhotoRecord } from "../lib/records";
import type { Holdings } from "./holdings";
import { Orders } from "./orders";

export class Finder {
  private readonly orders: Orders;
  constructor(private readonly holdings: Holdings) {
    this.orders = new Orders(holdings);
  }
  find(query: string, sort?: Sort): Selection {
    const began = performance.now();
    const sorted = sort ?? (query.trim() ? "relevance" : "newest");
    const order = this.orders.of(sorted).slice();
    return { query, sort: sorted, order, chips: [], facets: [], ms: performance.now() - began };
  }
  reasons(_records: (PhotoRecord | null)[]): Reason[][] {
    return _records.map(() => []);
  }
  complete(_text: string, _caret: number): Completion[] {
    return [];
  }
  counts(): Record<string, number> {
    return { photos: this.holdings.photos };
  }
  groups(_kind: "things" | "places" | "folders" | "years"): { name: string; query: string; count: number; cover: number }[] {
    return [];
  }
}
