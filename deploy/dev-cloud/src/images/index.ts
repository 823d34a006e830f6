export { type BuiltBlob, buildLayer, type SampleCompression, type SampleEntry, type SampleLayer } from './layer.ts';
export { type BuiltImage, buildImage, type SampleImage, writeLayout } from './layout.ts';
