// The package's 110 kB as one value: inferring the type of every arc would slow each check down for nothing.

declare module "world-atlas/countries-110m.json" {
  const topology: unknown;
  export default topology;
}
