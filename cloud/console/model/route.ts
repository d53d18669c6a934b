import { type Group, groups } from "./grouping.ts";

export type Route =
  | { readonly page: "overview"; readonly group?: Group; readonly site?: string; readonly attention?: true }
  | { readonly page: "device"; readonly site: string; readonly device: string }
  | { readonly page: "gateways" }
  | { readonly page: "delivery" }
  | { readonly page: "alarms" }
  | { readonly page: "gateway"; readonly site: string; readonly gateway: string };

/** The part of the address after `#`. */
export function formatRoute(route: Route): string {
  switch (route.page) {
    case "device":
      return `#/devices/${encodeURIComponent(route.site)}/${encodeURIComponent(route.device)}`;
    case "gateway":
      return `#/gateways/${encodeURIComponent(route.site)}/${encodeURIComponent(route.gateway)}`;
    case "gateways":
      return "#/gateways";
    case "delivery":
      return "#/delivery";
    case "alarms":
      return "#/alarms";
    case "overview": {
      const query = new URLSearchParams();
      if (route.group) query.set("domain", route.group);
      if (route.site !== undefined) query.set("site", route.site);
      if (route.attention) query.set("attention", "1");
      return query.size > 0 ? `#/?${query}` : "#/";
    }
  }
}

/** Reads an address. Whatever cannot be read is the overview. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [page, site, name] = path.split("/").map(decode);
  if (page === "devices" && site && name) return { page: "device", site, device: name };
  if (page === "gateways" && site && name) return { page: "gateway", site, gateway: name };
  if (page === "gateways") return { page: "gateways" };
  if (page === "delivery") return { page: "delivery" };
  if (page === "alarms") return { page: "alarms" };
  const query = new URLSearchParams(search);
  const group = groups.find((each) => each === query.get("domain"));
  const ofSite = query.get("site");
  return {
    page: "overview",
    ...(group ? { group } : {}),
    ...(ofSite !== null ? { site: ofSite } : {}),
    ...(query.get("attention") === "1" ? { attention: true } : {}),
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
