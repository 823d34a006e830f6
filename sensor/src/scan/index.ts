export { ImageCollector } from './image-collector.ts';
export { type DetectorSources, loadDetectors } from './load-detectors.ts';
export { type ProbedFile, type ProbedLayer, type ProbedPath, probePath } from './explain/index.ts';
export { type ScanLimits, scanLimits } from './limits.ts';
export { createScanEngine, type ScanEngine, type ScanEngineOptions } from './scan-engine.ts';
export { scanImage } from './scan-image.ts';
export type { LayerClaims, ManifestFacts, PathPage, ScannedFinding, ScanSink } from './sink.ts';
