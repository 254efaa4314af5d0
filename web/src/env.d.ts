declare module "catalogue:*" {
  const entries: Record<string, string | Record<string, string>>;
  export default entries;
}
declare module "*.css";
declare module "@fontsource-variable/source-sans-3";
declare module "base:tiles" {
  const tiles: string[];
  export default tiles;
}
