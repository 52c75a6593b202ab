// In: the address bar. Out: which page, which query, which photo; and back again.

export const PAGES = ["photos", "folders", "places", "things", "favourites", "problems", "process", "settings", "about"] as const;
export type Page = (typeof PAGES)[number];

export interface Route {
  page: Page;
  query: string;
  /** Id of the photo that is open over the page. */
  photo?: string;
}

export function parse(address: { pathname: string; search: string }): Route {
  const parameters = new URLSearchParams(address.search);
  const query = parameters.get("q") ?? "";
  const [, head = "", id] = address.pathname.split("/");
  if (head === "photo" && id && /^[0-9a-f]{32}$/.test(id)) {
    return { page: parameters.get("in") === "favourites" ? "favourites" : "photos", query, photo: id };
  }
  const page = (PAGES as readonly string[]).includes(head) && head !== "photos" ? (head as Page) : "photos";
  return { page, query: page === "photos" ? query : "" };
}

export function print(route: Route): string {
  const parameters = new URLSearchParams();
  if (route.page === "photos" && route.query) parameters.set("q", route.query);
  if (route.photo && route.page === "favourites") parameters.set("in", "favourites");
  const path = route.photo ? `/photo/${route.photo}` : route.page === "photos" ? "/" : `/${route.page}`;
  const search = parameters.toString();
  return search ? `${path}?${search}` : path;
}
