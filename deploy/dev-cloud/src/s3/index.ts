export type { Damage } from './damage.ts';
export { type LayerAddress, layerOriginHandler, type LayerOriginParts, layerUrl } from './layer-origin.ts';
