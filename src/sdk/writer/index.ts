export * from './batch.js';
export * from './buffered-writer.js';
export * from './dataset-writer.js';
export * from './row-results.js';
export * from './rows-info.js';
export * from './writer-host.js';
export type { BufferedWriterOptions, BufferLimits } from './writer-options.js';
